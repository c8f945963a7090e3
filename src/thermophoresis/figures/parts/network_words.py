"""How captions put the settings of a network into words."""

from collections.abc import Mapping, Sequence
from typing import Any

from thermophoresis.figures.parts.setting_words import (
    ACTIVATIONS,
    BEGINNINGS,
    LINEAR,
    NETWORKS,
    PLATEAU,
)

NUMBERS = ("no", "a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def describe_network(network: Mapping[str, Any]) -> list[str]:
    """Say what a network is made of, one phrase for each thing.

    Parameters
    ----------
    network
        Its settings, as files carry them.
    """
    kind = network.get("kind", "Networks of several kinds")
    # Where networks differ in it, settings in common do not have it.
    activation = network.get("activation") or ""
    channels, hidden = network.get("channels"), network.get("hidden")
    words = LINEAR if hidden == [] and channels is None else NETWORKS.get(kind, kind)
    described = words.format(
        activation=ACTIVATIONS.get(activation, activation),
        convolutions=_counted(_length(channels), "convolution"),
        linear=_counted(_length(hidden) + 1, "linear layer"),
        name=network.get("name"),
    )
    parts = [_sentence(described)]
    parts += [f"{key} = {value}" for key, value in network.get("arguments", {}).items()]
    parts += [
        f"{symbol}{_joined(network[key])}{unit}"
        for symbol, key, unit in (
            ("M = ", "inputs", " inputs"),
            ("N = ", "hidden", " hidden units"),
            ("", "channels", " channels"),
        )
        if network.get(key) not in (None, [])
    ]
    parts += [
        f"{key} {', '.join(map(str, _listed(network[key])))}"
        for key, default in (("stride", 1), ("padding", 0))
        if network.get(key, default) != default
    ]
    pooling = network.get("pooling", "none")
    kinds = dict.fromkeys(one["kind"] for one in _listed(pooling) if one != "none")
    parts += [f"{name} pooling" for name in kinds]
    bias = network.get("bias")
    if bias is False:
        parts.append("no bias")
    elif isinstance(bias, list):  # some layers have one
        lacking = (f"layer {number}" for number, has in enumerate(bias, start=1) if not has)
        parts.append(f"no bias in {' and '.join(lacking)}")
    return parts + describe_beginning(network.get("init", {}))


def describe_beginning(init: Mapping[str, Any] | str) -> list[str]:
    """Say how parameters start where they do not as torch has them: ``V(0) × 3``.

    Parameters
    ----------
    init
        Settings of the initialisation of a network, as files carry them.
    """
    if isinstance(init, str):
        return []
    words = BEGINNINGS.get(init.get("kind", ""), "")
    parts = [words.format(std=init.get("std") or 0)] if words else []
    for name, factor in init.get("scale", {}).items():
        if isinstance(factor, str):
            parts.append(PLATEAU)
        elif factor != 1:
            parts.append(f"{name}(0) × {factor:g}" if factor else f"{name}(0) = 0")
    return parts


def _sentence(words: str) -> str:
    """Return words as they begin a sentence, also where one of them is left out."""
    words = " ".join(words.split())
    return words[:1].upper() + words[1:]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _length(values: int | Sequence[int] | None) -> int:
    return len(values) if isinstance(values, list) else 0


def _counted(number: int, thing: str) -> str:
    words = NUMBERS[number] if number < len(NUMBERS) else str(number)
    return f"{words} {thing}{'s' if number != 1 else ''}"


def _joined(value: int | list[int]) -> str:
    if not isinstance(value, list):
        return str(value)
    if len(value) > 2 and len(set(value)) == 1:
        return f"{len(value)} × {value[0]}"
    return " + ".join(map(str, value))
