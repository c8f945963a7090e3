"""What a replica may arrive at, before its run ends: a level of its loss or accuracy."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from pydantic import ValidationInfo, field_validator

from thermophoresis.config import kinds
from thermophoresis.config.fields import Settings
from thermophoresis.config.observable import observable
from thermophoresis.config.problems import Problem, refuse
from thermophoresis.config.record import NEEDS

# Observables that can have a level: on the probe set, or of the whole finite training set.
QUANTITIES = ("loss", "accuracy", "train_loss", "train_accuracy")


class Level(Settings):
    """A level, reached from one side."""

    at_most: float | None = None
    at_least: float | None = None

    @field_validator("at_least")
    @classmethod
    def _one_side_is_given(cls, at_least: float | None, info: ValidationInfo) -> float | None:
        if "at_most" in info.data and (info.data["at_most"] is None) == (at_least is None):
            found = "nothing" if at_least is None else "both"
            message = f"got {found}; must be one of at_most and at_least"
            raise refuse(Problem((), message))
        return at_least


class Arrival(NamedTuple):
    """At what a replica arrives, and how often that is looked for.

    Attributes
    ----------
    quantity
        Name of the observable.
    level
        That it has then.
    every
        Steps from one look to the next; None for a thousandth of the run.
    """

    quantity: str
    level: Level
    every: int | None

    @property
    def words(self) -> str:
        """The condition: ``loss at most 0.1``."""
        if self.level.at_most is not None:
            return f"{self.quantity} at most {self.level.at_most!r}"
        return f"{self.quantity} at least {self.level.at_least!r}"


def check_arrival(
    quantities: tuple[str, ...], every: int | None, others: Mapping[str, Any]
) -> None:
    """Refuse an arrival that cannot be looked for.

    Parameters
    ----------
    quantities
        Those that are given a level.
    every
        How often is looked, if that is given.
    others
        The valid ones of the settings of an experiment.

    Raises
    ------
    PydanticCustomError
        For the validator of the field ``until``: there is more than one level, or none to look for,
        or the quantity does not exist with these settings.
    """
    if len(quantities) > 1:
        message = f"got {' and '.join(quantities)}; must be at most one of {', '.join(QUANTITIES)}"
        raise refuse(Problem(("until",), message))
    if not quantities:
        if every is not None:
            message = f"got {every}; must be left out without a level to look for, such as loss"
            raise refuse(Problem(("until", "every"), message))
        return
    (quantity,) = quantities
    if quantity not in kinds.names("observables"):
        allowed = ", ".join(it for it in QUANTITIES if it in kinds.names("observables"))
        raise refuse(Problem(("until", quantity), f"is not observed; must be one of {allowed}"))
    if not {"network", "dynamics", "sampling", "labels"} <= others.keys():
        return
    needs = (NEEDS[need] for need in observable(quantity).needs)
    if unmet := [need.words for need in needs if not need.is_met(others)]:
        message = f"must be left out: it needs {' and '.join(unmet)}"
        raise refuse(Problem(("until", quantity), message))


def check_arrived(arrived: str, until: Any) -> None:
    """Refuse what becomes of replicas that arrive where the settings ``until`` have no level.

    Raises
    ------
    PydanticCustomError
        For the validator of the field ``arrived``.
    """
    if arrived != "mark" and (until is None or until.arrival is None):
        message = f"got {arrived!r}; must be mark (or left out) where until has no level, such as "
        raise refuse(Problem(("arrived",), f"{message}loss: {{at_most: 0.1}}"))
