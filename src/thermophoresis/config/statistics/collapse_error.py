"""About how the cells collapse as functions of t η^α / |B|^β."""

from typing import Literal

from thermophoresis.config.claim import RescaledClaim


class CollapseClaim(RescaledClaim):
    """About how the cells collapse as functions of t η^α / |B|^β."""

    statistic: Literal["collapse_error"]
