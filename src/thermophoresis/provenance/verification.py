"""Whether files are still what was made, and what made them: from any figure back to its runs.

A file is looked at with its seal, with what it says of its origin, and with what it was made from.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Literal, NamedTuple, get_args

from pydantic import TypeAdapter, ValidationError

from thermophoresis.config.gathering import GatherSettings
from thermophoresis.errors import UserError
from thermophoresis.products import SETTINGS
from thermophoresis.provenance import seal
from thermophoresis.provenance.fingerprint import AND_OWN, OWN, fingerprint
from thermophoresis.provenance.origin import FORMATS, Origin, read_origin, shown
from thermophoresis.provenance.past import made_by_version
from thermophoresis.provenance.record import version

# From the worst to the best; a file has the worst that applies.
Status = Literal["altered", "unknown", "missing", "stale", "doubtful", "intact"]
STATUSES: tuple[Status, ...] = get_args(Status)

NOT_LOOKED_AT = "README.md"  # in a folder of results it is a guide, written by hand
NOT_THERE = "not there"
NAMED = 2  # files that a reason names; of more, it says how many


class Finding(NamedTuple):
    """What is to be said of one file.

    Attributes
    ----------
    path
        The file.
    status
        ``altered``: its bytes are not those that were written. ``unknown``: it does not say where
        it comes from. ``missing``: something that it was made from is not there. ``stale``: it was
        made by other code, or from other inputs than are there now. ``doubtful``: it rests on a
        file that is one of these. ``intact``: none of this.
    reasons
        In words; none for an intact file.
    """

    path: Path
    status: Status
    reasons: tuple[str, ...]


def present_fingerprint(origin: Origin) -> str | None:
    """Return the fingerprint of the present code for what made a file.

    Returns
    -------
    str or None
        None if this version of the code does not know the settings.

    Raises
    ------
    UserError
        A user's own file that made it cannot be read.
    """
    modules = present_modules(origin)
    return None if modules is None else fingerprint(*modules)


def present_modules(origin: Origin) -> tuple[str, ...] | None:
    """Return the modules, and a user's own files, that make such a file now; None as above."""
    model = SETTINGS.get(origin.made_by)  # type: ignore[call-overload]
    if model is None:
        return None
    configuration = origin.configuration
    if origin.made_by == "gather" and "pair" not in configuration:
        # Files of curves carry the settings of their runs, of which gathering needs a few.
        configuration = {
            name: configuration[name]
            for name in configuration.keys() & GatherSettings.model_fields.keys()
        }
        # Runs may say in other words how many records there are, on which no module depends.
        if isinstance(configuration.get("records"), dict):
            configuration["records"] = 1
    try:
        settings = TypeAdapter(model).validate_json(json.dumps(configuration))
    except ValidationError:
        return None
    modules: tuple[str, ...] = settings.modules
    return modules


