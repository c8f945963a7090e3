"""The cells that a sweep means, with all that is wrong with them."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from thermophoresis.config import kinds
from thermophoresis.config.fields import LABEL, Label, Settings
from thermophoresis.config.problems import Problem, got, validate
from thermophoresis.config.sampling import finite_size, in_numbers
from thermophoresis.config.sweep import GRID, Point, Sweep
from thermophoresis.config.sweep_reading import Option, Path, Place, Reading, Variation
from thermophoresis.config.training import Training

# Dimensions and coordinates that files have besides; of observables, see `axis_names`.
TAKEN = (*GRID, "seed", "replica", "record", "cell", "step", "thermal_time", "trained", "diverged")


class Cells:
    """The cells that a sweep means, once each has been read with all that is said of a run.

    Parameters
    ----------
    reading
        The sweep.

    Attributes
    ----------
    trainings
        Settings of each variation, None where they are not valid.
    labels
        Of each valid variation along every axis, by its place among the variations.
    problems
        With paths from the experiment on.
    """

    def __init__(self, reading: Reading):
        self.reading, self.problems = reading, list[Problem]()
        self.trainings = self._parse()
        # By name, as they are in what jobs are told.
        names = axis_names(reading.paths)
        self.names = dict(sorted(names.items(), key=lambda it: it[1]))
        self.labels: dict[int, dict[str, Label]] = {}
        if None not in self.trainings:
            self._name()

    @property
    def points(self) -> tuple[Point, ...]:
        """The distinct cells, sorted."""
        found = {}
        for index, labels in self.labels.items():
            grid, training = self.reading.variations[index].grid, self.trainings[index]
            if grid is None or training is None:
                continue
            grid = sized(grid, dict(training))
            for rate, batch in product(grid.learning_rate, grid.batch_size):
                found[rate, batch, *labels.values()] = Point(rate, batch, labels, training)
        # Numbers in their order, words in that of the file.
        words: dict[str, dict[Label, int]] = {axis: {} for axis in self.names.values()}
        for labels in self.labels.values():
            for axis, label in labels.items():
                words[axis].setdefault(label, len(words[axis]))

        def order(point: Point) -> tuple[float, ...]:
            further = (
                words[axis][label] if isinstance(label, str) else label
                for axis, label in point.axes.items()
            )
            return (point.learning_rate, point.batch_size, *further)

        return tuple(sorted(found.values(), key=order))

    def _parse(self) -> list[Training | None]:
        """Read the settings of each variation; what is wrong with all is said once."""
        trainings: list[Training | None] = []
        told: dict[Problem, list[str]] = {}
        for variation in self.reading.variations:
            settings, problems = self.reading.settings(variation)
            training, wrong = (None, []) if problems else validate(Training, settings)
            trainings.append(training)
            self.problems += [it for it in problems if it not in self.problems]
            words = ", ".join(
                f"{'.'.join(path)}={option.name or option.value}"
                for path, option in sorted(variation.chosen.items())
            )
            for problem in wrong:
                told.setdefault(_placed(problem, variation), []).append(words)
        for problem, cells in told.items():
            swept = problem.path[:1] == self.reading.variations[0].where[:1]
            everywhere = len(cells) == len(self.reading.variations)
            where = "" if swept or everywhere else f" (with {cells[0]})"
            self.problems.append(Problem(problem.path, problem.message + where))
        return trainings

    def _name(self) -> None:
        """Find the labels of all variations, and what is wrong with them."""
        named = {
            path: {it.name for variation in self.reading.variations if
                   (it := variation.chosen.get(path)) and it.name}
            for path in self.reading.paths
        }  # fmt: skip
        found: dict[int, dict[str, Any]] = {}
        for index, (variation, training) in enumerate(
            zip(self.reading.variations, self.trainings, strict=True)
        ):
            found[index] = {}
            for path, axis in self.names.items():
                option = variation.chosen.get(path)
                label = _label(training, path, option)
                if label is None:
                    message = f"got nothing for {'.'.join(path)}; must be given in every mapping"
                    self.problems.append(
                        Problem(variation.where, f"{message}: its values have names")
                    )
                    return
                if not LABEL.fullmatch(str(label)):
                    place = option.place if option else variation.where
                    message = f"{got(label)}; must have a name of letters, digits and _ . + -"
                    self.problems.append(Problem(place, message))
                    return
                found[index][axis] = label
        for path, axis in self.names.items():
            every = [labels[axis] for labels in found.values()]
            if named[path] or not all(isinstance(it, int | float) for it in every):
                found = {index: {**it, axis: str(it[axis])} for index, it in found.items()}
        self.labels = found
        self._tell_apart()

    def _tell_apart(self) -> None:
        """Find labels and settings that are there twice."""
        # Which variation before has these labels, and which have these settings: to look at all
        # would take the square of their number.
        meant: dict[tuple[Label, ...], int] = {}
        alike_to: dict[Hashable, list[int]] = {}
        for index, labels in self.labels.items():
            key = tuple(labels.values())
            variation, training = self.reading.variations[index], self.trainings[index]
            words = ", ".join(f"{axis}={label}" for axis, label in labels.items())
            place = min((it.place for it in variation.chosen.values()), default=variation.where,
                        key=lambda it: (-len(it), str(it)))  # fmt: skip
            same_settings = alike_to.setdefault(_hashable(training), [])
            for first in sorted({*same_settings, *([meant[key]] if key in meant else [])}):
                other, alike = tuple(self.labels[first].values()), first in same_settings
                elsewhere = self.reading.variations[first].where != variation.where
                if other == key and not alike:
                    message = f"must be what {words} is in the mapping before it"
                elif alike and (other != key or not elsewhere):
                    message = "must not repeat an earlier entry"
                    place = _differing(variation, self.reading.variations[first]) or place
                else:
                    continue
                problem = Problem(place, message)
                if problem not in self.problems:
                    self.problems.append(problem)
                break
            if key not in meant:
                meant[key] = index
                same_settings.append(index)


def axis_names(paths: Sequence[Path]) -> dict[Path, str]:
    """Return the name of the axis of each setting: its own, or its path where that is taken."""
    recorded = kinds.names("observables")
    inner = {
        axis
        for name in recorded
        for axis in getattr(kinds.declaration("observables", name), "DIMENSIONS", ())
    }
    names = [path[-1] for path in paths]
    found = {}
    for path in paths:
        name = path[-1]
        if names.count(name) > 1 or name in TAKEN:
            name = "_".join(path)
        taken = name in {*TAKEN, *recorded, *inner}
        found[path] = f"{name}_setting" if taken else name
    return found


def _label(training: Training | None, path: Path, option: Option | None) -> Label | None:
    """Return the label of a cell along an axis; None if its value has no short text."""
    if option is not None and option.name is not None:
        return option.name
    value: Any = training
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
    for found in (value, option.value if option else value):
        if isinstance(found, bool):
            return str(found).lower()
        if isinstance(found, int | float | str):
            return found
    return "null" if value is None else None


def _hashable(value: Any) -> Hashable:
    """Return what is equal if and only if settings are, and can be looked up."""
    if isinstance(value, Settings):
        fields = (_hashable(getattr(value, name)) for name in type(value).model_fields)
        return (type(value), *fields)
    if isinstance(value, Mapping):
        return frozenset((key, _hashable(it)) for key, it in value.items())
    if isinstance(value, list | tuple):
        return tuple(map(_hashable, value))
    return value  # type: ignore[no-any-return]


def _differing(one: Variation, other: Variation) -> Place | None:
    """Return where the first option stands that one variation does not share with another."""
    places = (it.place for path, it in one.chosen.items() if other.chosen.get(path) != it)
    return next(iter(sorted(places, key=str)), None)


def _placed(problem: Problem, variation: Variation) -> Problem:
    """Return a problem of settings where the sweep has them, as far as it does."""
    for path in sorted(variation.chosen, key=len, reverse=True):
        place = variation.chosen[path].place
        if problem.path[: len(path)] == path:
            rest = problem.path[len(path) :]
            # An unknown setting is so for all of its values.
            unknown = problem.message.startswith("unknown setting") and not rest
            return Problem((*(place[:-1] if unknown else place), *rest), problem.message)
    return problem


def iterate(cells: Cells) -> Iterator[tuple[Place, Sweep, Training]]:
    """Yield the grids that are valid, with the settings that their runs have."""
    for variation, training in zip(cells.reading.variations, cells.trainings, strict=True):
        if variation.grid is not None and training is not None:
            yield variation.where, variation.grid, training


def size_of(training: Mapping[str, Any]) -> int | None:
    """Return the number of samples in the training set, where settings of a run tell it."""
    return finite_size(training.get("data"), training.get("training_set_size"))


def sized(grid: Sweep, training: Mapping[str, Any]) -> Sweep:
    """Return a grid whose batch sizes are numbers, where settings of its runs tell them."""
    numbers = in_numbers(grid.batch_size, size_of(training))
    return grid.model_copy(update={"batch_size": numbers})
