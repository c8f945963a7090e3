"""Claims about drift budgets: which of a budget's quantities and terms they are about."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from thermophoresis.config.claim import ExperimentClaim
from thermophoresis.config.fields import LISTED, Chosen, Count, Positive, Settings
from thermophoresis.config.observable import ObservableName, observable
from thermophoresis.config.problems import Problem, choice, got, refuse_within

VALUE = "value"
# Of these there are blocks, or they are whole.
ORDERS = ("first", "noise")


def axes_of_budget(name: str) -> tuple[str, str] | None:
    """Return the axes of an observable along which its quantities and their terms have names.

    None where it is no drift budget: of quantities each with its value and terms that add up to its
    expected change in a step, per thermal time.
    """
    names, axes = observable(name).coordinates, tuple(observable(name).dimensions)
    if len(axes) != 2 or VALUE not in names.get(axes[1], ()):
        return None
    return axes[0], axes[1]


def whole_budget(name: str) -> tuple[str, ...]:
    """Return the terms of a budget that add up to the change, each part of it once."""
    _, axis = axes_of_budget(name) or ("", "")
    terms = observable(name).coordinates[axis]
    if {*ORDERS} <= {*terms}:
        return tuple(it for it in terms if it in (*ORDERS, "mean_square", "remainder"))
    return tuple(it for it in terms if it.partition("_")[0] in ORDERS or it == "mean_square")


def _is_a_budget(name: str) -> str:
    if axes_of_budget(name) is None:
        raise refuse_within(Problem((), f"{got(name)}; must be a drift budget"))
    return name


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


def _of_budget(place: int, names: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    """Refuse names that an axis of the budget beside them does not have."""
    name = info.data.get("observable")
    if name is None:  # and this is what is wrong
        return names
    axes = axes_of_budget(name)
    assert axes is not None
    known = [it for it in observable(name).coordinates[axes[place]] if it != VALUE]
    if problems := [
        Problem((index,) if len(names) > 1 else (), f"{got(it)}; {choice(it, known)}")
        for index, it in enumerate(names)
        if it not in known
    ]:
        raise refuse_within(*problems)
    return names


Budget = Annotated[ObservableName, AfterValidator(_is_a_budget)]
# Of the budget before it: some of its quantities, or of its terms; one, or a list of several.
Quantities = Annotated[
    tuple[str, ...],
    *LISTED,
    BeforeValidator(_listed),
    AfterValidator(lambda names, info: _of_budget(0, names, info)),
]
Quantity = Annotated[str, AfterValidator(lambda name, info: _of_budget(0, (name,), info)[0])]
Terms = Annotated[
    tuple[str, ...],
    *LISTED,
    BeforeValidator(_listed),
    AfterValidator(lambda names, info: _of_budget(1, names, info)),
]


class BudgetPanel(Settings):
    """The budget of one quantity in one cell of an experiment.

    Attributes
    ----------
    experiment, learning_rate, batch_size, cells
        The cell, with its labels along further axes.
    observable, of
        The budget, and of which quantity.
    """

    experiment: str = Field(description="the name of an experiment")
    observable: Budget
    of: Quantity = Field(description="a quantity of which the budget is")
    learning_rate: Positive = Field(description="one of the experiment")
    batch_size: Count = 1
    cells: Chosen = Field(default_factory=dict)

    @property
    def asked(self) -> dict[str, Any]:
        """What the cell has, by axis."""
        grid = {"learning_rate": self.learning_rate, "batch_size": self.batch_size}
        return grid | dict(self.cells)


class BudgetClaim(ExperimentClaim):
    """A claim about a drift budget in the cells of one experiment that have what is asked for.

    Attributes
    ----------
    observable
        The budget.
    of
        Of which quantities.
    """

    observable: Budget
    of: Quantities = Field(description="quantities of which the budget is, one or a list")
    batch_size: Count | None = None
    learning_rate: Positive | None = None
    cells: Chosen = Field(default_factory=dict)

    @property
    def observables(self) -> tuple[str, ...]:
        """Names of the recorded observables that are needed."""
        return (self.observable,)

    @property
    def axes(self) -> Mapping[str, str]:
        """The axes of its quantities and of its terms."""
        axes = axes_of_budget(self.observable)
        assert axes is not None
        return dict(zip(("of", "term"), axes, strict=True))

    @property
    def whole(self) -> tuple[str, ...]:
        """The terms that add up to the change, each part of it once."""
        return whole_budget(self.observable)
