"""Whether networks in which one observable is lower have another higher, at equal loss."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.agreement import rank_agreement
from thermophoresis.claims.cells import FEW, Cells, nothing, select_cells
from thermophoresis.claims.equal_loss import each_at_one_loss
from thermophoresis.claims.estimate import Estimate

if TYPE_CHECKING:
    from thermophoresis.config.statistics.agreement_at_equal_loss import AgreementClaim


def agreement_at_equal_loss(cells: Cells, rng: np.random.Generator) -> Estimate:
    """Return Kendall's τ-b of minus one observable and another, over the networks of all cells.

    Each network is taken where its own loss first reaches the lowest level that all of them reach.

    Parameters
    ----------
    cells
        What is to be low, what is to be high, and the loss.
    rng
        Where the resamples come from.
    """
    if cells.replicas < 2:
        return nothing(cells, FEW)
    low, high, loss = cells.values
    found = each_at_one_loss([low, high], loss)
    if found is None:
        return nothing(cells, "there is no loss that every network comes down to")
    level, (first, second) = found
    return rank_agreement(cells, -first, second, f"where the loss is {level:.3g}", rng)


def estimate(
    claim: "AgreementClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim."""
    cells = select_cells(
        read[claim.curves],
        claim.observables,
        learning_rate=claim.learning_rate,
        batch_size=claim.batch_size,
        further=claim.cells,
    )
    return agreement_at_equal_loss(cells, rng)
