"""Which labels samples are trained with."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, PlainValidator

from thermophoresis.config.fields import Settings
from thermophoresis.config.inputs import InputSettings
from thermophoresis.config.problems import Problem, choice, got, refuse, refuse_within, validate

WORDS = ("true", "shuffled", "resampled")
Share = Annotated[float, Field(gt=0, le=1)]


class PartlyRandom(Settings):
    """Labels of which a share is random, fixed (``shuffled``) or new at each draw (``resampled``).

    Attributes
    ----------
    shuffled
        Share of a finite set whose labels are random, rounded to whole samples.
    resampled
        Probability that the label of a draw is random.
    """

    shuffled: Share | None = None
    resampled: Share | None = None


def _labels(value: Any) -> Any:
    """Return labels typed; wholly random ones have one text, the word."""
    if isinstance(value, Mapping):
        settings, problems = validate(PartlyRandom, value)
        if settings is None:
            raise refuse_within(*problems)
        value = settings
    if isinstance(value, PartlyRandom):
        given = {word: share for word, share in value if share is not None}
        if len(given) != 1:
            message = f"got {given}; must have one of shuffled and resampled"
            raise refuse_within(Problem((), message))
        ((word, share),) = given.items()
        return word if share == 1 else value
    # In YAML an unquoted `true` is a boolean, not the word.
    if value is True:
        return "true"
    if value not in WORDS:
        allowed = f"{choice(value, WORDS)}, or a share, as {{shuffled: 0.25}}"
        raise refuse_within(Problem((), f"{got(value)}; {allowed}"))
    return value


LabelRegime = Annotated[Any, PlainValidator(_labels)]


def regime(labels: Any) -> tuple[str, float]:
    """Return the word for the labels of settings, and the share that is random."""
    if not isinstance(labels, PartlyRandom):
        return labels, float(labels != "true")
    ((word, share),) = ((word, share) for word, share in labels if share is not None)
    return word, share


def default_labels(data: InputSettings | None) -> str:
    """Return the labels where none are given.

    Raises
    ------
    PydanticCustomError
        They must be given.
    """
    if data is not None and data.are_images:
        message = (
            "got nothing; must be given with images: true, shuffled or resampled "
            "(the paper does not say which of them it used)"
        )
        raise refuse(Problem(("labels",), message))
    return "true" if data is not None and data.has_labels else "resampled"


def check_labels(labels: Any, data: InputSettings | None, sampling: str | None) -> None:
    """Refuse labels that the data do not have, or that need a finite set of samples.

    Raises
    ------
    PydanticCustomError
        They do not go with data or sampling.
    """
    word, share = regime(labels)
    shown = repr(labels) if isinstance(labels, str) else f"{{{word}: {share:g}}}"
    if data is not None and not data.has_labels and share < 1:
        message = f"got {shown}; must be resampled or shuffled: {data.kind} data have no labels"
        raise refuse(Problem(("labels",), message))
    if data is not None and data.real_labels and share > 0:
        message = f"got {shown}; must be true: {data.kind} data have real labels, not classes"
        raise refuse(Problem(("labels",), message))
    if word == "shuffled" and sampling == "online":
        message = (
            f"got {shown}; must be resampled with sampling online: "
            "a fixed labelling needs a finite set of samples"
        )
        raise refuse(Problem(("labels",), message))
