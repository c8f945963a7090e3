"""Drift budgets of several quantities, each in one cell of an experiment."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from thermophoresis.config.budget import BudgetPanel
from thermophoresis.config.figure import JointFigure
from thermophoresis.config.problems import Problem
from thermophoresis.config.selection import foreign, matching, unrecorded

if TYPE_CHECKING:
    from thermophoresis.config.claim import Claim
    from thermophoresis.config.experiment import Experiment


class DriftBudgetFigure(JointFigure):
    """Drift budgets of several quantities, each in one cell of an experiment: a panel for each."""

    kind: Literal["drift_budget"]
    panels: Annotated[
        tuple[BudgetPanel, ...],
        Field(strict=False, min_length=1, description="a list of budgets, one for each panel"),
    ]

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {
            ("panels", number, "experiment"): panel.experiment
            for number, panel in enumerate(self.panels)
        }

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the observables that it draws."""
        return tuple(dict.fromkeys(panel.observable for panel in self.panels))

    def shows(self, claim: "Claim") -> bool:
        """Return whether it shows what a claim is about: each of its quantities in some cell."""
        shown = {
            panel.of
            for panel in self.panels
            if panel.experiment == claim.subject
            and panel.observable == getattr(claim, "observable", None)
            and all(
                getattr(claim, axis, None) in (None, {}, getattr(panel, axis))
                for axis in ("learning_rate", "batch_size", "cells")
            )
        }
        return {*getattr(claim, "of", ())} <= shown

    def problems(self, experiments: Mapping[str, "Experiment"]) -> Iterator[Problem]:
        """Yield a problem for each panel whose cell is not there, or does not record the budget."""
        for number, panel in enumerate(self.panels):
            name, where = panel.experiment, ("panels", number)
            experiment = experiments[name]
            if found := list(foreign(panel.asked, experiment, name)):
                yield from (Problem((*where, *it.path), it.message) for it in found)
                continue
            cells = matching(experiment, panel.asked)
            if len(cells) != 1:
                held = ", ".join(map(str, cells or experiment.cells()))
                message = (
                    f"got {panel.learning_rate} with {panel.batch_size}; must be one cell of "
                    f"experiment {name}: {held}"
                )
                yield Problem((*where, "learning_rate"), message)
            elif problem := unrecorded(panel.observable, cells, name):
                yield Problem((*where, "observable"), problem)
