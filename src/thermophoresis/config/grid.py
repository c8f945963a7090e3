"""The one time axis of a run: optimisation steps ↔ epochs, training time, thermal time.

Training time is Σ η and thermal time Σ η²/|B| over the steps made, whatever else makes a step. With
constant η and |B| both are closed forms; the clock of a run with a schedule is in `scheduled`.

NumPy is imported here, which the Snakefile must not: nothing that it imports may import this.
"""

import importlib
from collections.abc import Callable
from types import ModuleType

import numpy as np

from thermophoresis.config.records import TwoLevelRecords, chosen_records
from thermophoresis.config.run import RunSettings
from thermophoresis.config.timing import steps_to
from thermophoresis.config.until import End, Unit


def record_steps(settings: RunSettings) -> np.ndarray:
    """Return the steps at which a run is measured, on the grid that its settings say.

    Every cell of an experiment has the same number of records, up to rounding to whole steps at
    the same places on the axis on which the runs end: by default evenly spaced in √τ, which
    resolves the first relaxation of ‖V‖, whose time scale in τ is proportional to η.

    Returns
    -------
    numpy.ndarray
        Shape (record,), int64, from 0 to the last step of the run.
    """
    if scheduled := _scheduled(settings):
        found: np.ndarray = scheduled.record_steps(settings)
        return found
    grid, end = settings.record_grid, settings.end
    evenly = np.linspace(0, 1, grid.records) ** grid.power
    if grid.unit != end.unit:  # all axes are proportional to each other
        steps = settings.steps * evenly
    elif isinstance(settings.records, TwoLevelRecords):
        steps = _steps(settings, grid.unit, np.array(grid.times))
    else:
        steps = _steps(settings, grid.unit, end.value * evenly)
    return np.asarray(np.rint(steps).astype(np.int64))


def _steps(settings: RunSettings, unit: Unit, values: np.ndarray) -> np.ndarray:
    """Return the steps at which an axis has some values, not yet rounded."""
    if unit == "thermal_time":
        return np.asarray(values * settings.batch_size / settings.learning_rate**2)
    chosen = (settings.learning_rate, settings.batch_size, settings.epoch_samples)
    return np.asarray(values * steps_to(End(unit, 1.0), *chosen))


def position(settings: RunSettings, unit: Unit, steps: np.ndarray) -> np.ndarray:
    """Return where on an axis of time a run is after t steps, shaped as these."""
    if scheduled := _scheduled(settings):
        found: np.ndarray = scheduled.clock_of(settings).position(unit, steps)
        return found
    if unit == "thermal_time":
        return thermal_time(settings, steps)
    return np.asarray(steps / _steps(settings, unit, np.array(1.0)))


def thermal_time(settings: RunSettings, steps: np.ndarray) -> np.ndarray:
    """Return the thermal time τ = Σ η²/|B| (dimensionless) after t steps, shaped as these."""
    if settings.schedule:
        return position(settings, "thermal_time", steps)
    return settings.learning_rate**2 * steps / settings.batch_size


def rate_of(settings: RunSettings) -> Callable[[int], float]:
    """Return η as a function of the number of updates that were made before a step."""
    if scheduled := _scheduled(settings):
        rate: Callable[[int], float] = scheduled.clock_of(settings).rate
        return rate
    return lambda step: settings.learning_rate


def batch_size_of(settings: RunSettings) -> Callable[[int], int]:
    """Return |B| as a function of the number of updates that were made before a step."""
    if scheduled := _scheduled(settings):
        batch_size: Callable[[int], int] = scheduled.clock_of(settings).batch_size
        return batch_size
    return lambda step: settings.batch_size


def rate_at(settings: RunSettings, step: int) -> float:
    """Return η of the step that leads from a number of updates to the next."""
    return rate_of(settings)(step)


def batch_size_at(settings: RunSettings, step: int) -> int:
    """Return |B| of the step that leads from a number of updates to the next."""
    return batch_size_of(settings)(step)


def _scheduled(settings: RunSettings) -> ModuleType | None:
    """Return the module for runs with a schedule, if it is one.

    It is found by name: a change in it reruns nothing that has none.
    """
    if settings.schedule is None:
        return None
    return importlib.import_module("thermophoresis.config.scheduled")


def snapshot_records(settings: RunSettings) -> tuple[int, ...]:
    """Return the records at which parameters are kept.

    A number of them is evenly spread from first to last.
    """
    if not isinstance(settings.snapshots, int):
        return chosen_records(settings.snapshots, settings.record_grid)
    records = np.rint(np.linspace(0, settings.record_grid.records - 1, settings.snapshots))
    return tuple(records.astype(int).tolist())
