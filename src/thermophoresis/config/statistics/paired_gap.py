"""About an observable in one experiment less that in another, at equal time."""

from typing import Literal

from thermophoresis.config.claim import PairedClaim


class PairedGapClaim(PairedClaim):
    """About an observable in one experiment less that in another, at equal time."""

    statistic: Literal["paired_gap"]
    over: Literal["end", "whole"] = "end"
    relative: bool = True
