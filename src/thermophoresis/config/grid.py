"""The one time axis of a run: optimisation steps ↔ thermal time.

NumPy is imported here, which the Snakefile must not: nothing that it imports may import this.
"""

import numpy as np

from thermophoresis.config.run import RunSettings


def record_steps(settings: RunSettings) -> np.ndarray:
    """Return the steps at which a run is measured, on a grid in thermal time τ = η² t / |B|.

    Every cell of an experiment has the same number of records at (up to rounding to whole steps)
    the same thermal times: evenly spaced, or, with quadratic spacing, evenly spaced in √τ. The
    latter resolves the first relaxation of ‖V‖, whose time scale in τ is proportional to η.

    Returns
    -------
    numpy.ndarray
        Shape (record,), int64, from 0 to the last step of the run.
    """
    power = {"linear": 1, "quadratic": 2}[settings.record_spacing]
    evenly = np.linspace(0, 1, settings.records) ** power
    if settings.end.unit != "thermal_time":
        return np.rint(settings.steps * evenly).astype(np.int64)
    steps = settings.end.value * evenly * settings.batch_size / settings.learning_rate**2
    return np.rint(steps).astype(np.int64)


def thermal_time(settings: RunSettings, steps: np.ndarray) -> np.ndarray:
    """Return the thermal time τ = η² t / |B| (dimensionless) after t steps, shaped as these."""
    return settings.learning_rate**2 * steps / settings.batch_size


def snapshot_records(settings: RunSettings) -> tuple[int, ...]:
    """Return the records at which parameters are kept, evenly spread from first to last."""
    records = np.rint(np.linspace(0, settings.records - 1, settings.snapshots))
    return tuple(records.astype(int).tolist())
