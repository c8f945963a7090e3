"""The stationary state of the random walk between walls, beside the Soret equilibrium."""

from collections.abc import Sequence
from itertools import accumulate
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.fields import Name, Positive, Seed
from thermophoresis.config.measurement import Measurement

# From a wall to where the density is fitted, in steps; and the part that must be left.
STEPS_FROM_WALLS = 5
LEAST_WINDOW = 0.2

Coefficients = Annotated[tuple[float, float, float], Field(strict=False)]


def noise_at(noise: Sequence[float], q: float) -> float:
    """Return g = c₀ + c₁q + c₂q² at a place."""
    constant, linear, quadratic = noise
    return constant + q * (linear + q * quadratic)


def window(noise: Sequence[float], step_size: float) -> tuple[float, float]:
    """Return from where to where between the walls at 0 and 1 no step has seen either of them.

    All from the first place to the last that are `STEPS_FROM_WALLS` steps of the largest size
    between there and the wall from it; found on a grid of thousandths.
    """
    places = [index / 1000 for index in range(1001)]
    sizes = [STEPS_FROM_WALLS * step_size * noise_at(noise, q) for q in places]
    below = (q for q, largest in zip(places, accumulate(sizes, max), strict=True) if q >= largest)
    from_above = accumulate(reversed(sizes), max)
    above = (q for q, it in zip(reversed(places), from_above, strict=True) if 1 - q >= it)
    return next(below, 1.0), next(above, 0.0)


class SoretEquilibrium(Measurement):
    """The stationary state of the random walk between walls, beside the Soret equilibrium.

    Attributes
    ----------
    noise
        By a name, the shapes of g between the walls at 0 and 1: c₀ + c₁q + c₂q².
    step_size
        η.
    thermal_time
        τ = η²t, after which the state is taken for stationary.
    replicas, particles
        Independent groups of particles, and particles in each.
    seed
        Of what is drawn.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "power",
        "power_standard_error",
        "soret_ratio",
        "soret_ratio_standard_error",
    )
    axes: ClassVar[tuple[str, ...]] = ("shape",)
    memory_mb: ClassVar[int] = 1000

    kind: Literal["soret_equilibrium"]
    noise: Annotated[dict[Name, Coefficients], Field(min_length=1)] = Field(
        description="a mapping from names to lists of three coefficients"
    )
    step_size: Annotated[float, Field(ge=1e-4, le=0.05)] = 0.01
    thermal_time: Positive = 1.0
    replicas: Annotated[int, Field(ge=2, le=10_000)] = 50
    particles: Annotated[int, Field(ge=100, le=10**6)] = 2000
    seed: Seed = 0

    @model_validator(mode="after")
    def _walls_are_far_apart(self) -> "SoretEquilibrium":
        for name, coefficients in self.noise.items():
            values = [noise_at(coefficients, index / 1000) for index in range(1001)]
            if min(values) <= 0:
                raise ValueError(f"noise.{name} must be above 0 from 0 to 1, not {min(values):.3g}")
            low, high = window(coefficients, self.step_size)
            if high - low < LEAST_WINDOW:
                raise ValueError(
                    f"step_size must leave a fifth of what is {STEPS_FROM_WALLS} steps from both "
                    f"walls with noise.{name}, not {max(high - low, 0.0):.3g}"
                )
            if max(values) < 1.05 * min(values):
                raise ValueError(f"noise.{name} must change by a twentieth from 0 to 1 at least")
        return self
