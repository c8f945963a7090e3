"""The plane of output weight and bias: what is said to move units, and what does."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Chosen, Count, Positive
from thermophoresis.config.figure import JointFigure
from thermophoresis.config.problems import Problem
from thermophoresis.config.selection import foreign, matching

if TYPE_CHECKING:
    from thermophoresis.config.experiment import Experiment


class NeuronFlowFigure(JointFigure):
    """The plane of output weight and bias: what is said to move units, and what does.

    Attributes
    ----------
    trajectories
        Of how many units the path is drawn.
    """

    measurements: ClassVar[tuple[str, ...]] = ("neuron_drift",)

    kind: Literal["neuron_flow"]
    experiment: str = Field(description="the name of an experiment")
    learning_rate: Positive = Field(description="the rate of the cell that is shown")
    batch_size: Count = 1
    cells: Chosen = Field(default_factory=dict)
    trajectories: Annotated[int, Field(ge=1, le=4)] = 4

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {("experiment",): self.experiment}

    @property
    def asked(self) -> dict[str, object]:
        """What the cell has that is shown, by axis."""
        return {
            "learning_rate": self.learning_rate,
            "batch_size": self.batch_size,
            **self.cells,
        }

    def problems(self, experiments: Mapping[str, "Experiment"]) -> Iterator[Problem]:
        """Yield a problem if the experiment has not one cell with what is asked for."""
        experiment = experiments[self.experiment]
        found = list(foreign(self.asked, experiment, self.experiment))
        yield from found
        cells = matching(experiment, self.asked) if not found else [None]
        if len(cells) != 1:
            known = "; ".join(map(str, experiment.cells()))
            message = f"got {self.learning_rate} with batch_size {self.batch_size}, of which there "
            message += f"are {len(cells)} cells; must be one of experiment {self.experiment}: "
            yield Problem(("learning_rate",), message + known)
