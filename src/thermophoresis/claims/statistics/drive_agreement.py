"""Whether networks that are trained with more noise have an observable lower, at equal loss."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.agreement import rank_agreement
from thermophoresis.claims.cells import FEW, Cells, nothing, select_cells
from thermophoresis.claims.equal_loss import each_at_one_loss
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.statistics.drive_agreement import DriveAgreementClaim


def drive_agreement(cells: Cells, rng: np.random.Generator) -> Estimate:
    """Return Kendall's τ-b of η/|B| and minus an observable, over the networks of all cells.

    Each network is taken where its own loss first reaches the lowest level that all of them reach.

    Parameters
    ----------
    cells
        What is to be low, and the loss.
    rng
        Where the resamples come from.
    """
    if cells.replicas < 2:
        return nothing(cells, FEW)
    low, loss = cells.values
    found = each_at_one_loss([low], loss)
    if found is None:
        return nothing(cells, "there is no loss that every network comes down to")
    level, (values,) = found
    # Rates as products of decimals: what is equal but for rounding is equal.
    drive = np.round(np.log(cells.learning_rate / cells.batch_size), 9)
    if len(np.unique(drive)) < 2:
        return nothing(cells, "the cells have one η/|B|")
    of_each = np.broadcast_to(drive[:, np.newaxis], values.shape)
    return rank_agreement(cells, of_each, -values, f"where the loss is {level:.3g}", rng)


def estimate(
    claim: "DriveAgreementClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim."""
    cells = select_cells(
        read[claim.curves],
        claim.observables,
        learning_rate=claim.learning_rate,
        batch_size=claim.batch_size,
        further=claim.cells,
    )
    return drive_agreement(cells, rng)
