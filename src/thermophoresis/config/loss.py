"""What is made small by training: the loss of a sample."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import PlainValidator, field_validator

from thermophoresis.config.fields import Settings
from thermophoresis.config.problems import Problem, choice, got, refuse, refuse_within, validate


class SquaredLoss(Settings):
    """Half the squared distance of the outputs from their targets, summed over outputs.

    Attributes
    ----------
    targets
        Of the labels 0 and 1; of several classes, of the outputs of the others and of the own.
    """

    kind: Literal["squared"] = "squared"
    targets: tuple[float, float] = (0.0, 1.0)

    @field_validator("targets", mode="wrap")
    @classmethod
    def _two_numbers(cls, targets: Any, validate: Any) -> tuple[float, float]:
        given = list(targets) if isinstance(targets, list | tuple) else []
        numbers = [it for it in given if isinstance(it, int | float) and not isinstance(it, bool)]
        if len(given) != 2 or len(numbers) != 2 or numbers[0] == numbers[1]:
            message = f"{got(targets)}; must be a list of two different numbers"
            raise refuse(Problem(("targets",), message))
        low, high = validate(tuple(float(it) for it in numbers))
        return low, high


def _one_of_the_losses(value: Any) -> "str | SquaredLoss":
    """Return a loss typed; what a word says is that word, so that one loss has one text."""
    if isinstance(value, Mapping) and value.get("kind") == "squared":
        settings, problems = validate(SquaredLoss, value)
        if settings is None:
            raise refuse_within(*problems)
        value = settings
    if isinstance(value, SquaredLoss):
        return "squared" if value == SquaredLoss() else value
    if value not in ("cross_entropy", "squared"):
        allowed = choice(str(value), ("cross_entropy", "squared", "{kind: squared, targets: …}"))
        raise refuse_within(Problem((), f"{got(value)}; {allowed}"))
    return str(value)


if TYPE_CHECKING:
    Loss = Literal["cross_entropy", "squared"] | SquaredLoss
else:
    Loss = Annotated[Any, PlainValidator(_one_of_the_losses)]


def kind_of(loss: Loss) -> str:
    """Return the name of a loss's kind."""
    return loss if isinstance(loss, str) else loss.kind
