"""About the relative change of an observable from the start to the end of training."""

from typing import Literal

from thermophoresis.config.claim import ObservableClaim


class RelativeChangeClaim(ObservableClaim):
    """About the relative change of an observable from the start to the end of training."""

    statistic: Literal["relative_change"]
