"""Spearman's coefficient of a measured quantity and η/|B|, over the networks of all cells.

The cells are those that were chosen, and are not resampled. A network has the same initialisation
and data in every cell: a resample has it in all of them or in none.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import WITHIN_ONE, Estimate
from thermophoresis.claims.measured_cells import (
    both,
    measured_cells,
    of_experiments,
    resampled_networks,
)
from thermophoresis.claims.ranks import spearman
from thermophoresis.errors import UserError
from thermophoresis.numerics.resampling import RESAMPLES, spread

if TYPE_CHECKING:
    from thermophoresis.config.statistics.noise_correlation import NoiseCorrelationClaim

FEWEST = 2  # η/|B| that differ, and networks
TOGETHER = 100  # resamples whose ranks are made at a time


def points(
    claim: "NoiseCorrelationClaim", read: Mapping[str, xr.Dataset]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, str]:
    """Return the quantity, η/|B| and what is given, each (cell, network), and a caveat."""
    names = [claim.variable, "train_loss", "train_accuracy"]
    cells = [
        measured_cells(claim, measured, curves, names)
        for measured, curves in of_experiments(read, claim.reads)
    ]
    if len({it.networks for it in cells}) > 1:
        raise UserError(f"{' and '.join(claim.subjects)} have other numbers of networks")
    whole = np.all([it.whole for it in cells], axis=0)
    cells = [it.only(whole) for it in cells]
    rows, caveat = [], cells[0].caveat
    dropped = 0
    for one in cells:
        value, loss, accuracy = one.values
        given = {"training_time": one.training_time, "train_loss": loss}.get(
            claim.given or "", np.zeros_like(value)
        )
        kept = accuracy.mean(1) >= (claim.trained_to or 0.0)
        dropped += int((~kept).sum())
        noise = np.broadcast_to(one.noise[:, None], value.shape)
        rows.append(np.stack([value, noise, given])[:, kept])
    if dropped:
        caveat = both(caveat, f"{dropped} cells with less than {claim.trained_to:.0%} are left out")
    x, noise, given = np.concatenate(rows, axis=1)
    return x, noise, given, both(caveat, f"{len(x)} cells of {x.shape[1]} networks")


def estimate(
    claim: "NoiseCorrelationClaim", read: Mapping[str, xr.Dataset], rng: np.random.Generator
) -> Estimate:
    """Return the statistic of a claim.

    Raises
    ------
    UserError
        A file lacks what is asked for.
    """
    x, noise, given, caveat = points(claim, read)
    n = x.shape[1]
    if n < FEWEST or len(np.unique(noise)) < FEWEST:
        return Estimate(np.nan, np.nan, n, both(caveat, "fewer than two networks or η/|B|"))

    def coefficient(chosen: np.ndarray) -> np.ndarray:
        drawn = (np.moveaxis(it[:, chosen], 1, 0) for it in (x, noise, given))
        one, other, fixed = (it.reshape(len(chosen), -1) for it in drawn)
        return spearman(one, other, fixed if claim.given else None)

    value = float(coefficient(np.arange(n)[None])[0])
    if not np.isfinite(value):
        why = "what is given goes with η/|B| in every network, or nothing varies"
        return Estimate(np.nan, np.nan, n, both(caveat, why))
    chosen = resampled_networks(n, rng, RESAMPLES)
    parts = [chosen[it : it + TOGETHER] for it in range(0, RESAMPLES, TOGETHER)]
    error = spread(np.concatenate([coefficient(part) for part in parts]), n)
    return Estimate(value, error, n, caveat, limits=WITHIN_ONE)
