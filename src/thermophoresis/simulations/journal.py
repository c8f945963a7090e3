"""The file in which a job keeps the numbers that it traces, until it makes their netCDF file.

No module that makes a result may import this one: its change is to rerun nothing.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from thermophoresis.errors import UserError
from thermophoresis.provenance.blocks import blocks
from thermophoresis.simulations import callbacks

# What is written at once, and what a crash between two checkpoints may lose.
BUFFER_BYTES = 2**20


class Journal(callbacks.Journal):
    """Numbers in a file beside the checkpoint, as they are in memory; removed at the end.

    Parameters
    ----------
    path
        The file.
    report
        Called with a line of text when what it has kept cannot be used.
    """

    def __init__(self, path: str | Path, *, report: Callable[[str], None] = lambda line: None):
        self._path, self._report = Path(path), report

    def open(self, dtype: np.dtype) -> None:
        """Begin with no numbers of a type.

        Raises
        ------
        UserError
            The file cannot be written.
        """
        self._begin(dtype, 0, hashlib.sha256())
        self._write("wb", b"")

    def resume(self, dtype: np.dtype, count: int, checksum: bytes) -> bool:
        """Go back to the first numbers; tell whether they are there and have this checksum."""
        digest = hashlib.sha256()
        try:
            with self._path.open("r+b") as file:
                file.truncate(count * dtype.itemsize)
                for block in blocks(file):
                    digest.update(block)
        except OSError:
            digest = hashlib.sha256(b"nothing")
        if digest.digest() != checksum:
            self._report(f"{self._path} is not what belongs to the checkpoint; starting over")
            return False
        self._begin(dtype, count, digest)
        return True

    def _begin(self, dtype: np.dtype, count: int, digest: "hashlib._Hash") -> None:
        self._dtype, self.count, self._digest = dtype, count, digest
        self._waiting, self._checked = bytearray(), False

    def append(self, numbers: np.ndarray) -> None:
        """Add numbers at the end.

        Raises
        ------
        UserError
            They cannot be written.
        """
        content = np.ascontiguousarray(numbers, self._dtype).tobytes()
        self._digest.update(content)
        self._checked = False
        self.count += numbers.size
        self._waiting += content
        if len(self._waiting) >= BUFFER_BYTES:
            self._flush()

    def checksum(self) -> bytes:
        """Return the SHA-256 of all numbers, once they are on disk.

        Raises
        ------
        UserError
            They cannot be written.
        """
        self._flush()
        return self._digest.digest()

    def read(self, start: int, count: int) -> np.ndarray:
        """Return some of the numbers.

        Raises
        ------
        UserError
            They cannot be written, or not be read again, or are not those that were written.
        """
        self._flush()
        try:
            if not self._checked:
                self._check()
            offset = start * self._dtype.itemsize
            return np.fromfile(self._path, self._dtype, count=count, offset=offset)
        except OSError as error:
            raise UserError(f"cannot read {self._path}: {error}") from error

    def _check(self) -> None:
        """Refuse a file that another process has written to: it is a part of no result.

        A job whose Snakemake was killed goes on beside the one that takes its place, and may add
        to the same file, cut it off or delete it.
        """
        digest, left = hashlib.sha256(), self.count * self._dtype.itemsize
        with self._path.open("rb") as file:
            for block in blocks(file):
                digest.update(block[:left])
                left = max(0, left - len(block))
        if digest.digest() != self._digest.digest():
            raise UserError(
                f"cannot use {self._path}: another process has changed it, most likely a job that "
                "an earlier Snakemake has left behind; when that has ended, start Snakemake again"
            )
        self._checked = True

    def _flush(self) -> None:
        if self._waiting:
            self._write("ab", self._waiting)
            self._waiting = bytearray()

    def _write(self, mode: str, content: bytes | bytearray) -> None:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open(mode) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise UserError(f"cannot write {self._path}: {error}") from error

    def remove(self) -> None:
        """Delete the file, when the results are safe; one that has to stay is reported."""
        try:
            self._path.unlink(missing_ok=True)
        except NotADirectoryError:
            pass
        except OSError as error:
            self._report(f"{self._path} cannot be deleted ({error.strerror})")
