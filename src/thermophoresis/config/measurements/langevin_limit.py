"""What a step of SGD and the Langevin equation have in common, without chance."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.fields import LISTED, Count, Rates, Seed
from thermophoresis.config.measurement import Measurement


class LangevinLimit(Measurement):
    """What a step of SGD and the Langevin equation have in common, without chance.

    Attributes
    ----------
    samples
        N, of which all batches are enumerated.
    batch_sizes
        |B|, each below N.
    learning_rates
        η, two or more: orders in η are those of the two smallest.
    cells
        Of the coarsest of three grids, each of twice as many.
    inputs, regression_samples
        Of the linear regression.
    seed
        Of what is drawn: data and parameters.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "trace_exponent",
        "subset_error",
        "drift_ratio",
        "covariance_ratio",
        "moment_error",
        "second_moment_ratio",
        "density_order",
        "density_error",
        "unit_difference",
        "step_order",
        "excess_ratio",
        "excess_ratio_stationary",
    )
    axes: ClassVar[tuple[str, ...]] = ("batch_size", "time_unit", "grid", "moment", "learning_rate")
    memory_mb: ClassVar[int] = 1000

    kind: Literal["langevin_limit"]
    samples: Annotated[int, Field(ge=3, le=7)] = 6
    batch_sizes: Annotated[tuple[Count, ...], *LISTED] = (1, 2, 3, 4, 5)
    learning_rates: Rates = (0.01, 0.02, 0.04, 0.08)
    cells: Annotated[int, Field(ge=20, le=500)] = 100
    inputs: Annotated[int, Field(ge=1, le=6)] = 3
    regression_samples: Annotated[int, Field(ge=8, le=1000)] = 64
    seed: Seed = 0

    @model_validator(mode="after")
    def _there_are_orders(self) -> "LangevinLimit":
        if len(self.batch_sizes) < 2 or max(self.batch_sizes) >= self.samples:
            raise ValueError(
                f"batch_sizes must be two or more below samples = {self.samples}, "
                f"not {', '.join(map(str, self.batch_sizes))}"
            )
        if len(self.learning_rates) < 2:
            raise ValueError("learning_rates must be two or more: there are orders in them")
        return self
