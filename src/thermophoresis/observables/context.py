"""What observables are functions of."""

from functools import cached_property

import torch
from torch import Tensor

from thermophoresis.networks.layered import Inputs, Layered
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
    def _forward(self) -> tuple[Inputs, Tensor]:
        if isinstance(self.network, Layered):
            return self.network.activations(self.parameters, self.x)
        hidden = self.network.hidden_units(self.parameters, self.x)
        return Inputs([self.x, hidden]), torch.bmm(hidden, self.parameters["V"][..., None])

    @property
    def inputs(self) -> Inputs:
        """What each layer got, x first, each (replica, sample, …)."""
        return self._forward[0]

    @property
    def logits(self) -> Tensor:
        """Outputs, (replica, sample, class), or (replica, sample, 1)."""
        return self._forward[1]

    @cached_property
    def residual(self) -> Tensor:
        """P − y, shaped as the logits."""
        if isinstance(self.network, Layered):
            return self.network.residual(self.logits, self.y)
        return torch.sigmoid(self.logits) - self.y[..., None]

    @property
    def layers(self) -> Parameters:
        """Views of the stacked parameters under the names of a chain of layers: W1, b1, W2, …."""
        return self.network.as_layered(self.parameters)[1]
