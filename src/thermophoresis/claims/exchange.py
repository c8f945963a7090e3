"""Cells that exchange η for |B|: how far their curves lie from one of them, and where they part.

With β = |B|/|B|₀, a cell keeps η/|B| if η = βη₀ (linear) and η/√|B| if η = √β η₀ (root). The
distance of its curve from that of (η₀, |B|₀),

    D² = Σ_t (mean of the difference)² / Σ_t (variance over networks at η₀),

is in units of the spread of networks, on a grid of the time that both have but its start. What the
noise of means adds is taken away.
"""

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import GRID
from thermophoresis.errors import UserError

POWER = {"linear": 1.0, "root": 0.5}
Array = np.ndarray


def exchanged(
    view: xr.Dataset, base: tuple[float, int], factors: tuple[float, ...], scaling: str
) -> list[int]:
    """Return where the base is among cells, then the cell of each factor.

    Raises
    ------
    UserError
        One is missing, or there are two of them.
    """
    rates, batches = view["learning_rate"].values, view["batch_size"].values
    found = []
    for factor in (1.0, *factors):
        rate, batch = base[0] * factor ** POWER[scaling], base[1] * factor
        there = np.isclose(rates, rate, rtol=1e-6) & np.isclose(batches, batch, rtol=1e-6)
        if there.sum() != 1:
            raise UserError(f"{there.sum()} cells with η = {rate:g} and |B| = {batch:g}; must be 1")
        found.append(int(np.flatnonzero(there)[0]))
    return found


def clock(view: xr.Dataset, time: str) -> Array:
    """Return the time of each record, (cell, record): Σ η, or samples drawn."""
    of_step = view["learning_rate" if time == "training_time" else "batch_size"].values
    found: Array = view["step"].values * of_step[:, np.newaxis]
    return found


def on_one_grid(values: Array, times: Array, until: float = np.inf) -> Array:
    """Return curves (cell, network, record) at equal times that all cells have, after the start.

    Raises
    ------
    UserError
        They have none.
    """
    end = min(times[:, -1].min(), until)
    if not times[:, 0].max() < end:
        raise UserError("the cells have no time in common")
    grid = np.linspace(times[:, 0].max(), end, GRID)[1:]
    return np.stack(
        [
            np.stack([np.interp(grid, time, curve) for curve in curves])
            for time, curves in zip(times, values, strict=True)
        ]
    )


def squared_distances(curves: Array, weights: Array) -> Array:
    """Return D² of each cell but the first from the first, (cell, resamples).

    Parameters
    ----------
    curves
        Shape (cell, network, time), the base first.
    weights
        Of networks, (resamples, network), the sample itself first. What the noise of means adds is
        taken away of all, as it is in the sample.
    """
    base = curves[0]
    mean = weights @ base
    n = curves.shape[1]
    variance = (weights @ base**2 - mean**2).sum(axis=1) * n / (n - 1)
    variance = np.where(variance > 0, variance, np.nan)  # of a resample of one network alone
    found = []
    for other in curves[1:]:
        difference = other - base
        by_noise = difference.var(axis=0, ddof=1).sum() / n
        found.append((((weights @ difference) ** 2).sum(axis=1) - by_noise) / variance)
    return np.stack(found)


def breaking_factor(factors: tuple[float, ...], squares: Array) -> Array:
    """Return the β at which D passes 1 for the first time, each (resamples,), NaN where it is not.

    ln D is taken as linear in ln β between the factors.

    Parameters
    ----------
    factors
        β, increasing.
    squares
        D², (factor, resamples).
    """
    x = np.log(factors)
    y = 0.5 * np.log(np.maximum(squares, 1e-6))
    found = np.full(y.shape[1], np.nan)
    for k in range(len(x) - 1, 0, -1):
        passes = (y[k - 1] < 0) & (y[k] >= 0)
        share = -y[k - 1] / np.where(passes, y[k] - y[k - 1], 1)
        found = np.where(passes, x[k - 1] + share * (x[k] - x[k - 1]), found)
    return np.where(y[0] >= 0, np.nan, np.exp(found))
