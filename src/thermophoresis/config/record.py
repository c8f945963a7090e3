"""What a run records: the observables that it asks for, as far as they exist for it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple

from thermophoresis.config import kinds
from thermophoresis.config.fields import LISTED
from thermophoresis.config.labels import regime
from thermophoresis.config.observable import every, observable
from thermophoresis.config.problems import Problem, choice, refuse

# By it a replica counts as diverged.
ALWAYS = "loss"

Record = Annotated[tuple[str, ...], *LISTED]


class Need(NamedTuple):
    """What there must be for an observable to exist.

    Attributes
    ----------
    is_met
        Whether it is there, from the settings of an experiment by name.
    words
        It, after "needs".
    """

    is_met: Callable[[Mapping[str, Any]], bool]
    words: str


def _has_layers(data: Mapping[str, Any]) -> bool:
    return bool(data["network"].is_chain)


def _has_hidden_units(data: Mapping[str, Any]) -> bool:
    return bool(data["network"].axes.get("layer"))


def _can_be_silent(data: Mapping[str, Any]) -> bool:
    return bool(data["network"].activation == "relu")


def _is_finite(data: Mapping[str, Any]) -> bool:
    return bool(data["sampling"] != "online")


def _keeps_labels(data: Mapping[str, Any]) -> bool:
    return regime(data["labels"])[0] != "resampled"


def _has_own_labels(data: Mapping[str, Any]) -> bool:
    return bool(data["data"].has_labels)


def _are_classes(data: Mapping[str, Any]) -> bool:
    return not data["data"].real_labels


def _is_plain(data: Mapping[str, Any]) -> bool:
    return bool(data["dynamics"].is_plain)


def _are_fair_coins(data: Mapping[str, Any]) -> bool:
    fresh = data["sampling"] == "online" and regime(data["labels"]) == ("resampled", 1.0)
    return fresh and not data["data"].has_dataset and data.get("loss") == "cross_entropy"


def _is_two_layer_relu(data: Mapping[str, Any]) -> bool:
    return bool(data["network"].kind == "two_layer" and data["network"].activation == "relu")


def _is_online(data: Mapping[str, Any]) -> bool:
    return bool(data["sampling"] == "online")


def _has_known_rate(data: Mapping[str, Any]) -> bool:
    x, network = data["data"], data["network"]
    if x.kind == "uniform":  # with fewer inputs there are no second derivatives
        return not getattr(network, "bias", True) and (getattr(network, "inputs", 0) or 0) >= 3
    return bool(x.standard_normal)


# What declarations of observables name in NEEDS.
NEEDS = {
    "layers": Need(_has_layers, "a network that is a chain of layers"),
    "hidden_units": Need(_has_hidden_units, "hidden units"),
    "relu": Need(_can_be_silent, "units that can be silent (activation: relu)"),
    "finite_training_set": Need(_is_finite, "a finite training set (another sampling than online)"),
    "classes": Need(_are_classes, "labels that are classes"),
    "own_labels": Need(_has_own_labels, "data with labels of their own"),
    "lasting_labels": Need(_keeps_labels, "labels that last (others than resampled)"),
    "fair_labels": Need(
        _are_fair_coins,
        "a fair coin for the label of every fresh sample, and cross entropy (sampling: online, "
        "labels: resampled, drawn data)",
    ),
    "two_layer_relu": Need(_is_two_layer_relu, "a network of kind two_layer with activation relu"),
    "online": Need(_is_online, "samples that are new at every step (sampling: online)"),
    "known_rate": Need(
        _has_known_rate,
        "an activation rate in closed form (x ~ N(0, I), or data uniform, bias: false and inputs "
        ">= 3)",
    ),
    "plain_sgd": Need(_is_plain, "plain SGD (no momentum, weight_decay, freeze, noise_scale)"),
}


def checked(record: tuple[str, ...] | None, data: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the one value of ``record`` for the observables that it names.

    Parameters
    ----------
    record
        Names of observables in any order; None for those that the network declares.
    data
        The other settings of the experiment, as far as they are valid.

    Returns
    -------
    tuple or None
        Sorted, with the loss, which is always recorded; None where these are those that the network
        declares.

    Raises
    ------
    PydanticCustomError
        Some of them do not exist, or not with these settings: one problem for each.
    """
    if record is None:
        return None
    if problems := list(_unknown(record)):
        raise refuse(*problems)
    if not all(name in data for name in ("data", "network", "dynamics", "sampling", "labels")):
        return record
    if problems := list(_without_needs(record, data)):
        raise refuse(*problems)
    wanted = {*record, ALWAYS}
    return None if wanted == {*data["network"].recorded} else tuple(sorted(wanted))


def _unknown(record: tuple[str, ...]) -> Iterator[Problem]:
    """Yield the names that are no observable's."""
    for index, name in enumerate(record):
        if name not in kinds.names("observables"):
            yield Problem(("record", index), f"got {name!r}; {choice(name, every())}")


def _without_needs(record: tuple[str, ...], data: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the observables that do not exist with the settings of an experiment."""
    for index, name in enumerate(record):
        if name in data["network"].recorded:
            continue
        unmet = [NEEDS[need].words for need in observable(name).needs if not _met(need, data)]
        if unmet:
            message = f"got {name!r}; must be left out: it needs {' and '.join(unmet)}"
            yield Problem(("record", index), message)


def _met(need: str, data: Mapping[str, Any]) -> bool:
    return NEEDS[need].is_met(data)
