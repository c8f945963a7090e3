"""What the eigenvalues of a covariance say: rank by four thresholds, spread, participation ratio.

Eigenvalues are those that need not be zero; of d there are d − n more that are.
"""

from typing import NamedTuple

import numpy as np

# What rounding of relative size ε leaves of zero eigenvalues, as numpy and others count ranks:
# λ_max · d · ε (Chaudhari & Soatto 2018, footnote 1). Of which numbers is not said there.
ROUNDING = {"float32": float(np.finfo(np.float32).eps), "float64": float(np.finfo(np.float64).eps)}
THOUSANDTH = 1e-3  # of the largest
SHARE_OF_TRACE = 0.99
RANKS = ("float32", "float64", "thousandth", "trace99")


class Moments(NamedTuple):
    """Mean and standard deviation of eigenvalues, over all d or over those that are not zero."""

    mean: float
    deviation: float


def ranks(eigenvalues: np.ndarray, dimension: int) -> dict[str, int]:
    """Return the number of eigenvalues by each threshold of `RANKS`.

    Parameters
    ----------
    eigenvalues
        Largest first, none negative, (n,).
    dimension
        d ≥ n.
    """
    largest = eigenvalues[0] if len(eigenvalues) else 0.0
    if largest <= 0:
        return dict.fromkeys(RANKS, 0)
    found = {name: above(eigenvalues, dimension * rounding) for name, rounding in ROUNDING.items()}
    total = np.cumsum(eigenvalues)
    # As many as it takes to have the share.
    enough = int(np.searchsorted(total, SHARE_OF_TRACE * total[-1])) + 1
    return found | {"thousandth": above(eigenvalues, THOUSANDTH), "trace99": enough}


def above(eigenvalues: np.ndarray, threshold: float) -> int:
    """Return how many eigenvalues are above a threshold, in units of the largest."""
    return int((eigenvalues > threshold * eigenvalues[0]).sum())


def participation_ratio(eigenvalues: np.ndarray) -> float:
    """Return (Σλ)² / Σλ²: of n equal eigenvalues it is n; NaN where all are zero."""
    square = float((eigenvalues**2).sum())
    return float(eigenvalues.sum()) ** 2 / square if square > 0 else float("nan")


def moments(eigenvalues: np.ndarray, count: int) -> Moments:
    """Return mean and standard deviation of some eigenvalues, with zeros up to a number of them.

    Parameters
    ----------
    eigenvalues
        Those that need not be zero, (n,).
    count
        Over how many, at least n, or the first of n; NaN over none.
    """
    if count == 0:
        return Moments(float("nan"), float("nan"))
    kept = eigenvalues[:count]
    mean = float(kept.sum()) / count
    # Of those that are left out each is `mean` away from the mean.
    square = float(((kept - mean) ** 2).sum()) + (count - len(kept)) * mean**2
    return Moments(mean, (square / count) ** 0.5)
