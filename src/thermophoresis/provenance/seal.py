"""Seals: the last bytes of a file tell the SHA-256 of all bytes before them.

A seal shows that a file is not what was written: edited, cut off, damaged on a disk. It is no
signature: who edits a file on purpose can seal it again. In each format it stands where readers of
the format pass over it, so a sealed file is as valid as one without.

The Snakefile imports this through `provenance`: the standard library alone.
"""

import hashlib
import zlib
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple

from thermophoresis.provenance.blocks import blocks

State = Literal["intact", "altered", "unsealed"]

# What stands before and after the checksum. Comments in the formats that have them; the HDF5
# library reads a file as far as its header says, and zip readers look for the last directory.
MARKS = {
    ".nc": (b"\nsha256:", b"\n"),
    ".npz": (b"\nsha256:", b"\n"),
    ".pdf": (b"%sha256:", b"\n"),
    ".svg": (b"<!-- sha256:", b" -->\n"),
    ".html": (b"<!-- sha256:", b" -->\n"),
    ".md": (b"<!-- sha256:", b" -->\n"),
}
PNG_END = b"\0\0\0\0IEND\xaeB`\x82"  # the chunk that must come last
PNG_KEYWORD = b"sha256\0"
FORMATS = (*MARKS, ".png")

HEXADECIMAL_DIGITS = 64
EMPTY = f"sha256:{hashlib.sha256().hexdigest()}"  # checksum of an empty file


class Examined(NamedTuple):
    """What one look at a file has shown.

    Attributes
    ----------
    state
        ``intact``, ``altered`` (the seal is of other bytes) or ``unsealed`` (there is no seal, or
        none any more).
    checksum
        ``sha256:`` and the digest of all bytes of the file, seal included, as `checksum` gives it.
    """

    state: State
    checksum: str


def seal(content: bytes, suffix: str) -> bytes:
    """Return a file's content with its seal.

    Parameters
    ----------
    content
        A whole file without seal.
    suffix
        Its format, one of `FORMATS`.

    Raises
    ------
    ValueError
        There are no seals for this format, or the content is no whole PNG file.
    """
    if suffix == ".png":
        if not content.endswith(PNG_END):
            raise ValueError("a PNG file must end with its IEND chunk")
        content = content[: -len(PNG_END)]
    return content + _trailer(hashlib.sha256(content).hexdigest(), suffix)


def append(path: str | Path, suffix: str) -> None:
    """Seal a file of any size where it lies.

    Parameters
    ----------
    path
        An existing file without seal.
    suffix
        Its format, one of `FORMATS` but PNG, whose seal is not at the end.

    Raises
    ------
    OSError
        The file does not exist or cannot be written.
    """
    # Not "ab", which would make a file that is not there.
    with open(path, "r+b") as file:
        digest, _ = _digest(file)
        file.write(_trailer(digest.hexdigest(), suffix))


def examine(path: str | Path) -> Examined:
    """Compare a file with its seal, reading it once.

    Parameters
    ----------
    path
        A file; its suffix tells the format.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    suffix = Path(path).suffix
    length = len(_trailer("0" * HEXADECIMAL_DIGITS, suffix)) if suffix in FORMATS else 0
    with open(path, "rb") as file:
        covered, trailer = _digest(file, but_last=length)
    whole = covered.copy()
    whole.update(trailer)
    checksum = f"sha256:{whole.hexdigest()}"
    if length and trailer == _trailer(covered.hexdigest(), suffix):
        return Examined("intact", checksum)
    return Examined("altered" if _looks_sealed(trailer, suffix) else "unsealed", checksum)


def checksum(path: str | Path) -> str:
    """Return ``sha256:`` and the digest of all bytes of a file.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with open(path, "rb") as file:
        return f"sha256:{_digest(file)[0].hexdigest()}"


def _digest(file: BinaryIO, but_last: int = 0) -> tuple["hashlib._Hash", bytes]:
    """Digest what is left of a file in blocks, but for some last bytes, and return those too."""
    digest, held = hashlib.sha256(), b""
    for block in blocks(file):
        held += block
        ready = max(0, len(held) - but_last)
        digest.update(held[:ready])
        held = held[ready:]
    return digest, held


def _trailer(digest: str, suffix: str) -> bytes:
    """Return the end of a sealed file: what follows the bytes that the seal is of."""
    if suffix == ".png":
        text = PNG_KEYWORD + digest.encode()
        return png_chunk(b"tEXt", text) + PNG_END
    if suffix not in MARKS:
        raise ValueError(f"there are no seals for {suffix!r}; must be one of {', '.join(FORMATS)}")
    before, after = MARKS[suffix]
    return before + digest.encode() + after


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """Return a chunk of a PNG file: length, kind, data, checksum of kind and data."""
    check = zlib.crc32(kind + data).to_bytes(4, "big")
    return len(data).to_bytes(4, "big") + kind + data + check


def _looks_sealed(trailer: bytes, suffix: str) -> bool:
    """Return whether the end of a file starts as a seal does."""
    if suffix not in FORMATS:
        return False
    blank = _trailer("0" * HEXADECIMAL_DIGITS, suffix)
    return trailer.startswith(blank[: blank.index(b"0" * HEXADECIMAL_DIGITS)])
