"""Schedules of η and of |B| with the same η/|B| at all times."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.figure import JointFigure
from thermophoresis.config.problems import Problem

if TYPE_CHECKING:
    from thermophoresis.config.experiment import Experiment

CURVATURE = "hessian_norm"


class SchedulesFigure(JointFigure):
    """Schedules of η and of |B| with the same η/|B| at all times.

    Attributes
    ----------
    steps
        Name of an experiment of schedules other than cycles.
    cycles, stationary
        Names of experiments of cycles, the second with a stationary state of each η/|B|; the size
        of their Hessian is measured at every record.
    """

    needs: ClassVar[tuple[str, ...]] = ("train_loss",)

    kind: Literal["schedules"]
    steps: str = Field(description="the name of an experiment")
    cycles: str = Field(description="the name of an experiment")
    stationary: str = Field(description="the name of an experiment")

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {
            ("steps",): self.steps,
            ("cycles",): self.cycles,
            ("stationary",): self.stationary,
        }

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths of what it is drawn from: curves of each, then curvature of both of cycles."""
        measured = (f"measurements/{CURVATURE}/{it}.nc" for it in (self.cycles, self.stationary))
        return (*super().inputs, *measured)

    def problems(self, experiments: Mapping[str, "Experiment"]) -> Iterator[Problem]:
        """Yield a problem where one is named twice, or not measured at every record."""
        if len(set(self.experiments.values())) < len(self.experiments):
            yield Problem((), "steps, cycles and stationary must be three different experiments")
        for key in ("cycles", "stationary"):
            name = getattr(self, key)
            measured = experiments[name]
            if CURVATURE not in measured.measure:
                advice = f"say `measure: {{{CURVATURE}: {{}}}}` there"
                yield Problem(
                    (key,), f"got {name!r}, of which {CURVATURE} is not measured: {advice}"
                )
            elif measured.snapshot_count != measured.record_grid.records:
                yield Problem((key,), f"got {name!r}; must have snapshots: records")
