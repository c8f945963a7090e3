"""Appendix A.8 link by link, against dense matrices and sums as they are printed."""

import numpy as np
import pytest
import torch
from dense_curvature import dense
from reference import initial_parameters
from runs import settings as run_settings
from training import train

from thermophoresis.config.measurements.bound_links import BoundLinks
from thermophoresis.measurements import bound_links
from thermophoresis.measurements.bound_links import LONG_NAMES, hessian_norm_ratio, links_of
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.two_layer import TwoLayer

SAMPLES = 5
DEEP = (Linear(4, 5), Linear(5, 4), Linear(4, 3))
PLAIN = tuple(Linear(it.inputs, it.outputs, bias=False) for it in DEEP)
CASES = {
    "two_layer": (TwoLayer(4, 5), (4,)),
    "two_layer_no_bias": (TwoLayer(4, 5, bias=False), (4,)),
    "deep": (Layered(DEEP, 3), (4,)),
    "deep_tanh": (Layered(DEEP, 3, "tanh"), (4,)),
    "deep_no_bias": (Layered(PLAIN, 3), (4,)),
    "images": (Layered((Convolution(2, 3, 2), Convolution(3, 2, 2), Linear(18, 3)), 3), (2, 5, 5)),
}
EVERY = pytest.mark.parametrize("name", CASES)
OF_VECTORS = pytest.mark.parametrize("name", [it for it in CASES if it != "images"])


def draw(name):
    network, shape = CASES[name]
    stream = torch.Generator().manual_seed(11)
    parameters = {
        key: 2 * value + 0.1 * torch.randn(value.shape, generator=stream, dtype=value.dtype)
        for key, value in initial_parameters(network, range(1), torch.float64).items()
    }
    x = torch.randn(1, SAMPLES, *shape, generator=stream, dtype=torch.float64)
    y = torch.randint(network.classes or 2, (1, SAMPLES), generator=stream)
    chain, views = network.as_layered(parameters)
    return network, parameters, chain, views, x, y if network.classes else y.double()


def slope(chain, u):
    return (u > 0).astype(float) if chain.activation == "relu" else 1 - np.tanh(u) ** 2


def secant(chain, u):
    return (u > 0).astype(float) if chain.activation == "relu" else np.tanh(u) / u


def pass_of(chain, views, x):
    """Return u and h of every layer of one sample in numpy, as anyone would write it."""
    h, found = [x], []
    for number in range(1, len(chain.layers) + 1):
        weight = views[f"W{number}"][0].numpy()
        bias = views[f"b{number}"][0].numpy() if f"b{number}" in views else 0
        found.append(weight @ h[-1] + bias)
        h.append(np.maximum(found[-1], 0) if chain.activation == "relu" else np.tanh(found[-1]))
    return found, h


def expected(chain, views, x):
    """Return sums over samples of both sides of Eqs. 55, 59 and 57, by explicit matrices."""
    sums = {"backward": 0.0, "printed": 0.0, "forward": 0.0, "last": 0.0}
    depth = len(chain.layers)
    weights = [views[f"W{number}"][0].numpy() for number in range(1, depth + 1)]
    for sample in x[0].numpy():
        u, h = pass_of(chain, views, sample)
        for layer in range(1, depth + 1):
            delta = np.eye(len(weights[-1]))
            for number in range(depth, layer, -1):
                delta = delta @ weights[number - 1] @ np.diag(slope(chain, u[number - 2]))
            sums["printed"] += (delta**2).sum() * (h[layer - 1] ** 2).sum()
            sums["backward"] += (delta**2).sum() if layer < depth else 0
        product = sample
        for number in range(1, depth):
            product = secant(chain, u[number - 1]) * (weights[number - 1] @ product)
        sums["forward"] += (product**2).sum()
        sums["last"] += (h[depth - 1] ** 2).sum()
    return sums


@OF_VECTORS
def test_links_are_those_of_explicit_matrices(name):
    _, _, chain, views, x, y = draw(name)
    found, sums = links_of(chain, views, x), expected(chain, views, x)
    kernel = sum(dense(chain, views, x, y, 0, it)[3].trace().item() for it in range(SAMPLES))
    assert found["kernel_ratio"] == pytest.approx(sums["printed"] / kernel, rel=1e-9)
    assert found["forward_ratio"] == pytest.approx(sums["forward"] / sums["last"], rel=1e-9)
    assert found["backward_ratio"] == pytest.approx(1, rel=1e-9)


