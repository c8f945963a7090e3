"""A number that decides a claim, and how well it is known."""

from dataclasses import dataclass, replace

import numpy as np

from thermophoresis.numerics.intervals import student_half_width

WITHIN_ONE = (-1.0, 1.0)  # what correlations and contrasts can be

# Probability of missing, 1 − level, and the least number of networks whose interval misses at most
# 2.5 times as often, where single networks have the skewness 0.7: see docs/coverage.md.
FEWEST_NETWORKS = ((0.05, 8), (0.01, 8), (0.001, 8), (0.0005, 8), (0.0002, 64), (0.0001, 64))


def fewest_networks(level: float) -> int:
    """Return how many networks an interval takes; fewer would miss too often to be relied on.

    Estimates over few networks are no more normal than single networks are, and Student's quantile
    allows for a normal distribution alone: the further out in its tails, the more networks it takes
    until that is what a mean has. Beyond the levels of the table its last number serves.

    Parameters
    ----------
    level
        Probability that the interval covers what it should, in (0, 1).
    """
    allowed = (1 - level) * (1 + 1e-9)  # levels are differences from one
    return next((n for missing, n in FEWEST_NETWORKS if missing <= allowed), FEWEST_NETWORKS[-1][1])


@dataclass(frozen=True)
class Estimate:
    """A number and how well it is known.

    Attributes
    ----------
    value
        The number; NaN where the data do not define it.
    standard_error
        From the bootstrap; 0 for a count of everything that was evaluated.
    replicas
        Number of independent replicas behind it.
    caveat
        What to keep in mind; empty for nothing.
    root
        Whether value and standard error are those of a square, the root of which is the statistic.
    cell
        Which cell or pair of cells it is about; empty for all together.
    limits
        The least and the largest value that the statistic can have.
    closest
        Of an exponent: how far apart the curves lie for that exponent for which they come closest,
        as ε; None for other statistics.
    rejects
        Whether the number is a p-value: a small one speaks for a claim, and none speaks against it.
    """

    value: float
    standard_error: float
    replicas: int
    caveat: str = ""
    root: bool = False
    cell: str = ""
    limits: tuple[float, float] = (-np.inf, np.inf)
    closest: "Estimate | None" = None
    rejects: bool = False

    @property
    def shown(self) -> float:
        """The statistic itself."""
        return float(np.sqrt(max(self.value, 0.0))) if self.root else self.value

    def told(self, words: str) -> "Estimate":
        """Return it with more to keep in mind; empty for nothing."""
        return replace(self, caveat="; ".join(filter(None, (self.caveat, words))))

    def interval(self, level: float) -> tuple[float, float]:
        """Return value ± Student quantile × bootstrap standard error, NaN where it is undefined.

        The quantile at n − 1 degrees of freedom serves at any level, as percentiles of a thousand
        resamples do not; means over replicas are close to normal.

        The standard error of a square grows with it: that of (ε + σ z)² is about 2 ε σ. A square
        that is too small by chance has too small an error as well, and value + quantile × error
        would miss what is above it far too often. The upper end is therefore where a square lies
        the quantile times its own error above the value, the variance growing in proportion; a
        negative value is noise, and counts as zero there.

        No interval reaches beyond `limits`.
        """
        if self.standard_error == 0:
            low = high = self.value
        elif self.replicas < 2 or not np.isfinite(self.standard_error):
            return np.nan, np.nan
        else:
            half = student_half_width(self.standard_error, self.replicas, level)
            # Of numbers numpy's functions return numbers, where it says arrays.
            low, high = self.value - half, self.value + half  # type: ignore[assignment]
            if self.root:
                growth = half**2 / max(self.value, self.standard_error) / 2
                high = max(self.value, 0.0) + growth + np.hypot(growth, half)
        if self.root:
            low, high = (np.sqrt(max(end, 0.0)) for end in (low, high))
        low, high = np.clip((low, high), *self.limits)
        return float(low), float(high)
