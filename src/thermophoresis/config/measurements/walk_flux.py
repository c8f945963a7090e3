"""The flow of the generalised random walk in one or two dimensions, beside what is printed."""

import math
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.fields import Seed
from thermophoresis.config.measurement import Measurement

LEAST_SLOPE = 0.01
LARGEST_GROWTH = 0.25

Slope = Annotated[float, Field(ge=-2, le=2)]


class WalkFlux(Measurement):
    """The flow of the generalised random walk in one or two dimensions, beside what is printed.

    In one dimension g and ρ are exponentials of q. In two, the flow is that along the diagonal
    q₁ = q₂, where both components of g are equal: gᵢ is the exponential of noise_slope times qᵢ
    plus cross_slope times the other coordinate, and ρ that of density_slope times (q₁ + q₂)/2.

    Attributes
    ----------
    step_size
        η.
    noise_slope
        ∂ ln gᵢ/∂qᵢ.
    cross_slope
        In two dimensions ∂ ln gᵢ/∂qⱼ, of the other coordinate; None in one dimension.
    density_slope
        d ln ρ/dq, along the diagonal in two dimensions. What is smaller than 0.01, but not 0,
        would be lost in rounding.
    walkers
        Draws from ρ around each place, of which one step is made.
    seed
        Of the draws.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "flow",
        "flow_printed",
        "flow_fokker_planck",
        "flow_far_end",
        "flow_ratio",
        "coefficient_ratio",
        "remainder_exponent",
        "flow_sampled",
        "flow_sampled_standard_error",
        "flow_sampled_ratio",
        "flow_sampled_ratio_standard_error",
    )
    axes: ClassVar[tuple[str, ...]] = ("position",)
    memory_mb: ClassVar[int] = 1000

    kind: Literal["walk_flux"]
    step_size: Annotated[float, Field(ge=1e-6, le=0.1)] = 0.001
    noise_slope: Slope = 0.0
    cross_slope: Slope | None = None
    density_slope: Slope = 0.0
    walkers: Annotated[int, Field(ge=1000, le=10**8)] = 10_000
    seed: Seed = 0

    @property
    def diagonal_slope(self) -> float:
        """Slope of ln g along the diagonal; in one dimension, along the line."""
        return self.noise_slope + (self.cross_slope or 0.0)

    @model_validator(mode="after")
    def _something_flows(self) -> "WalkFlux":
        for name in ("noise_slope", "cross_slope", "density_slope"):
            if 0 < abs(getattr(self, name) or 0) < LEAST_SLOPE:
                raise ValueError(
                    f"{name} must be 0 or at least {LEAST_SLOPE} in size, not {getattr(self, name)}"
                )
        if not self.noise_slope and not self.cross_slope and not self.density_slope:
            raise ValueError("noise_slope or density_slope must be other than 0: nothing flows")
        if abs(self.diagonal_slope + self.density_slope) < LEAST_SLOPE:
            raise ValueError(
                "noise_slope and density_slope must not cancel: the flow of Eq. 6 would be 0"
            )
        return self

    @model_validator(mode="after")
    def _steps_are_short(self) -> "WalkFlux":
        slope = abs(self.noise_slope) + abs(self.cross_slope or 0.0)
        growth = self.step_size * slope * math.exp(abs(self.diagonal_slope))
        if growth > LARGEST_GROWTH:
            raise ValueError(
                f"step_size must be at most {LARGEST_GROWTH * self.step_size / growth:.3g} with "
                f"these slopes, not {self.step_size}: a step must change little along itself"
            )
        return self
