"""How the parameters of a network are drawn at the start."""

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, PlainValidator, ValidationInfo, field_validator

from thermophoresis.config.fields import ParameterName, Positive, Settings
from thermophoresis.config.problems import Problem, got, refuse

# In the place of a factor: that with which ‖V‖² = N η/(2|B|) of the cell.
PLATEAU = "plateau"


def _factor(value: Any) -> float | str:
    if value == PLATEAU:
        return PLATEAU
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{got(value)}; must be a number, or {PLATEAU}")
    if not math.isfinite(value):
        raise ValueError(f"{got(value)}; must be finite")
    return float(value)


if TYPE_CHECKING:
    Factor = float | str
else:
    Factor = Annotated[Any, PlainValidator(_factor)]


class InitialisationSettings(Settings):
    """A distribution of weights, and factors by which parameters are multiplied after drawing."""

    kind: Literal["torch_default", "he_normal", "xavier_uniform", "normal", "orthogonal"] = Field(
        description="how weights are distributed"
    )
    std: Positive | None = None
    scale: dict[ParameterName, Factor] = Field(default_factory=dict)

    @field_validator("std")
    @classmethod
    def _normal_has_a_width(cls, std: float | None, info: ValidationInfo) -> float | None:
        kind = info.data.get("kind")
        if kind == "normal" and std is None:
            message = "got nothing; must be given: a number > 0 with kind normal"
            raise refuse(Problem(("std",), message))
        if kind not in (None, "normal") and std is not None:
            message = f"got {std}; must be null (or left out) with kind {kind}, which has its own"
            raise refuse(Problem(("std",), message))
        return std


if TYPE_CHECKING:
    Initialisation = Literal["torch_default"] | InitialisationSettings
else:
    Initialisation = Any  # validated in config.network, and written as what it is
