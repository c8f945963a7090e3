"""Means over networks, cell by cell, with the networks resampled jointly in all cells."""

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import axes_of, labels_of
from thermophoresis.claims.estimate import Estimate
from thermophoresis.numerics.resampling import sample_and_resamples, spread


def names_of(view: xr.Dataset) -> list[str]:
    """Return what to call each cell of a view; a single one needs no name."""
    cells = zip(view["learning_rate"].values, view["batch_size"].values, strict=True)
    names = [f"η = {rate:g}, |B| = {batch}" for rate, batch in cells]
    for axis in axes_of(view)[2:]:
        labels = labels_of(view, axis)
        names = [f"{name}, {axis} = {label}" for name, label in zip(names, labels, strict=True)]
    return names if len(names) > 1 else [""]


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
    weights = sample_and_resamples(n, rng)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = (values[:, whole] @ weights.T) / np.abs(scale[:, whole] @ weights.T)
    if not np.isfinite(means).all():
        return nothing("the mean in units of which it is given is zero")
    return tuple(
        Estimate(float(row[0]), spread(row[1:], n), n, caveat, cell=name)
        for name, row in zip(names, means, strict=True)
    )
