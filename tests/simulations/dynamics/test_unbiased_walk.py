"""The unbiased walk against Eq. 2 in numpy, closed forms, SGD at V = 0, and itself."""

import functools

import numpy as np
import pytest
import torch
import xarray as xr
from interruptions import killed_again_and_again
from runs import settings as run_settings
from scipy import stats
from training import train

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.data import gaussian
from thermophoresis.data.samples import SampleStream
from thermophoresis.draws.streams import generator, key
from thermophoresis.draws.variates import integers
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.simulations.dynamics.unbiased_walk import TossedLabels
from thermophoresis.simulations.sgd import engine, surgery
from thermophoresis.simulations.sgd.chains import stepper as chains
from thermophoresis.simulations.sgd.chains.stepper import ChainSGD
from thermophoresis.simulations.sgd.steppers import initial_state

# Sizes that fill no vector register, a chain of several layers, tanh, no biases, one replica.
CASES = {
    "two_layer": {},
    "without_bias": {"network": {"inputs": 3, "hidden": 5, "bias": False}, "batch_size": 3},
    "odd": {"network": {"inputs": 33, "hidden": 27}},
    "tanh": {"network": {"inputs": 13, "hidden": 7, "activation": "tanh"}, "batch_size": 3},
    "mlp6": {"network": {"kind": "mlp6", "inputs": 5, "hidden": 7}, "batch_size": 10},
    "mlp": {"network": {"kind": "mlp", "inputs": 5, "hidden": [7, 3], "bias": [False, True, True]}},
    "linear": {"network": {"kind": "mlp", "inputs": 5, "hidden": []}, "batch_size": 3},
    "finite": {"sampling": "without_replacement", "training_set_size": 24},
    "one_replica": {"replicas": 1},
    "diverging": {"learning_rate": 50.0, "thermal_time_end": 1e6, "records": 4, "batch_size": 2},
}


def settings(**changes):
    return run_settings(**{"dynamics": {"kind": "unbiased_walk"}, **changes})


def one_step(replicas, **changes):
    """Settings of a run with one step, whose parameters are kept before and after it."""
    learning_rate, batch_size = changes.get("learning_rate", 0.1), changes.get("batch_size", 1)
    return settings(
        replicas=replicas,
        snapshot_replicas=replicas,
        thermal_time_end=learning_rate**2 / batch_size,
        records=2,
        precision="float64",
        **changes,
    )


def layers_of(parameters):
    """Return weights and biases in numpy, from input to output, of one replica."""
    if "V" in parameters:
        return [(parameters["W"], parameters.get("b")), (parameters["V"][None], None)]
    count = sum(name.startswith("W") for name in parameters)
    return [(parameters[f"W{n}"], parameters.get(f"b{n}")) for n in range(1, count + 1)]


def gradient(layers, x, tanh):
    """Return the gradient of the logit at one x with respect to each weight and bias."""
    inputs, preactivations = [x], []
    for weight, bias in layers:
        preactivations.append(weight @ inputs[-1] + (0 if bias is None else bias))
        u = preactivations[-1]
        inputs.append(np.tanh(u) if tanh else np.maximum(u, 0))
    delta, found = np.ones(1), []
    for number in range(len(layers) - 1, -1, -1):
        found.insert(0, (np.outer(delta, inputs[number]), delta))
        if number:
            u = preactivations[number - 1]
            slope = 1 - np.tanh(u) ** 2 if tanh else u > 0
            delta = (layers[number][0].T @ delta) * slope
    return found


