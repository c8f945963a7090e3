"""Which cells of an experiment a claim, a figure or a pair asks for."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from thermophoresis.config.observable import BLOCK
from thermophoresis.config.problems import Problem, choice
from thermophoresis.config.sweep import GRID, Point, same

if TYPE_CHECKING:
    from thermophoresis.config.experiment import Experiment

# Ends in steps are rounded on the way to thermal times.
ROUNDING = 1e-9


def asked_for(settings: Any) -> dict[str, Any]:
    """Return what cells are to have, by axis: one value, or several in a tuple."""
    grid = {axis: getattr(settings, axis, None) for axis in GRID}
    return {axis: it for axis, it in grid.items() if it is not None} | dict(settings.cells)


def matching(experiment: "Experiment", asked: Mapping[str, Any]) -> list[Point]:
    """Return the cells that have what is asked for."""
    return [cell for cell in experiment.cells() if has(cell, asked)]


def has(cell: Point, asked: Mapping[str, Any]) -> bool:
    """Return whether a cell has what is asked for."""
    for axis, wanted in asked.items():
        label = cell.label(axis)
        if not any(same(label, one) for one in _several(wanted)):
            return False
    return True


def foreign(asked: Mapping[str, Any], experiment: "Experiment", name: str) -> Iterator[Problem]:
    """Yield what is asked for along further axes that they do not have."""
    for axis, wanted in asked.items():
        if axis in GRID:
            continue
        where = ("cells", axis)
        if axis not in experiment.axes:
            yield Problem(where, f"is no axis of experiment {name}; {_axes(axis, experiment)}")
            continue
        labels = list(dict.fromkeys(cell.axes[axis] for cell in experiment.cells()))
        for index, one in enumerate(_several(wanted)):
            if not any(same(label, one) for label in labels):
                at: tuple[Hashable, ...] = (*where, index) if isinstance(wanted, tuple) else where
                known = choice(one, list(map(str, labels)))
                yield Problem(at, f"got {one!r}, which experiment {name} does not have; {known}")


def unrecorded(observable: str, cells: Sequence[Point], name: str) -> str:
    """Say that an observable is not recorded; nothing where it is in all of some cells."""
    for cell in cells:
        recorded = cell.training.recorded
        if observable not in recorded:
            return (
                f"got {observable!r}, which experiment {name} does not record; "
                f"{choice(observable, recorded)}, or be added to its record"
            )
    return ""


def outside(at: Mapping[str, int | str], cells: Sequence[Point], name: str) -> Iterator[Problem]:
    """Yield the coordinates that a network does not have, with paths from the setting ``at`` on.

    Parameters
    ----------
    at
        Which curve of an observable that the networks record.
    cells
        Whose networks; the axes are as long as they say, others the job finds out.
    name
        Of their experiment.
    """
    for axis, coordinate in at.items():
        if axis == BLOCK and isinstance(coordinate, str):
            yield from _unnamed(axis, coordinate, cells, name)
            continue
        if isinstance(coordinate, str):  # which the observable has
            continue
        length = min(cell.training.network.axes.get(axis, coordinate) for cell in cells)
        if coordinate > length:
            message = f"got {coordinate}; must be one of 1, …, {length} in experiment {name}"
            yield Problem(("at", axis), message)


def _unnamed(axis: str, block: str, cells: Sequence[Point], name: str) -> Iterator[Problem]:
    """Yield a problem if some network has no parameter of a name."""
    for cell in cells:
        known = cell.training.parameter_names
        if known is not None and block not in known:
            message = f"got {block!r}; {choice(block, known)} in experiment {name}"
            yield Problem(("at", axis), message)
            return


def unreached(key: str, thermal_time: float | None, cells: Sequence[Point]) -> Iterator[Problem]:
    """Yield a problem if a run ends before a thermal time, as far as that is known beforehand.

    Parameters
    ----------
    key
        The setting that asks for it.
    thermal_time
        τ; None for the end of the run, wherever that is.
    cells
        Whose runs.
    """
    # Jobs that read settings need not know how runs are timed.
    from thermophoresis.config.timing import steps_to

    for cell in cells if thermal_time is not None else ():
        training, rate, batch = cell.training, cell.learning_rate, cell.batch_size
        last = training.end.value
        if training.end.unit != "thermal_time":
            if training.schedule:  # the job finds out
                continue
            steps = steps_to(training.end, rate, batch, training.epoch_samples)
            last = steps * rate**2 / batch
        if thermal_time > last * (1 + ROUNDING):
            message = f"got {thermal_time:g}; must be <= {last:g}, where the run of {cell} ends"
            yield Problem((key,), message)
            return


def uncompared(
    asked: Mapping[str, Any], compared: str, experiment: "Experiment", name: str
) -> Iterator[Problem]:
    """Yield why cells do not differ along one axis alone.

    Parameters
    ----------
    asked
        What they are to have.
    compared
        The axis along which they are to differ.
    experiment, name
        Whose cells they are.
    """
    if compared not in {*GRID, *experiment.axes}:
        message = f"got {compared!r}, which is no axis of experiment {name}"
        yield Problem(("compare",), f"{message}; {_axes(compared, experiment, *GRID)}")
        return
    found = list(foreign(asked, experiment, name))
    yield from found
    cells = matching(experiment, asked)
    if found:
        return
    for axis in (*GRID, *experiment.axes):
        labels = list(dict.fromkeys(str(cell.label(axis)) for cell in cells))
        if axis != compared and len(labels) > 1:
            where = (axis,) if axis in GRID else ("cells", axis)
            yield Problem(where, f"got nothing; the cells must share one: {', '.join(labels)}")
    if compared not in GRID and len(cells) < 2:
        message = f"got {compared!r}; experiment {name} must have two cells or more along it"
        yield Problem(("compare",), f"{message} with what is asked for, not {len(cells)}")


def _several(wanted: Any) -> Sequence[Any]:
    return wanted if isinstance(wanted, tuple) else (wanted,)


def _axes(wanted: str, experiment: "Experiment", *others: str) -> str:
    known = (*others, *experiment.axes)
    return choice(wanted, known) if known else "it has none but learning_rate and batch_size"
