"""SGD in which each parameter follows its own part of the residual, by compiled loops on a CPU."""

from collections.abc import Callable, Mapping

import numpy as np
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.network import Network
from thermophoresis.simulations.sgd.chains import (
    fields,
    lanes,
    modes,
    surgery_alone,
    surgery_lanes,
)
from thermophoresis.simulations.sgd.chains.fields import Floats, Integers
from thermophoresis.simulations.sgd.chains.stepper import ChainSGD, chain_names


class ChainSurgery(ChainSGD):
    """Steps of a block of replicas; see `engine.Stepper` and `ChainSGD`.

    Parameters
    ----------
    network
        A chain of linear layers with one logit.
    state
        What `steppers.initial_state` or `state` returned.
    modes_of
        By the name of each parameter of the network which part it follows, a name of
        `modes.NUMBERS`.
    rate
        η of the step that leads from a number of updates to the next.
    batch_size
        Largest |B|.
    """

    def __init__(
        self,
        network: Network,
        state: Mapping[str, Tensor],
        *,
        modes_of: Mapping[str, str],
        rate: Callable[[int], float],
        batch_size: int,
    ):
        super().__init__(network, state, dynamics=SGD(), rate=rate, batch_size=batch_size)
        for mode in set(modes_of.values()):
            own = [name for name in modes_of if modes_of[name] == mode]
            for of_chain in chain_names(network, own):
                column = fields.TRAIN_WEIGHTS if of_chain[0] == "W" else fields.TRAIN_BIAS
                self._table[int(of_chain[1:]) - 1, column] = modes.NUMBERS[mode]
        width = batch_size * (lanes.LANES if self._in_lanes else 1)
        self._residuals = np.zeros((modes.COUNT, width), self._work.dtype)

    def _make_steps(self, samples: slice, rates: Floats, sizes: Integers) -> None:
        parameters = self._parameters.numpy()
        if self._in_lanes:
            x, y = self._x[samples], self._y[samples]
            room = self._residuals, self._work
            surgery_lanes.advance(self._table, parameters, x, y, rates, sizes, self._rule, *room)
        else:
            x, y, first = self._x, self._y, int(samples.start)
            how = self._rule, self._residuals, self._work, self._lists
            surgery_alone.advance(self._table, parameters, x, y, first, rates, sizes, *how)
