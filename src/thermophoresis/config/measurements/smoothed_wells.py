"""Local entropy of wells in one and two dimensions, by quadrature beside closed forms."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Rates
from thermophoresis.config.measurement import Measurement


class SmoothedWells(Measurement):
    """Local entropy of wells in one and two dimensions, by quadrature beside closed forms.

    Attributes
    ----------
    gammas
        γ, the variances of the Gaussian.
    nodes
        Of the quadrature along each axis.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "quadrature_error",
        "merging_error",
        "merging_variance",
    )
    axes: ClassVar[tuple[str, ...]] = ("well",)
    memory_mb: ClassVar[int] = 1000

    kind: Literal["smoothed_wells"]
    gammas: Rates = (0.05, 0.2, 0.5, 1.0, 2.0)
    nodes: Annotated[int, Field(ge=101, le=401)] = 201
