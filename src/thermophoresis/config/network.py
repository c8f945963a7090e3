"""What settings of every kind of network have."""

from collections.abc import Mapping
from typing import ClassVar, Literal

from thermophoresis.config.fields import Count, Settings

Initialisation = Literal["torch_default"]
ActivationName = Literal["relu", "tanh", "identity"]

# For ordering jobs, where the size of images is known to the data file alone.
TYPICAL_PIXELS = 28 * 28


class NetworkSettings(Settings):
    """A network; each kind declares what it is made of.

    Attributes
    ----------
    records
        Observables that are recorded of networks of this kind; of one, its `recorded`.
    steppers
        Modules of `thermophoresis.simulations.sgd` that train it.
    takes_vectors
        Whether it takes samples of any shape, flattened; otherwise images alone.
    """

    records: ClassVar[tuple[str, ...]]
    steppers: ClassVar[tuple[str, ...]]
    takes_vectors: ClassVar[bool] = True

    kind: str
    activation: ActivationName = "relu"
    init: Initialisation = "torch_default"

    @property
    def axes(self) -> Mapping[str, int]:
        """Length of each axis that observables have of their own, by its name."""
        return {}

    @property
    def recorded(self) -> tuple[str, ...]:
        """Observables that are recorded with these settings: all of `records`, or fewer."""
        return self.records

    @property
    def smallest_image(self) -> int:
        """Rows and columns that images must have at least."""
        return 1

    @property
    def products(self) -> int:
        """Approximate number of products of a weight and a unit for one sample."""
        raise NotImplementedError


class VectorNetworkSettings(NetworkSettings):
    """A network on vectors, whose number of components images bring along."""

    inputs: Count | None
