"""Convolutions, σ after each and pooling where asked for; then linear layers, σ between them."""

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config.fields import Count
from thermophoresis.config.network import (
    OF_CHAINS,
    TYPICAL_PIXELS,
    NetworkSettings,
    chain_parameters,
    checked_biases,
    of_each_layer,
)
from thermophoresis.config.pooling import PoolingSettings
from thermophoresis.config.problems import Problem, got, refuse, refuse_within, validate

LEAST = {"kernel": 1, "stride": 1, "padding": 0}


class ConvolutionSettings(NamedTuple):
    """One of the convolutions, and what is behind it."""

    channels: int
    kernel: int
    stride: int
    padding: int
    pooling: PoolingSettings | None

    def size_after(self, size: int) -> int:
        """Return how many rows or columns an image has behind it."""
        size = (size + 2 * self.padding - self.kernel) // self.stride + 1
        return size // self.pooling.size if self.pooling else size

    def size_before(self, size: int) -> int:
        """Return how many rows or columns it takes to have as many behind it, at least."""
        size *= self.pooling.size if self.pooling else 1
        return max(1, (size - 1) * self.stride + self.kernel - 2 * self.padding)


class CNNNetwork(NetworkSettings):
    """Convolutions, σ after each and pooling where asked for; then linear layers, σ between them.

    Attributes
    ----------
    channels
        Channels behind each convolution, from the input on.
    kernel, stride, padding
        Edge of the kernels, their step, and rows and columns of zeros at each edge of the images:
        of all convolutions, or of each.
    pooling
        What is behind σ of all convolutions, or of each.
    hidden
        Number of units in each linear layer but the last.
    bias
        Whether the layers have biases: all of them, or each from the input on.
    """

    records: ClassVar[tuple[str, ...]] = OF_CHAINS
    takes_vectors: ClassVar[bool] = False

    kind: Literal["cnn"]
    channels: Annotated[tuple[Count, ...], Field(strict=False, min_length=1)] = Field(
        description="a list of whole numbers >= 1, one for each convolution"
    )
    # Numbers or words, or tuples of them: pydantic has several complaints of a union.
    kernel: Any = Field(
        description="a whole number >= 1, or a list of them with one entry for each convolution"
    )
    stride: Any = 1
    padding: Any = 0
    pooling: Any = "none"
    hidden: Annotated[tuple[Count, ...], Field(strict=False)] = ()
    bias: Any = True

    @field_validator("kernel", "stride", "padding", mode="plain")
    @classmethod
    def _numbers_are_of_the_convolutions(cls, value: Any, info: ValidationInfo) -> Any:
        name = str(info.field_name)
        wanted = f"a whole number >= {LEAST[name]}"
        each = value if isinstance(value, list | tuple) else [value]
        if not all(type(one) is int and one >= LEAST[name] for one in each):
            raise refuse(Problem((name,), f"{got(value)}; must be {_or_each(wanted)}"))
        return _of_each(name, value, wanted, info)

    @field_validator("pooling", mode="plain")
    @classmethod
    def _pooling_is_of_the_convolutions(cls, value: Any, info: ValidationInfo) -> Any:
        wanted = "none or a mapping such as {kind: max, size: 2}"
        listed = isinstance(value, list | tuple)
        each: list[Any] = []
        problems: list[Problem] = []
        for index, one in enumerate(value if listed else [value]):
            where = (index,) if listed else ()
            if isinstance(one, Mapping):
                settings, wrong = validate(PoolingSettings, one)
                each.append(settings)
                problems += [Problem((*where, *it.path), it.message) for it in wrong]
            elif one == "none" or isinstance(one, PoolingSettings):
                each.append(one)
            else:
                allowed = wanted if listed else _or_each(wanted)
                problems.append(Problem(where, f"{got(one)}; must be {allowed}"))
        if problems:
            raise refuse_within(*problems)
        return _of_each("pooling", each if listed else each[0], wanted, info)

    @field_validator("bias", mode="plain")
    @classmethod
    def _biases_are_of_the_layers(cls, bias: Any, info: ValidationInfo) -> bool | tuple[bool, ...]:
        known = {"channels", "hidden"} <= info.data.keys()
        layers = sum(len(info.data[name]) for name in ("channels", "hidden")) + 1 if known else None
        return checked_biases(bias, layers)

    @property
    def convolutions(self) -> Iterator[ConvolutionSettings]:
        """The convolutions, from the input on."""
        of_each = []
        for value in (self.kernel, self.stride, self.padding, self.pooling):
            same = (value,) * len(self.channels)
            of_each.append(value if isinstance(value, tuple) else same)
        for channels, kernel, stride, padding, pooling in zip(self.channels, *of_each, strict=True):
            pooled = None if pooling == "none" else pooling
            yield ConvolutionSettings(channels, kernel, stride, padding, pooled)

    @property
    def biases(self) -> tuple[bool, ...]:
        """Whether each weight layer has a bias, from the input on."""
        return of_each_layer(self.bias, len(self.channels) + len(self.hidden) + 1)

    def parameter_names(self, *, several_classes: bool) -> tuple[str, ...]:
        """Return the names of its parameters."""
        return chain_parameters(self.biases)

    @property
    def axes(self) -> Mapping[str, int]:
        """Length of each axis that observables have of their own, by its name."""
        return {"layer": len(self.channels) + len(self.hidden)}

    @property
    def smallest_image(self) -> int:
        """Rows and columns below which nothing is left behind the convolutions."""
        size = 1
        for convolution in reversed([*self.convolutions]):
            size = convolution.size_before(size)
        return size

    @property
    def least_weights(self) -> int:
        """How many weights it has at least, as far as the settings tell."""
        inputs, weights = 1, 0
        for layer in self.convolutions:
            weights += inputs * layer.channels * layer.kernel**2
            inputs = layer.channels
        widths = (inputs, *self.hidden, 1)
        return weights + sum(before * after for before, after in pairwise(widths))

    @property
    def products(self) -> int:
        """Approximate number of products of a weight and a unit for one sample."""
        inputs, size, products = 1, math.isqrt(TYPICAL_PIXELS), 0
        for layer in self.convolutions:
            pooled = layer.pooling.size if layer.pooling else 1
            size = max(1, layer.size_after(size))
            products += inputs * layer.channels * (layer.kernel * size * pooled) ** 2
            inputs = layer.channels
        widths = (inputs * size**2, *self.hidden, 1)
        return products + sum(before * after for before, after in pairwise(widths))


def _or_each(wanted: str) -> str:
    return f"{wanted}, or a list of them with one entry for each convolution"


def _of_each(name: str, value: Any, wanted: str, info: ValidationInfo) -> Any:
    """Return a setting of all convolutions, or a tuple with one for each."""
    if not isinstance(value, list | tuple):
        return value
    count = len(info.data["channels"]) if "channels" in info.data else len(value)
    if len(value) != count or not value:
        message = f"{got(value)}; must be {_or_each(wanted)}: {count}"
        raise refuse(Problem((name,), message))
    # One network has one text.
    return value[0] if all(one == value[0] for one in value) else tuple(value)
