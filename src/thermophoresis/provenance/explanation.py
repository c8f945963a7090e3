"""What made a file, for a reader: settings, code, versions, seeds, and all that it rests on."""

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from thermophoresis.errors import UserError
from thermophoresis.provenance.origin import FORMATS, Origin, read_origin, shown
from thermophoresis.provenance.verification import (
    Finding,
    Walk,
    absolute,
    itself,
    present_fingerprint,
)

WIDTH = 100  # characters
YAML_WIDTH = 72  # beyond which it goes on by one item
LABEL_WIDTH = 12
CHECKSUM_DIGITS = 12
LISTED = 4  # files of one folder; more are named by the first and the last


def explain(path: str | Path) -> str:
    """Say what made a file, in lines of about 100 characters.

    Parameters
    ----------
    path
        A figure, a netCDF file, the report or the table of claims.

    Returns
    -------
    str
        What made it, with which code, packages and seeds; whether it is still true; all settings
        as YAML; and the tree of what it was made from, down to the runs and their data.

    Raises
    ------
    UserError
        The file does not exist, cannot be read or relied on, or does not say what made it.
    """
    if not Path(path).is_file():
        raise UserError(f"{path} {'is no file' if Path(path).exists() else 'does not exist'}")
    file = absolute(itself(Path(path)))
    walk = Walk()
    finding = walk.find(file)
    if finding.status == "altered":
        raise UserError(f"{path} cannot be relied on: {finding.reasons[0]}")
    origin = read_origin(file)
    if origin is None:
        raise UserError(f"{path} does not say what made it")
    tree = Tree(walk)
    return "\n".join(
        [
            shown(file),
            *_facts(finding, origin),
            "",
            "configuration",
            *_as_yaml(origin.configuration),
            *_experiments(origin),
            "",
            "made from",
            *(tree.lines(file) or ["  nothing: it is calculated from its configuration alone"]),
        ]
    )


def _facts(finding: Finding, origin: Origin) -> Iterator[str]:
    try:
        present = present_fingerprint(origin)
    except UserError:
        present = "none: a user's own file cannot be read"
    if present == origin.code_fingerprint:
        code = "that of the present code"
    elif present is None:
        code = "the present code does not know these settings"
    else:
        code = f"the present code has {present}"
    versions = [f"{name} {version}" for name, version in sorted(origin.package_versions.items())]
    facts = {
        "made by": f"python -m thermophoresis make {origin.made_by}",
        "code": f"{origin.code_fingerprint} ({code})",
        "versions": ", ".join(versions),
        "seeds": ", ".join(map(str, origin.seeds)) or "none",
        "status": finding.status,
    }
    for label, text in facts.items():
        yield from _labelled(label, text)
    for reason in finding.reasons:
        yield from _labelled("", reason)


def _labelled(label: str, text: str) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=f"  {label:<{LABEL_WIDTH - 2}}",
        subsequent_indent=" " * LABEL_WIDTH,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _as_yaml(settings: Mapping[str, Any]) -> Iterator[str]:
    """Yield settings as YAML, each on a line of its own as long as it is short."""
    for name, value in settings.items():
        text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=YAML_WIDTH)
        # What follows is how YAML ends a document of one number or word.
        first, *rest = text.removesuffix("...\n").splitlines()
        yield f"  {name}: {first}"
        yield from (f"  {line}" for line in rest)


def _experiments(origin: Origin) -> Iterator[str]:
    """Yield the settings of the experiments that a figure shows."""
    shown_before = []
    for curves in origin.curves:
        settings = curves["experiment"]
        if settings not in shown_before:
            shown_before.append(settings)
            yield from ("", f"experiment {settings.get('experiment', '')}", *_as_yaml(settings))


class Tree:
    """Writes what a file was made from as an indented list, every file once.

    Parameters
    ----------
    walk
        That has found the file.
    """

    def __init__(self, walk: Walk):
        self._walk = walk
        self._written: set[Path] = set()

    def lines(self, path: Path, indent: str = "  ") -> list[str]:
        """Return the lines on all that a file was made from."""
        return [*self._outside(path, indent), *self._branches(self._inputs([path]), indent)]

    def _outside(self, path: Path, indent: str) -> Iterator[str]:
        """Yield a line on what a file was made from that is no file of the results."""
        origin = self._walk.origin(path)
        if origin is not None and origin.images_checksum is not None:
            checksum = _short(origin.images_checksum)
            yield f"{indent}images, labels and split from outside of the results  {checksum}"

    def _inputs(self, paths: Iterable[Path]) -> dict[Path, str]:
        """Return the recorded checksums of all that some files were made from."""
        origins = ((path, self._walk.origin(path)) for path in paths)
        return {
            absolute(path.parent / name): checksum
            for path, origin in origins
            if origin is not None
            for name, checksum in origin.inputs.items()
        }

    def _branches(self, inputs: dict[Path, str], indent: str) -> Iterator[str]:
        for folder, group in groupby(sorted(inputs), key=lambda path: path.parent):
            paths = list(group)
            if len(paths) > LISTED:
                yield from self._many(folder, paths, inputs, indent)
                continue
            for path in paths:
                status = self._status(path, inputs[path])
                above = " (see above)" if path in self._written and self._inputs([path]) else ""
                yield f"{indent}{shown(path)}  {_short(inputs[path])}  {status}{above}"
                if path not in self._written:
                    self._written.add(path)
                    yield from self.lines(path, f"{indent}  ")

    def _many(
        self, folder: Path, paths: list[Path], inputs: dict[Path, str], indent: str
    ) -> Iterator[str]:
        """Yield few lines on many files of a folder; the odd ones out have their own."""
        statuses = {path: self._status(path, inputs[path]) for path in paths}
        (most, count), *others = Counter(statuses.values()).most_common()
        yield f"{indent}{shown(folder)}: {len(paths)} files, {count if others else 'all'} {most}"
        yield f"{indent}  {paths[0].name} … {paths[-1].name}"
        for path in paths:
            if statuses[path] != most:
                yield f"{indent}  {path.name}  {_short(inputs[path])}  {statuses[path]}"
        new = [path for path in paths if path not in self._written]
        self._written.update(new)
        yield from self._branches(self._inputs(new), f"{indent}  ")

    def _status(self, path: Path, checksum: str) -> str:
        if not path.exists():
            return "not there"
        sealed = path.suffix in FORMATS
        status: str = self._walk.find(path).status if sealed else "intact"
        if status == "missing":
            status = "lacks an input"
        if status == "altered" or self._walk.examine(path).checksum == checksum:
            return status
        changed = "made anew since" if sealed else "changed since"
        return changed if status == "intact" else f"{changed}, {status}"


def _short(checksum: str) -> str:
    return checksum[: len("sha256:") + CHECKSUM_DIGITS]
