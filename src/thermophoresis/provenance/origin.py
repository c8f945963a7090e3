"""What files say of their origin, each format where it keeps such things."""

import json
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from thermophoresis.errors import UserError
from thermophoresis.provenance import seal
from thermophoresis.provenance.record import JSON_VALUES

# Of files that carry provenance. Checkpoints are sealed too, but are no results.
FORMATS = (".nc", ".pdf", ".svg", ".png", ".html", ".md")

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class Origin(BaseModel, frozen=True):
    """What a file says of its origin.

    Attributes
    ----------
    made_by
        The stage of the pipeline.
    configuration
        All settings that it depends on; for files of curves, those of their experiment.
    code_fingerprint
        Of the code that made it.
    package_versions
        By the names of packages.
    seeds
        All seeds behind it.
    inputs
        Checksums of what it was made from, by paths as seen from its folder.
    curves
        Of figures: what the files of curves say of the experiments that are shown.
    images_checksum
        Of data files: checksum of the images, which came from outside of the results.
    """

    made_by: str
    configuration: dict[str, Any]
    code_fingerprint: str
    package_versions: dict[str, str]
    seeds: tuple[int, ...]
    inputs: dict[str, str]
    curves: tuple[dict[str, Any], ...] = ()
    images_checksum: str | None = None


def read_origin(path: str | Path) -> Origin | None:
    """Return what a file says of its origin, or None if it says nothing.

    Parameters
    ----------
    path
        A file in one of `FORMATS`.

    Raises
    ------
    UserError
        It cannot be read as what its suffix says that it is.
    """
    path = Path(path)
    try:
        found = _read_netcdf(path) if path.suffix == ".nc" else _read_description(path)
    except (OSError, RuntimeError, ValueError, SyntaxError) as error:
        why = getattr(error, "strerror", None) or error
        raise UserError(f"{shown(path)} cannot be read: {why}") from error
    try:
        return Origin.model_validate(found)
    except ValidationError:
        return None  # it says something, but not that


def _read_netcdf(path: Path) -> dict[str, Any]:
    import netCDF4

    with netCDF4.Dataset(path) as dataset:
        found = {name: dataset.getncattr(name) for name in dataset.ncattrs()}
    texts = {name: _parsed(found[name]) for name in JSON_VALUES & found.keys()}
    return {name: found[name] for name in Origin.model_fields.keys() & found.keys()} | texts


def _parsed(text: Any) -> object:
    """Return the value of a JSON text, None if it is something else: not from here."""
    try:
        return json.loads(text)
    except (TypeError, ValueError):
        return None


def _read_description(path: Path) -> object:
    """Read the JSON text that the other formats carry."""
    readers = {
        ".pdf": _read_pdf,
        ".svg": _read_svg,
        ".png": _read_png,
        ".html": _read_html,
        ".md": _read_markdown,
    }
    return _parsed(readers[path.suffix](path.read_bytes()))


def _read_png(content: bytes) -> str | None:
    if not content.startswith(PNG_SIGNATURE):
        raise ValueError("this is no PNG file")
    position, ended, found = len(PNG_SIGNATURE), False, None
    while not ended:
        length = int.from_bytes(content[position : position + 4], "big")
        kind = content[position + 4 : position + 8]
        data = content[position + 8 : position + 8 + length]
        if content[position : position + 12 + length] != seal.png_chunk(kind, data):
            raise ValueError("a chunk of this PNG file is damaged or cut off")
        keyword, _, text = data.partition(b"\0")
        if kind == b"tEXt" and keyword == b"Description":
            found = text.decode("latin-1")
        position += 12 + length
        ended = kind == b"IEND"
    return found


def _read_svg(content: bytes) -> str | None:
    return ET.fromstring(content).findtext(".//{http://purl.org/dc/elements/1.1/}description")


def _read_pdf(content: bytes) -> str | None:
    if not content.startswith(b"%PDF-"):
        raise ValueError("this is no PDF file")
    if b"%%EOF" not in content[-1024:]:
        raise ValueError("this PDF file is cut off")
    if not (subject := re.search(rb"/Subject \(((?:[^\\()]|\\.)*)\)", content)):
        return None
    # The descriptions written here are ASCII without line breaks: only \, ( and ) are escaped.
    return re.sub(rb"\\(.)", rb"\1", subject[1]).decode("latin-1")


def _read_html(content: bytes) -> str | None:
    if b"</html>" not in content[-1024:]:
        raise ValueError("this HTML file is cut off")
    found = re.search(rb'<script type="application/json" id="record">([^<]*)</script>', content)
    return found and found[1].decode()


def _read_markdown(content: bytes) -> str | None:
    found = re.search(rb"^<!-- provenance: ([^<>]*) -->$", content, re.MULTILINE)
    return found and found[1].decode()


def shown(path: Path) -> str:
    """Return a path as seen from the working directory, if that is shorter."""
    return min(os.path.relpath(path), str(path), key=len)
