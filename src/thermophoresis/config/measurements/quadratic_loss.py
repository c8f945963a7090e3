"""What SGD's diffusion does where the loss is quadratic and D constant, in closed form."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.fields import LISTED, Count, Positive, Seed
from thermophoresis.config.measurement import Measurement


class QuadraticLoss(Measurement):
    """What SGD's diffusion does where the loss is quadratic and D constant, in closed form.

    Attributes
    ----------
    weights
        d.
    pairs
        How many Hessians and diffusion matrices are drawn.
    inverse_temperature
        β.
    diffusion
        c, of D = cI.
    lag
        τ of lagged covariances.
    time
        How long densities flow.
    steps
        In how many steps.
    temperatures
        β⁻¹ of the posterior densities of weights.
    labels
        How many labels these have seen.
    replicas, samples
        Independent groups of samples of weights and labels, and samples in each.
    seed
        Of what is drawn.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "potential_ratio",
        "commuting_current",
        "commuting_asymmetry",
        "asymmetry_error",
        "asymmetry_over_bound",
        "rotation_error",
        "saddle_error",
        "sylvester_value",
        "sylvester_defect",
        "jko_order",
        "information",
        "information_change",
        "information_gap",
        "information_gap_standard_error",
        "network_information",
    )
    axes: ClassVar[tuple[str, ...]] = ("diffusion", "critical_point", "flow", "temperature")
    memory_mb: ClassVar[int] = 1000

    kind: Literal["quadratic_loss"]
    weights: Annotated[int, Field(ge=2, le=20)] = 4
    pairs: Annotated[int, Field(ge=1, le=10_000)] = 20
    inverse_temperature: Positive = 10.0
    diffusion: Annotated[tuple[Positive, ...], *LISTED] = (0.5, 1.0, 2.0)
    lag: Positive = 1.0
    time: Positive = 1.0
    steps: Annotated[tuple[Count, ...], *LISTED] = (25, 50, 100, 200)
    temperatures: Annotated[tuple[Positive, ...], *LISTED] = (0.01, 0.1, 1.0, 10.0)
    labels: Count = 12
    replicas: Annotated[int, Field(ge=2, le=1000)] = 20
    samples: Annotated[int, Field(ge=1000, le=10**6)] = 5000
    seed: Seed = 0

    @model_validator(mode="after")
    def _orders_can_be_told(self) -> "QuadraticLoss":
        if len(self.steps) < 2:
            raise ValueError("steps must be two numbers or more: an order is a slope over them")
        if self.labels < self.weights:
            raise ValueError(
                f"labels must be {self.weights} at least, as many as weights, not {self.labels}"
            )
        return self
