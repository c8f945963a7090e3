"""What settings of every kind of figure have."""

import operator
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config import kinds
from thermophoresis.config.fields import Chosen, Name, Probability, Settings
from thermophoresis.config.observable import At, ObservableName
from thermophoresis.config.problems import Problem
from thermophoresis.config.selection import asked_for, has
from thermophoresis.config.slow_flow import slow_flow_problems
from thermophoresis.config.sweep import Point

if TYPE_CHECKING:
    from thermophoresis.config.claim import Claim
    from thermophoresis.config.experiment import Experiment


class Figure(Settings):
    """What figures of every kind have in common.

    Attributes
    ----------
    measurements
        What must be measured of its experiments.
    needs
        Observables that their networks must record, whatever the settings of the figure.
    """

    measurements: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()

    kind: str
    title: str = ""
    confidence_level: Probability = 0.95

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths of what it is drawn from, relative to the folder of results."""
        raise NotImplementedError

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the observables that it draws."""
        raise NotImplementedError

    def shows(self, claim: "Claim") -> bool:
        """Return whether it shows what a claim is about."""
        raise NotImplementedError


class ExperimentFigure(Figure):
    """A figure that compares cells of one experiment.

    Attributes
    ----------
    shared
        What the cells that it compares have in common.
    """

    shared: ClassVar[str] = "batch_size"

    experiment: str = Field(description="the name of an experiment")
    # Figures without any are what they were before there were such axes.
    cells: Chosen = Field(default_factory=dict, exclude_if=operator.not_)

    @property
    def asked(self) -> dict[str, Any]:
        """What the cells that it compares have, by axis: one label, or one of several."""
        shared = getattr(self, self.shared, None)
        return {**({} if shared is None else {self.shared: shared}), **self.cells}

    @property
    def compared(self) -> str:
        """The axis along which the cells that it compares differ."""
        return "batch_size" if self.shared == "learning_rate" else "learning_rate"

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths of what it is drawn from, relative to the folder of results."""
        return (f"curves/{self.experiment}.nc",)

    def problems(self, name: str, experiment: str, cells: Sequence[Point]) -> Iterator[Problem]:
        """Yield what is wrong between a figure of this name and the cells of an experiment."""
        yield from ()


class JointFigure(Figure):
    """A figure that is drawn from several experiments, from computations, or from both.

    Its settings name them however suits its kind.
    """

    @property
    def experiments(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of experiments, by the paths of the settings that name them."""
        return {}

    @property
    def computations(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of computations, by the paths of the settings that name them."""
        return {}

    @property
    def computed_by(self) -> Mapping[tuple[str | int, ...], str]:
        """Of which kinds computations must be, by the paths of the settings that name them."""
        return {}

    @property
    def pairs(self) -> Mapping[tuple[str | int, ...], str]:
        """Names of pairs, by the paths of the settings that name them."""
        return {}

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths of what it is drawn from, relative to the folder of results.

        First curves of each experiment, then each kind of measurement of each, then computations.
        """
        names = tuple(dict.fromkeys(self.experiments.values()))
        measured = (f"measurements/{it}/{name}.nc" for it in self.measurements for name in names)
        computed = (f"computations/{it}.nc" for it in dict.fromkeys(self.computations.values()))
        return (*(f"curves/{name}.nc" for name in names), *measured, *computed)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the observables that it draws."""
        return self.needs

    def shows(self, claim: "Claim") -> bool:
        """Return whether it shows what a claim is about: nothing but what it is drawn from."""
        return {*claim.subjects} <= {*self.experiments.values(), *self.computations.values()}

    def problems(self, experiments: Mapping[str, "Experiment"]) -> Iterator[Problem]:
        """Yield what else is wrong with it, given its experiments, with paths relative to it."""
        yield from ()


def _is_within(claimed: Mapping[str, Any], shown: Mapping[str, Any], compared: str) -> bool:
    """Return whether cells that are claimed something of are among those that are shown."""
    of_claim, of_figure = dict(claimed), dict(shown)
    some, every = of_claim.pop(compared, ()), of_figure.pop(compared, None)
    return of_claim == of_figure and (every is None or (some != () and {*some} <= {*every}))


class SweepFigure(ExperimentFigure):
    """One observable in several cells, in one row of panels for each of one or two experiments.

    Attributes
    ----------
    theory
        Whose curve is drawn beside those of the experiment.
    """

    beside: str | None = None
    observable: ObservableName
    at: At = Field(default_factory=dict)
    theory: Literal["slow_flow"] | None = Field(default=None, exclude_if=operator.not_)

    @property
    def inputs(self) -> tuple[str, ...]:
        """Paths of what it is drawn from, relative to the folder of results: one for each row."""
        experiments = (self.experiment,) if self.beside is None else (self.experiment, self.beside)
        return tuple(f"curves/{experiment}.nc" for experiment in experiments)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the observables that it draws."""
        return (self.observable,)

    def problems(self, name: str, experiment: str, cells: Sequence[Point]) -> Iterator[Problem]:
        """Yield a problem if there is no curve of a theory for its cells."""
        shown = [cell for cell in cells if has(cell, self.asked)]
        if self.theory and shown:
            for problem in slow_flow_problems(self.observable, experiment, shown):
                yield Problem(("figures", name, *problem.path), problem.message)

    def shows(self, claim: "Claim") -> bool:
        """Return whether it shows what a claim is about: its experiment, observable and cells."""
        return (
            claim.subject in (self.experiment, self.beside)
            and getattr(claim, "observable", None) == self.observable
            and getattr(claim, "at", {}) == self.at
            and getattr(claim, "compared", self.compared) == self.compared
            and _is_within(asked_for(claim), self.asked, self.compared)
        )


if TYPE_CHECKING:

    class AnyFigure(ExperimentFigure):
        """Of some kind, with what figures of only some kinds have."""

        observable: str | None
        at: dict[str, int | str]
        theory: str | None
        panels: tuple[str, ...]
        learning_rate: float | None
        batch_size: int | None

else:
    AnyFigure = kinds.one_of("figures")


class FigureSettings(Settings):
    """All that determines one figure, besides what it is drawn from."""

    name: Name
    figure: AnyFigure
    note: str = ""

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules of the package that make the figure."""
        kind = self.figure.kind
        declared = (f"config.observables.{name}" for name in sorted(self.figure.observables))
        # Figures are checked by the last before they are drawn.
        read_with = ("config.observable", "config.slow_flow")
        return (f"figures.{kind}", f"config.figures.{kind}", *read_with, *declared)
