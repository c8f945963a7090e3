"""Which steps an ensemble makes on a GPU, and how many replicas make them together."""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.network import Network
from thermophoresis.simulations.sgd.gpu import chain, graph, two_layer
from thermophoresis.simulations.state import part

# What of the free memory a block of replicas may take, with all that it needs for a while.
SHARE = 0.5

# Numbers that a replica needs for each of its parameters and for each that a sample activates:
# parameters, their velocities, gradients and copies of these; activations, gradients and what is
# made of them on the way. It errs on the side of smaller blocks.
COPIES, COPIES_OF_SAMPLE = 8, 64


def name_of(network: Network, dynamics: SGD, batch_size: int, dtype: torch.dtype) -> str:
    """Return the module of this package that makes the steps.

    Parameters
    ----------
    network, dynamics
        What is trained, and how.
    batch_size
        Largest |B|.
    dtype
        Floating-point type of the parameters.
    """
    if two_layer.covers(network, dynamics, batch_size, dtype):
        return "two_layer"
    return "chain" if chain.covers(network, dynamics) else "graph"


def make_stepper(
    network: Network,
    state: Mapping[str, Tensor],
    *,
    dynamics: SGD,
    rate: Callable[[int], float],
    batch_size: int,
    training_set: tuple[Tensor, Tensor] | None = None,
    residuals_given: bool = False,
) -> Any:
    """Return what makes the steps of a block of replicas; see `engine.Stepper`.

    Parameters
    ----------
    network
        The network.
    state
        What `general.initial_state` or a stepper's `state` returned, on the GPU.
    dynamics, rate, batch_size, training_set
        As of `general.GeneralSGD`.
    residuals_given
        Whether what is loaded instead of labels are the residuals; of networks with a kernel alone.
    """
    dtype = next(iter(part(state, "parameters").values())).dtype
    name = name_of(network, dynamics, batch_size, dtype)
    if name == "graph":
        return graph.GraphSGD(
            network.gradient,
            state,
            dynamics=dynamics,
            rate=rate,
            batch_size=batch_size,
            training_set=training_set,
        )
    stepper = two_layer.TwoLayerSGD if name == "two_layer" else chain.ChainSGD
    return stepper(
        network,
        state,
        dynamics=dynamics,
        rate=rate,
        batch_size=batch_size,
        residuals_given=residuals_given,
    )


def block_replicas(
    network: Network, batch_size: int, sample_numbers: int, dtype: torch.dtype, free: int
) -> int:
    """Return how many replicas to train together; no value of a run depends on it.

    Parameters
    ----------
    network, batch_size, dtype
        The network, the largest |B| and the type of its parameters.
    sample_numbers
        Numbers in a sample.
    free
        Bytes of free memory, the first that ``torch.cuda.mem_get_info`` returns.

    Returns
    -------
    int
        A power of two, so that a little more or less free memory changes nothing.
    """
    of_sample = sample_numbers + _activated(network, sample_numbers)
    numbers = COPIES * network.parameter_count + COPIES_OF_SAMPLE * batch_size * of_sample
    fitting = int(SHARE * free / (numbers * dtype.itemsize))
    return 2 ** max(0, fitting.bit_length() - 1)


def _activated(network: Network, sample_numbers: int) -> int:
    """Return about how many numbers a network makes of one sample."""
    layers = getattr(network, "layers", None)
    if layers is None:  # a user's own may activate as many as it has parameters
        return min(network.parameter_count, 100 * sample_numbers)
    return sum(
        # Images become smaller from layer to layer.
        layer.outputs * sample_numbers if layer.weight_shape[2:] else layer.outputs
        for layer in layers
    )
