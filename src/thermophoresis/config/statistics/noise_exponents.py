"""About whether the noise's own scale acts as η/|B| does."""

from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.fields import Axes
from thermophoresis.config.measured_claim import RecordedOrMeasuredClaim


class NoiseExponentsClaim(RecordedOrMeasuredClaim):
    """About the exponent of κ² less that of η/|B|, of what is there late in training.

    Measured is what is there at the last record.

    Attributes
    ----------
    quantity
        ``value``: its mean; ``excess``: that over what it is without noise, network by network;
        ``spread``: the variance of that over networks, which goes as the excess does.
    noise_free
        What the cell without noise has on further axes; with excess and spread.
    """

    statistic: Literal["noise_exponents"]
    quantity: Literal["value", "excess", "spread"] = "value"
    noise_free: Axes = Field(default_factory=dict)

    @model_validator(mode="after")
    def _is_beside_no_noise(self) -> "NoiseExponentsClaim":
        if bool(self.noise_free) == (self.quantity == "value"):
            raise ValueError("must have noise_free with excess and spread, and with these alone")
        return self
