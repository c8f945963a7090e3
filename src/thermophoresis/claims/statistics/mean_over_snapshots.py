"""The mean over networks and snapshots of measured quantities."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each, names_of
from thermophoresis.claims.snapshots import asked_snapshots, summed

if TYPE_CHECKING:
    from thermophoresis.config.statistics.mean_over_snapshots import MeanOverSnapshotsClaim


def mean_over_snapshots(
    view: xr.Dataset, of: Sequence[str], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the mean of each quantity in each cell; of several the names tell which.

    Parameters
    ----------
    view
        See `claims.snapshots.asked_snapshots`.
    of
        Names of the quantities, (cell, network, record) and further axes, over which means go too.
    rng
        Where the resamples of networks come from.
    """
    counted = view["counted"].sum("record").values[:, np.newaxis]
    means, names = [], []
    for name in of:
        further = view[name].size / (view.sizes["cell"] * view.sizes["network"])
        further /= view.sizes["record"]
        means.append(summed(view[name]) / (counted * further))
        told = [name] if len(of) > 1 else []
        names += [", ".join(filter(None, [*told, cell])) for cell in names_of(view)]
    return mean_of_each(np.concatenate(means), names, rng)


def estimate(
    claim: "MeanOverSnapshotsClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> tuple[Estimate, ...]:
    """Return the statistic of a claim, in each cell with what the claim asks for."""
    return mean_over_snapshots(asked_snapshots(claim, read), claim.of, rng)
