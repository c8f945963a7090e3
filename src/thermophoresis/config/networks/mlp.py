"""Linear layers of any number and widths, σ between them; one logit, or one for each class."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config.fields import Count
from thermophoresis.config.network import (
    OF_CHAINS,
    OF_HIDDEN_UNITS,
    TYPICAL_PIXELS,
    VectorNetworkSettings,
    chain_parameters,
    checked_biases,
    of_each_layer,
)


class MLPNetwork(VectorNetworkSettings):
    """Linear layers of any number and widths, σ between them; one logit, or one for each class.

    Attributes
    ----------
    hidden
        Number of units in each hidden layer, from the input on; none of a linear model.
    bias
        Whether the layers have biases: all of them, or each from the input on.
    """

    records: ClassVar[tuple[str, ...]] = OF_CHAINS

    kind: Literal["mlp"]
    inputs: Count | None = 10
    hidden: Annotated[tuple[Count, ...], Field(strict=False)] = Field(
        description="a list of whole numbers >= 1, [] for a linear model"
    )
    bias: Any = True  # bool or tuple[bool, ...]: pydantic has several complaints of a union

    @field_validator("bias", mode="plain")
    @classmethod
    def _biases_are_of_the_layers(cls, bias: Any, info: ValidationInfo) -> bool | tuple[bool, ...]:
        return checked_biases(bias, len(info.data["hidden"]) + 1 if "hidden" in info.data else None)

    @property
    def biases(self) -> tuple[bool, ...]:
        """Whether each weight layer has a bias, from the input on."""
        return of_each_layer(self.bias, len(self.hidden) + 1)

    @property
    def recorded(self) -> tuple[str, ...]:
        """Observables that are recorded; those of hidden units where there are any."""
        return tuple(name for name in self.records if self.hidden or name not in OF_HIDDEN_UNITS)

    def parameter_names(self, *, several_classes: bool) -> tuple[str, ...]:
        """Return the names of its parameters."""
        return chain_parameters(self.biases)

    @property
    def axes(self) -> Mapping[str, int]:
        """Length of each axis that observables have of their own, by its name."""
        return {"layer": len(self.hidden)}

    @property
    def least_weights(self) -> int:
        """How many weights it has at least, as far as the settings tell."""
        sizes = (self.inputs or 1, *self.hidden, 1)
        return sum(inputs * outputs for inputs, outputs in pairwise(sizes))

    @property
    def products(self) -> int:
        """Approximate number of products of a weight and a unit for one sample."""
        sizes = (self.inputs or TYPICAL_PIXELS, *self.hidden, 1)
        return sum(inputs * outputs for inputs, outputs in pairwise(sizes))
