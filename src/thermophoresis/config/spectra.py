"""Figures of the spectrum of the noise: in which cells, at which snapshots."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import AfterValidator, Field

from thermophoresis.config.chosen_cells import NamedCell, told_apart
from thermophoresis.config.fields import Count
from thermophoresis.config.figure import JointFigure
from thermophoresis.config.problems import Problem
from thermophoresis.config.selection import asked_for, matching

if TYPE_CHECKING:
    from thermophoresis.config.experiment import Experiment


class NamedSnapshot(NamedCell):
    """A cell at one of its snapshots, and what to call it.

    Attributes
    ----------
    snapshot
        Its number, from 1 on; None for the last.
    """

    snapshot: Count | None = None


class SpectraFigure(JointFigure):
    """A figure of the spectra of some cells.

    Attributes
    ----------
    curves
        Which cells at which snapshots.
    """

    measurements: ClassVar[tuple[str, ...]] = ("noise_spectrum",)

    curves: Annotated[
        tuple[NamedSnapshot, ...],
        Field(strict=False, min_length=1, max_length=7),
        AfterValidator(told_apart),
    ] = Field(description="a list of cells, each with a name")

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {
            ("curves", index, "experiment"): it.experiment for index, it in enumerate(self.curves)
        }

    def problems(self, experiments: Mapping[str, "Experiment"]) -> Iterator[Problem]:
        """Yield what is wrong between it and the cells of its experiments."""
        for index, cell in enumerate(self.curves):
            found = list(cell.problems(experiments, ()))
            if not found and cell.snapshot is not None:
                (one,) = matching(experiments[cell.experiment], asked_for(cell))
                if cell.snapshot > (kept := one.training.snapshot_count):
                    message = f"got {cell.snapshot}; must be <= {kept}, the snapshots of its run"
                    found.append(Problem(("snapshot",), message))
            for problem in found:
                yield Problem(("curves", index, *problem.path), problem.message)
