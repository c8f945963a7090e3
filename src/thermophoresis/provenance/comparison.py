"""Whether two folders of results hold the same numbers, product by product.

Values in netCDF files are compared as they are stored, bit for bit, and verdicts claim by claim.
What tells how a product was made (settings, fingerprints, versions) may differ.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import netCDF4
import numpy as np

from thermophoresis.errors import UserError
from thermophoresis.provenance import seal
from thermophoresis.provenance.files import confirm_size
from thermophoresis.provenance.verification import NOT_LOOKED_AT, below

# Old names and new ones, written as in the example of `renamed`.
MOVED: Mapping[str, str] = {  # beginnings of paths
    "curvature": "measurements/hessian_chain",
    "curvature/runs": "measurements/hessian_chain",
}
RENAMED: Mapping[str, str] = {}  # variables of netCDF files
# Variables NAME that were one each, NAME_1, NAME_2, …, and the axis along which they are one now.
JOINED: Mapping[str, str] = {"activation_rate_layer": "layer"}

PAGES = (".pdf", ".svg", ".png", ".html", ".md")
WORK = ("logs", "benchmarks", "checkpoints")
WORK_FORMATS = (".log", ".tsv", ".npz")  # of what is in these, also where results lie in results
DESCRIBED = ("ro-crate-metadata.json", "SHA256SUMS", "source")  # what says how they were made
FREE = ("group", "work", "about")  # kinds of files that B may lack
DECODING = ("_FillValue", "missing_value", "scale_factor", "add_offset", "_Unsigned")
TEXTS = ("explanation", "caveat", "statement")  # what a verdict may leave to the report
SUMMED = "thermal_time"  # the coordinate that may be rounded in another order
TOLERANCE = 1e-12  # relative
FAILURES = ("different", "only in A")
OUTCOMES = ("identical", "rounded", *FAILURES, "only in B")  # ever worse; the last comes alone
Differences = Iterable[tuple[str, str]]  # status (an outcome, or what moves no number) and words


class Finding(NamedTuple):
    """What came out for one of the ``products``, ``variables`` or ``verdicts``: its sort.

    The name is empty for a product as a whole; for a remark on all of them, the sort is.
    """

    sort: str
    path: str
    name: str
    differences: tuple[tuple[str, str], ...]

    @property
    def outcome(self) -> str:
        """The worst of the differences."""
        statuses = [status for status, _ in self.differences if status in OUTCOMES]
        return max(statuses, key=OUTCOMES.index, default="identical")


def compare(before: str | Path, after: str | Path, moved: Iterable[str] = ()) -> list[Finding]:
    """Compare two folders of results, one pair of files after the other.

    Parameters
    ----------
    before, after
        A, which is the measure, and B.
    moved
        Rules ``OLD=NEW`` beside those of `MOVED`, as a command line gives them.

    Raises
    ------
    UserError
        A folder is not there or holds nothing to compare, both are the same, or a rule is malformed
        or makes one product of two.
    """
    before, after, rules = Path(before), Path(after), {**MOVED, **_rules(moved)}
    old, new = _kinds(before), _kinds(after)
    if before.samefile(after):
        raise UserError(f"{before} and {after} are the same folder; must be two")
    pairs = {path: renamed(path, rules) for path, kind in old.items() if kind not in FREE}
    if twice := [path for path, count in Counter(pairs.values()).items() if count > 1]:
        raise UserError(f"--moved: {twice[0]} would be compared with two products of {before}")
    found = []
    for path, other in pairs.items():
        place = path if path == other else f"{path} → {other}"
        if other not in new:
            found.append(Finding("products", place, "", (("only in A", ""),)))
        elif old[path] != "page":
            found += _product(old[path], place, before / path, after / other)
    rest = (path for path in new.keys() - pairs.values() if new[path] not in FREE)
    found += [Finding("products", path, "", (("only in B", ""),)) for path in rest]
    found.sort(key=lambda it: it.path)  # what belongs to one stays in its order
    kinds = Counter(old.values())
    used = {it: sum(f"{path}/".startswith(f"{it}/") for path in pairs) for it in sorted(rules)}
    # A rule of the user's that has moved nothing is worth a word, one of an earlier version is not.
    told = [it for it in used if used[it] or it not in MOVED]
    remarks = [("moved", f"{it} → {rules[it]}, files: {used[it]}") for it in told]
    remarks += [("renamed", f"variables {it} → {RENAMED[it]}") for it in sorted(RENAMED)]
    remarks += [("renamed", f"variables {it}_1, … → {it} at {JOINED[it]} 1, …") for it in JOINED]
    skipped = (
        f"{kinds['page']} files of figures and reports, {kinds['group']} of verdicts beside "
        f"claims.json, {kinds['work']} of logs, benchmarks and checkpoints"
    )
    return [Finding("", "", "", (*remarks, ("skipped", skipped))), *found]


def lines(findings: Iterable[Finding]) -> list[str]:
    """Return one line for each difference; one that moves no number, with how many have it."""
    places: dict[tuple[str, ...], list[str]] = {}
    for sort, path, name, differences in findings:
        place, name = (f"{path}: {name}", "") if sort == "verdicts" else (path, name)
        for status, what in differences:
            text = ": ".join(filter(None, (name, what)))
            alone = place if status in FAILURES or not text else ""
            places.setdefault((status, text, alone), []).append(place)
    told = []
    for (status, text, _), (first, *more) in places.items():
        where = f"{first} and {len(more)} more" if more else first
        told.append(f"{status:<10}  {': '.join(filter(None, (where, text)))}")
    return told


def summarise(findings: Iterable[Finding]) -> str:
    """Count: ``9 products: 8 identical, 0 rounded, 1 different, 0 only in A, 0 only in B; …``."""
    outcomes: dict[str, dict[Any, str]] = {"products": {}, "variables": {}, "verdicts": {}}
    # As a whole, a product that lacks something is different; one that has more is not.
    whole = {"only in A": "different", "only in B": "identical"}
    for it in findings:
        new = whole.get(it.outcome, it.outcome) if it.name else it.outcome
        if it.name:
            outcomes[it.sort][it.path, it.name] = it.outcome
        if it.path:
            so_far = outcomes["products"].get(it.path, new)
            outcomes["products"][it.path] = max(so_far, new, key=OUTCOMES.index)
    counts = {sort: Counter(found.values()) for sort, found in outcomes.items()}
    return "; ".join(
        f"{found.total()} {sort}: " + ", ".join(f"{found[it]} {it}" for it in OUTCOMES)
        for sort, found in counts.items()
    )


def renamed(name: str, rules: Mapping[str, str]) -> str:
    """Return the new name of a path or variable, by the longest rule for its leading parts.

    Examples
    --------
    >>> rules = {"curves": "gathered", "claims.json": "claims/ledger.json"}
    >>> [renamed(it, rules) for it in ("curves/gaussian.nc", "claims.json", "curves.nc")]
    ['gathered/gaussian.nc', 'claims/ledger.json', 'curves.nc']
    """
    for old in sorted(rules, key=len, reverse=True):
        if f"{name}/".startswith(f"{old}/"):
            return rules[old] + name.removeprefix(old)
    return name


def _rules(given: Iterable[str]) -> dict[str, str]:
    rules: dict[str, str] = {}
    for text in given:
        paths = [PurePosixPath(it) for it in text.split("=")]
        if len(paths) != 2 or not all(it.parts and not {"/", ".."} & {*it.parts} for it in paths):
            raise UserError(
                f"--moved: got {text!r}; must be OLD=NEW, the beginnings of paths in A and B as "
                "seen from these folders, with no other ="
            )
        old, new = map(str, paths)
        if old in rules:
            raise UserError(f"--moved: got two rules for {old}; must be one")
        rules[old] = new
    return rules


def _kinds(folder: Path) -> dict[str, str]:
    """Return the files of a folder of results, as seen from there, with what they are."""
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder; must be one of results")
    files = [file.relative_to(folder) for file in below(folder) if file.name != NOT_LOOKED_AT]
    kinds = {it.as_posix(): _kind(it) for it in files if not it.name.startswith(".")}
    if not {"netcdf", "ledger"} & {*kinds.values()}:
        raise UserError(f"{folder} holds nothing to compare: no .nc file and no claims.json")
    return kinds


def _kind(path: Path) -> str:
    if path.parts[0] in WORK or path.suffix in WORK_FORMATS:
        return "work"
    if path.parts[0] in DESCRIBED:
        return "about"
    if path.suffix == ".json" and path.parent.name == "claims":
        return "group"
    if path.name == "claims.json":
        return "ledger"
    return "netcdf" if path.suffix == ".nc" else "page" if path.suffix in PAGES else "other"


def _product(kind: str, path: str, before: Path, after: Path) -> Iterator[Finding]:
    """Compare one product; what cannot be read is different."""
    try:
        examined = [seal.examine(file) for file in (before, after)]
        if "altered" in [it.state for it in examined]:
            raise ValueError("a seal does not match: edited or damaged")
        if kind == "netcdf":
            with netCDF4.Dataset(before) as a, netCDF4.Dataset(after) as b:
                old = _variables(a)
                for file, variables in ((before, old), (after, _variables(b))):
                    confirm_size(file, sum(map(_size, variables.values())))
                yield from _parts("variables", path, old, _apart(_variables(b), old), _variable)
        elif kind == "ledger":
            yield from _parts("verdicts", path, _claims(before), _claims(after), _fields)
        elif examined[0].checksum != examined[1].checksum:
            yield Finding("products", path, "", (("different", "other bytes"),))
        yield Finding("products", path, "", ())
    except (OSError, RuntimeError, ValueError) as error:
        yield Finding("products", path, "", (("different", f"cannot be compared: {error}"),))


def _parts(
    sort: str,
    path: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    differences: Callable[[Any, Any], Differences],
) -> Iterator[Finding]:
    """Compare the variables or verdicts of a product, each with that of its name."""
    pairs = {it: renamed(it, RENAMED) if sort == "variables" else it for it in old}
    for name, other in pairs.items():
        found = differences(old[name], new[other]) if other in new else [("only in A", "")]
        yield Finding(sort, path, name, (*found,))
    for name in sorted(new.keys() - pairs.values()):
        yield Finding(sort, path, name, (("only in B", ""),))


def _variables(group: netCDF4.Dataset, above: str = "") -> "dict[str, netCDF4.Variable[Any]]":
    """Return the variables of a file and of its groups, to be read as they are stored."""
    group.set_auto_maskandscale(False)
    group.set_auto_chartostring(False)
    found = {above + name: group.variables[name] for name in sorted(group.variables)}
    for name, inner in group.groups.items():
        found |= _variables(inner, f"{above}{name}/")
    return found


def _size(variable: "netCDF4.Variable[Any]") -> int:
    """Return how many bytes a variable takes in memory; of texts and ragged arrays, none."""
    return int(variable.size) * getattr(variable.dtype, "itemsize", 0)


class _Component:
    """A variable at one place of an axis, to be read like one by itself."""

    def __init__(self, whole: "netCDF4.Variable[Any]", axis: str, position: int):
        self._whole, self._position = whole, position
        self._place = whole.dimensions.index(axis)
        self.dimensions, self.shape = (
            tuple(it for place, it in enumerate(of_each) if place != self._place)
            for of_each in (whole.dimensions, whole.shape)
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)

    def __getitem__(self, _: Any) -> np.ndarray:
        return self._whole[...].take(self._position, self._place)  # type: ignore[no-any-return]  # netCDF4: Any


def _apart(new: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
    """Return variables with those of `JOINED` taken apart, unless they are one in both files."""
    found = dict(new)
    for name, axis in JOINED.items():
        if {name, axis} <= new.keys() - old.keys():
            whole = found.pop(name)
            for position, coordinate in enumerate(new[axis][...]):
                found[f"{name}_{coordinate}"] = _Component(whole, axis, position)
    return found


def _variable(a: "netCDF4.Variable[Any]", b: "netCDF4.Variable[Any]") -> Differences:
    for fact in ("long_name", "units", "dtype", "dimensions", "shape"):
        was, now = getattr(a, fact, None), getattr(b, fact, None)
        if was != now:
            status = "relabelled" if fact in ("long_name", "units") else "different"
            yield status, f"{fact} {was} is now {now}"
    if (was := _decoding(a)) != (now := _decoding(b)):
        yield "different", f"is decoded by {was}, now by {now}"
    if (a.dtype, a.shape) == (b.dtype, b.shape):
        yield from _values(_stored(a), _stored(b), summed=a.name == SUMMED)


def _decoding(variable: "netCDF4.Variable[Any]") -> dict[str, str]:
    """Return what makes readers see other values than are stored; not that NaN means NaN."""
    found = {it: variable.getncattr(it) for it in DECODING if it in variable.ncattrs()}
    return {it: repr(value) for it, value in found.items() if str(value) != "nan"}


def _stored(variable: "netCDF4.Variable[Any]") -> np.ndarray:
    """Return the values of a variable, one after the other."""
    values = variable[...]
    return np.asarray(values, dtype=object if variable.dtype is str else None).reshape(-1)


def _values(a: np.ndarray, b: np.ndarray, summed: bool) -> Differences:
    differ = _differ(a, b)
    if not (count := int(np.count_nonzero(differ))):
        return
    what, tolerable = f"{count} of {differ.size} elements differ{'s'[: count == 1]}", False
    if a.dtype.kind in "iuf":
        finite = differ & np.isfinite(a) & np.isfinite(b)
        x, y = a[finite].astype(np.longdouble), b[finite].astype(np.longdouble)
        gap, size = abs(x - y), np.maximum(abs(x), abs(y))
        relative = np.divide(gap, size, out=np.zeros_like(gap), where=size > 0).max(initial=0)
        if gap.size:
            what += f" by up to {float(gap.max()):.3g} (relative {float(relative):.3g})"
        if others := count - gap.size:
            what += f"; {others} by NaN or infinity"
        tolerable = summed and not others and relative <= TOLERANCE
    yield "rounded" if tolerable else "different", what


def _differ(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return for each element whether its bytes differ."""
    if a.dtype == object:  # texts
        pairs = zip(a, b, strict=True)
        return np.array([np.array(x).tobytes() != np.array(y).tobytes() for x, y in pairs], bool)
    a, b = (it.view(np.uint8).reshape(-1, it.dtype.itemsize) for it in (a, b))
    return (a != b).any(axis=1)  # type: ignore[no-any-return]  # numpy: Any


def _claims(path: Path) -> dict[str, dict[str, Any]]:
    found = json.loads(path.read_text("utf-8"))
    found = found if isinstance(found, list) else [None]
    claims = {str(it["id"]): it for it in found if isinstance(it, dict) and "id" in it}
    if len(claims) < len(found):
        raise ValueError(f"{path} is no list of verdicts, each with an id of its own")
    return claims


def _fields(a: Mapping[str, Any], b: Mapping[str, Any]) -> Differences:
    for field in sorted(a.keys() | b.keys()):
        if field not in a:
            yield "added", field
        elif field not in b:
            yield "left out" if field in TEXTS else "different", f"{field} is left out in B"
        elif json.dumps(a[field]) != json.dumps(b[field]):
            was, now = a[field], b[field]
            what, tolerable = f"{field} {was!r} is now {now!r}", False
            if {type(was), type(now)} <= {int, float}:
                relative = abs(was - now) / (max(abs(was), abs(now)) or 1)
                what, tolerable = f"{what} (relative {relative:.3g})", relative <= TOLERANCE
            yield "rounded" if tolerable else "different", what
