"""Gradient flow: dθ/ds = −μ(θ) in training time s = ηt, with μ the gradient of the mean loss.

It has no noise, and no steps of finite size: what is left of SGD is the first-order force. η says
where on the axis of s the records are, and nothing else.

μ is the mean over a set of samples that does not change: the finite training set, or for samples
that SGD draws anew, a set of each replica that nobody else sees. So the flow is that of one
function: its invariants hold exactly (of two layers and ReLU V_i² − ‖w_i‖² − b_i²), and the error
of its integrator can be made as small as wanted; fresh samples at every step would be SGD with
large batches. The price is that μ is that of as many samples as are taken. Labels that SGD draws
anew are averaged over exactly.

The classical Runge–Kutta method of order 4 goes from one multiple of the step to the next. What is
seen in between is integrated from the last one, with a shorter step, and leaves no trace.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import torch
from torch import Tensor

from thermophoresis.config.dynamics.gradient_flow import SAMPLES, GradientFlow
from thermophoresis.config.labels import regime
from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import Source
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.beginning import initial_parameters
from thermophoresis.simulations.blocks import Block, cut
from thermophoresis.simulations.sgd.engine import DRAW_BYTES
from thermophoresis.simulations.sgd.general import block_replicas, full_gradient
from thermophoresis.simulations.sgd.steppers import initial_state
from thermophoresis.simulations.state import named, part

# Whose samples they are.
PURPOSE = "gradient_flow"

# Steps of SGD between two opportunities to save.
STEPS_TOGETHER = 64

Force = Callable[[Parameters], Parameters]


class Evolution:
    """How a run's ensemble flows; parameters and attributes as of `dynamics.sgd.Evolution`."""

    def __init__(
        self,
        settings: RunSettings,
        source: Source,
        network: Network,
        *,
        record_steps: Sequence[int],
        device: torch.device,
    ):
        self._settings, self._source, self._network = settings, source, network
        self._record_steps, self._device = record_steps, device
        self._dtype = getattr(torch, settings.precision)
        self.blocks = cut(settings.replicas, block_replicas(network, self._dtype, 1))
        self.stepper = "Runge-Kutta method of order 4"

    def start(self, replicas: range) -> Block:
        """Return a block of replicas with initial parameters."""
        settings = self._settings
        dynamics, force = cast(GradientFlow, settings.dynamics), self._force(replicas)
        return Block(
            lambda state: Flow(
                force,
                {name: value.to(self._device) for name, value in state.items()},
                rate=settings.learning_rate,
                step=dynamics.step,
            ),
            initial_state(initial_parameters(settings, self._network, replicas)),
            Nothing(len(replicas)),
            batch_size=1,
            record_steps=self._record_steps,
            device=self._device,
        )

    def _force(self, replicas: range) -> Force:
        """Return what gives μ at parameters of a block of replicas."""
        x, labellings = self._set(replicas)
        x = x.to(self._device, self._dtype)
        sets = [(x, y.to(self._device)) for y in labellings]

        def mean_gradient(parameters: Parameters) -> Parameters:
            found = [full_gradient(self._network.gradient, parameters, it) for it in sets]
            total = found[0]
            for other in found[1:]:
                total = {name: value + other[name] for name, value in total.items()}
            return {name: value / len(sets) for name, value in total.items()}

        return mean_gradient

    def _set(self, replicas: range) -> tuple[Tensor, list[Tensor]]:
        """Return inputs, and the labels over which gradients are averaged, equally likely."""
        source, settings = self._source, self._settings
        is_random = regime(settings.labels)[0] == "resampled"
        if source.set_size and not is_random:
            x, y = source.training_set(replicas)
            return x, [y]
        if source.set_size:
            x = source.stream(replicas).inputs()
        else:
            assert source.fresh is not None
            wanted = cast(GradientFlow, settings.dynamics).samples or SAMPLES
            x, own = source.fresh(replicas, PURPOSE, 0, wanted)
            if not is_random:
                assert own is not None
                return x, [own.to(self._dtype)]
        if source.classes is None:
            # Of one output, derivatives of the losses are linear in the label.
            return x, [torch.full(x.shape[:2], 0.5, dtype=self._dtype)]
        return x, [torch.full(x.shape[:2], label) for label in range(source.classes)]


class Nothing:
    """The stream of a block of replicas that needs no samples; see `blocks.Stream`."""

    def __init__(self, replicas: int):
        self._none = torch.zeros(replicas, 0)
        self.bytes_per_sample = DRAW_BYTES // STEPS_TOGETHER

    def take(self, samples: int) -> tuple[Tensor, Tensor]:
        """Return no samples."""
        return self._none, self._none

    def state(self) -> dict[str, Tensor]:
        """Return nothing."""
        return {}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go back to nothing."""


class Flow:
    """The flow of a block of replicas; see `engine.Stepper`, whose steps are η long in s.

    Parameters
    ----------
    force
        From stacked parameters to μ, of which no bit depends on the number of replicas.
    state
        What `steppers.initial_state` or `state` returned.
    rate
        η.
    step
        Of the integrator, in s.
    """

    def __init__(self, force: Force, state: Mapping[str, Tensor], *, rate: float, step: float):
        self._force, self._rate, self._step = force, rate, step
        self._parameters = part(state, "parameters")
        self._steps = int(state["steps"])
        # How many steps of the integrator led to the parameters.
        self._passed = int(state.get("passed", 0))

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take no samples."""

    def advance(self, start: int, stop: int) -> None:
        """Go on by as many steps of SGD."""
        self._steps += stop - start
        for _ in range(math.floor(self._steps * self._rate / self._step) - self._passed):
            self._parameters = integrated(self._force, self._parameters, self._step)
            self._passed += 1

    def parameters(self) -> Parameters:
        """Return a copy of the stacked parameters."""
        rest = self._steps * self._rate - self._passed * self._step
        if rest <= 0:
            return {name: value.clone() for name, value in self._parameters.items()}
        return integrated(self._force, self._parameters, rest)

    def state(self) -> dict[str, Tensor]:
        """Return all that the flow to come depends on."""
        counts = {"steps": torch.tensor(self._steps), "passed": torch.tensor(self._passed)}
        return named("parameters", self._parameters) | counts


def integrated(force: Force, parameters: Parameters, step: float) -> Parameters:
    """Return parameters after one step of the classical Runge–Kutta method.

    Hairer, Nørsett & Wanner, *Solving Ordinary Differential Equations I* (1993), Table II.1.2.

    Parameters
    ----------
    force
        From parameters to μ; dθ/ds = −μ.
    parameters
        Stacked.
    step
        Its length in s.
    """

    # Multiplied, then added: whether both are rounded must not depend on the place.
    def shifted(by: Parameters, factor: float) -> Parameters:
        return {name: value - by[name] * factor for name, value in parameters.items()}

    first = force(parameters)
    second = force(shifted(first, step / 2))
    third = force(shifted(second, step / 2))
    fourth = force(shifted(third, step))
    mean = {
        name: (first[name] + fourth[name] + (second[name] + third[name]) * 2) / 6
        for name in parameters
    }
    return shifted(mean, step)
