"""The chain from the Hessian's trace to its bound: in one cell, and at several rates."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Count, Positive
from thermophoresis.config.figure import ExperimentFigure
from thermophoresis.config.problems import Problem
from thermophoresis.config.selection import has
from thermophoresis.config.sweep import Point

if TYPE_CHECKING:
    from thermophoresis.config.claim import Claim


class CurvatureFigure(ExperimentFigure):
    """The chain from the Hessian's trace to its bound: in one cell, and at several rates."""

    measurements: ClassVar[tuple[str, ...]] = ("hessian_chain",)
    needs: ClassVar[tuple[str, ...]] = ("activation_rate",)

    kind: Literal["curvature"]
    batch_size: Count = Field(description="the batch size at which learning rates are compared")
    learning_rate: Positive = Field(description="the rate at which the whole chain is shown")

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths of what it is drawn from, relative to the folder of results."""
        name = f"{self.experiment}.nc"
        return (f"curves/{name}", f"measurements/hessian_chain/{name}")

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the observables that it draws."""
        return ("activation_rate", "second_layer_norm")

    def shows(self, claim: "Claim") -> bool:
        """Return whether it shows what a claim is about: its experiment, observable and cells."""
        return (
            claim.subject == self.experiment
            and getattr(claim, "learning_rate", None) is None
            and getattr(claim, "batch_size", None) in (None, self.batch_size)
            and getattr(claim, "cells", {}) in ({}, self.cells)
            and getattr(claim, "observable", None) in (None, *self.observables)
        )

    def problems(self, name: str, experiment: str, cells: Sequence[Point]) -> Iterator[Problem]:
        """Yield a problem if the experiment lacks the cell whose chain is to be shown."""
        rates = [cell.learning_rate for cell in cells if has(cell, self.asked)]
        # Without any, it is the batch size that is wrong.
        if rates and self.learning_rate not in rates:
            yield Problem(
                ("figures", name, "learning_rate"),
                f"got {self.learning_rate}; must be one of experiment {experiment} at batch_size "
                f"{self.batch_size}: {', '.join(map(str, rates))}",
            )
