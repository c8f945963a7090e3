"""What only a card can tell, in a few minutes: ``pytest -n 1 -m gpu tests/simulations/sgd/gpu``.

The other tests of this folder run on the card as well where there is one, then compiled.
"""

import time

import pytest
import torch
from kernel_cases import CASES, distance, expected, samples, some, trained

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.draws import variates
from thermophoresis.draws.recipe import Recipe
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.sgd.gpu.graph import GraphSGD
from thermophoresis.simulations.sgd.gpu.two_layer import TwoLayerSGD
from thermophoresis.simulations.sgd.steppers import initial_state, steppers_of

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device"),
]

STEPS = 200
MLP6 = Layered((*[Linear(100, 100)] * 5, Linear(100, 1)))
CNN = Layered((Convolution(1, 10, 5), Convolution(10, 10, 5), Linear(4000, 10)), 10)
NETWORKS = {"gaussian": (TwoLayer(10, 10), 10), "mlp6": (MLP6, 100)}


@pytest.mark.parametrize("case", CASES)
def test_float32_follows_float64(case):
    network, dynamics, batch_size = CASES[case]
    sizes = [batch_size] * STEPS
    x, y = samples(network, 100, sum(sizes))
    found = trained(network, dynamics, sizes, x, y, torch.float32).parameters()
    apart = distance(found, expected(network, dynamics, sizes, x, y))
    assert apart.median() < 1e-6
    # Rounding can switch a unit whose input is about 0 on or off.
    assert apart.quantile(0.9) < 1e-5
    assert apart.max() < 1e-2


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_cpu_and_gpu_agree(name, momentum, record_property):
    network, inputs = NETWORKS[name]
    dynamics, replicas, found = SGD(momentum=momentum), range(64), {}
    for device in "cpu", "cuda":
        cut = replicas, 0, STEPS
        x = variates.normal((1, 2), *cut, inputs, dtype=torch.float32, device=device)
        y = variates.integers((3, 4), *cut, 2, dtype=torch.float32, device=device)
        state = initial_state(some(network, len(replicas), torch.float32))
        stepper = steppers_of(network, dynamics, torch.device(device)).make_stepper(
            network,
            {it: value.to(device) for it, value in state.items()},
            dynamics=dynamics,
            rate=lambda step: 0.01,
            batch_size=1,
        )
        with torch.no_grad():
            stepper.load(x, y, [1] * STEPS)
            stepper.advance(0, STEPS)
        found[device] = {it: value.cpu().double() for it, value in stepper.parameters().items()}
    apart = distance(found["cuda"], found["cpu"])
    record_property("median", apart.median().item())
    print(f"{name}, momentum {momentum}: median {apart.median():.1e}, worst {apart.max():.1e}")
    assert apart.median() < 1e-5


def test_a_convolution_fits_into_a_graph():
    draw = torch.Generator().manual_seed(0)
    x = torch.randn(16, 40, 1, 28, 28, generator=draw).cuda()
    y = torch.randint(10, (16, 40), generator=draw).cuda()
    ends = []
    for kind in (GraphSGD, None):
        state = initial_state(some(CNN, 16, torch.float32))
        options = {"dynamics": SGD(momentum=0.9), "rate": lambda step: 0.01}
        if kind:
            stepper = kind(CNN.gradient, state, **options)
        else:
            wide = {it: value.double() if it != "steps" else value for it, value in state.items()}
            general = steppers_of(CNN, SGD(noise_scale=0.5), torch.device("cpu"))
            stepper = general.make_stepper(CNN, wide, **options, batch_size=2)
        with torch.no_grad():
            stepper.load(x if kind else x.double(), y, [2] * 20)
            stepper.advance(0, 20)
        assert not getattr(stepper, "refused", "")
        ends.append(stepper.parameters())
    assert distance(ends[0], ends[1]).median() < 1e-5


@pytest.mark.parametrize(("size", "replicas"), [(10, 512), (10, 4096), (100, 64), (100, 4096)])
def test_steps_with_draws_take_little_time(size, replicas, record_property):
    """Not a benchmark, see `benchmarks/peers.py`: it tells in a minute whether all is well."""
    network, steps = TwoLayer(size, size), 1000
    stepper = TwoLayerSGD(
        network,
        initial_state(some(network, replicas, torch.float32)),
        dynamics=SGD(),
        rate=lambda step: 0.01,
        batch_size=1,
    )
    stepper.load_recipe(Recipe("normal", (1, 2), (3, 4), size, 0, range(replicas)), [1] * steps)
    stepper.advance(0, steps)  # compiles
    torch.cuda.synchronize()
    begin = time.perf_counter()
    stepper.advance(0, steps)
    torch.cuda.synchronize()
    speed = replicas * steps / (time.perf_counter() - begin)
    record_property("steps_per_second", speed)
    print(f"{size} × {size}, {replicas} replicas: {speed / 1e6:.0f} M replica-steps/s")
    assert speed > 1e6
