"""All results of a configuration in one file, to be published.

A ZIP file, and an RO-Crate itself: its metadata are at the top. Nothing in it is compressed, for
netCDF files are so already, and as the same bytes wherever it is written: names are sorted, and
times, owners and permissions are fixed.
"""

import contextlib
import hashlib
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from thermophoresis.errors import UserError
from thermophoresis.provenance import crate
from thermophoresis.provenance.completeness import Complete
from thermophoresis.provenance.crate_text import README, Contents, text
from thermophoresis.provenance.files import appearing
from thermophoresis.provenance.unpacking import SUMS, digest_of

ENDING = ".zip"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that the format can tell
UNIX, MODE = 3, stat.S_IFREG | 0o644

# What can be left out: parameters and traces, of which everything has been measured, are four
# fifths of all bytes.
KEPT = ("snapshots", "traces")

GUIDE = """\
# Results of thermophoresis {version}

{title}
{note}
| file | what it is |
|---|---|
| `report.html` | every claim with its verdict, beside the figures: what to open first |
| `claims.json`, `claims.md` | the verdicts, for programs and as a table |
| `figures/` | each figure as PDF, SVG and PNG |
| `curves/`, `measurements/`, `computations/`, `runs/`, `data/` | the numbers, as netCDF |
| `source/` | workflow, configuration and claims; the licence, and what to cite |
| `ro-crate-metadata.json` | what made all this, as a Workflow Run RO-Crate |
| `SHA256SUMS` | a checksum of every file: `sha256sum --check SHA256SUMS` |

{left_out}

`python -m thermophoresis compare ARCHIVE results` says whether a folder of results, made anew from
the same configuration, holds the same numbers.
"""
WHOLE = "Everything that the workflow has made is here."


def write(
    found: Complete, configuration: str | Path, path: str | Path, *, whole: bool = False
) -> Contents:
    """Write results to an archive, and their crate beside them.

    Parameters
    ----------
    found
        All results.
    configuration
        The file that they are those of.
    path
        Of the archive; it ends in ``.zip``.
    whole
        Whether snapshots and traces are in it.

    Returns
    -------
    What is in the archive.

    Raises
    ------
    UserError
        The path has another ending, or a file cannot be read or written, or has changed meanwhile.
    """
    if Path(path).suffix != ENDING:
        raise UserError(f"--to: got {str(path)!r}; must end in {ENDING}")
    every, when = crate.contents_of(found, configuration), crate.times(found)
    crate.leave(every, when)  # the times of the run are told there from now on
    contents = _contents(every, whole=whole)
    metadata = text(contents, when).encode()
    written = {**contents.copies, crate.NAME: metadata}
    sums = {**contents.checksums, crate.NAME: f"sha256:{hashlib.sha256(metadata).hexdigest()}"}
    lines = [f"{checksum.removeprefix('sha256:')}  {name}\n" for name, checksum in sums.items()]
    written[SUMS] = "".join(sorted(lines, key=lambda it: it.split("  ", 1)[1])).encode()
    with appearing(path) as part, zipfile.ZipFile(part, "w") as archive:
        for name in sorted({*sums, SUMS}):
            if name in written:
                with _adding(archive, name, len(written[name])) as entry:
                    entry.write(written[name])
            else:
                _copy(found.folder / name, name, archive, sums[name])
    return contents


def _contents(every: Contents, *, whole: bool) -> Contents:
    """Return what is to be in an archive, with a page that says so."""
    out = () if whole else KEPT
    names = [it for it in every.checksums if not it.startswith(tuple(f"{it}/" for it in out))]
    missing = sorted({it.partition("/")[0] for it in every.checksums.keys() - {*names}})
    left_out = ""
    if missing:
        left_out = f"Left out are {' and '.join(missing)} of parameters, which the same workflow "
        left_out += "makes again to the last bit on the same kind of device"
    note = every.found.config.note
    guide = GUIDE.format(
        version=every.cited["version"],
        title=every.cited["title"],
        note=f"\n{note[:1].upper()}{note[1:]}.\n" if note else "",
        left_out=f"{left_out}." if left_out else WHOLE,
    ).encode()
    copies = {**every.copies, README: guide}
    checksums = {name: every.checksums[name] for name in names}
    checksums[README] = f"sha256:{hashlib.sha256(guide).hexdigest()}"
    return every._replace(copies=copies, checksums=checksums, left_out=left_out)


@contextlib.contextmanager
def _adding(archive: zipfile.ZipFile, name: str, size: int) -> Iterator[IO[bytes]]:
    """Give what a file of a known size is written to."""
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.create_system, entry.external_attr, entry.file_size = UNIX, MODE << 16, size
    with archive.open(entry, "w") as file:
        yield file


def _copy(path: Path, name: str, archive: zipfile.ZipFile, checksum: str) -> None:
    """Add a file, whose checksum is known."""
    with path.open("rb") as file, _adding(archive, name, path.stat().st_size) as entry:
        found = digest_of(file, entry.write)
    if found != checksum:
        raise UserError(f"{path} has changed while the archive was written; write it again")
