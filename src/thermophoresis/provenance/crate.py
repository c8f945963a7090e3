"""What made a folder of results, as a Workflow Run RO-Crate: JSON-LD that other tools read.

By the profile https://w3id.org/ro/wfrun/workflow/0.5: a workflow, one run of it, what went in and
what came out. All of it is said of files in the folder, so the workflow and its configuration are
copied into it.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import yaml

from thermophoresis.config import own_code
from thermophoresis.config.include import Joined
from thermophoresis.errors import UserError
from thermophoresis.products import Product
from thermophoresis.provenance import seal
from thermophoresis.provenance.benchmarks import FOLDER, elapsed
from thermophoresis.provenance.completeness import Complete
from thermophoresis.provenance.crate_text import (
    COPIED,
    README,
    RUN,
    WORKFLOW,
    Contents,
    Times,
    text,
)
from thermophoresis.provenance.files import write_atomically
from thermophoresis.provenance.fingerprint import SOURCE

NAME = "ro-crate-metadata.json"
REPOSITORY = SOURCE.parents[1]
CITATION = "CITATION.cff"
# Of the repository, what a run of the workflow is made of beside the package.
OF_REPOSITORY = ("Snakefile", "workflow", "envs", "pyproject.toml", "uv.lock", CITATION, "LICENSE")


def write(found: Complete, configuration: str | Path) -> Path:
    """Write the crate's metadata into a folder of results, and return their path.

    Parameters
    ----------
    found
        All results.
    configuration
        The file that they are those of.

    Raises
    ------
    UserError
        The repository lacks what the crate tells of it, or a file cannot be written.
    """
    return leave(contents_of(found, configuration), times(found))


def leave(contents: Contents, when: Times) -> Path:
    """Write a crate's metadata and the files that it has copied, and return the metadata's path."""
    folder = contents.found.folder
    for name, content in contents.copies.items():
        write_atomically(folder / name, content)
    path = folder / NAME
    write_atomically(path, text(contents, when).encode())
    return path


def contents_of(found: Complete, configuration: str | Path) -> Contents:
    """Return all that a crate of results tells of.

    Raises
    ------
    UserError
        The repository lacks what the crate tells of it.
    """
    copies = sources(found, configuration)
    checksums = {name: f"sha256:{hashlib.sha256(it).hexdigest()}" for name, it in copies.items()}
    if (guide := found.folder / README).is_file():
        checksums[README] = seal.checksum(guide)
    cited = yaml.safe_load(copies[f"{COPIED}/{CITATION}"])
    main = _places(_own(found, configuration))[Path(os.path.abspath(configuration))]
    return Contents(found, main, copies, {**checksums, **found.checksums}, cited)


def sources(found: Complete, configuration: str | Path) -> dict[str, bytes]:
    """Return the files of workflow and configuration, by where they are in a crate.

    Those of the repository keep their place in it; others are in ``source/own/``, as they lie to
    each other.
    """
    files = [path for name in OF_REPOSITORY for path in _files(REPOSITORY / name)]
    try:
        copied = _places([*files, *_own(found, configuration)])
        copies = {name: path.read_bytes() for path, name in copied.items()}
    except OSError as error:
        raise UserError(f"cannot read {error.filename}: {error.strerror}") from error
    for wanted in (WORKFLOW, f"{COPIED}/{CITATION}"):
        if wanted not in copies:
            where = REPOSITORY / wanted.removeprefix(f"{COPIED}/")
            raise UserError(f"{where} is not there; must be beside the package to be told of")
    return dict(sorted(copies.items()))


def _own(found: Complete, configuration: str | Path) -> list[Path]:
    """Return the files of a configuration: what it includes, its claims, modules of networks."""
    joined = Joined(str(configuration))
    modules = {file for run in found.config.runs() for file in run.network.files}
    beside = [it.path for file in sorted(modules) for it in own_code.beside(file).values()]
    return [*map(Path, (*joined.files, *joined.settings.get("claims", ()))), *beside]


def _files(path: Path) -> Iterator[Path]:
    """Yield a file, or all in a folder that are no work of Python."""
    if path.is_file():
        yield path
    elif path.is_dir():
        yield from (it for it in path.rglob("*") if it.is_file() and it.suffix != ".pyc")


def _places(paths: Iterable[Path]) -> dict[Path, str]:
    """Return where files are in a crate, by their absolute paths."""
    whole = [Path(os.path.abspath(path)) for path in paths]
    outside = [path for path in whole if not path.is_relative_to(REPOSITORY)]
    above = os.path.commonpath([path.parent for path in outside]) if outside else ""
    return {
        path: f"{COPIED}/own/{path.relative_to(above).as_posix()}"
        if path in outside
        else f"{COPIED}/{path.relative_to(REPOSITORY).as_posix()}"
        for path in whole
    }


def times(found: Complete) -> Times:
    """Return when the first job began and the last one ended.

    A crate that is there already and of the same files is believed: the times of copied files are
    those of the copy. Otherwise they are those of the files and of Snakemake's benchmarks.
    """
    try:
        graph = json.loads((found.folder / NAME).read_text("utf-8"))["@graph"]
        entities = {it["@id"]: it for it in graph}
        told = {f"sha256:{it['sha256']}" for it in graph if "sha256" in it}
        if {*found.checksums.values()} <= told:
            return Times(entities[RUN].get("startTime"), entities[RUN]["endTime"])
    except (OSError, ValueError, LookupError, TypeError):
        pass  # there is none, or it is of other files
    spans = [_span(found.folder, product) for product in found.products]
    known = any(start is not None for start, _ in spans)
    begin = min(end if start is None else start for start, end in spans)
    return Times(_moment(begin) if known else None, _moment(max(end for _, end in spans)))


def _span(folder: Path, product: Product) -> tuple[float | None, float]:
    """Return when a job began, if its benchmark tells, and when it ended (s)."""
    end = max((folder / file).stat().st_mtime for file in product.outputs)
    seconds = elapsed(folder / FOLDER / f"{product.stem}.tsv")
    return None if seconds is None else end - seconds, end


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
