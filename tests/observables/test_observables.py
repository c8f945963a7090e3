"""Observables against automatic differentiation, Monte Carlo and the properties in the paper."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import ReferenceTwoLayer, initial_parameters
from scipy import stats
from torch.func import functional_call, grad, vmap

from thermophoresis.config.networks.two_layer import TwoLayerNetwork
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.activation import (
    empirical_activation_rate,
    gaussian_activation_rate,
)
from thermophoresis.observables.load import observe

NETWORKS = pytest.mark.parametrize(
    "network", [TwoLayer(10, 10), TwoLayer(10, 10, bias=False), TwoLayer(7, 3), TwoLayer(1, 1)]
)
REPLICAS = 3


def probe(network, samples=37, seed=0):
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(REPLICAS, samples, network.inputs, generator=draw, dtype=torch.float64)
    y = torch.randint(2, (REPLICAS, samples), generator=draw).to(torch.float64)
    return x, y


def parameters_of(network, scale=2.0):
    stacked = initial_parameters(network, range(REPLICAS), torch.float64)
    return {name: scale * value for name, value in stacked.items()}


def measured(network, x, y):
    return observe(TwoLayerNetwork.records, network, parameters_of(network), x, y, gaussian=False)


def module(network, replica):
    return ReferenceTwoLayer(network).load(parameters_of(network), replica)


@NETWORKS
def test_forward_is_that_of_torch_layers(network):
    x, _ = probe(network)
    outputs = network.forward(parameters_of(network), x)
    for replica in range(REPLICAS):
        torch.testing.assert_close(outputs[replica], module(network, replica)(x[replica]))


@NETWORKS
@pytest.mark.parametrize("samples", [2, 37])
def test_gradient_variance_is_that_of_per_sample_gradients(network, samples):
    x, y = probe(network, samples)
    found = measured(network, x, y)["gradient_variance"]
    for replica in range(REPLICAS):
        net = module(network, replica)

        def loss(weights, x_one, y_one, net=net):
            output = functional_call(net, weights, (x_one,))
            return torch.nn.functional.binary_cross_entropy_with_logits(output, y_one)

        per_sample = vmap(grad(loss), in_dims=(None, 0, 0))
        gradients = per_sample(dict(net.named_parameters()), x[replica], y[replica])
        flat = torch.cat([value.flatten(1) for value in gradients.values()], 1)
        assert flat.shape[1] == network.parameter_count
        torch.testing.assert_close(
            found[replica], flat.var(0, correction=1).mean(), rtol=1e-9, atol=0
        )


@NETWORKS
def test_the_other_observables_are_what_their_names_say(network):
    x, y = probe(network)
    found = measured(network, x, y)
    assert sorted(found) == sorted(TwoLayerNetwork.records)
    for replica in range(REPLICAS):
        net = module(network, replica)
        with torch.no_grad():
            p = 1 / (1 + torch.exp(-net(x[replica])))
            hidden = net.first(x[replica])
        y_one = y[replica]
        expected = {
            "activation_rate": (hidden > 0).double().mean(),
            "second_layer_norm": net.second.weight.square().sum().sqrt(),
            "first_layer_norm": net.first.weight.square().sum().sqrt(),
            "mean_bias": net.first.bias.mean() if network.bias else torch.zeros(()),
            "loss": -(y_one * p.log() + (1 - y_one) * (1 - p).log()).mean(),
            "squared_error": ((p - y_one) ** 2).mean(),
        }
        for name, value in expected.items():
            torch.testing.assert_close(
                found[name][replica], value.detach().double(), rtol=1e-10, atol=1e-14
            )


def test_loss_survives_saturated_outputs():
    network = TwoLayer(2, 2)
    x, y = probe(network)
    found = observe(
        TwoLayerNetwork.records, network, parameters_of(network, scale=1e4), x, y, gaussian=True
    )
    assert all(value.isfinite().all() for value in found.values())


@NETWORKS
def test_gaussian_activation_rate_agrees_with_sampling(network):
    parameters = parameters_of(network)
    rate = gaussian_activation_rate(parameters["W"], parameters.get("b"))
    samples = 20_000
    x, _ = probe(network, samples, seed=1)
    sampled = empirical_activation_rate(network.hidden_units(parameters, x))
    # Units of a replica see the same samples: their errors can add up, at worst coherently.
    np.testing.assert_allclose(rate, sampled, atol=5 * 0.5 / samples**0.5)
    assert observe(TwoLayerNetwork.records, network, parameters, x, _, gaussian=True)[
        "activation_rate"
    ].tolist() == pytest.approx(rate.tolist(), rel=1e-12)


@given(
    st.lists(st.tuples(st.floats(0.1, 10), st.floats(-10, 10)), min_size=1, max_size=5),
    st.integers(1, 6),
)
def test_gaussian_activation_rate_is_the_normal_distribution_function(units, inputs):
    norms, biases = np.array(units).T
    direction = np.ones(inputs) / inputs**0.5
    weights = torch.tensor(norms[:, None] * direction)[None]
    rate = gaussian_activation_rate(weights, torch.tensor(biases)[None])
    assert rate.item() == pytest.approx(stats.norm.cdf(biases / norms).mean(), rel=1e-9)


def test_activation_rate_of_units_without_weights():
    weights = torch.zeros(1, 4, 3, dtype=torch.float64)
    bias = torch.tensor([[1.0, 0.0, -1.0, 2.0]], dtype=torch.float64)
    assert gaussian_activation_rate(weights, bias).item() == 0.5  # σ'(0) = 0, as in torch
    assert gaussian_activation_rate(torch.ones(1, 4, 3), None).item() == 0.5


# --- Properties A.1 and A.2: h = E_x (∂f)² and the activation rate grow with V², b (and W, x ≥ 0)

COORDINATES = st.floats(-3, 3)
STEPS = st.floats(0, 2)


def second_moments(x, v, w, b):
    """Return E_x (∇f)² for V, every W_j and b of one unit, and its activation rate, by autograd."""
    parameters = {"W": w[None, None], "b": b[None, None], "V": v[None, None]}
    network = TwoLayer(len(w), 1)

    def output(values, x_one):
        return network.forward(values, x_one[None, None])[0, 0]

    gradients = vmap(grad(output), in_dims=(None, 0))(parameters, x)
    moments = [(gradients[name] ** 2).mean(0).flatten() for name in ("V", "W", "b")]
    rate = empirical_activation_rate(network.hidden_units(parameters, x[None]))
    return torch.cat([*moments, rate])


@settings(max_examples=50)
@given(
    w=st.lists(COORDINATES, min_size=3, max_size=3),
    b=COORDINATES,
    v=COORDINATES,
    larger=st.tuples(STEPS, STEPS, st.lists(STEPS, min_size=3, max_size=3)),
    non_negative_inputs=st.booleans(),
    flip=st.booleans(),
)
def test_gradient_moments_grow_with_second_weight_and_bias(
    w, b, v, larger, non_negative_inputs, flip
):
    draw = torch.Generator().manual_seed(0)
    shape, kind = (200, 3), {"generator": draw, "dtype": torch.float64}
    x = torch.rand(shape, **kind) if non_negative_inputs else torch.randn(shape, **kind)
    v_step, b_step, w_step = larger
    tensor = torch.tensor
    small = (v, tensor(w, dtype=torch.float64), b)
    v_large = (abs(v) + v_step) * (-1 if flip else 1)
    # Property A.2 lets the weights grow as well, where x ≥ 0.
    w_large = np.add(w, w_step) if non_negative_inputs else np.array(w)
    large = (v_large, tensor(w_large, dtype=torch.float64), b + b_step)
    moments = [
        second_moments(x, tensor(v, dtype=torch.float64), w, tensor(b, dtype=torch.float64))
        for v, w, b in (small, large)
    ]
    assert (moments[0] <= moments[1] + 1e-12).all()
