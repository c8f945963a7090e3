"""What a step of the unbiased walk adds to the square of a unit's second weight, in the mean."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.measurement import Measurement


class WalkSquare(Measurement):
    """What a step of the unbiased walk adds to the square of a unit's second weight, in the mean.

    Attributes
    ----------
    residual
        γ² in the mean: that of labels of a fair coin where f = 0.
    """

    measures: ClassVar[int] = 0
    variables: ClassVar[tuple[str, ...]] = ("square_drift", "drift")
    axes: ClassVar[tuple[str, ...]] = ("bias",)
    memory_mb: ClassVar[int] = 1000

    kind: Literal["walk_square"]
    residual: Annotated[float, Field(gt=0, le=1)] = 0.25
