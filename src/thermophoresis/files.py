"""Files that are whole or absent."""

import os
import tempfile
from pathlib import Path

from thermophoresis.errors import UserError


def write_atomically(path: Path, content: bytes) -> None:
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
        The file cannot be written (permissions, full disk).
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            prefix=f".{path.name}.", suffix=".part", dir=path.parent, delete=False
        ) as part:
            temporary = Path(part.name)
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        # Temporary files are for their owner only; results are for sharing.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise UserError(f"cannot write {path}: {error}") from error
