"""Operations, parameters and networks of the benchmarks, against torch's own counts."""

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from thermophoresis.config.run import RunSettings
from thermophoresis.networks.load import build

NAMES = ("two_layer_10", "two_layer_100", "mlp6", "cnn6")


@pytest.fixture(params=NAMES)
def case(request):
    from cases import CASES

    return CASES[request.param]


def test_operations_are_those_that_torch_counts(case):
    from torch_networks import loss_of, module_of, targets

    module = module_of(case)
    x = torch.randn(1, *case.shape)
    with FlopCounterMode(display=False) as counter:
        loss_of(case)(module(x), targets(case, torch.zeros(1))).backward()
    assert case.flops == counter.get_total_flops()


def test_every_alternative_has_the_engine_s_network(case):
    from thermophoresis_engine import settings_of
    from torch_networks import module_of, names_of

    settings: RunSettings = settings_of(case, replicas=1, steps=1, probe=2)
    network = build(settings.network, case.shape, case.classes)
    chain, parameters = network.as_layered(network.initialise([torch.Generator()], torch.float32))
    assert list(chain.parameter_dimensions) == names_of(case)
    own = [tuple(parameters[name].shape[1:]) for name in names_of(case)]
    assert own == [tuple(value.shape) for value in module_of(case).parameters()]
    assert case.parameters == network.parameter_count
