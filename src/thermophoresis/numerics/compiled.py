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
from typing import Any, ParamSpec, TypeVar, cast

import numba

from thermophoresis.numerics.parts import Part
from thermophoresis.numerics.shared_cache import SharedCache
from thermophoresis.provenance.fingerprint import PACKAGE, of_package

_PART: dict[str, Any] = {
    "pipeline_class": Part,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
}
_WHOLE: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True}

P = ParamSpec("P")
R = TypeVar("R")


def compiled(
    *, reassociate: bool = False, inline: bool = False, inner: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Compile a function on scalars and arrays when it is first called.

    Products and sums may be fused, as compilers for C do; division by zero gives inf or NaN.

    Parameters
    ----------
    reassociate
        Whether sums may be taken in another order, so that they fill vector registers. The order
        is the same at every call, but can differ between models of processors.
    inline
        Whether it becomes part of the functions that call it; then it is not kept by itself, and
        Python cannot call it.
    inner
        Whether only compiled functions call it, of which it becomes part where LLVM thinks so.
    """
    fast = {"contract", "reassoc", "nsz"} if reassociate else {"contract"}

    options: dict[str, Any] = {"fastmath": fast, "error_model": "numpy"}

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if inline or inner:
            part = numba.njit(function, forceinline=inline, **options, **_PART)
            return cast(Callable[P, R], part)
        whole: Any = numba.njit(function, **options, **_WHOLE)
        whole._cache = SharedCache(function, _folder(function.__module__))
        return cast(Callable[P, R], whole)

    return decorate


def _folder(module: str) -> Path:
    """Return where the machine code of a module is kept, a folder that can be written to."""
    name = of_package(module.partition(".")[2])  # without the name of this package
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
