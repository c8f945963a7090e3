"""Rank correlations of many resamples at a time."""

import numpy as np
from scipy.stats import rankdata


def spearman(x: np.ndarray, y: np.ndarray, z: np.ndarray | None = None) -> np.ndarray:
    """Return Spearman's coefficient of x and y, or the partial one given z.

    The partial one is the correlation of what is left of the ranks of x and y after regression on
    those of z. Where z does not vary it is the plain one.

    Parameters
    ----------
    x, y, z
        Each (…, point).

    Returns
    -------
    numpy.ndarray
        Shape (…); NaN where x or y does not vary, or has nothing that z has not.
    """
    one, other = centred_ranks(x), centred_ranks(y)
    if z is not None:
        fixed = centred_ranks(z)
        one, other = without(one, fixed), without(other, fixed)
    size = np.sqrt((one**2).sum(-1) * (other**2).sum(-1))
    # What regression leaves of ranks that are those of z is rounding.
    whole = np.shape(x)[-1] ** 3 / 12
    with np.errstate(divide="ignore", invalid="ignore"):
        found: np.ndarray = np.where(size > 1e-9 * whole, (one * other).sum(-1) / size, np.nan)
    return found


def centred_ranks(values: np.ndarray) -> np.ndarray:
    """Return ranks (…, point) less their mean; what is equal shares one."""
    ranks: np.ndarray = rankdata(values, axis=-1)
    found: np.ndarray = ranks - ranks.mean(-1, keepdims=True)
    return found


def without(values: np.ndarray, fixed: np.ndarray) -> np.ndarray:
    """Return centred values (…, point) less their part along others."""
    square = (fixed**2).sum(-1, keepdims=True)
    slope = (values * fixed).sum(-1, keepdims=True) / np.where(square > 0, square, 1.0)
    found: np.ndarray = values - slope * fixed
    return found


class Pairs:
    """Signs of the differences of all pairs of networks of a group of cells, by replica.

    Kendall's τ-b of any resample of replicas is a ratio of quadratic forms in how often each is in
    it, so that resamples cost next to nothing.

    Parameters
    ----------
    x, y
        Each (cell, network).
    """

    def __init__(self, x: np.ndarray, y: np.ndarray):
        one, other = (np.sign(it[:, :, None, None] - it[None, None]) for it in (x, y))
        self._both = (one * other).sum((0, 2))
        self._one, self._other = (one**2).sum((0, 2)), (other**2).sum((0, 2))

    def kendall(self, weights: np.ndarray) -> np.ndarray:
        """Return τ-b of resamples (resample, network); NaN where one of the two does not vary."""
        both, one, other = (
            np.einsum("ri,ij,rj->r", weights, it, weights, optimize=True)
            for it in (self._both, self._one, self._other)
        )
        with np.errstate(divide="ignore", invalid="ignore"):
            found: np.ndarray = both / np.sqrt(one * other)
        return found
