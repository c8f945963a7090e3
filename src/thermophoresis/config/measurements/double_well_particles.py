"""Particles in the double well in which a force circulates."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Positive, Seed
from thermophoresis.config.measurement import Measurement

Strength = Annotated[float, Field(ge=0, le=10)]


class DoubleWellParticles(Measurement):
    """Particles in the double well of `double_well`, which know nothing of its solver.

    Attributes
    ----------
    strengths, inverse_temperatures
        λ and β.
    radius
        What is near the origin.
    time_step
        Of Euler and Maruyama; averages are extrapolated from it and its half.
    burn_in, time
        For how long particles move before they are counted, and while they are.
    replicas, particles
        Independent groups of particles, and particles in each.
    seed
        Of what is drawn.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "near",
        "near_standard_error",
        "near_gain",
        "near_gain_standard_error",
        "turns",
        "turns_standard_error",
        "entropy_production",
        "entropy_production_standard_error",
        "turns_ratio",
        "turns_ratio_standard_error",
        "entropy_ratio",
        "entropy_ratio_standard_error",
        "deviation",
        "deviation_standard_error",
    )
    axes: ClassVar[tuple[str, ...]] = ("strength", "inverse_temperature", "quantity")
    memory_mb: ClassVar[int] = 1000

    kind: Literal["double_well_particles"]
    strengths: Annotated[tuple[Strength, ...], Field(strict=False, min_length=1)] = (0.5, 1.5)
    inverse_temperatures: Annotated[tuple[Positive, ...], Field(strict=False, min_length=1)] = (
        *(1.0, 4.0),
        16.0,
    )
    radius: Annotated[float, Field(gt=0, le=1)] = 0.4
    time_step: Annotated[float, Field(ge=1e-4, le=0.05)] = 0.02
    burn_in: Positive = 10.0
    time: Positive = 20.0
    replicas: Annotated[int, Field(ge=2, le=10_000)] = 64
    particles: Annotated[int, Field(ge=1, le=10**6)] = 128
    seed: Seed = 0
