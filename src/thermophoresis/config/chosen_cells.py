"""Cells of an experiment that a figure of several experiments names."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import AfterValidator, Field

from thermophoresis.config.fields import Chosen, Count, Positive, Settings
from thermophoresis.config.problems import Problem, got, refuse_within
from thermophoresis.config.selection import asked_for, foreign, matching, unrecorded

if TYPE_CHECKING:
    from thermophoresis.config.experiment import Experiment


class ChosenCells(Settings):
    """All cells of an experiment that have what is asked for."""

    experiment: str = Field(description="the name of an experiment")
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)

    @property
    def asked(self) -> dict[str, Any]:
        """The arguments of `analysis.view.cells_with`."""
        return {
            "learning_rate": self.learning_rate,
            "batch_size": self.batch_size,
            "further": self.cells,
        }

    def problems(
        self, experiments: Mapping[str, "Experiment"], observables: tuple[str, ...], least: int = 1
    ) -> Iterator[Problem]:
        """Yield what is wrong between them and their experiment, with paths from here on.

        Parameters
        ----------
        experiments
            By name; this one is among them.
        observables
            What they must record.
        least
            How many cells there must be at least; 1 is for exactly one.
        """
        experiment = experiments[self.experiment]
        asked = asked_for(self)
        found = list(foreign(asked, experiment, self.experiment))
        yield from found
        cells = [] if found else matching(experiment, asked)
        if found:
            return
        if not cells or len(cells) < least or (least == 1 and len(cells) > 1):
            wanted = "one cell" if least == 1 else f"{least} cells or more"
            message = f"got what {len(cells)} cells of experiment {self.experiment} have; must be "
            yield Problem((), f"{message}of {wanted}: {', '.join(map(str, experiment.cells()))}")
            return
        for observable in observables:
            if words := unrecorded(observable, cells, self.experiment):
                yield Problem(("experiment",), words)


class NamedCell(ChosenCells):
    """A cell, and what to call it."""

    name: Annotated[str, Field(min_length=1)] = Field(description="what to call it, a text")


def told_apart(cells: tuple[NamedCell, ...]) -> tuple[NamedCell, ...]:
    """Return cells whose names differ; others are refused."""
    names = [it.name for it in cells]
    if problems := [
        Problem((index, "name"), f"{got(name)}; must be another one than that of an earlier cell")
        for index, name in enumerate(names)
        if name in names[:index]
    ]:
        raise refuse_within(*problems)
    return cells


# In the order in which they are drawn; no more than colours tell apart.
NamedCells = Annotated[
    tuple[NamedCell, ...],
    Field(strict=False, min_length=1, max_length=7),
    AfterValidator(told_apart),
]
