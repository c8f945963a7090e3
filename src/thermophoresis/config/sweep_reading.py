"""Which settings vary in an experiment, over which values, as a file says it.

A sweep is read before the settings of the experiment are validated, because these need not be
whole without it: what varies is set to each of its values in turn, and all that is said of an
experiment's settings is said of those of each cell.
"""

from collections.abc import Hashable, Mapping, Sequence
from copy import deepcopy
from itertools import product
from types import MappingProxyType
from typing import Any, NamedTuple

from thermophoresis.config import kinds
from thermophoresis.config.fields import LABEL
from thermophoresis.config.problems import Problem, choice, got, validate
from thermophoresis.config.sweep import GRID, Sweep
from thermophoresis.config.training import Training

Path = tuple[str, ...]
Place = tuple[Hashable, ...]

# What every cell of an experiment has alike, for all are gathered in one array.
SHARED = ("replicas", "records", "snapshots", "snapshot_replicas", "probe_size", "seeds", "measure")
# Settings whose value is of some kind, with the sort of it.
OF_KINDS = MappingProxyType({"data": "data", "network": "networks", "dynamics": "dynamics"})


class Option(NamedTuple):
    """One value of a swept setting: its name, if it has one, and where in the sweep it stands."""

    name: str | None
    value: Any
    place: Place


class Variation(NamedTuple):
    """One choice of the options of a grid, by the paths of the settings."""

    where: Place
    grid: Sweep | None
    chosen: Mapping[Path, Option]


class Reading:
    """A sweep as it was read, with what is wrong so far.

    Parameters
    ----------
    given
        The settings of the experiment as YAML gives them.
    key
        Of the sweep: ``sweep``, or ``sweeps`` as it was called.

    Attributes
    ----------
    variations
        In the order of the file.
    problems
        With paths from the experiment on.
    """

    def __init__(self, given: Mapping[Any, Any], key: str):
        self.base = {name: given[name] for name in given if name in Training.model_fields}
        self.variations: list[Variation] = []
        self.problems: list[Problem] = []
        swept = given[key]
        listed = isinstance(swept, list | tuple)
        if not listed and not (key == "sweep" and isinstance(swept, Mapping)):
            wanted = "a list" if key == "sweeps" else "a mapping, or a list of mappings"
            self.problems.append(Problem((key,), f"{got(swept)}; must be {wanted}"))
        elif not swept:
            self.problems.append(Problem((key,), f"{got(swept)}; must have at least one entry"))
        else:
            entries = enumerate(swept) if listed else [(None, swept)]
            mappings = [
                ((key,) if index is None else (key, index), entry) for index, entry in entries
            ]
            self._known = _settings(self.base, [entry for _, entry in mappings])
            for where, entry in mappings:
                self._read(where, entry)

    @property
    def paths(self) -> tuple[Path, ...]:
        """Paths of the settings that vary, besides learning rate and batch size, sorted."""
        return tuple(sorted({path for it in self.variations for path in it.chosen}))

    @property
    def first(self) -> Mapping[str, Any]:
        """Settings of runs, as those of the first variation have them."""
        return self.settings(self.variations[0])[0] if self.variations else self.base

    def _read(self, where: Place, entry: Any) -> None:
        """Read one mapping."""
        if not isinstance(entry, Mapping):
            self.problems.append(Problem(where, f"{got(entry)}; must be a mapping"))
            return
        plain = {name: entry[name] for name in GRID if name in entry}
        grid, problems = validate(Sweep, plain)
        self.problems += [Problem((*where, *it.path), it.message) for it in problems]
        options: dict[Path, list[Option]] = {}
        for name in entry.keys() - plain.keys():
            path = self._path(where, name)
            if path is not None:
                options[path] = self._options((*where, name), name, entry[name])
        for chosen in product(*options.values()):
            variation = Variation(where, grid, dict(zip(options, chosen, strict=True)))
            self.variations.append(variation)

    def _path(self, where: Place, name: Any) -> Path | None:
        """Return the path of a setting by its own name or its path with dots."""
        parts = tuple(str(name).split("."))
        found = [parts] if len(parts) > 1 or parts in self._known else []
        found = found or [path for path in self._known if path[-1] == name]
        if len(found) > 1:
            several = ", ".join(sorted(".".join(path) for path in found))
            message = f"is the name of several settings; must be one of {several}"
        elif not found or found[0][0] not in {*Training.model_fields, *SHARED}:
            known = sorted({path[-1] for path in self._known if path[0] not in SHARED})
            message = f"unknown setting; {choice(name, [*GRID, *known])}"
        elif found[0][0] in SHARED:
            message = "must be the same in all cells: say it beside the sweep"
        else:
            return found[0]
        self.problems.append(Problem((*where, name), message))
        return None

    def _options(self, place: Place, name: str, values: Any) -> list[Option]:
        """Return the values of one setting."""
        options: list[Option] = []

        def wrong(message: str, *at: Hashable) -> None:
            self.problems.append(Problem((*place, *at), message))

        if isinstance(values, Mapping):
            for label, value in values.items():
                if isinstance(label, str) and LABEL.fullmatch(label):
                    options.append(Option(label, value, (*place, label)))
                else:
                    wrong(f"{got(label)} as a name; must consist of letters, digits and _ . + -")
        elif isinstance(values, list | tuple):
            for index, value in enumerate(values):
                if isinstance(value, Mapping | list | tuple):
                    named = f"a mapping from names, as in {name}: {{small: …, large: …}}"
                    wrong(f"{got(value)}; must have a name: {named}", index)
                else:
                    options.append(Option(None, value, (*place, index)))
        else:
            wrong(f"{got(values)}; must be a list of values, or a mapping from names to values")
            return options
        if not values:
            wrong(f"{got(values)}; must have at least one entry")
        return options

    def settings(self, variation: Variation) -> tuple[dict[str, Any], list[Problem]]:
        """Return settings of runs as YAML would give them, with the options of a variation."""
        settings, problems = deepcopy(self.base), []
        # What is inside another setting that varies comes after it.
        for path in sorted(variation.chosen, key=len):
            option = variation.chosen[path]
            inner: Any = settings
            for name in path[:-1]:
                if inner.get(name) is None:
                    inner[name] = {}
                inner = inner[name]
                if not isinstance(inner, dict):
                    message = f"must be within a mapping: {name} is {inner!r}"
                    problems.append(Problem(option.place, message))
                    break
            else:
                inner[path[-1]] = deepcopy(option.value)
        return settings, problems


def _settings(base: Mapping[str, Any], mappings: Sequence[Any]) -> set[Path]:
    """Return the paths of all settings of runs that there are with the kinds that are named."""
    found = set[Path]()
    for field, described in Training.model_fields.items():
        found.add((field,))
        if field not in OF_KINDS:
            continue
        values = [base.get(field)]
        named: list[Any] = []
        for mapping in (it for it in mappings if isinstance(it, Mapping)):
            varied = mapping.get(field)
            values += varied.values() if isinstance(varied, Mapping) else []
            listed = mapping.get(f"{field}.kind")
            named += listed if isinstance(listed, list) else []
        named += [value.get("kind") for value in values if isinstance(value, Mapping)]
        default = described.get_default(call_default_factory=True)
        named += [getattr(default, "kind", None)]
        for kind in {it for it in named if isinstance(it, str)} & {*kinds.names(OF_KINDS[field])}:
            model = kinds.model(OF_KINDS[field], kind)
            found |= {(field, name) for name in model.model_fields}
    return found | {(name,) for name in SHARED}
