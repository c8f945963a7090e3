"""Whether the stationary state of SGD in two dimensions is an equilibrium."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.measurement import Measurement


class CurrentOfWells(Measurement):
    """Currents and odds where the noise is constant, of a shape that the loss has or has not.

    Attributes
    ----------
    temperature
        T = η Tr C/4|B|, the mean over both directions.
    correlation
        Of both components of the noise where its axes are not those of the Hessians.
    cells
        Of the solver, along each dimension.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "quadratic_current",
        "quadratic_error_order",
        "lag_asymmetry",
        "current",
        "odds_change",
        "current_over_error",
        "odds_change_over_error",
    )
    axes: ClassVar[tuple[str, ...]] = ("noise",)
    memory_mb: ClassVar[int] = 1500

    kind: Literal["current_of_wells"]
    temperature: Annotated[float, Field(ge=0.05, le=1)] = 0.15
    correlation: Annotated[float, Field(gt=0, le=0.95)] = 0.8
    cells: Annotated[int, Field(ge=20, le=1000, multiple_of=2)] = 160
