"""What becomes of random labels: curves, validation against memorised share, times."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from thermophoresis.config.fields import Label
from thermophoresis.config.figure import JointFigure


class MemorisationFigure(JointFigure):
    """What becomes of random labels.

    Attributes
    ----------
    experiment
        Whose cells differ in η, |B| and, along an axis ``labels``, in the share of random labels.
    wholly
        Label along that axis of the cell in which all are random.
    partly
        Two labels of cells in which some are.
    level
        Share of wrong labels with which memorising starts.
    """

    needs: ClassVar[tuple[str, ...]] = (
        "accuracy",
        "train_accuracy",
        "memorised_share",
        "clean_train_accuracy",
    )

    kind: Literal["memorisation"]
    experiment: str = Field(description="the name of an experiment")
    wholly: Label = Field(description="a label along the axis labels")
    partly: tuple[Label, Label] = Field(strict=False, description="a list of two labels")
    level: float = Field(default=0.2, gt=0, lt=1)

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {("experiment",): self.experiment}
