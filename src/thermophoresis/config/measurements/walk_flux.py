"""The flow of the generalised random walk in one dimension, beside what is printed of it."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.measurement import Measurement

LEAST_SLOPE = 0.01


class WalkFlux(Measurement):
    """The flow of the generalised random walk in one dimension, beside what is printed of it.

    Attributes
    ----------
    step_size
        η.
    noise_slope
        d ln g / dq: g(q) is its exponential.
    density_slope
        d ln ρ / dq: so is the density. What is smaller than 0.01, but not 0, would be lost in
        rounding.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "flow",
        "flow_printed",
        "flow_ratio",
        "coefficient_ratio",
    )
    axes: ClassVar[tuple[str, ...]] = ("position",)
    memory_mb: ClassVar[int] = 1000

    kind: Literal["walk_flux"]
    step_size: Annotated[float, Field(ge=1e-6, le=0.01)] = 0.001
    noise_slope: Annotated[float, Field(ge=-2, le=2)] = 0.0
    density_slope: Annotated[float, Field(ge=-2, le=2)] = 0.0

    @model_validator(mode="after")
    def _something_flows(self) -> "WalkFlux":
        for name in ("noise_slope", "density_slope"):
            if 0 < abs(getattr(self, name)) < LEAST_SLOPE:
                raise ValueError(
                    f"{name} must be 0 or at least {LEAST_SLOPE} in size, not {getattr(self, name)}"
                )
        if not self.noise_slope and not self.density_slope:
            raise ValueError("noise_slope or density_slope must be other than 0: nothing flows")
        if abs(self.noise_slope + self.density_slope) < LEAST_SLOPE:
            raise ValueError(
                "noise_slope and density_slope must not cancel: the flow of Eq. 6 would be 0"
            )
        return self
