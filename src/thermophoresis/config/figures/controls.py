"""An observable in cells of several experiments: what is left of an effect without one thing."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from thermophoresis.config.figure import JointFigure
from thermophoresis.config.panel import Panels
from thermophoresis.config.plain_observable import PlainObservable
from thermophoresis.config.problems import Problem

if TYPE_CHECKING:
    from thermophoresis.config.claim import Claim
    from thermophoresis.config.experiment import Experiment


class ControlsFigure(JointFigure):
    """One observable of cells of several experiments against thermal time, with exponents.

    Attributes
    ----------
    panels
        Which cells are drawn together.
    """

    kind: Literal["controls"]
    observable: PlainObservable
    panels: Panels = Field(description="a list of panels, each with a list of curves")

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {
            ("panels", row, "curves", index, "experiment"): it.experiment
            for row, panel in enumerate(self.panels)
            for index, it in enumerate(panel.curves)
        }

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the observables that it draws."""
        return (self.observable,)

    def shows(self, claim: "Claim") -> bool:
        """Return whether it shows what a claim is about: its experiment and its observable."""
        return super().shows(claim) and getattr(claim, "observable", None) == self.observable

    def problems(self, experiments: Mapping[str, "Experiment"]) -> Iterator[Problem]:
        """Yield what is wrong between it and the cells of its experiments."""
        for row, panel in enumerate(self.panels):
            for index, cell in enumerate(panel.curves):
                for problem in cell.problems(experiments, self.observables):
                    where = ("panels", row, "curves", index)
                    yield Problem((*where, *problem.path), problem.message)
