"""Where particles of the random walk with multiplicative noise are, in the mean and typically.

With g(q) = sq a step multiplies q by 1 ± ηs. The mean of q never changes, as it does not with any g
in a walk without bias (Eq. 2). What falls is ln q, by ½ ln(1 − η²s²) in a step on average, and with
it the median: typical particles go to where noise is small, and a few go very far the other way.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import xarray as xr

from thermophoresis.config.measurements.walk_moments import WalkMoments
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import key
from thermophoresis.simulations import random_walk

TITLE = "moments of the random walk"
PURPOSE = "walk_moments"
RECORDS = 21
PATHS = 6  # of single particles


def measure(
    measurement: WalkMoments,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Walk from q = 1, and take mean, median and mean logarithm.

    Parameters
    ----------
    measurement
        Noise, step size, how long, and how many particles.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimension ``thermal_time``, float64, with standard errors over replicas: ``mean_change``
        and ``median_change`` of q since the start, ``mean_log_change`` of ln q. Beside it for the
        figure ``path``, q of some particles (walker, thermal_time).
    """
    eta = measurement.step_size
    counts = np.round(np.linspace(0, measurement.thermal_time / eta**2, RECORDS)).astype(int)
    q = np.ones((measurement.replicas, measurement.particles))
    coins = key(measurement.seed, PURPOSE)
    records, noise = [q.copy()], (0.0, measurement.noise_slope, 0.0)
    for first, last in pairwise(counts):
        steps = int(last - first)
        random_walk.walk(q, coins, step_size=eta, noise=noise, first=int(first), steps=steps)
        records.append(q.copy())
    found = np.stack(records)
    changes = {
        "mean_change": ("mean change of q", found.mean(axis=2) - 1),
        "median_change": ("median change of q", np.median(found, axis=2) - 1),
        "mean_log_change": ("mean change of ln q", np.log(found).mean(axis=2)),
    }
    variables: dict[str, xr.Variable] = {}
    for name, (words, change) in changes.items():
        error = change.std(axis=1, ddof=1) / np.sqrt(measurement.replicas)
        told = {"long_name": words, "units": "1"}
        variables[name] = xr.Variable("thermal_time", change.mean(axis=1), told)
        told_of_error = {"long_name": "its standard error", "units": "1"}
        variables[f"{name}_standard_error"] = xr.Variable(
            "thermal_time", error, told_of_error | {"replicas": measurement.replicas}
        )
    path = found[:, 0, :PATHS].T
    variables["path"] = xr.Variable(
        ("walker", "thermal_time"), path, {"long_name": "q", "units": "1"}
    )
    tau = ("thermal_time", counts * eta**2, {"long_name": "thermal time", "units": "1"})
    return xr.Dataset(variables, {"thermal_time": tau})


def describe(dataset: xr.Dataset) -> str:
    """Say how mean and median have moved in the end."""
    mean, median = (float(dataset[f"{it}_change"][-1]) for it in ("mean", "median"))
    return f"the mean of q changes by {mean:.3g}, its median by {median:.3g}"
