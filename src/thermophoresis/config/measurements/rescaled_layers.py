"""The curvature of one function, written with other parameters."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Count, Positive, Rates, Seed
from thermophoresis.config.measurement import Measurement


class RescaledLayers(Measurement):
    """The curvature of a trained ReLU network whose layers are rescaled without changing it.

    Attributes
    ----------
    factors
        By which the first layer is multiplied, and the second divided.
    steps
        Of full-batch gradient descent before.
    learning_rate
        η of these.
    samples
        In its training set, and as many beside.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "outputs_error",
        "hessian_norm_ratio",
        "largest_eigenvalue_ratio",
        "hessian_trace_ratio",
    )
    axes: ClassVar[tuple[str, ...]] = ("factor",)
    memory_mb: ClassVar[int] = 1000

    kind: Literal["rescaled_layers"]
    seed: Seed = 0
    factors: Rates = (0.2, 0.5, 2.0, 5.0)
    steps: Count = 1000
    learning_rate: Positive = 0.1
    samples: Annotated[int, Field(ge=2)] = 60
