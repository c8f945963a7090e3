"""The share of cells in which a network has learned its training set, averaged over networks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.claims.means import mean_of_each
from thermophoresis.claims.measured_cells import whole_cells

if TYPE_CHECKING:
    from thermophoresis.config.statistics.trained_share import TrainedShareClaim


def estimate(
    claim: "TrainedShareClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim.

    Raises
    ------
    UserError
        A file lacks what is asked for.
    """
    cells = whole_cells(claim, read, ["train_accuracy"])
    learned = cells.values[0] >= claim.trained_to - 1e-12
    shares = learned.mean(axis=0, dtype=np.float64)
    every = int(learned.all(axis=1).sum())
    told = f"in {every} of {len(learned)} cells every network has"
    (found,) = mean_of_each(shares[None], [""], rng)
    return replace(found, limits=(0.0, 1.0)).told(cells.caveat).told(told)
