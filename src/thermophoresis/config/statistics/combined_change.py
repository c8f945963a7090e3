"""About what changes of cells that differ along an axis add up to, in units of one of them."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field, field_validator, model_validator

from thermophoresis.config.claim import ObservableClaim
from thermophoresis.config.fields import Label
from thermophoresis.config.problems import Problem, got, refuse
from thermophoresis.config.selection import unreached
from thermophoresis.config.sweep import Point


class CombinedChangeClaim(ObservableClaim):
    """About what changes of cells that differ along an axis add up to, in units of one of them.

    Attributes
    ----------
    weights
        How much the change in each cell counts, by its label along the axis.
    relative_to
        The label of the cell whose change is the unit.
    until
        Thermal time up to which changes are taken; None for the end.
    """

    statistic: Literal["combined_change"]
    weights: dict[Label, float] = Field(
        description="a mapping from labels along compare to numbers, such as sgd: 1"
    )
    relative_to: Label = Field(description="one of these labels")
    until: float | None = Field(default=None, gt=0)

    @field_validator("weights")
    @classmethod
    def _is_of_several(cls, weights: dict[Label, float]) -> dict[Label, float]:
        if len(weights) < 2:
            message = f"{got(weights)}; must have two labels or more"
            raise refuse(Problem(("weights",), message))
        return weights

    @model_validator(mode="after")
    def _compares_labels(self) -> "CombinedChangeClaim":
        if self.compare is None:
            raise ValueError("combined_change must have compare: the axis of its labels")
        if self.relative_to not in self.weights:
            raise ValueError(
                f"got relative_to: {self.relative_to}; must be one of "
                f"{', '.join(map(str, self.weights))}"
            )
        asked = self.cells.get(self.compare)
        # Settings that jobs are told have their keys sorted.
        if not isinstance(asked, tuple) or {*map(str, asked)} != {*map(str, self.weights)}:
            words = ", ".join(map(str, self.weights))
            raise ValueError(f"cells.{self.compare} must be the labels of weights: [{words}]")
        return self

    def problems(self, cells: Sequence[Point]) -> Iterator[Problem]:
        """Yield a problem if a run ends before its time."""
        yield from unreached("until", self.until, cells)
