"""Whether networks that are trained with more noise have an observable lower, at equal loss."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from scipy import stats

from thermophoresis.claims.cells import FEW, Cells, nothing, select_cells
from thermophoresis.claims.equal_loss import each_at_one_loss
from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.numerics.resampling import RESAMPLES, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.drive_agreement import DriveAgreementClaim


def drive_agreement(cells: Cells, rng: np.random.Generator) -> Estimate:
    """Return Kendall's τ-b of η/|B| and minus an observable, over the networks of all cells.

    Each network is taken where its own loss first reaches the lowest level that all of them reach.
    Resamples draw networks with replacement, each with its copies in all cells.

    Parameters
    ----------
    cells
        What is to be low, and the loss.
    rng
        Where the resamples come from.
    """
    n = cells.replicas
    if n < 2:
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

    def agreement(chosen: np.ndarray) -> float:
        of_each = np.repeat(drive, len(chosen))
        return float(stats.kendalltau(of_each, -values[:, chosen].ravel())[0])

    resampled = np.array([agreement(rng.integers(n, size=n)) for _ in range(RESAMPLES)])
    caveat = "; ".join(filter(None, (cells.caveat, f"where the loss is {level:.3g}")))
    value = agreement(np.arange(n))
    return Estimate(value, spread(resampled, n), n, caveat, limits=WITHIN_ONE)


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
