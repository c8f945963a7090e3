"""Machine code that jobs which start at the same time compile once.

The first compiles a function and keeps it; the others wait and load it. A lock is held by an open
file, so that it ends with its holder, however that ends.
"""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, ClassVar

from numba.core.caching import CompileResultCacheImpl, FunctionCache, UserProvidedCacheLocator

# Seconds to wait for another job, after which one compiles for oneself.
PATIENCE = 180.0
PAUSE = 0.1


class SharedCache(FunctionCache):
    """What numba keeps of one function, with a lock while it is being compiled.

    Parameters
    ----------
    function
        The function.
    folder
        Where its machine code is kept. numba itself would tell copies of a file apart.
    """

    def __init__(self, function: Any, folder: Path):
        class Locator(UserProvidedCacheLocator):
            def __init__(self, function: Any, file: str):
                super().__init__(function, file)
                self._cache_path = str(folder)

            @classmethod
            def from_function(cls, function: Any, file: str) -> "Locator":
                return cls(function, file)

        class Code(CompileResultCacheImpl):
            _locator_classes: ClassVar = [Locator]  # type: ignore[misc]  # numba has no types

        self._impl_class = Code
        super().__init__(function)
        self._held: list[int] = []

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return the code for types of arguments; None if the caller is to compile it."""
        found = super().load_overload(sig, target_context)
        if found is None and not self._held:
            with suppress(OSError):  # without locks, every job compiles
                self._acquire()
            found = super().load_overload(sig, target_context)
            if found is not None:
                self._release()
        return found

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep the code for types of arguments."""
        try:
            super().save_overload(sig, data)
        finally:
            self._release()

    def _acquire(self) -> None:
        folder = Path(self.cache_path)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self._py_func.__qualname__}.lock"
        self._held.append(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                return fcntl.flock(self._held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(PAUSE)

    def _release(self) -> None:
        while self._held:
            os.close(self._held.pop())
