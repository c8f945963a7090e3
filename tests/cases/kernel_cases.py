"""Networks, dynamics and oracles of the kernels' tests, on the GPU that is there or none."""

import torch

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.sgd.gpu.chain import ChainSGD
from thermophoresis.simulations.sgd.gpu.two_layer import TwoLayerSGD
from thermophoresis.simulations.sgd.steppers import initial_state

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")

# Numbers of steps in the interpreter, where each takes some hundredths of a second.
STEPS = 200 if DEVICE.type == "cuda" else 8
REPLICAS = 3

TWO = (Linear(5, 6), Linear(6, 1, bias=False))
CLASSES = (Linear(5, 6), Linear(6, 3))
DEEP = (Linear(7, 20), Linear(20, 5), Linear(5, 1))

# Padded in every direction: in units, logits, inputs and replicas.
CASES = {
    "plain": (TwoLayer(5, 6), SGD(), 1),
    "batch": (TwoLayer(5, 6), SGD(), 3),
    "no bias": (TwoLayer(5, 6, bias=False), SGD(weight_decay=0.1), 1),
    "momentum": (TwoLayer(5, 6), SGD(momentum=0.9, weight_decay=0.01), 3),
    "classes": (Layered(CLASSES, 3, "tanh"), SGD(momentum=0.5, nesterov=True), 3),
    "frozen": (Layered(CLASSES, 3, "relu"), SGD(freeze=("W1", "b2")), 1),
    "squared": (Layered(TWO, None, "identity", loss=Squared((-1.0, 1.0))), SGD(), 1),
    "squared classes": (Layered(CLASSES, 3, "relu", loss=Squared()), SGD(momentum=0.9), 1),
    "deep": (Layered(DEEP, None, "relu"), SGD(), 1),
    "deep batch": (Layered(DEEP, None, "relu"), SGD(momentum=0.9, weight_decay=0.01), 3),
    "deep tanh": (Layered(DEEP, None, "tanh"), SGD(freeze=("W2", "b1")), 1),
    "deep classes": (
        Layered((*DEEP[:2], Linear(5, 3, bias=False)), 3, "relu"),
        SGD(momentum=0.5, nesterov=True),
        3,
    ),
    "deep squared": (Layered(DEEP, None, "identity", loss=Squared()), SGD(), 3),
}


def stepper_of(network):
    return TwoLayerSGD if len(network.as_layered(some(network, 1))[0].layers) == 2 else ChainSGD


def some(network, replicas, dtype=torch.float64):
    """Initial parameters of the first replicas."""
    streams = [torch.Generator().manual_seed(replica) for replica in range(replicas)]
    drawn = network.initialise(streams, torch.float64)
    return {it: value.to(DEVICE, dtype) for it, value in drawn.items()}


def samples(network, replicas, count, seed=0):
    draw = torch.Generator().manual_seed(seed)
    inputs = network.as_layered(some(network, 1))[0].layers[0].inputs
    # One replica after the other: the first ones are the same, however many there are.
    x = torch.stack([torch.randn(count, inputs, generator=draw).double() for _ in range(replicas)])
    y = torch.randint(network.classes or 2, (replicas, count), generator=draw)
    return x.to(DEVICE), (y if network.classes else y.double()).to(DEVICE)


def rate(step):
    return 0.05 / (1 + step / 10)


def trained(network, dynamics, sizes, x, y, dtype=torch.float64, stepper=None, **options):
    """Return the stepper behind steps with batches of some sizes."""
    state = initial_state(some(network, len(x), dtype))
    stepper = (stepper or stepper_of(network))(
        network, state, dynamics=dynamics, rate=rate, batch_size=max(sizes), **options
    )
    stepper.load(x.to(dtype), y if y.dtype == torch.int64 else y.to(dtype), sizes)
    stepper.advance(0, len(sizes))
    return stepper


def expected(network, dynamics, sizes, x, y):
    """The same by the network's gradient in float64 and ``torch.optim.SGD``."""
    parameters = some(network, len(x))
    free = [value for it, value in parameters.items() if it not in dynamics.freeze]
    optimizer = torch.optim.SGD(
        free,
        lr=1.0,
        momentum=dynamics.momentum,
        nesterov=dynamics.nesterov,
        weight_decay=dynamics.weight_decay,
    )
    for step, (x_one, y_one) in enumerate(zip(x.split(sizes, 1), y.split(sizes, 1), strict=True)):
        for name, value in network.gradient(parameters, x_one, y_one).items():
            parameters[name].grad = value
        for group in optimizer.param_groups:
            group["lr"] = rate(step)
        optimizer.step()
    return parameters


def distance(found, oracle):
    """‖θ − θ'‖/‖θ'‖ of every replica."""
    wide = {it: value.double().flatten(1) for it, value in found.items()}
    difference = torch.cat([wide[it] - value.flatten(1) for it, value in oracle.items()], 1)
    return difference.norm(dim=1) / torch.cat([it.flatten(1) for it in oracle.values()], 1).norm(
        dim=1
    )
