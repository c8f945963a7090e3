"""Which means, deviations and ranks a non-negative spectrum can have.

Of d eigenvalues that are not negative let r be above 0, μ be their mean over all d and s their
standard deviation. By Cauchy and Schwarz (Σλ)² ≤ rΣλ², that is d²μ² ≤ rd(μ² + s²), so that

    r/d ≥ μ²/(μ² + s²).                                             (M)

With μ and s over the r that are above 0, the mean over all is μr/d and the mean square
(μ² + s²)r/d, so that (M) is r/d ≥ (r/d)μ²/(μ² + s²): it says nothing.

**A rank with a threshold** counts eigenvalues above tλ_max, t = dε with the machine precision ε.
Those below it may be as large as tλ_max. If one is λ_max and all others are tλ_max,

    μ²/(μ² + s²) = (1 + (d − 1)t)²/(d(1 + (d − 1)t²)),              (T)

with a rank of 1: in single precision t is no small number once d is 10⁴, and what is below the
threshold can have most of the trace. How much it has at least follows from (M): the r eigenvalues
above have (Σλ)² ≤ rd(μ² + s²), and hence of the trace dμ no more than

    √((r/d)(μ² + s²)/μ²).                                           (S)
"""

from math import sqrt


def least_rank_share(mean: float, deviation: float) -> float:
    """Return μ²/(μ² + s²): by Eq. M the least r/d.

    Parameters
    ----------
    mean, deviation
        μ ≥ 0 and s ≥ 0, not both 0.
    """
    return mean**2 / (mean**2 + deviation**2)


def largest_trace_share(mean: float, deviation: float, rank_share: float) -> float:
    """Return the largest share of the trace that r eigenvalues can have, by Eq. S, at most 1.

    Parameters
    ----------
    mean, deviation
        μ > 0 and s ≥ 0 over all d.
    rank_share
        r/d.
    """
    return min(1.0, sqrt(rank_share / least_rank_share(mean, deviation)))


def share_below_threshold(weights: int, precision: float) -> float:
    """Return Eq. T: a share of μ²/(μ² + s²) that is reached with a numerical rank of 1.

    Parameters
    ----------
    weights
        d.
    precision
        ε; t = dε is at most 1.
    """
    threshold = min(weights * precision, 1.0)
    others = weights - 1
    return (1 + others * threshold) ** 2 / (weights * (1 + others * threshold**2))
