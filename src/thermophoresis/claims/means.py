"""Means over networks, cell by cell, with the networks resampled jointly in all cells."""

import numpy as np
import xarray as xr

from thermophoresis.claims.estimate import Estimate
from thermophoresis.numerics.resampling import resample_weights, spread


def trained_cells(
    dataset: xr.Dataset, learning_rate: float | None, batch_size: int | None
) -> tuple[list[dict[str, float]], list[str]]:
    """Return the coordinates of the trained cells with some η or |B|, and what to call each.

    A single cell needs no name.
    """
    cells = [
        {"learning_rate": rate, "batch_size": batch}
        for rate in dataset["learning_rate"].values.tolist()
        for batch in dataset["batch_size"].values.tolist()
        if dataset["trained"].sel(learning_rate=rate, batch_size=batch)
        and learning_rate in (None, rate)
        and batch_size in (None, batch)
    ]
    names = [f"η = {cell['learning_rate']:g}, |B| = {cell['batch_size']}" for cell in cells]
    return cells, names if len(names) > 1 else [""] * len(names)


def mean_of_each(
    values: np.ndarray,
    names: list[str],
    rng: np.random.Generator,
    scale: np.ndarray | None = None,
) -> tuple[Estimate, ...]:
    """Estimate the mean over networks in each cell, in units of the size of another mean.

    Parameters
    ----------
    values
        Shape (cells, networks). A network with a value that is not finite is left out of all cells.
    names
        What to call the cells.
    rng
        Where the resamples of networks come from.
    scale
        In units of the size of its mean, shaped as the values; of one if there is none.
    """
    scale = np.ones_like(values) if scale is None else scale
    whole = (np.isfinite(values) & np.isfinite(scale)).all(axis=0)
    n, total = int(whole.sum()), len(whole)
    caveat = "" if n == total else f"{total - n:,} of {total:,} are not finite and left out"

    def nothing(why: str) -> tuple[Estimate, ...]:
        return (Estimate(np.nan, np.nan, n, "; ".join(filter(None, (caveat, why)))),)

    if n < 2:
        return nothing("fewer than two have finite values in all cells")
    # First the sample itself, then its resamples.
    weights = np.concatenate([np.full((1, n), 1 / n), resample_weights(n, rng)])
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (values[:, whole] @ weights.T) / np.abs(scale[:, whole] @ weights.T)
    if not np.isfinite(means).all():
        return nothing("the mean in units of which it is given is zero")
    return tuple(
        Estimate(float(row[0]), spread(row[1:], n), n, caveat, cell=name)
        for name, row in zip(names, means, strict=True)
    )
