"""About the change of an observable from the start to the end of training."""

from typing import Literal

from thermophoresis.config.claim import ObservableClaim


class ChangeClaim(ObservableClaim):
    """About the change of an observable from the start to the end of training."""

    statistic: Literal["change"]
