"""What settings of every kind of network have."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from pydantic import field_validator

from thermophoresis.config.fields import ActivationName, Count, Settings
from thermophoresis.config.initialisation import Initialisation, InitialisationSettings
from thermophoresis.config.problems import Problem, got, refuse, refuse_within, validate

# Observables that networks without hidden units do not have.
OF_HIDDEN_UNITS = ("activation_rate", "activation_rate_layer")
# What chains of layers record.
OF_CHAINS = (*OF_HIDDEN_UNITS, "loss", "squared_error", "gradient_variance")

# For ordering jobs, where the size of images is known to the data file alone.
TYPICAL_PIXELS = 28 * 28


class NetworkSettings(Settings):
    """A network; each kind declares what it is made of.

    Attributes
    ----------
    records
        Observables that are recorded of networks of this kind; of one, its `recorded`. An alias has
        none; see `expanded`.
    takes_vectors
        Whether it takes samples of any shape, flattened; otherwise images alone.
    is_chain
        Whether it is a chain of layers, of which there are closed forms.
    """

    records: ClassVar[tuple[str, ...]] = ()
    takes_vectors: ClassVar[bool] = True
    is_chain: ClassVar[bool] = True

    kind: str
    activation: ActivationName = "relu"
    init: Initialisation = "torch_default"

    @field_validator("init", mode="plain")
    @classmethod
    def _default_initialisation_is_one_word(cls, init: Any) -> Initialisation:
        if isinstance(init, Mapping):
            settings, problems = validate(InitialisationSettings, init)
            if settings is None:
                raise refuse_within(*problems)
            init = settings
        if isinstance(init, InitialisationSettings):
            plain = init.kind == "torch_default" and not init.scale
            return "torch_default" if plain else init
        if init != "torch_default":
            allowed = "must be torch_default or a mapping with the kind, such as {kind: he_normal}"
            raise refuse_within(Problem((), f"{got(init)}; {allowed}"))
        return "torch_default"

    @property
    def files(self) -> tuple[str, ...]:
        """The user's own files that it is made from, which are part of fingerprints."""
        return ()

    def problems(self) -> Iterator[Problem]:
        """Yield what is wrong with the files that it names."""
        yield from ()

    @property
    def expanded(self) -> "NetworkSettings":
        """What these settings are short for; themselves, unless the kind is an alias.

        An alias declares its settings and this, and nothing else: jobs know what it is short for.
        """
        return self

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

    @property
    def least_weights(self) -> int:
        """How many weights it has at least, as far as the settings tell."""
        return 0

    def parameter_names(self, *, several_classes: bool) -> tuple[str, ...] | None:
        """Return the names of its parameters, or None where settings alone do not tell them.

        Parameters
        ----------
        several_classes
            Whether it has a logit for each class rather than one.
        """
        return None


class VectorNetworkSettings(NetworkSettings):
    """A network on vectors, whose number of components images bring along."""

    inputs: Count | None


def checked_biases(bias: Any, layers: int | None) -> bool | tuple[bool, ...]:
    """Return which weight layers have biases; the validator of a field ``bias``.

    Parameters
    ----------
    bias
        As it was given: for all layers, or one for each.
    layers
        How many weight layers there are; None where that is not known.
    """
    each = list(bias) if isinstance(bias, list | tuple) else [bias]
    wanted = "true, false, or a list of them with one entry for each weight layer"
    if not all(isinstance(one, bool) for one in each):
        raise refuse(Problem(("bias",), f"{got(bias)}; must be {wanted}"))
    if isinstance(bias, bool):
        return bias
    if layers is not None and len(each) != layers:
        raise refuse(Problem(("bias",), f"{got(bias)}; must be {wanted}: {layers}"))
    # One network has one text.
    return each[0] if len(set(each)) == 1 else tuple(each)


def of_each_layer(bias: bool | tuple[bool, ...], layers: int) -> tuple[bool, ...]:
    """Return whether each weight layer of a chain has a bias, from the setting ``bias``."""
    return (bias,) * layers if isinstance(bias, bool) else tuple(bias)


def chain_parameters(biases: Iterable[bool]) -> tuple[str, ...]:
    """Return the names of the parameters of a chain of layers, of which some have a bias."""
    return tuple(
        f"{name}{number}"
        for number, bias in enumerate(biases, start=1)
        for name in ("Wb" if bias else "W")
    )
