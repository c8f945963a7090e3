"""About the rank correlation of two quantities over the snapshots of a network."""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config import kinds
from thermophoresis.config.claim import CellsClaim

CurvatureQuantity = Literal[
    "activation_rate",
    "second_layer_norm",
    "weight_norm",
    "trace_bound",
    "trace_product",
    "ggn_trace",
]


class RankClaim(CellsClaim):
    """About the rank correlation of two quantities over the snapshots of a network."""

    read_from: ClassVar[tuple[str, ...]] = (
        "curves/{experiment}",
        "measurements/hessian_chain/{experiment}",
    )

    statistic: Literal["rank_correlation"]
    of: CurvatureQuantity = Field(description="what is expected to follow")
    on: CurvatureQuantity = Field(description="what it is expected to follow from")

    @model_validator(mode="after")
    def _two_quantities(self) -> "RankClaim":
        if self.of == self.on:
            raise ValueError(f"got {self.of} as both of and on; must be two quantities")
        return self

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return tuple(it for it in (self.of, self.on) if it in kinds.names("observables"))
