"""Silent units removed (Section 3), along one run, from the run's snapshots.

A unit that no sample of one half of the held-out ones activates is taken out of its network, with
its row of W, its bias and its column of V. On that half nothing can change: what is left out is
V σ(u) = 0. On the other half the unit may be active, rarely if it was not by chance that it was
silent; there the change is a measurement.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.measurements.silent_removal import SilentRemoval
from thermophoresis.config.run import RunSettings
from thermophoresis.measurements import each_snapshot
from thermophoresis.measurements.each_snapshot import of_each_snapshot
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.network import Network, Parameters

TITLE = "silent units removed along one run"
LONG_NAMES = {
    "removed_units": "share of hidden units that no sample of the first half activates",
    "output_change": "largest change of an output on these samples over r.m.s. output",
    "output_change_elsewhere": "r.m.s. change on other samples over r.m.s. output",
}


def measure(
    measurement: SilentRemoval,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Compare outputs with and without silent units at every snapshot of the one run.

    Parameters
    ----------
    measurement
        On how many samples.
    runs, snapshots
        The run, and the content of its file of snapshots.
    data
        Data file of the images, or none.

    Returns
    -------
    xarray.Dataset
        Dimensions (replica, record): NaN where the replica has diverged; changes also where no
        unit is silent, or all are.

    Raises
    ------
    UserError
        The data have too few samples.
    """

    def removed(network: Network, parameters: Parameters, x: Tensor) -> dict[str, float]:
        return removal(*network.as_layered(parameters), x.flatten(2).to(torch.float64))

    return of_each_snapshot(runs, snapshots, data, measurement.samples, LONG_NAMES, removed)


def describe(dataset: xr.Dataset) -> str:
    """Say how much is removed in the end, and what it changes."""
    return each_snapshot.describe(dataset, LONG_NAMES)


def removal(network: Layered, parameters: Parameters, x: Tensor) -> dict[str, float]:
    """Return how many units of one replica are removed, and what it does to its outputs.

    Parameters
    ----------
    network
        Two linear layers with ReLU between them.
    parameters
        Stacked parameters of one replica, float64.
    x
        Inputs, (1, sample, input), float64.
    """
    inputs, outputs = network.activations(parameters, x)
    half = x.shape[1] // 2
    kept = (inputs[1][0, :half] > 0).any(0)
    removed = float((~kept).double().mean())
    if kept.all():
        return {"removed_units": removed}
    first, last = network.layers
    left = int(kept.sum())
    layers = (
        Linear(first.inputs, left, first.bias),
        Linear(left, last.outputs, last.bias),
    )
    smaller = Layered(layers, network.classes, network.activation)
    along = {"W1": 1, "b1": 1, "W2": 2}  # axes of hidden units
    without = {
        name: value.index_select(along[name], kept.nonzero()[:, 0]) if name in along else value
        for name, value in parameters.items()
    }
    change = (smaller.activations(without, x)[1] - outputs)[0]
    size = outputs[0].square()
    return {
        "removed_units": removed,
        "output_change": float(change[:half].abs().max() / size[:half].mean().sqrt()),
        "output_change_elsewhere": float(
            (change[half:].square().mean() / size[half:].mean()).sqrt()
        ),
    }