class Walk:
    """Looks at files and at all that they rest on, at each of them once."""

    def __init__(self) -> None:
        self._examined: dict[Path, seal.Examined] = {}
        self._origins: dict[Path, Origin | None] = {}
        self._findings: dict[Path, Finding] = {}
        self._causes: dict[Path, dict[Path, str]] = {}

    @property
    def findings(self) -> list[Finding]:
        """All findings so far, in the order of paths."""
        return [self._findings[path] for path in sorted(self._findings)]

    def find(self, path: Path) -> Finding:
        """Return the finding on a file, having looked at all that it rests on.

        Parameters
        ----------
        path
            An absolute path of an existing file in one of `FORMATS`.
        """
        if path not in self._findings:
            # A forged file might rest on itself.
            self._findings[path] = Finding(path, "intact", ())
            self._causes[path] = {}
            found = list(self._look(path))
            all_found = (status for status, _ in found)
            status: Status = min(all_found, key=STATUSES.index, default="intact")
            reasons = tuple(reason for _, reason in found)
            self._findings[path] = Finding(path, status, reasons)
            # What merely rests on other files, or lacks them, is no cause: they are.
            own = [status for status, _ in found if status not in ("missing", "doubtful")]
            if own:
                self._causes[path] = {path: min(own, key=STATUSES.index)} | self._causes[path]
        return self._findings[path]

    def origin(self, path: Path) -> Origin | None:
        """Return what a file says of its origin; None unless its bytes can be relied on."""
        return self._origins.get(path)

    def _look(self, path: Path) -> Iterator[tuple[Status, str]]:
        """Yield all that speaks against a file."""
        if path.exists() and _is_none(path):
            yield "altered", "is no regular file"
            return
        try:
            examined = self.examine(path)
            if examined.checksum == seal.EMPTY:
                yield "altered", "is empty"
                return
            # A damaged netCDF file could bring down the library that reads it.
            origin = None if examined.state == "altered" else read_origin(path)
        except OSError as error:
            yield "altered", f"cannot be read: {error.strerror}"
            return
        except UserError as error:
            yield "altered", str(error).removeprefix(f"{shown(path)} ")
            return
        if examined.state == "altered":
            yield "altered", "its bytes are not those that were written: edited or damaged"
        elif origin is None:
            yield "unknown", "does not say what made it"
        elif examined.state == "unsealed":
            yield "altered", "has lost its seal: edited, damaged or cut off"
        else:
            self._origins[path] = origin
            yield from _by_other_code(origin)
            inputs = {absolute(path.parent / name): it for name, it in origin.inputs.items()}
            yield from self._compare(inputs)
            yield from self._rests_on(path, inputs)

    def examine(self, path: Path) -> seal.Examined:
        """Return state and checksum of a file."""
        if path not in self._examined:
            self._examined[path] = seal.examine(path)
        return self._examined[path]

    def _compare(self, inputs: Mapping[Path, str]) -> Iterator[tuple[Status, str]]:
        """Yield what is missing or has been remade of what a file was made from."""
        missing = [path for path in inputs if _is_none(path)]
        if missing:
            yield "missing", f"what it was made from is not there: {_listed(missing)}"
        remade: list[Path] = []
        edited: list[Path] = []
        for path, checksum in inputs.items():
            if path in missing:
                continue
            sealed = path.suffix in FORMATS
            try:
                examined = self.examine(path)
            except OSError:
                examined = seal.Examined("unsealed", "")
            # What is wrong with a file that has or had a seal, the finding on that file says.
            if examined.checksum != checksum and (examined.state == "intact" or not sealed):
                (remade if sealed else edited).append(path)
        if remade:
            yield "stale", f"what it was made from has been made anew: {_listed(remade)}"
        if edited:
            yield "stale", f"what it was made from has been edited or made anew: {_listed(edited)}"

    def _rests_on(self, path: Path, inputs: Iterable[Path]) -> Iterator[tuple[Status, str]]:
        """Yield on which files that are not intact themselves a file rests, and how."""
        causes = self._causes[path]
        ways: list[tuple[int, str]] = []
        for source in inputs:
            if _is_none(source):
                causes[source] = NOT_THERE
                continue
            if source.suffix not in FORMATS:
                continue
            self.find(source)
            new = {it: why for it, why in self._causes[source].items() if it not in causes}
            if not new:
                continue
            causes |= new
            worst = sorted(new.items(), key=lambda cause: _severity(cause[1]))
            named = [f"{shown(it)} ({why})" for it, why in worst if it != source]
            way = f"{shown(source)} ({new[source]})" if source in new else shown(source)
            if named:
                way += f", which goes back to {_shortened(named)}"
            ways.append((_severity(worst[0][1]), way))
        if ways:
            ways.sort(key=itemgetter(0))
            yield "doubtful", f"rests on {_shortened([way for _, way in ways], '; ')}"


def verify(paths: Iterable[str | Path]) -> list[Finding]:
    """Look at all files that carry provenance, and at all that they rest on.

    Parameters
    ----------
    paths
        Files, and folders in which to look for files in the formats that carry provenance.

    Returns
    -------
    list of Finding
        One for each file, also for those outside the folders that others rest on; in the order of
        paths.

    Raises
    ------
    UserError
        A path does not exist, or holds nothing that carries provenance; a folder cannot be read.
    """
    walk = Walk()
    for path in paths:
        for file in _files(Path(path)):
            walk.find(absolute(file))
    return walk.findings


