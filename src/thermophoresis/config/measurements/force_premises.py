"""What a force without divergence does, and one whose flow has none."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.measurement import Measurement


class ForcePremises(Measurement):
    """The free energy along the Fokker–Planck flow, its dissipation, and orbits of a force.

    Attributes
    ----------
    strength
        λ of the force that circulates.
    cells
        Of the solver, along each dimension, on its finest grid; a half and a quarter as many show
        the order of errors.
    time
        For how long orbits in four dimensions may take to come back, in units in which the slower
        of two frequencies is 1.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "energy_rise",
        "dissipation_residual",
        "dissipation_order",
        "return_distance",
    )
    axes: ClassVar[tuple[str, ...]] = ("force", "premise")
    memory_mb: ClassVar[int] = 1000

    kind: Literal["force_premises"]
    strength: Annotated[float, Field(gt=0, le=10)] = 1.5
    cells: Annotated[int, Field(ge=40, le=1000, multiple_of=4)] = 160
    time: Annotated[float, Field(ge=10, le=1e5)] = 1000.0
