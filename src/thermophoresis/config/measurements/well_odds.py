"""Odds between two wells: counted, of discrete SGD's stationary vector, by quadrature, printed."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field, field_validator, model_validator

from thermophoresis.config.fields import Count, Positive, Rates, Seed
from thermophoresis.config.measurement import Measurement

Batches = Annotated[tuple[Annotated[int, Field(ge=1, le=64)], ...], Field(strict=False)]
# What has standard errors.
COUNTED = (
    *("log_odds", "residual", "as_printed", "slope_error", "slope_in_noise", "crossover_ratio"),
    *("log_odds_by_way", "residual_by_way", "oracle_difference", "exponent"),
    *("scaled_log_odds", "scaled_shift", "scaled_residual", "scaled_limit"),
    *("variance_ratio", "variance_excess"),
)
MOST_SAMPLES = 128  # of a batch, in one dimension


class WellOdds(Measurement):
    """Odds between two wells of known depths and curvatures, under noise that is constant.

    Attributes
    ----------
    curvatures
        H of the flat and of the sharp minimum.
    difference
        Between the levels of the deep and the shallow minimum.
    barrier
        How far it is above the shallow minimum.
    across
        In two dimensions, curvatures across of the first and the second well.
    learning_rate, batch_size, temperature
        η, |B| and T = σ²η/2|B|, with which σ² is given, about which each of them is varied.
    batch_sizes
        Those at which odds are counted; η and σ² go through the same T.
    learning_rates
        Those at a fixed η/|B|, increasing.
    scaled_batches
        |B| at the first of these, one for each η/|B|.
    steps
        ηH at which the variance within the sharp well is counted.
    within
        T at which it is.
    burn_in
        In relaxation times, before particles are counted.
    time
        In training time ηt, while they are.
    replicas, particles
        Independent groups of particles, and particles in each.
    cells
        Of the grid of the stationary vector.
    seed
        Of what is drawn.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        *COUNTED,
        *(f"{name}_standard_error" for name in COUNTED),
        *("slope_in_noise_printed", "slope_in_noise_boltzmann"),
        *("exponent_oracle", "exponent_of_coins", "exponent_limit", "break_step", "break_residual"),
        *("density_limit", "density_order", "variance_error", "cold_residual"),
        *("tilted_residual", "tilted_order", "quartic_residual"),
    )
    axes: ClassVar[tuple[str, ...]] = (
        *("pair", "temperature", "way", "dimension", "definition", "first_batch"),
        *("learning_rate", "step", "tilt", "stiffness"),
    )
    memory_mb: ClassVar[int] = 1500

    kind: Literal["well_odds"]
    curvatures: Annotated[tuple[Positive, Positive], Field(strict=False)] = (1.0, 6.0)
    difference: Positive = 0.36
    barrier: Positive = 1.0
    across: Annotated[tuple[Positive, Positive], Field(strict=False)] = (1.0, 2.0)
    learning_rate: Positive = 0.016
    batch_size: Count = 16
    temperature: Positive = 0.375
    batch_sizes: Annotated[Batches, Field(min_length=3)] = (8, 10, 12, 16, 20)
    learning_rates: Annotated[Rates, Field(min_length=4)] = (0.02, 0.04, 0.08, 0.16)
    scaled_batches: Annotated[Batches, Field(min_length=1)] = (1, 16)
    steps: Annotated[tuple[Positive, ...], Field(strict=False, min_length=1)] = (0.2, 0.4, 0.8)
    within: Positive = 0.05
    burn_in: Positive = 5.0
    time: Positive = 960.0
    replicas: Annotated[int, Field(ge=2, le=10_000)] = 64
    particles: Annotated[int, Field(ge=2, le=10**6, multiple_of=2)] = 128
    cells: Annotated[int, Field(ge=100, le=5000)] = 480
    seed: Seed = 0

    @field_validator("batch_sizes", "learning_rates")
    @classmethod
    def _increasing(cls, values: tuple[float, ...]) -> tuple[float, ...]:
        if any(later <= value for value, later in pairwise(values)):
            raise ValueError(f"got {list(values)}; must increase")
        return values

    @model_validator(mode="after")
    def _batches_are_whole(self) -> "WellOdds":
        if self.curvatures[0] >= self.curvatures[1]:
            raise ValueError(f"got curvatures {list(self.curvatures)}; must increase")
        for first in self.scaled_batches:
            for rate, batch in zip(self.learning_rates, self.batches_at(first), strict=True):
                if abs(batch - round(batch)) > 1e-9 or batch > MOST_SAMPLES:
                    raise ValueError(
                        f"got scaled_batches with {first}, which is a batch of {batch:g} at the "
                        f"learning rate {rate:g}; must be a whole number up to {MOST_SAMPLES}"
                    )
        return self

    def batches_at(self, first: int) -> Iterator[float]:
        """Yield |B| at each of `learning_rates`, which is so much at the first of them."""
        return (first * rate / self.learning_rates[0] for rate in self.learning_rates)

    @property
    def temperatures(self) -> tuple[float, ...]:
        """T at `batch_sizes`, increasing."""
        scale = self.temperature * self.batch_size
        return tuple(scale / batch for batch in reversed(self.batch_sizes))
