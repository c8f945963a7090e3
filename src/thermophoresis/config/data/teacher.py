"""Inputs x ~ N(0, I) with labels from a random two-layer network, one for each seed."""

from typing import ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from thermophoresis.config.fields import Count, Positive
from thermophoresis.config.inputs import DrawnInputs
from thermophoresis.config.problems import Problem, refuse


class TeacherInputs(DrawnInputs):
    """Inputs x ~ N(0, I) with labels from a random two-layer network, one for each seed.

    Attributes
    ----------
    hidden
        Hidden units of the teacher, with ReLU.
    outputs
        What labels are made of its output f: 1 where f > 0 (``sign``), 1 with probability
        1/(1 + e^−f) (``bernoulli``), or f itself (``real``).
    scale
        Standard deviation of f over x.
    """

    has_labels: ClassVar[bool] = True

    kind: Literal["teacher"]
    hidden: Count = 10
    outputs: Literal["sign", "bernoulli", "real"] = "sign"
    scale: Positive = 1.0

    @field_validator("scale")
    @classmethod
    def _signs_have_no_scale(cls, scale: float, info: ValidationInfo) -> float:
        if info.data.get("outputs") == "sign" and scale != 1:
            message = f"got {scale}; must be 1 (or left out) with outputs sign, which ignores it"
            raise refuse(Problem(("scale",), message))
        return scale

    @property
    def standard_normal(self) -> bool:
        """Whether x ~ N(0, I), so that expectations over x have a closed form."""
        return True

    @property
    def real_labels(self) -> bool:
        """Whether their labels are real numbers rather than 0 and 1 or classes."""
        return self.outputs == "real"
