"""Files that are whole or absent."""

import contextlib
import glob
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from thermophoresis.errors import UserError
from thermophoresis.provenance import seal

# No compression makes more bytes of one; what was never written may say that it has any number.
MOST_PACKED = 2000


def confirm_size(path: str | Path, size: int) -> None:
    """Check that a file can hold what it says, before memory is taken for it.

    Parameters
    ----------
    path
        The file.
    size
        Bytes of all its variables, as it says.

    Raises
    ------
    ValueError
        It cannot.
    """
    if size > MOST_PACKED * Path(path).stat().st_size:
        raise ValueError(f"it says that it holds {size:,} bytes, and does not")


@contextlib.contextmanager
def appearing(path: str | Path) -> Iterator[Path]:
    """Give a file to write that appears under its name only when it is complete and on disk.

    What killed processes have left of the same file is deleted first. Another process that is still
    at it loses its work, and is told so when it is done.

    Parameters
    ----------
    path
        Destination; its folder is made when it does not exist.

    Yields
    ------
    pathlib.Path
        What to write instead: an empty file in the same folder. It is deleted on any failure.

    Raises
    ------
    UserError
        The file cannot be written (permissions, full disk, another process).
    """
    path, part = Path(path), None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
            left.unlink(missing_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
        os.close(handle)
        part = Path(name)
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        # Temporary files are for their owner only; results are for sharing.
        umask = os.umask(0)
        os.umask(umask)
        part.chmod(0o666 & ~umask)
        part.replace(path)
    except OSError as error:
        if part is not None and not part.exists():
            raise UserError(
                f"cannot write {path}: its temporary file {part.name} has been deleted, most "
                "likely by another process that writes the same file"
            ) from error
        raise UserError(f"cannot write {path}: {error}") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def write_atomically(path: str | Path, content: bytes) -> None:
    """Write a file that appears under its name only when it is complete and on disk.

    Parameters
    ----------
    path
        Destination; its folder is made when it does not exist.
    content
        All of it.

    Raises
    ------
    UserError
        As for `appearing`.
    """
    with appearing(path) as part, part.open("r+b") as file:
        file.write(content)


def write_sealed(path: str | Path, content: bytes) -> None:
    """Write a file with its seal; otherwise as `write_atomically`.

    Raises
    ------
    UserError
        As for `appearing`.
    ValueError
        There are no seals for the format that the path's suffix names.
    """
    write_atomically(path, seal.seal(content, Path(path).suffix))
