"""About ends of phases of low and of high η/|B|, one after the other."""

from typing import Literal

from thermophoresis.config.measured_claim import RecordedOrMeasuredClaim


class PhaseContrastClaim(RecordedOrMeasuredClaim):
    """About ends of phases of low η/|B|, less those of high ones before and after.

    What has been measured is taken at every record.

    Attributes
    ----------
    first
        Which of the two comes first: its phases end at the records 1, 3, ….
    relative
        Of logarithms: small differences are shares of what is there.
    """

    statistic: Literal["phase_contrast"]
    first: Literal["high", "low"] = "high"
    relative: bool = True