@OF_VECTORS
def test_without_biases_the_identities_hold_and_with_them_they_do_not(name):
    _, _, chain, views, x, _ = draw(name)
    found = links_of(chain, views, x)
    exact = not any(layer.bias for layer in chain.layers)
    for ratio in ("kernel_ratio", "forward_ratio"):
        assert (found[ratio] == pytest.approx(1, rel=1e-9)) == exact
    # What biases add to Tr K can only be missing.
    assert found["kernel_ratio"] <= 1 + 1e-9


def test_the_trace_of_sensitivities_notices_a_wrong_one(monkeypatch):
    _, _, chain, views, x, _ = draw("deep")
    right = bound_links._backward

    def without_masks(network, own, hidden, squares):
        all_active = [it._replace(slope=torch.ones_like(it.slope)) for it in hidden]
        return right(network, own, all_active, squares)

    monkeypatch.setattr(bound_links, "_backward", without_masks)
    assert links_of(chain, views, x)["backward_ratio"] != pytest.approx(1, rel=1e-3)


def test_a_convolution_has_no_product_of_sums():
    _, _, chain, views, x, _ = draw("images")
    found = links_of(chain, views, x)
    assert found["kernel_ratio"] != pytest.approx(1, rel=1e-2)
    assert np.isnan(found["backward_ratio"])
    assert 0 < found["tightness"] <= 1


@pytest.mark.parametrize("name", ["two_layer", "deep", "deep_tanh"])
def test_masks_are_those_of_single_samples(name):
    _, _, chain, views, x, _ = draw(name)
    found = links_of(chain, views, x)
    rows, columns = [], []
    for number in range(1, len(chain.layers)):
        weight, behind = (views[f"W{it}"][0].numpy() for it in (number, number + 1))
        us = [pass_of(chain, views, sample)[0][number - 1] for sample in x[0].numpy()]
        rate = np.mean([slope(chain, u) for u in us])
        row = np.mean([((np.diag(secant(chain, u)) @ weight) ** 2).sum() for u in us])
        column = np.mean([((behind @ np.diag(slope(chain, u))) ** 2).sum() for u in us])
        rows.append(row / (rate * (weight**2).sum()))
        columns.append(column / (rate * (behind**2).sum()))
    assert found["mask_ratio_rows"] == pytest.approx(np.prod(rows) ** (1 / len(rows)))
    assert found["mask_ratio_columns"] == pytest.approx(np.prod(columns) ** (1 / len(rows)))


def test_units_of_one_norm_have_a_mask_ratio_of_one():
    network, parameters, *_, x, _ = draw("two_layer")
    parameters["W"] = parameters["W"] / parameters["W"].norm(dim=2, keepdim=True)
    found = links_of(*network.as_layered(parameters), x)
    assert found["mask_ratio_rows"] == pytest.approx(1)
    assert found["mask_ratio_columns"] != pytest.approx(1, rel=1e-2)


@pytest.mark.parametrize("name", ["two_layer", "two_layer_no_bias"])
def test_the_norm_of_the_hessian_is_that_of_dense_matrices(name):
    network, parameters, chain, views, x, y = draw(name)
    norms, traces = [], []
    for label in (0.0, 1.0):
        for sample in range(SAMPLES):
            H = dense(chain, views, x, torch.full_like(y, label), 0, sample)[0]
            norms.append(H.norm().item())
            traces.append(H.trace().item())
    found = hessian_norm_ratio(network, parameters, x)
    assert found == pytest.approx(np.mean(norms) / np.mean(traces), rel=1e-9)


@EVERY
def test_the_tightness_is_between_0_and_1(name):
    _, _, chain, views, x, _ = draw(name)
    assert 0 < links_of(chain, views, x)["tightness"] <= 1 + 1e-12


@pytest.mark.parametrize("bias", [True, False])
def test_it_makes_what_it_declares_along_a_run(bias):
    run = run_settings(
        replicas=3,
        snapshots=3,
        probe_size=8,
        network={"kind": "two_layer", "inputs": 6, "hidden": 4, "bias": bias},
    )
    snapshots = train(run).snapshots.assign_attrs(
        configuration=run.model_dump_json(), code_fingerprint=""
    )
    chosen = BoundLinks().of(run)
    assert chosen.samples == 8
    found = bound_links.measure(chosen, [run], [snapshots], [])
    assert {*LONG_NAMES} == {*BoundLinks.variables}
    for name in BoundLinks.variables:
        assert found[name].dims == ("replica", "record")
        assert np.isfinite(found[name]).all()
    if not bias:
        np.testing.assert_allclose(found["kernel_ratio"], 1, rtol=1e-9)
    gone = snapshots.copy(deep=True)
    gone["diverged"][1, 2:] = 1
    again = bound_links.measure(chosen, [run], [gone], [])
    assert np.isnan(again["tightness"].values[1, 2:]).all()
    assert "tightness" in bound_links.describe(again)
