"""About the powers of η and |B| with which a measured quantity goes."""

from typing import Literal

from thermophoresis.config.measured_claim import VariableClaim


class MeasuredExponentsClaim(VariableClaim):
    """About the powers of η and |B| with which a measured quantity goes, over cells.

    Attributes
    ----------
    of
        The one of η, that of |B|, or what they add up to, 0 where η/|B| alone counts.
    """

    statistic: Literal["measured_exponents"]
    of: Literal["sum", "rate", "batch"] = "sum"
