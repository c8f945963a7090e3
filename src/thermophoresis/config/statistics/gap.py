"""About the gap between the cells as functions of t η^α / |B|^β."""

from typing import Literal

from thermophoresis.config.claim import RescaledClaim


class GapClaim(RescaledClaim):
    """About the gap between the cells as functions of t η^α / |B|^β."""

    statistic: Literal["gap"]
