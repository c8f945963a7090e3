"""Numbers of single networks at every snapshot of a run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import Source, open_source
from thermophoresis.measurements.origin import origin_of
from thermophoresis.networks.load import build
from thermophoresis.networks.network import Network, Parameters


def opened(run: RunSettings, data: Sequence[Path]) -> tuple[Source, Network]:
    """Return the samples of a run and its network, without parameters.

    Raises
    ------
    UserError
        The data cannot be used.
    """
    source = open_source(run, next(iter(data), None))
    return source, build(run.network, source.sample_shape, source.classes, run.loss)


def parameters_at(
    network: Network, snapshots: xr.Dataset, replicas: Any, record: int
) -> Parameters:
    """Return the parameters of some replicas at one snapshot, stacked, in float64."""
    return {
        name: torch.from_numpy(snapshots[name].values[replicas, record]).double()
        for name in network.parameter_dimensions
    }


def numbers_of(
    snapshots: xr.Dataset,
    values: Mapping[str, np.ndarray],
    long_names: Mapping[str, str],
    units: Mapping[str, str] = MappingProxyType({}),
) -> xr.Dataset:
    """Return numbers (replica, record) with the coordinates and the origin of their snapshots.

    Parameters
    ----------
    snapshots
        Of which they are; it tells which replicas have diverged.
    values, long_names
        The numbers, and what they are, by their names.
    units
        Of those that are no ratios.
    """
    dimensions = ("replica", "record")
    return xr.Dataset(
        {
            name: (
                dimensions, it, {"long_name": long_names[name], "units": units.get(name, "1")},
            )
            for name, it in values.items()
        }
        | {"diverged": snapshots["diverged"].transpose(*dimensions)},
        {str(name): it for name, it in snapshots.coords.items()},
    ).assign_attrs(origin_of(snapshots))  # fmt: skip


def of_each_snapshot(
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
    samples: int | None,
    long_names: Mapping[str, str],
    evaluate: Callable[[Network, Parameters, Tensor], Mapping[str, float]],
) -> xr.Dataset:
    """Evaluate every network at every snapshot, where it has not diverged.

    Parameters
    ----------
    runs, snapshots
        The one run, and the content of its file of snapshots.
    data
        Data file of the images, or none.
    samples
        Number of held-out samples; not None, as settings have it once they are those of a run.
    long_names
        Of each number, by its name; all are ratios.
    evaluate
        Called with the network, stacked parameters of one replica in float64, and the samples
        (1, sample, …) in their own type. What it leaves out is NaN.

    Returns
    -------
    xarray.Dataset
        The numbers and ``diverged``, (replica, record).

    Raises
    ------
    UserError
        The data have too few samples.
    """
    torch.set_num_threads(1)
    assert samples is not None
    (run,), (found,) = runs, snapshots
    source, network = opened(run.model_copy(update={"probe_size": samples}), data)
    replicas, records = found.sizes["replica"], found.sizes["record"]
    values = {name: np.full((replicas, records), np.nan) for name in long_names}
    present = found["diverged"].transpose("replica", "record").values == 0
    for replica in range(replicas):
        x, _ = source.probe(range(replica, replica + 1))
        for record in map(int, np.flatnonzero(present[replica])):
            parameters = parameters_at(network, found, [replica], record)
            for name, value in evaluate(network, parameters, x).items():
                values[name][replica, record] = value
    return numbers_of(found, values, long_names).assign_attrs(probe_samples=samples)


def describe(dataset: xr.Dataset, names: Iterable[str]) -> str:
    """Say what the means over networks are at the last snapshot."""
    last = dataset.isel(record=-1).mean("replica")
    return "; ".join(f"{name} {float(last[name]):.3g}" for name in names)
