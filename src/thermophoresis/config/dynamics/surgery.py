"""SGD in which each parameter follows the mean of the gradient, its noise, both or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field, model_validator

from thermophoresis.config.evolution import Dynamics
from thermophoresis.config.fields import ParameterName
from thermophoresis.config.labels import PartlyRandom, regime
from thermophoresis.config.problems import Problem, choice, got, refuse_within

MODES = ("sgd", "mean", "noise", "frozen")
TWICE = "must not be in modes as well"
Mode = Literal["sgd", "mean", "noise", "frozen"]


class Surgery(Dynamics):
    """SGD in which each parameter follows the mean of the gradient, its noise, both or nothing.

    Attributes
    ----------
    all
        What parameters follow of which nothing else is said.
    modes
        What others follow, by their names; in a file they stand beside ``kind``.
    """

    adjective: ClassVar[str] = "surgery"
    takes_classes: ClassVar[bool] = False
    takes_modules: ClassVar[bool] = False
    needs_cross_entropy: ClassVar[str] = "its residual p − y is taken apart into p − ½ and ½ − y"

    kind: Literal["surgery"]
    all: Mode = "sgd"
    modes: dict[ParameterName, Mode] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _parameters_stand_beside_the_kind(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        own = {name: given[name] for name in given if name in cls.model_fields}
        beside = {name: given[name] for name in given if name not in own}
        kept = own.get("modes", {})
        if not isinstance(kept, Mapping):
            return {**own, **beside}  # which is refused
        if twice := [Problem((name,), TWICE) for name in beside if name in kept]:
            raise refuse_within(*twice)
        modes = {**kept, **beside}
        problems = [
            Problem((name,), f"{got(mode)}; {choice(mode, MODES)}")
            for name, mode in modes.items()
            if mode not in MODES
        ]
        if problems:
            raise refuse_within(*problems)
        # One choice has one text.
        rest = own.get("all", "sgd")
        return {**own, "modes": {name: mode for name, mode in modes.items() if mode != rest}}

    def of(self, names: Sequence[str]) -> dict[str, str]:
        """Return what each of some parameters follows."""
        return {name: self.modes.get(name, self.all) for name in names}

    def steppers(self, network: Any, loss: Any) -> tuple[str, ...]:
        """Return the modules of `thermophoresis.simulations.sgd` that make its steps."""
        return ("surgery",)

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield parameters that are not there, and labels that are no fair coins."""
        network, labels = training.get("network"), training.get("labels")
        names = network.parameter_names(several_classes=False) if network is not None else None
        if names is not None:
            for name in self.modes.keys() - {*names}:
                yield Problem((name,), f"is no parameter of this network; {choice(name, names)}")
            if {*self.of(names).values()} == {"frozen"}:
                yield Problem((), "must leave a parameter of this network to be trained")
        if regime(labels) != ("resampled", 1):
            word, share = regime(labels)
            shown = f"{{{word}: {share:g}}}" if isinstance(labels, PartlyRandom) else repr(word)
            message = f"got 'surgery'; must be another one with labels {shown}: p − ½ and ½ − y"
            yield Problem(("kind",), f"{message} are mean and noise of labels that are fair coins")
