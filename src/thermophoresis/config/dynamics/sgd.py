"""Stochastic gradient descent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, ValidationInfo, field_validator

from thermophoresis.config.evolution import Dynamics
from thermophoresis.config.fields import Names
from thermophoresis.config.labels import regime
from thermophoresis.config.problems import Problem, refuse
from thermophoresis.config.schedule import Schedule, schedule_of, typed_schedule


class SGD(Dynamics):
    """Stochastic gradient descent, with the conventions of ``torch.optim.SGD``.

    Attributes
    ----------
    momentum
        Part μ of the momentum buffer that a step keeps.
    nesterov
        Whether the momentum is Nesterov's.
    weight_decay
        λ: λ θ is added to the gradient, before momentum.
    freeze
        Parameters that keep their initial values.
    noise_scale
        s: the gradient of a batch becomes ∇ + s (∇_B − ∇), with ∇ that of the whole training set.
    schedule
        How η and |B| change in the course of a run.
    """

    adjective: ClassVar[str] = "SGD"

    kind: Literal["sgd"] = "sgd"
    momentum: Annotated[float, Field(ge=0, lt=1)] = 0.0
    nesterov: bool = False
    weight_decay: Annotated[float, Field(ge=0)] = 0.0
    freeze: Names = ()
    noise_scale: Annotated[float, Field(ge=0)] = 1.0
    schedule: Schedule = "constant"

    @field_validator("nesterov")
    @classmethod
    def _nesterov_has_momentum(cls, nesterov: bool, info: ValidationInfo) -> bool:
        if nesterov and info.data.get("momentum") == 0:
            message = "got true; must be false (or left out) without momentum, which must be > 0"
            raise refuse(Problem(("nesterov",), message))
        return nesterov

    @field_validator("freeze")
    @classmethod
    def _frozen_in_one_order(cls, freeze: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(freeze))

    @field_validator("schedule", mode="plain")
    @classmethod
    def _constant_is_one_word(cls, schedule: Any) -> Schedule:
        return typed_schedule(schedule)

    @property
    def is_plain(self) -> bool:
        """Whether a step is −η times the mean gradient of a batch and nothing else."""
        return (self.momentum, self.weight_decay, self.freeze, self.noise_scale) == (0, 0, (), 1)

    def steppers(self, network: Any, loss: Any) -> tuple[str, ...]:
        """Return the modules of `thermophoresis.simulations.sgd` that make its steps."""
        # On either device: a run is the same product wherever it is made.
        if network.is_chain and self.noise_scale == 1:
            return ("chains.stepper", "general", "gpu.two_layer", "gpu.chain", "gpu.graph")
        return ("general", "gpu.graph")

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what is frozen that is not there, and what does not go with how samples come."""
        network, data = training.get("network"), training.get("data")
        if network is not None and data is not None:
            names = network.parameter_names(several_classes=data.has_dataset)
            if names is not None and (message := self.frozen_problem(names)):
                yield Problem(("freeze",), message)
        schedule = schedule_of(self)
        if schedule and schedule.batch_size and training.get("sampling") == "fresh_subset":
            message = "got a schedule; must be left out with sampling fresh_subset, whose subsets"
            yield Problem(("schedule", "batch_size"), f"{message} all have the size of the cell")
        if self.noise_scale == 1:
            return
        words = {"sampling": training.get("sampling"), "labels": regime(training.get("labels"))[0]}
        for setting, value, reason in (
            ("sampling", "online", "needs a finite set of samples"),
            ("labels", "resampled", "needs labels that stay"),
        ):
            if words[setting] == value:
                message = f"got {self.noise_scale}; must be 1 (or left out) with {setting} {value}"
                yield Problem(("noise_scale",), f"{message}: the full gradient {reason}")
                return

    def frozen_problem(self, names: Sequence[str]) -> str | None:
        """Return what is wrong with ``freeze`` for a network with parameters of these names."""
        if unknown := [name for name in self.freeze if name not in names]:
            allowed = f"must be parameters of this network: {', '.join(names)}"
            return f"got {', '.join(unknown)}; {allowed}"
        if set(self.freeze) == set(names):
            return f"got {', '.join(names)}; must leave a parameter of this network to be trained"
        return None
