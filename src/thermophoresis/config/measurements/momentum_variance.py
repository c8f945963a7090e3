"""What momentum leaves of a quadratic loss at stationarity, in closed form."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import LISTED, Seed
from thermophoresis.config.measurement import Measurement

Momenta = Annotated[tuple[Annotated[float, Field(ge=0, lt=1)], ...], *LISTED]


class MomentumVariance(Measurement):
    """What momentum leaves of a quadratic loss at stationarity, in closed form.

    Attributes
    ----------
    momenta
        μ.
    step
        ηλ/(1 − μ) of the largest eigenvalue λ of H, the same for all μ.
    weights
        d, the number of weights.
    pairs
        Of Hessians and covariances of the noise, drawn at random.
    seed
        Of what is drawn.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = ("closed_error", "collapse_deviation", "collapse_order")
    axes: ClassVar[tuple[str, ...]] = ("momentum",)

    kind: Literal["momentum_variance"]
    momenta: Momenta = (0.0, 0.5, 0.9)
    step: Annotated[float, Field(gt=0, lt=2)] = 0.5
    weights: Annotated[int, Field(ge=1, le=8)] = 4
    pairs: Annotated[int, Field(ge=1, le=1000)] = 16
    seed: Seed = 0