@pytest.mark.parametrize(
    "case", ["two_layer", "without_bias", "odd", "tanh", "mlp6", "mlp", "linear", "finite"]
)
def test_steps_are_those_of_equation_2(case):
    # To the end of the run: 100 steps, in plain loops over samples of one replica.
    chosen = settings(precision="float64", snapshots=2, **CASES[case])
    kept = train(chosen).snapshots
    network, size, replica = chosen.network, chosen.batch_size, 2
    names = [name for name in kept.data_vars if name != "diverged"]
    first, last = ({k: kept[k].values[replica, at].copy() for k in names} for at in (0, 1))
    stream = SampleStream(
        gaussian,
        seed=3,
        replicas=range(replica, replica + 1),
        inputs=network.inputs,
        dtype=torch.float64,
        sampling=chosen.sampling,
        training_set_size=chosen.training_set_size,
    )
    count = chosen.steps * size
    x = stream.take(count)[0][0].numpy()
    own = range(replica, replica + 1)
    coins = integers(key(3, "unbiased_walk"), own, 0, count, 2, dtype=torch.float64)
    r = coins[0].numpy() - 0.5
    assert set(r) == {-0.5, 0.5}
    for step in range(chosen.steps):
        layers = layers_of(first)
        batch = range(step * size, (step + 1) * size)
        all_gradients = [gradient(layers, x[k], network.activation == "tanh") for k in batch]
        for number, (weight, bias) in enumerate(layers):
            weight -= (
                0.1
                / size
                * sum(r[k] * g[number][0] for k, g in zip(batch, all_gradients, strict=True))
            )
            if bias is not None:
                bias -= (
                    0.1
                    / size
                    * sum(r[k] * g[number][1] for k, g in zip(batch, all_gradients, strict=True))
                )
    for name in names:
        np.testing.assert_allclose(last[name], first[name], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("batch_size", [1, 4])
def test_where_v_is_0_sgd_makes_the_step_of_the_labels_as_coins(batch_size):
    # There p = ½, so that the residual p − y of SGD is ±½.
    network, replicas = TwoLayer(6, 4), range(5)
    streams = [generator(0, replica, "x") for replica in replicas]
    parameters = network.initialise(streams, torch.float64)
    parameters["V"].zero_()
    chain, views = network.as_layered(parameters)
    x, y = SampleStream(gaussian, seed=0, replicas=replicas, inputs=6, dtype=torch.float64).take(16)
    state = initial_state(views)
    sgd = ChainSGD(chain, state, dynamics=SGD(), rate=lambda step: 0.1, batch_size=batch_size)
    walk = surgery.make_stepper(
        network,
        initial_state(parameters),
        modes=dict.fromkeys("WbV", "noise"),
        learning_rate=0.1,
        batch_size=batch_size,
        device=torch.device("cpu"),
    )
    sizes = [batch_size] * (16 // batch_size)
    sgd.load(x, y, sizes)
    walk.load(x, y, sizes)
    sgd.advance(0, 1)
    walk.advance(0, 1)
    _, expected = sgd.parameters(), walk.parameters()
    assert expected["V"].abs().max() > 0
    torch.testing.assert_close(sgd.parameters()["W2"][:, 0], expected["V"], rtol=1e-12, atol=0)
    torch.testing.assert_close(sgd.parameters()["W1"], expected["W"], rtol=1e-12, atol=0)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_step_is_0_in_the_mean(batch_size):
    kept = train(one_step(4000, batch_size=batch_size)).snapshots
    for name in ("W", "b", "V"):
        change = kept[name].values[:, 1] - kept[name].values[:, 0]
        error = change.std(0) / len(change) ** 0.5
        assert (np.abs(change.mean(0)) < 5 * error).all()
        assert (error > 0).all()


@pytest.mark.parametrize("batch_size", [1, 3])
def test_the_norm_of_v_grows_as_its_closed_form_says(batch_size):
    kept = train(one_step(4000, batch_size=batch_size)).snapshots
    weights, bias = kept["W"].values[:, 0], kept["b"].values[:, 0]
    # h = max(u, 0) with u ~ N(b, ‖w‖²).
    norm = np.linalg.norm(weights, axis=-1)
    at = bias / norm
    squared = (bias**2 + norm**2) * stats.norm.cdf(at) + bias * norm * stats.norm.pdf(at)
    expected = 0.1**2 / (4 * batch_size) * squared.sum(-1)
    before, after = kept["V"].values[:, 0], kept["V"].values[:, 1]
    for found, most in (
        ((after**2).sum(-1) - (before**2).sum(-1), 1.0),
        # The same but for 2V·ΔV, which is 0 in the mean and most of the noise.
        (((after - before) ** 2).sum(-1), 0.05),
    ):
        rest = found - expected
        error = rest.std() / len(rest) ** 0.5
        assert abs(rest.mean()) < 5 * error < 5 * most * expected.mean()


@pytest.mark.parametrize("batch_size", [1, 4])
def test_along_a_run_parameters_stay_in_the_mean_and_v_grows(batch_size):
    # All replicas: to leave out those that run away would be to ask that they do not.
    chosen = settings(
        replicas=4000,
        snapshot_replicas=4000,
        snapshots=3,
        batch_size=batch_size,
        thermal_time_end=0.5 / batch_size,
    )
    kept = train(chosen).snapshots
    assert not kept["diverged"].values.any()
    for name in ("W", "V", "b"):
        change = kept[name].values[:, -1] - kept[name].values[:, 0]
        assert (np.abs(change.mean(0)) < 5 * change.std(0) / len(change) ** 0.5).all()
    for name in ("W", "V"):
        squares = (kept[name].values.astype(float) ** 2).reshape(4000, 3, -1).sum(-1)
        change = np.diff(squares, axis=1)
        assert (change.mean(0) > 5 * change.std(0) / len(change) ** 0.5).all()


def test_to_thermal_time_1_few_run_away():
    # 10 units with 10 Gaussian inputs: V² and ‖W‖² feed each other.
    network = {"kind": "two_layer", "inputs": 10, "hidden": 10}
    run = train(settings(network=network, replicas=512, snapshots=0, probe_size=64)).run
    diverged = run["diverged"].values.mean(0)
    assert diverged[-1] < 0.01
    norms = run["second_layer_norm"].values
    assert np.nanmean(norms[:, -1]) > 1.25 * norms[:, 0].mean()


def test_inputs_are_those_of_sgd_and_coins_nobody_else_s():
    options = {"seed": 7, "inputs": 5, "dtype": torch.float32}
    replicas = range(1, 4)
    stream = SampleStream(gaussian, replicas=replicas, **options)
    tossed = TossedLabels(stream, 7, replicas, torch.float32)
    pieces = [tossed.take(count) for count in (17, 46, 4001)]
    x, coins = (torch.cat([piece[k] for piece in pieces], 1) for k in (0, 1))
    r = 0.5 - coins
    expected_x, y = SampleStream(gaussian, replicas=replicas, **options).take(4064)
    assert torch.equal(x, expected_x)
    rows = np.corrcoef(torch.cat([r, y]).numpy()) - np.eye(6)
    assert np.abs(rows).max() < 5 / 4064**0.5
    assert stats.binomtest(int((r > 0).sum()), r.numel()).pvalue > 1e-3


@pytest.mark.parametrize("case", CASES)
def test_killed_again_and_again_it_ends_with_the_same_bits(monkeypatch, case):
    chosen = settings(**{"thermal_time_end": 0.6, **CASES[case]}, snapshots=3)
    whole = train(chosen)
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)  # draw, and so offer to save, often
    monkeypatch.setattr(chains, "BLOCK_IN_LANES", 2)
    monkeypatch.setattr(chains, "BLOCK_ALONE", 2)
    resumed, kills = killed_again_and_again(functools.partial(train, chosen))
    assert kills >= 3
    for found, expected in zip(resumed, whole, strict=True):
        xr.testing.assert_identical(found, expected)


@pytest.mark.parametrize(
    ("case", "precision"),
    [(case, "float32") for case in CASES if case != "one_replica"]
    + [("odd", "float64"), ("tanh", "float64"), ("mlp6", "float64")],
)
def test_neighbours_and_records_change_no_bit(case, precision):
    changes = {"thermal_time_end": 0.3, "records": 4, **CASES[case], "precision": precision}
    few = train(settings(**changes, replicas=1)).run
    many = train(settings(**changes | {"records": 7}, replicas=70)).run
    every_other = many.isel(replica=slice(1), record=slice(None, None, 2))
    xr.testing.assert_identical(few.drop_attrs(), every_other.drop_attrs())


def test_files_say_what_made_them():
    run = train(settings()).run
    assert run["step"].attrs["long_name"] == "iteration t: number of unbiased-walk updates made"


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
def test_cuda_walks_as_the_cpu_does():
    chosen = settings(precision="float64")
    on_gpu = train(chosen, device="cuda").run.drop_attrs()
    xr.testing.assert_allclose(on_gpu, train(chosen).run.drop_attrs(), rtol=1e-6)
