"""How far apart the parameters of two runs are, at their snapshots."""

from typing import ClassVar, Literal

from thermophoresis.config.measurement import Measurement


class ParameterDistance(Measurement):
    """How far apart the parameters of two runs are, at their snapshots."""

    measures: ClassVar[int] = 2
    variables: ClassVar[tuple[str, ...]] = (
        "distance",
        "displacement_first",
        "displacement_second",
    )
    memory_mb: ClassVar[int] = 2000

    kind: Literal["parameter_distance"]
