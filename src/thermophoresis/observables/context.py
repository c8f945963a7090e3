"""What observables are functions of."""

from functools import cached_property

import torch
from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.losses.cross_entropy import CrossEntropy
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.two_layer import TwoLayer


class Context:
    """Replicas at one moment of training, and the probe set that they are measured on.

    A forward pass is made when it is first asked for, and serves all observables.

    Parameters
    ----------
    network
        The network.
    parameters
        Stacked parameters, in the precision of the probe set (float64, so that differences of
        nearly equal means are safe).
    x, y
        Probe set: inputs (replica, sample, …) and labels (replica, sample), 0/1 or class indices.
    gaussian
        Whether x ~ N(0, I), in which case some expectations have a closed form.
    """

    def __init__(
        self,
        network: TwoLayer | Layered,
        parameters: Parameters,
        x: Tensor,
        y: Tensor,
        *,
        gaussian: bool = False,
    ):
        self.network, self.parameters = network, parameters
        self.x, self.y, self.gaussian = x, y, gaussian

    @cached_property
    def _forward(self) -> tuple[list[Tensor], Tensor]:
        if isinstance(self.network, Layered):
            return self.network.activations(self.parameters, self.x)
        hidden = self.network.hidden_units(self.parameters, self.x)
        return [self.x, hidden], torch.bmm(hidden, self.parameters["V"][..., None])

    @property
    def inputs(self) -> list[Tensor]:
        """What each layer got, x first, each (replica, sample, …)."""
        return self._forward[0]

    @property
    def logits(self) -> Tensor:
        """Outputs, (replica, sample, class), or (replica, sample, 1)."""
        return self._forward[1]

    @cached_property
    def residual(self) -> Tensor:
        """Derivative of every sample's loss with respect to the logits: p − y of cross entropy."""
        network = self.network
        if isinstance(network, TwoLayer) and isinstance(network.loss, CrossEntropy):
            return torch.sigmoid(self.logits) - self.y[..., None]
        return network.loss.residual(self.logits, self.y, network.classes)

    @property
    def layers(self) -> Parameters:
        """Views of the stacked parameters under the names of a chain of layers: W1, b1, W2, …."""
        return self.network.as_layered(self.parameters)[1]
