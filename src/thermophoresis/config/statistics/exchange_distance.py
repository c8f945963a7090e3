"""About how far apart curves lie when η is exchanged for |B|."""

from typing import Literal

from pydantic import Field, model_validator

from thermophoresis.config.exchange import AnyFactors, ExchangeClaim
from thermophoresis.config.fields import Axes


class ExchangeDistanceClaim(ExchangeClaim):
    """About how far curves lie from that of another η, in units of the spread of networks.

    Attributes
    ----------
    factors
        β = |B|/|B|₀ of the other cells.
    noise_free
        What the other cell has on further axes instead, where that is one without noise.
    scaling
        Whether η/|B| is kept (``linear``), η/√|B| (``root``), or the distance of the first is
        taken less that of the second (``linear_less_root``).
    time
        At which time curves are compared.
    """

    statistic: Literal["exchange_distance"]
    factors: AnyFactors = ()
    noise_free: Axes = Field(default_factory=dict)
    scaling: Literal["linear", "root", "linear_less_root"] = "linear"
    time: Literal["training_time", "epochs"] = "training_time"

    @model_validator(mode="after")
    def _is_to_something(self) -> "ExchangeDistanceClaim":
        if bool(self.factors) == bool(self.noise_free):
            raise ValueError("must have either factors or noise_free: to what the distance is")
        if self.noise_free and self.scaling == "linear_less_root":
            raise ValueError("scaling must be left out with noise_free")
        return self
