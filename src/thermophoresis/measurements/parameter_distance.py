"""How far apart the parameters of two runs are, snapshot by snapshot.

A replica has the same initialisation in both runs and, with the same data, sampling and labels, the
same samples: they start at distance 0, and what drives them apart is the settings in which the runs
differ. Snapshots are at the same thermal times, or at the same places on another axis on which
records lie, up to rounding to whole steps, so that the distance tells whether both follow the same
course.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import xarray as xr

from thermophoresis.config.grid import position
from thermophoresis.config.measurements.parameter_distance import ParameterDistance
from thermophoresis.config.run import RunSettings
from thermophoresis.errors import UserError

TITLE = "distance between the parameters of two runs"
DIMENSIONS = ("replica", "record")


def measure(
    measurement: ParameterDistance,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Measure distance and displacements at every snapshot of two runs.

    Parameters
    ----------
    measurement
        Nothing is left to choose.
    runs, snapshots
        Two runs and the content of their files of snapshots, of the same network.
    data
        Not needed.

    Returns
    -------
    xarray.Dataset
        Dimensions (replica, record), float64, NaN where one of the two has diverged:
        ``distance`` ‖θ₁ − θ₂‖, over all parameters, and how far each run is from its start,
        ``displacement_first`` ‖θ₁ − θ₁(0)‖ and ``displacement_second``. The coordinate
        ``thermal_time`` (record,) is that of the first.

    Raises
    ------
    UserError
        The runs have other parameters, replicas, records or times.
    """
    first, second = snapshots
    names = [name for name in first.data_vars if name != "diverged"]
    shapes = [
        {name: found[name].shape for name in found.data_vars if name != "diverged"}
        for found in snapshots
    ]
    alike = shapes[0] == shapes[1] and np.array_equal(first["record"], second["record"])
    alike = alike and _simultaneous(runs, snapshots)
    if not alike:
        raise UserError(
            f"{runs[0].name} and {runs[1].name} keep other parameters, replicas, records or "
            "times: there is no distance between them"
        )
    here, there = (
        [found[name].transpose(*DIMENSIONS, ...).values.astype(np.float64) for name in names]
        for found in snapshots
    )
    whole = (first["diverged"] == 0) & (second["diverged"] == 0)
    found = {
        "distance": ("distance between the parameters of the two", norm(here, there)),
        "displacement_first": ("distance of the first from its start", norm(here, starts(here))),
        "displacement_second": (
            "distance of the second from its start",
            norm(there, starts(there)),
        ),
    }
    dataset = xr.Dataset(
        {
            name: (DIMENSIONS, value, {"long_name": words, "units": "1"})
            for name, (words, value) in found.items()
        },
        {
            **{name: (name, first[name].values, first[name].attrs) for name in DIMENSIONS},
            "thermal_time": ("record", first["thermal_time"].values, first["thermal_time"].attrs),
        },
    )
    return dataset.where(whole.transpose(*DIMENSIONS).values)


def _simultaneous(runs: Sequence[RunSettings], snapshots: Sequence[xr.Dataset]) -> bool:
    """Whether the snapshots of two runs are at the same times, on the axis of their records."""
    unit = runs[0].record_grid.unit
    if unit == "thermal_time" and not any(run.schedule for run in runs):
        places = [found["thermal_time"].values for found in snapshots]
        # Each is at most half a step from the time that both are to have.
        rounding = sum(run.learning_rate**2 / run.batch_size for run in runs) / 2
    else:
        steps = [found["step"].values.astype(np.int64) for found in snapshots]
        places, after = (
            [position(run, unit, of_run + more) for run, of_run in zip(runs, steps, strict=True)]
            for more in (0, 1)
        )
        # Steps before and after a change of η or |B| differ.
        paces = (np.max(late - early) for early, late in zip(places, after, strict=True))
        rounding = float(sum(paces)) / 2
    return bool((np.abs(places[0] - places[1]) <= rounding * (1 + 1e-9)).all())


def starts(parameters: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return the parameters at the first snapshot, (replica, 1, …)."""
    return [value[:, :1] for value in parameters]


def norm(here: Sequence[np.ndarray], there: Sequence[np.ndarray]) -> np.ndarray:
    """Return ‖θ₁ − θ₂‖, (replica, record), of arrays (replica, record, …) for each parameter."""
    squares = [
        ((one - other) ** 2).reshape(*one.shape[:2], -1).sum(axis=-1)
        for one, other in zip(here, there, strict=True)
    ]
    return np.sqrt(np.sum(squares, axis=0))  # type: ignore[no-any-return]  # numpy: Any


def describe(dataset: xr.Dataset) -> str:
    """Say how far apart the runs are in the end."""
    last = dataset["distance"].isel(record=-1)
    return f"{float(last.mean()):.3g} apart in the mean at the last snapshot"
