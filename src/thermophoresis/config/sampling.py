"""How batches are drawn."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import PlainValidator

from thermophoresis.config.problems import Problem, got, refuse

if TYPE_CHECKING:
    from thermophoresis.config.inputs import InputSettings

Sampling = Literal[
    "online", "with_replacement", "fresh_subset", "without_replacement", "fixed_order"
]

# The batch size that is the whole of a finite training set.
FULL = "full"


def _batch_size(value: Any) -> Any:
    if value == FULL or (type(value) is int and value >= 1):
        return value
    raise ValueError(f"{got(value)}; must be a whole number >= 1, or {FULL}")


BatchSize = Annotated[Any, PlainValidator(_batch_size)]


def default_sampling(sampling: Any, data: "InputSettings | None") -> Any:
    """Return how batches are drawn, the default where nothing is said.

    Raises
    ------
    PydanticCustomError
        Samples are to be new, of a data set.
    """
    finite = data is not None and data.has_dataset
    if sampling is None:
        return "without_replacement" if finite else "online"
    if data is not None and finite and sampling == "online":
        message = (
            "got 'online'; must be without_replacement, with_replacement, fresh_subset or "
            f"fixed_order with {data.kind}, of which there is a finite set"
        )
        raise refuse(Problem(("sampling",), message))
    return sampling


def check_sampling(sampling: str, data: "InputSettings | None") -> None:
    """Refuse a shared set where there is none.

    Raises
    ------
    PydanticCustomError
        Samples are new at every step, and replicas are to share them.
    """
    if sampling == "online" and data is not None and data.is_shared:
        message = "got true; must be false (or left out) with sampling online: there is no set"
        raise refuse(Problem(("data", "shared"), message))


def check_training_set_size(
    size: int | None, data: "InputSettings | None", sampling: str | None
) -> None:
    """Refuse a finite set without a size, and a size without a finite set.

    Raises
    ------
    PydanticCustomError
        The size does not go with data or sampling.
    """
    if data is not None and data.has_dataset:
        if size is not None:
            message = (
                f"got {size}; must be null (or left out) with {data.kind}: "
                "the training split of the data set is used"
            )
            raise refuse(Problem(("training_set_size",), message))
    elif sampling == "online" and size is not None:
        message = f"got {size}; must be null (or left out) with sampling online"
        raise refuse(Problem(("training_set_size",), message))
    elif sampling not in ("online", None) and size is None:
        message = f"got nothing; must be a whole number >= 1 with sampling {sampling}"
        raise refuse(Problem(("training_set_size",), message))


def finite_size(data: "InputSettings | None", training_set_size: int | None) -> int | None:
    """Return the number of samples in the training set, where settings tell it."""
    return training_set_size if data is None else data.training_samples or training_set_size


def without_a_size(batch_size: Any, size: int | None, times: float = 1.0) -> str:
    """Return what is wrong with a batch size; empty where nothing is.

    Parameters
    ----------
    batch_size
        As it is in settings: a number, or ``full``.
    size
        Samples in the training set, where settings tell it.
    times
        The largest factor that a schedule multiplies it by.
    """
    if batch_size == FULL and times > 1:
        return "got 'full'; must be a whole number with a schedule that makes batches larger"
    if batch_size == FULL:
        where = "training_set_size, or data.samples.train of a data set"
        wanted = "must be a whole number unless settings tell the size of the training set"
        return f"got 'full'; {wanted}, in {where}" if size is None else ""
    largest = max(batch_size, round(batch_size * times))
    if size is not None and largest > size:
        by_schedule = f", {largest} by its schedule" if largest > batch_size else ""
        return f"got {batch_size}{by_schedule}; must be <= training_set_size ({size})"
    return ""


def in_numbers(batch_sizes: Sequence[Any], size: int | None) -> tuple[int, ...]:
    """Return distinct batch sizes, with that of the training set in the place of ``full``."""
    numbers: list[Any] = [size if it == FULL else it for it in batch_sizes]
    return tuple(dict.fromkeys(numbers))
