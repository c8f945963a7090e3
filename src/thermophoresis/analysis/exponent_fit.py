"""What a fit of exponents has found."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from thermophoresis.numerics.intervals import student_half_width


class Outcome(StrEnum):
    """What became of the fit of an exponent."""

    IDENTIFIED = "identified"
    NOT_VARIED = "the cells do not differ in this hyperparameter"
    CONFOUNDED = "learning rate and batch size vary together"
    FEW_REPLICAS = "fewer than two replicas are left"
    NO_OVERLAP = "the curves have too little thermal time in common"
    FLAT = "the curves do not change beyond their noise"
    EDGE = "the fit runs to an end of the searched range: no exponent in it stands out"


@dataclass(frozen=True)
class Exponent:
    """A fitted exponent.

    Attributes
    ----------
    outcome
        Whether the exponent is identified, or why not.
    value
        Estimate; NaN unless identified.
    resampled
        Estimates from the bootstrap resamples, shape (resamples,); empty unless identified.
    replicas
        Number of independent replicas that the estimate rests on.
    """

    outcome: Outcome
    value: float
    resampled: np.ndarray
    replicas: int

    @property
    def identified(self) -> bool:
        """Whether the data determine the exponent."""
        return self.outcome is Outcome.IDENTIFIED

    @property
    def standard_error(self) -> float:
        """Bootstrap standard error; NaN unless identified.

        Root mean square of the resamples' distances from the estimate, not from their own mean: the
        same if they surround it, larger if the estimate sits in a minimum that few resamples share,
        as may be where no exponent fits. Resampling n replicas underestimates variances by
        (n − 1)/n, which is undone.
        """
        if not self.identified:
            return np.nan
        square = ((self.resampled - self.value) ** 2).mean()
        return float(np.sqrt(square * self.replicas / (self.replicas - 1)))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Confidence interval: estimate ± Student quantile × bootstrap standard error.

        A percentile interval at level 0.999 needs the outermost of many thousands of resamples. The
        standard error needs the second moment alone, which B resamples give with a relative error
        of 1/√(2B) at any level: 4 % for 400. The exponent is a smooth function of the mean curves,
        hence close to normal, and Student's quantile with n − 1 degrees of freedom allows for a
        scatter that is itself estimated from n replicas.

        Parameters
        ----------
        level
            Probability that the interval covers the exponent, in (0, 1).

        Returns
        -------
        low, high
            NaN where the exponent was not varied, hence not sought; infinite where it was, but the
            data leave it open.

        Raises
        ------
        ValueError
            The level is outside (0, 1).
        """
        if not 0 < level < 1:
            raise ValueError(f"confidence level {level} is outside (0, 1)")
        if self.outcome is Outcome.NOT_VARIED:
            return np.nan, np.nan
        if not self.identified:
            return -np.inf, np.inf
        half_width = student_half_width(self.standard_error, self.replicas, level)
        return float(self.value - half_width), float(self.value + half_width)


@dataclass(frozen=True)
class Fit:
    """Exponents for which curves coincide as functions of t · η^α · |B|^(−β) · a^γ.

    Attributes
    ----------
    alpha, beta, gamma
        Exponents of learning rate, batch size and what is swept further.
    cost
        Cost at the minimum, the best collapse there is: about 1 or less if nothing but noise is
        between the curves, much more if they coincide for no exponents. NaN without a fit.
    thermal_cost
        Cost at the thermal exponents; NaN without a fit.
    window
        Range of thermal time over which the curves were compared; NaN without a common one.
    replicas
        Number of replicas that were averaged.
    left_out
        Number of replicas with a value that is not finite, which were left out of every cell.
    """

    alpha: Exponent
    beta: Exponent
    cost: float
    thermal_cost: float
    window: tuple[float, float]
    replicas: int
    left_out: int
    gamma: Exponent