def summarise(findings: Iterable[Finding]) -> str:
    """Count findings: ``40 files: 38 intact, 1 altered, 1 doubtful``."""
    counts = Counter(finding.status for finding in findings)
    order = sorted(counts, key=lambda status: (status != "intact", STATUSES.index(status)))
    total = counts.total()
    return f"{total} file{'s'[: total != 1]}: " + ", ".join(f"{counts[it]} {it}" for it in order)


def _files(path: Path) -> list[Path]:
    """Return the files to look at: all in a folder that may carry provenance, or the one given."""
    if not path.exists():
        raise UserError(f"{path} does not exist")
    if not path.is_dir():
        return [itself(path)]
    wanted = [
        file
        for file in below(path)
        if file.suffix in FORMATS and file.name != NOT_LOOKED_AT and not file.name.startswith(".")
    ]
    if not wanted:
        raise UserError(
            f"{path} holds no file that carries provenance; such files end in one of "
            f"{', '.join(FORMATS)}"
        )
    return wanted


def below(folder: Path, above: frozenset[Path] = frozenset()) -> Iterator[Path]:
    """Yield the files in a folder and its folders, which may be links, as may the files.

    A link to what is not there counts as a file: one that cannot be read.

    Raises
    ------
    UserError
        A folder cannot be read.
    """
    here = folder.resolve()
    if here in above:
        return  # a link that leads back
    try:
        entries = [(entry, entry.is_dir()) for entry in sorted(folder.iterdir())]
    except OSError as error:
        raise UserError(f"{folder} cannot be read: {error.strerror}") from error
    for entry, is_folder in entries:
        if is_folder:
            yield from below(entry, above | {here})
        elif entry.is_file() or entry.is_symlink():
            yield entry


def _is_none(path: Path) -> bool:
    """Whether there is nothing to be read: no file, or a device, which might not end."""
    return not (path.is_file() or path.is_dir())


def _by_other_code(origin: Origin) -> Iterator[tuple[Status, str]]:
    made_by = made_by_version(origin)
    by_version = f": by version {made_by}, this is {version()}" if made_by != version() else ""
    try:
        present = present_fingerprint(origin)
    except UserError as error:
        yield "stale", f"the user's own code that made it is not what it was: {error}"
        return
    if present is None:
        settings = "settings that this version does not know"
        yield "stale", f"was made with {settings}{by_version}"
        return
    (package, _, own), (before, _, own_before) = (
        it.partition(AND_OWN) for it in (present, origin.code_fingerprint)
    )
    if package != before:
        yield "stale", f"was made by other code ({before}; now it is {package}){by_version}"
    if own != own_before:
        files = " and ".join(it for it in present_modules(origin) or () if it.endswith(OWN))
        change = f"({own_before or 'none'}; now it is {own or 'none'})"
        yield "stale", f"{files} or what it imports from beside it has changed {change}"


def absolute(path: str | Path) -> Path:
    """Return an absolute path without ``..``, as written: symbolic links are not followed."""
    return Path(os.path.abspath(path))


def itself(path: Path) -> Path:
    """Return the file that a path leads to: what a file says of others is as seen from there.

    Raises
    ------
    UserError
        Its format carries no provenance.
    """
    file = path
    while file.is_symlink():
        file = file.parent.resolve() / file.readlink()
    if file.suffix not in FORMATS:
        formats = ", ".join(FORMATS)
        raise UserError(f"{path} carries no provenance; files that do end in one of {formats}")
    return file


def _listed(paths: Sequence[Path]) -> str:
    return _shortened([shown(path) for path in paths])


def _shortened(words: Sequence[str], comma: str = ", ") -> str:
    """Join words; of many, only the first, with the number of the others."""
    rest = len(words) - NAMED
    return comma.join(words[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _severity(why: str) -> int:
    """Return where what is wrong with a file stands among all that can be."""
    return STATUSES.index("missing" if why == NOT_THERE else why)
