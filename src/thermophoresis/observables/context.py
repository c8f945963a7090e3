"""What observables are functions of."""

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import torch
from torch import Tensor

from thermophoresis.draws.streams import generator
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Inputs
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.kernels.chain import Pass, chain_of

if TYPE_CHECKING:
    from thermophoresis.networks.module import OwnModule

T = TypeVar("T")

# Training samples are measured so many at a time, since what a network makes of them is larger.
TRAINING_SAMPLES = 512


class Moment(NamedTuple):
    """Where some replicas are in their run, for observables that depend on more than parameters.

    Attributes
    ----------
    seed, replicas
        Whose parameters they are.
    learning_rate, batch_size
        η and |B| of the step that comes next.
    initial
        Returns the stacked parameters at the start, as they are trained.
    training_set
        Returns inputs (replica, sample, …) and labels (replica, sample) of the finite training set;
        a leading axis of length 1 serves all replicas.
    record
        Number of the record.
    fresh
        Returns samples as online training has them, from replicas, purpose, number of the first and
        how many: inputs (replica, sample, input), float64, and labels of their own (replica,
        sample) or None. None itself where samples are not drawn.
    random_labels
        Probability that the label of a training sample is a fair coin, whatever the sample is.
    own_labels
        Returns the data's own labels of the training set, (replica, sample) or (1, sample), some of
        which may be others there. None where the data are not known.
    """

    seed: int
    replicas: range
    learning_rate: float
    batch_size: int
    initial: Callable[[], Parameters]
    training_set: Callable[[], tuple[Tensor, Tensor]]
    record: int = 0
    fresh: Callable[[range, str, int, int], tuple[Tensor, Tensor | None]] | None = None
    random_labels: float = 1.0
    own_labels: Callable[[], Tensor] | None = None

    def of(self, own: slice) -> "Moment":
        """Return that of some of the replicas, by their positions among them."""
        labels = self.own_labels
        return self._replace(
            replicas=self.replicas[own],
            initial=lambda: {name: value[own] for name, value in self.initial().items()},
            training_set=lambda: _rows(self.training_set(), own),
            own_labels=None if labels is None else lambda: _row(labels(), own),
        )


def _rows(samples: tuple[Tensor, Tensor], own: slice) -> tuple[Tensor, Tensor]:
    """Return the samples of some replicas, which may share them."""
    x, y = (_row(values, own) for values in samples)
    return x, y


def _row(values: Tensor, own: slice) -> Tensor:
    return values[own] if len(values) > 1 else values


