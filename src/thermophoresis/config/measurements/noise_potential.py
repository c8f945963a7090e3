"""What potential noise leaves: the stationary density of a loss whose noise has a shape."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Positive, Seed
from thermophoresis.config.measurement import Measurement


class NoisePotential(Measurement):
    """Φ = −β⁻¹ ln ρ of small systems with given f or Φ, D(x) and Q(x), by the solver.

    Attributes
    ----------
    inverse_temperatures
        Two β, at which Φ is compared.
    cells
        Of the solver, along each dimension; errors are told by half as many.
    systems
        How many losses are drawn at random, in one dimension and in two, to see how far the
        critical points of Φ are from theirs.
    seed
        Of what is drawn.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = (
        "isotropic_distance",
        "temperature_change",
        "reading_distance",
        "shift_exponent",
        "shift_exponent_standard_error",
        "current_over_error",
        "potential_change_over_error",
    )
    axes: ClassVar[tuple[str, ...]] = ("system", "reading", "dimension")
    memory_mb: ClassVar[int] = 1500

    kind: Literal["noise_potential"]
    inverse_temperatures: Annotated[
        tuple[Positive, ...], Field(strict=False, min_length=2, max_length=2)
    ] = (1.0, 4.0)
    cells: Annotated[int, Field(ge=20, le=1000, multiple_of=2)] = 160
    systems: Annotated[int, Field(ge=2, le=10_000)] = 64
    seed: Seed = 0
