"""What tells two explanations of the falling activation rate apart: noise alone, or noise in V."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.chosen_cells import ChosenCells, NamedCells
from thermophoresis.config.fields import Positive
from thermophoresis.config.figure import JointFigure
from thermophoresis.config.problems import Problem

if TYPE_CHECKING:
    from thermophoresis.config.experiment import Experiment


class MechanismFigure(JointFigure):
    """Activation rates from several V and dynamics, and shares and distances against η/|B|.

    Attributes
    ----------
    curves
        The cells whose activation rate is drawn.
    level
        Cells that start from V at its level, at several η/|B|.
    control
        The same cells without noise, if there are such; their networks are paired.
    thermal_time
        At which shares of the fall are told.
    """

    needs: ClassVar[tuple[str, ...]] = ("activation_rate",)

    kind: Literal["mechanism"]
    curves: NamedCells = Field(description="a list of cells, each with a name")
    level: ChosenCells = Field(description="cells of an experiment at several rates")
    control: ChosenCells | None = None
    thermal_time: Positive = 10.0

    @property
    def parts(self) -> dict[tuple[str | int, ...], ChosenCells]:
        """All that it is drawn from, by the paths of the settings."""
        parts: dict[tuple[str | int, ...], ChosenCells] = {
            ("curves", index): it for index, it in enumerate(self.curves)
        }
        parts["level",] = self.level
        return parts if self.control is None else parts | {("control",): self.control}

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {(*path, "experiment"): it.experiment for path, it in self.parts.items()}

    def problems(self, experiments: Mapping[str, "Experiment"]) -> Iterator[Problem]:
        """Yield what is wrong between it and the cells of its experiments."""
        for path, cells in self.parts.items():
            needed, least = (self.needs, 1) if path[0] == "curves" else (self.needs, 2)
            if path == ("level",):
                needed = (*needed, "activation_rate_unit", "drift_budget")
            for problem in cells.problems(experiments, needed, least):
                yield Problem((*path, *problem.path), problem.message)
