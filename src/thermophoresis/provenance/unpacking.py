"""An archive of results as a folder again, looked at closely: it may come from anywhere.

What writes archives imports more than whoever compares two of them needs to have.
"""

import contextlib
import errno
import hashlib
import re
import stat
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from thermophoresis.errors import UserError
from thermophoresis.provenance.blocks import blocks

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
SUMS = "SHA256SUMS"  # as `sha256sum --check` reads it


@contextlib.contextmanager
def opened(path: str | Path) -> Iterator[Path]:
    """Give a folder of results: the one that is named, or what an archive holds.

    What is in an archive is compared with its checksums, and is gone afterwards.

    Raises
    ------
    UserError
        The file is no archive that `archive.write` has written: damaged, changed, or with other
        files or with names that lead out of it.
    """
    if not Path(path).is_file():
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="thermophoresis-") as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _extract(archive, Path(path), Path(folder))
        except (OSError, EOFError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
            if getattr(error, "errno", None) in NO_ROOM:
                raise UserError(f"cannot unpack {path} in {folder}: {error}") from error
            raise UserError(f"{path} is no archive of results, or is damaged: {error}") from error
        yield Path(folder)


def _extract(archive: zipfile.ZipFile, path: Path, folder: Path) -> None:
    """Write what is in an archive to a folder, and compare it with its checksums."""
    entries = archive.infolist()
    if SUMS not in {it.filename for it in entries}:
        raise ValueError(f"it has no {SUMS}")
    for entry in entries:
        if why := _unfit(entry):
            raise ValueError(f"{entry.filename!r} {why}")
    # Nothing is compressed, so it can become no more than it is.
    if sum(it.file_size for it in entries) > path.stat().st_size:
        raise ValueError("its files are larger than itself")
    sums = _checksums(archive.read(SUMS).decode("utf-8"))
    names = [it.filename for it in entries if it.filename != SUMS]
    if sorted(names) != sorted(sums):
        odd = next(iter({*names} ^ {*sums}), "a file twice")
        raise ValueError(f"it has other files than {SUMS} says: {odd}")
    for entry in entries:
        if (name := entry.filename) == SUMS:
            continue
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry) as source, place.open("xb") as file:
            if digest_of(source, file.write) != sums[name]:
                raise ValueError(f"{name} is not what {SUMS} says")


def _unfit(entry: zipfile.ZipInfo) -> str:
    """Say why nothing is read of an entry; empty for one that is written here."""
    parts = PurePosixPath(entry.filename).parts
    if entry.filename != "/".join(parts) or not parts or {"..", "/"} & {*parts}:
        return "is no path in the archive"
    if re.search(r"[\\:\x00-\x1f]", entry.filename):
        return "has characters that no file here has"
    if stat.S_IFMT(entry.external_attr >> 16) != stat.S_IFREG:
        return "is no file"
    if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
        return "is compressed or encrypted"
    return ""


def _checksums(lines: str) -> dict[str, str]:
    """Return the checksums of a file of them, by the names of files."""
    found = [re.fullmatch(r"([0-9a-f]{64})  (.+)", line) for line in lines.splitlines()]
    if not all(found):
        raise ValueError(f"{SUMS} is no file of checksums")
    return {it[2]: f"sha256:{it[1]}" for it in found if it}


def digest_of(file: IO[bytes], write: Callable[[bytes], object]) -> str:
    """Hand on all of a file, and return its checksum."""
    digest = hashlib.sha256()
    for block in blocks(file):  # type: ignore[arg-type]  # it reads, and nothing else
        digest.update(block)
        write(block)
    return f"sha256:{digest.hexdigest()}"
