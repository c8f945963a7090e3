"""How noise brings ‖V‖² to its level, and what moves the activation rate meanwhile."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.chosen_cells import NamedCells
from thermophoresis.config.fields import Positive
from thermophoresis.config.figure import JointFigure
from thermophoresis.config.problems import Problem

if TYPE_CHECKING:
    from thermophoresis.config.experiment import Experiment


class EarlyPhaseFigure(JointFigure):
    """How noise brings ‖V‖² to its level, and what moves the activation rate meanwhile.

    Attributes
    ----------
    of
        The cells that are compared.
    training_time
        Where the panels end, in ηt.
    """

    needs: ClassVar[tuple[str, ...]] = ("second_layer_norm", "drift_budget")

    kind: Literal["early_phase"]
    of: NamedCells = Field(description="a list of cells, each with a name")
    training_time: Positive = 40.0

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {("of", index, "experiment"): it.experiment for index, it in enumerate(self.of)}

    def problems(self, experiments: Mapping[str, "Experiment"]) -> Iterator[Problem]:
        """Yield what is wrong between it and the cells of its experiments."""
        for index, cells in enumerate(self.of):
            for problem in cells.problems(experiments, self.needs):
                yield Problem(("of", index, *problem.path), problem.message)
