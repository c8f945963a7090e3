"""Reading files in blocks: how large they are is how, not what."""

from collections.abc import Iterator
from typing import BinaryIO

BLOCK_BYTES = 1 << 20


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Yield what is left of a file, in blocks."""
    while block := file.read(BLOCK_BYTES):
        yield block
