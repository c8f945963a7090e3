"""Loops that are compiled to machine code, once for all jobs of a machine.

numba brings its compiler along: no user needs one. What it has compiled is kept in the user's cache
folder, for the next job. By itself numba recompiles a function when its own file changes, not when
another one does whose functions it calls; so the folder is named after the code of the module with
all that it imports. Nor does it share between copies of a file; here the path of a file is no part
of where its machine code is, and all copies of the same code are compiled once.
"""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, ParamSpec, TypeVar, cast

import numba
from numba.core.caching import CompileResultCacheImpl, FunctionCache, UserProvidedCacheLocator

from thermophoresis.provenance.fingerprint import PACKAGE, of_package

P = ParamSpec("P")
R = TypeVar("R")


def compiled(
    *, reassociate: bool = False, inline: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile a function on scalars and arrays when it is first called.

    Products and sums may be fused, as compilers for C do; division by zero gives inf or NaN.

    Parameters
    ----------
    reassociate
        Whether sums may be taken in another order, so that they fill vector registers. The order
        is the same at every call, but can differ between models of processors.
    inline
        Whether it becomes part of the functions that call it; then it is not kept by itself.
    """
    fast = {"contract", "reassoc", "nsz"} if reassociate else {"contract"}

    options: dict[str, Any] = {"fastmath": fast, "error_model": "numpy"}

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if inline:
            return cast(Callable[P, R], numba.njit(function, forceinline=True, **options))
        dispatcher = numba.njit(function, nogil=True, **options)
        dispatcher._cache = _Kept(function)  # type: ignore[no-untyped-call]  # numba has no types
        return cast(Callable[P, R], dispatcher)

    return decorate


class _Locator(UserProvidedCacheLocator):
    """Says where the machine code of a function is kept, wherever its file is."""

    def __init__(self, function: Callable[..., Any], file: str):
        super().__init__(function, file)  # type: ignore[no-untyped-call]  # numba has no types
        self._cache_path = str(_folder(function.__module__))

    @classmethod
    def from_function(cls, function: Callable[..., Any], file: str) -> "_Locator":
        return cls(function, file)


class _Code(CompileResultCacheImpl):
    _locator_classes: ClassVar = [_Locator]  # type: ignore[misc]  # numba has no types


class _Kept(FunctionCache):
    _impl_class = _Code


def _folder(module: str) -> Path:
    """Return where the machine code of a module is kept, a folder that can be written to."""
    name = of_package(module.removeprefix(f"{PACKAGE}."))
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())
    folder = caches / PACKAGE / "machine_code" / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:  # a home that cannot be written to; jobs of one machine share this instead
        folder = Path(tempfile.gettempdir()) / f"{PACKAGE}-{os.getuid()}" / "machine_code" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder
