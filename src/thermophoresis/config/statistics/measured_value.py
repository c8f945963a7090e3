"""About a measurement of the runs of an experiment, at the last record or another one."""

from typing import Literal

from thermophoresis.config.fields import Count
from thermophoresis.config.measured_claim import VariableClaim


class MeasuredValueClaim(VariableClaim):
    """About a measurement of the runs of an experiment, at the last record or another one.

    Attributes
    ----------
    snapshot
        At which record of the measurement, from 1 on; None for the last one.
    root
        Whether what was measured is a square, of whose mean the root is taken.
    """

    statistic: Literal["measured_value"]
    snapshot: Count | None = None
    root: bool = False
