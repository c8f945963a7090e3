"""Where particles of the random walk with multiplicative noise are, in the mean and typically."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.fields import Positive, Seed
from thermophoresis.config.measurement import Measurement


class WalkMoments(Measurement):
    """Where particles of the random walk with g(q) = noise_slope q are that start at q = 1.

    Attributes
    ----------
    noise_slope
        dg/dq.
    step_size
        η.
    thermal_time
        The last τ = η²t.
    replicas, particles
        Independent groups of particles, and particles in each.
    seed
        Of what is drawn.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "mean_change",
        "mean_change_standard_error",
        "median_change",
        "median_change_standard_error",
        "mean_log_change",
        "mean_log_change_standard_error",
    )
    axes: ClassVar[tuple[str, ...]] = ("thermal_time",)
    memory_mb: ClassVar[int] = 1000

    kind: Literal["walk_moments"]
    noise_slope: Positive = 1.0
    step_size: Annotated[float, Field(ge=1e-4, le=0.5)] = 0.01
    thermal_time: Positive = 1.0
    replicas: Annotated[int, Field(ge=2, le=10_000)] = 50
    particles: Annotated[int, Field(ge=100, le=10**6)] = 2000
    seed: Seed = 0

    @model_validator(mode="after")
    def _particles_stay_above_zero(self) -> "WalkMoments":
        if self.step_size * self.noise_slope >= 1:
            raise ValueError("step_size times noise_slope must be below 1: a step would reach 0")
        return self
