"""About the relative change of the median of an observable from the start to the end."""

from typing import Literal

from thermophoresis.config.claim import ObservableClaim


class MedianChangeClaim(ObservableClaim):
    """About the relative change of the median of an observable from the start to the end."""

    statistic: Literal["median_change"]
