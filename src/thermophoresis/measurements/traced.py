"""What measurements of traces have in common: the series, whether they are stationary, the file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from thermophoresis.config.run import RunSettings
from thermophoresis.errors import UserError
from thermophoresis.measurements.job import check_origin
from thermophoresis.measurements.origin import origin_of
from thermophoresis.numerics.circulation import leading
from thermophoresis.numerics.stationarity import stationarity_p
from thermophoresis.provenance import netcdf

FEWEST_MOMENTS = 400

# Below this p-value a network is not stationary, and nothing else is said of it.
LEAST_P = 0.001
# Fewer stationary networks than this share of a run say nothing of the others either.
LEAST_SHARE = 0.5

# Weights whose increments are this much smaller than the others' are dead: nothing moves them.
DEAD = 1e-6

STATIONARITY = {
    "stationarity_p": (
        "p-value of equal means and variances in both halves, of leading components, Bonferroni"
    ),
    "stationary": f"1 where that is at least {LEAST_P:g}, else 0",
}

# Coordinates that the files have from those of snapshots.
OF_SNAPSHOTS = (
    "replica",
    "record",
    "step",
    "thermal_time",
    "training_time",
    "epoch",
    "learning_rate",
    "batch_size",
    "seed",
)

Value = tuple[tuple[str, ...], np.ndarray, str]


def series(run: RunSettings, path: Path, burn_in: int) -> tuple[np.ndarray, np.ndarray]:
    """Return single weights and projections after the burn-in, each (replica, time, number).

    Parameters
    ----------
    run
        The run.
    path
        Its file of traces.
    burn_in
        Moments that are left out at the start.

    Raises
    ------
    UserError
        The file is that of another run, or too few moments are left.
    """
    traces = netcdf.read(path)
    check_origin(run, traces)
    left = traces.sizes["time"] - burn_in
    if left < FEWEST_MOMENTS:
        raise UserError(
            f"burn_in: got {burn_in}, which leaves {left} of {traces.sizes['time']} moments of "
            f"{run.name}; must leave at least {FEWEST_MOMENTS}"
        )
    weights, projections = (
        traces[name].transpose("replica", "time", ...).values[:, burn_in:]
        for name in ("weights", "projections")
    )
    return weights, projections


def networks(
    weights: np.ndarray, projections: np.ndarray, components: int
) -> Iterator[tuple[np.ndarray, np.ndarray, float]]:
    """Yield of each network its moving weights, leading components and the p-value of these.

    Parameters
    ----------
    weights, projections
        See `series`.
    components
        How many principal components of both together.

    Yields
    ------
    weights
        Shape (time, number), float64, without those that nothing moves.
    components
        Shape (time, component), of variance 1; empty of a network that has diverged or rests.
    stationarity_p
        See `numerics.stationarity`; NaN of such a network.
    """
    for own, projected in zip(weights, projections, strict=True):
        single = own.astype(np.float64)
        changes = np.diff(single, axis=0).std(axis=0)
        moving = changes > DEAD * changes.max()  # of a network that has diverged, none
        together = np.concatenate([single[:, moving], projected.astype(np.float64)], axis=1)
        if moving.sum() < components:
            yield single[:, moving], np.empty((len(single), 0)), np.nan
            continue
        found = leading(together, components)
        yield single[:, moving], found, stationarity_p(found)


def file(
    values: Mapping[str, Value],
    snapshots: xr.Dataset,
    run: RunSettings,
    coordinates: Mapping[str, Any],
) -> xr.Dataset:
    """Return the dataset of a measurement of traces.

    What networks have once has no records; a network that is not stationary is NaN in all but what
    says so, and so are all where most are not.

    Parameters
    ----------
    values
        Dimensions, numbers and words by name, with `STATIONARITY`.
    snapshots
        Content of the run's file of snapshots, of which it has replicas, records and times.
    run
        The run.
    coordinates
        Of further axes, as of `xarray.Dataset`.
    """
    stationary = values["stationary"][1] > 0
    told = stationary if stationary.mean() >= LEAST_SHARE else np.zeros_like(stationary)
    variables: dict[str, Any] = {}
    for name, (dimensions, numbers, words) in values.items():
        if name not in STATIONARITY:
            numbers = np.where(told.reshape(-1, *[1] * (numbers.ndim - 1)), numbers, np.nan)
        variables[name] = (dimensions, numbers, {"long_name": words, "units": "1"})
    names = [name for name in OF_SNAPSHOTS if name in snapshots.coords]
    kept = {name: snapshots.coords[name] for name in names}
    dataset = xr.Dataset({**variables, "diverged": snapshots["diverged"]}, {**kept, **coordinates})
    return dataset.assign_attrs(origin_of(snapshots))