class Context:
    """Replicas at one moment of training, and the probe set that they are measured on.

    A forward pass is made when it is first asked for, and serves all observables.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters, as they are trained. Everything is computed in the precision of the
        probe set (float64, so that differences of nearly equal means are safe).
    x, y
        Probe set: inputs (replica, sample, …) and labels (replica, sample), 0/1 or class indices.
    gaussian
        Whether x ~ N(0, I), in which case some expectations have a closed form.
    moment
        Where the replicas are in their run; None where no observable asks.
    """

    def __init__(
        self,
        network: "TwoLayer | Layered | OwnModule",
        parameters: Parameters,
        x: Tensor,
        y: Tensor,
        *,
        gaussian: bool = False,
        moment: Moment | None = None,
    ):
        self.network, self._trained = network, parameters
        self.x, self.y, self.gaussian = x, y.expand(self.replicas, -1), gaussian
        self._moment = moment
        self._made: dict[Callable[[Context], Any], Any] = {}

    def once(self, make: "Callable[[Context], T]") -> T:
        """Return what a function makes of these replicas, made once for all observables."""
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]  # type: ignore[no-any-return]  # of the type that it returns

    @property
    def replicas(self) -> int:
        """How many."""
        return len(next(iter(self._trained.values())))

    @cached_property
    def parameters(self) -> Parameters:
        """Stacked parameters, in the precision of the probe set."""
        return {name: value.to(self.x.dtype) for name, value in self._trained.items()}

    @cached_property
    def compiled(self) -> Pass | None:
        """Compiled passes over the network; None where torch has to do."""
        chain = chain_of(self.network)
        if chain is None or self.x.is_cuda or self.x.dtype != torch.float64:
            return None
        return Pass(chain, self.network.as_layered(self._trained)[1], self.x)

    @cached_property
    def _forward(self) -> tuple[Inputs, Tensor]:
        if isinstance(self.network, TwoLayer):
            hidden = self.network.hidden_units(self.parameters, self.x)
            return Inputs([self.x, hidden]), torch.bmm(hidden, self.parameters["V"][..., None])
        return self.network.activations(self.parameters, self.x)

    @property
    def inputs(self) -> Inputs:
        """What each layer got, x first, each (replica, sample, …); of a module, x alone."""
        return self._forward[0]

    @cached_property
    def logits(self) -> Tensor:
        """Outputs, (replica, sample, class), or (replica, sample, 1)."""
        return self._forward[1] if self.compiled is None else self.compiled.logits

    @cached_property
    def residual(self) -> Tensor:
        """Derivative of every sample's loss with respect to the logits: p − y of cross entropy."""
        return self.network.loss.residual(self.logits, self.y, self.network.classes)

    @property
    def layers(self) -> Parameters:
        """Views of the stacked parameters under the names of a chain of layers: W1, b1, W2, …."""
        return self.network.as_layered(self.parameters)[1]

    @property
    def moment(self) -> Moment:
        """Where the replicas are in their run.

        Raises
        ------
        ValueError
            It is not known.
        """
        if self._moment is None:
            raise ValueError("an observable depends on where in its run a replica is")
        return self._moment

    def streams(self, name: str) -> list[torch.Generator]:
        """Return the random streams of an observable, one for each replica.

        They are the same whenever they are asked for: what an observable draws depends neither on
        earlier records nor on other observables.
        """
        moment = self.moment
        return [generator(moment.seed, it, f"observable {name}") for it in moment.replicas]

    def fresh(self, name: str, samples: int) -> tuple[Tensor, Tensor | None]:
        """Return samples for an observable that neither training nor another record has seen.

        Parameters
        ----------
        name
            Of the observable.
        samples
            How many.

        Returns
        -------
        x, y
            Inputs (replica, sample, input), float64, and labels of their own (replica, sample), if
            the distribution has any.

        Raises
        ------
        ValueError
            Samples are not drawn but taken from a file.
        """
        moment = self.moment
        if moment.fresh is None:
            raise ValueError(f"{name} needs samples that are drawn")
        purpose = f"observable {name}"
        return moment.fresh(moment.replicas, purpose, moment.record * samples, samples)

    @cached_property
    def initial(self) -> Parameters:
        """Stacked parameters at the start, in the precision of the probe set."""
        return {name: value.to(self.x) for name, value in self.moment.initial().items()}

    @cached_property
    def training(self) -> "Context":
        """The same replicas, measured on the whole of their finite training set."""
        x, y = self.moment.training_set()
        y = y.to(self.x) if y.is_floating_point() else y.to(self.x.device)
        y = y.expand(self.replicas, -1)
        return _OnTrainingSet(self.network, self.parameters, x, y, moment=self._moment)

    @property
    def own_labels(self) -> Tensor:
        """The data's own labels of the finite training set, (replica, sample).

        Raises
        ------
        ValueError
            They are not known.
        """
        if self.moment.own_labels is None:
            raise ValueError("an observable needs the data's own labels")
        labels = self.moment.own_labels().to(self.x.device)
        return labels.expand(self.replicas, -1)

    def singles(self) -> Iterator["Context"]:
        """Yield the context of each replica alone."""
        return self.parts(1)

    def parts(self, width: int) -> Iterator["Context"]:
        """Yield the contexts of so many replicas each, of fewer at the end."""
        if self.replicas <= width:
            yield self
            return
        for first in range(0, self.replicas, width):
            own = slice(first, min(first + width, self.replicas))
            x, y = _rows((self.x, self.y), own)
            yield Context(
                self.network,
                {name: value[own] for name, value in self._trained.items()},
                x,
                y,
                gaussian=self.gaussian,
                moment=self._moment and self._moment.of(own),
            )


class _OnTrainingSet(Context):
    """Replicas on samples of which there may be too many for one forward pass."""

    @cached_property
    def logits(self) -> Tensor:
        """Outputs, (replica, sample, class), or (replica, sample, 1)."""
        one = next(iter(self._trained.values()))
        chunks = []
        for start in range(0, self.x.shape[1], TRAINING_SAMPLES):
            x, y = (it[:, start : start + TRAINING_SAMPLES] for it in (self.x, self.y))
            x = x.to(one).expand(len(one), *x.shape[1:])
            chunks.append(Context(self.network, self._trained, x, y).logits)
        return torch.cat(chunks, 1)
