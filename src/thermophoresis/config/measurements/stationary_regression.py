"""What SGD leaves of a linear regression at stationarity, by how batches are drawn."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.fields import LISTED, Count, Positive, Rates, Seed
from thermophoresis.config.measurement import Measurement

FiniteSampling = Literal["with_replacement", "fresh_subset", "without_replacement", "fixed_order"]


class StationaryRegression(Measurement):
    """What SGD leaves of a linear regression at stationarity, by how batches are drawn.

    Attributes
    ----------
    samplings
        How batches are drawn.
    learning_rates
        η.
    inputs, noise, training_set_size
        Of the regression: size of x, deviation of y around w*·x, and N.
    batch_size
        |B|, which divides N.
    training_time
        Length of each run, ηt.
    burn_in
        Share of it after which a state is taken for stationary.
    replicas
        Independent runs of each cell, all on one training set.
    seed
        Of what is drawn.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "temperature_ratio",
        "temperature_ratio_standard_error",
        "printed_ratio",
        "printed_ratio_standard_error",
        "exact_ratio",
        "exact_ratio_standard_error",
        "vanishing_exponent",
        "vanishing_exponent_standard_error",
    )
    axes: ClassVar[tuple[str, ...]] = ("sampling", "learning_rate")

    kind: Literal["stationary_regression"]
    learning_rates: Rates
    samplings: Annotated[tuple[FiniteSampling, ...], *LISTED] = (
        "with_replacement",
        "fresh_subset",
        "without_replacement",
        "fixed_order",
    )
    inputs: Count = 2
    noise: Positive = 1.0
    training_set_size: Annotated[int, Field(ge=3, le=12)] = 8
    batch_size: Count = 2
    training_time: Positive = 200.0
    burn_in: Annotated[float, Field(gt=0, lt=1)] = 0.2
    replicas: Annotated[int, Field(ge=2, le=10_000)] = 256
    seed: Seed = 0

    @model_validator(mode="after")
    def _batches_fill_an_epoch(self) -> "StationaryRegression":
        if self.training_set_size % self.batch_size or self.batch_size == self.training_set_size:
            raise ValueError(
                "batch_size must divide training_set_size and be less: an epoch has whole batches, "
                "two or more"
            )
        if self.training_set_size <= self.inputs:
            raise ValueError("training_set_size must be above inputs: there is one minimum")
        return self
