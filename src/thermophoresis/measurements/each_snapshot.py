"""Numbers of single networks at every snapshot of a run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import open_source
from thermophoresis.measurements.origin import origin_of
from thermophoresis.networks.load import build
from thermophoresis.networks.network import Network, Parameters


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
    source = open_source(run.model_copy(update={"probe_size": samples}), next(iter(data), None))
    network = build(run.network, source.sample_shape, source.classes, run.loss)
    replicas, records = found.sizes["replica"], found.sizes["record"]
    values = {name: np.full((replicas, records), np.nan) for name in long_names}
    present = found["diverged"].transpose("replica", "record").values == 0
    for replica in range(replicas):
        x, _ = source.probe(range(replica, replica + 1))
        for record in np.flatnonzero(present[replica]):
            parameters = {
                name: torch.from_numpy(
                    found[name].values[replica : replica + 1, record].astype(np.float64)
                )
                for name in network.parameter_dimensions
            }
            for name, value in evaluate(network, parameters, x).items():
                values[name][replica, record] = value
    dataset = xr.Dataset(
        {
            name: (("replica", "record"), value, {"long_name": long_names[name], "units": "1"})
            for name, value in values.items()
        }
        | {"diverged": found["diverged"].transpose("replica", "record")},
        {str(name): it for name, it in found.coords.items()},
    )
    return dataset.assign_attrs(probe_samples=samples, **origin_of(found))


def describe(dataset: xr.Dataset, names: Iterable[str]) -> str:
    """Say what the means over networks are at the last snapshot."""
    last = dataset.isel(record=-1).mean("replica")
    return "; ".join(f"{name} {float(last[name]):.3g}" for name in names)
