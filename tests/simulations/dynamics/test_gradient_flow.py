"""Gradient flow against a matrix exponential, scipy's integrator, its invariants, and itself."""

import functools
import itertools

import numpy as np
import pytest
import torch
import xarray as xr
from interruptions import killed_again_and_again
from reference import activation_of
from runs import settings as run_settings
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from torch.nn.functional import cross_entropy
from training import train

from thermophoresis.data import image_file
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.data.source import open_source
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.load import build
from thermophoresis.simulations.dynamics import gradient_flow
from thermophoresis.simulations.sgd import engine

MLP = {"kind": "mlp", "inputs": 4, "hidden": [5, 3], "activation": "tanh"}
LINEAR = {"kind": "mlp", "inputs": 4, "hidden": []}
FINITE = {"sampling": "without_replacement", "training_set_size": 24}
OPPOSITE = {"kind": "squared", "targets": [-0.5, 0.5]}
CASES = {
    "online": {},
    "odd_step": {"step": 0.37},
    "long_step": {"step": 3.0, "network": MLP},
    "deep": {"network": MLP, "samples": 300},
    "shuffled": {**FINITE, "labels": "shuffled"},
    "teacher": {"data": {"kind": "teacher"}},
    "squared": {"loss": OPPOSITE},
}


def settings(step=0.25, samples=None, **changes):
    dynamics = {"kind": "gradient_flow", "step": step, "samples": samples}
    ends = {"thermal_time_end": None, "until": {"training_time": 6.0}}
    return run_settings(**{"dynamics": dynamics, **ends, **changes})


def at_records(chosen, **data):
    """Return training times and parameters at all records, the latter (replica, record, …)."""
    trained = train(chosen.model_copy(update={"snapshots": "records"}), **data)
    kept = trained.snapshots
    parameters = {name: kept[name].values for name in kept.data_vars if name != "diverged"}
    return trained.run["step"].values * chosen.learning_rate, parameters


def inputs_of(chosen, replica, samples):
    """Return the inputs that gradients of a replica are averaged over, and labels of their own."""
    source = open_source(chosen, None)
    return source.fresh(range(replica, replica + 1), "gradient_flow", 0, samples)


@pytest.mark.parametrize("rate", [0.1, 0.3])
def test_of_a_linear_model_it_is_a_matrix_exponential(rate):
    # Half the squared error of targets ±½: μ = G θ, with G the mean of x xᵀ, x with a 1 behind it.
    chosen = settings(
        network=LINEAR,
        loss=OPPOSITE,
        learning_rate=rate,
        precision="float64",
        step=0.1,
        samples=50,
    )
    times, found = at_records(chosen)
    for replica in (0, 3):
        x = inputs_of(chosen, replica, 50)[0][0].numpy()
        x = np.concatenate([x, np.ones((50, 1))], 1)
        weights = np.concatenate([found["W1"][replica, :, 0], found["b1"][replica]], -1)
        for time, value in zip(times, weights, strict=True):
            expected = expm(-time * x.T @ x / 50) @ weights[0]
            np.testing.assert_allclose(value, expected, atol=1e-6)


def mean_loss(chain, parameters, x, labels):
    """Return the mean loss of one replica over samples and labels, by torch's own functions."""
    for number in range(1, len(chain.layers) + 1):
        x = torch.nn.functional.linear(x, parameters[f"W{number}"], parameters.get(f"b{number}"))
        x = activation_of(chain)(x) if number < len(chain.layers) else x
    if chain.classes is not None:
        return torch.stack([cross_entropy(x, y.long()) for y in labels]).mean()
    ends = torch.nn.functional.binary_cross_entropy_with_logits
    return torch.stack([ends(x[:, 0], y.to(x)) for y in labels]).mean()


def by_scipy(chosen, source, replica, x, labels, times):
    """Return the parameters of a replica at some times, one behind the other."""
    network = build(chosen.network, source.sample_shape, source.classes)
    first = network.initialise([generator(3, replica, Purpose.INITIALISATION)], torch.float64)
    sizes = [value.numel() for value in first.values()]

    def force(_, flat):
        pieces = torch.from_numpy(flat).requires_grad_()
        held = {
            name: part.view(value.shape)
            for (name, value), part in zip(first.items(), pieces.split(sizes), strict=True)
        }
        chain, views = network.as_layered(held)
        loss = mean_loss(chain, {name: value[0] for name, value in views.items()}, x, labels)
        return -torch.autograd.grad(loss, pieces)[0].numpy()

    start = torch.cat([value.flatten() for value in first.values()]).numpy()
    span = (0.0, times[-1])
    return solve_ivp(force, span, start, "DOP853", times, rtol=1e-10, atol=1e-12).y.T


@pytest.mark.parametrize("case", ["coins", "shuffled", "true", "resampled_set"])
def test_it_agrees_with_another_integrator(case):
    more = {
        "coins": {"samples": 40},
        "shuffled": {**FINITE, "labels": "shuffled"},
        "true": {"data": {"kind": "teacher"}, "samples": 40},
        "resampled_set": FINITE,
    }[case]
    chosen = settings(network=MLP, step=0.1, precision="float64", **more)
    times, found = at_records(chosen)
    source = open_source(chosen, None)
    for replica in (0, 4):
        if case in ("coins", "true"):
            x, own = inputs_of(chosen, replica, 40)
            labels = [torch.zeros(40), torch.ones(40)] if case == "coins" else [own[0]]
        else:
            x = source.stream(range(replica, replica + 1)).inputs()
            labels = [torch.zeros(24), torch.ones(24)]
            if case == "shuffled":
                x, y = source.training_set(range(replica, replica + 1))
                labels = [y[0]]
        expected = by_scipy(chosen, source, replica, x[0], labels, times)
        flat = np.concatenate([it[replica].reshape(len(times), -1) for it in found.values()], 1)
        assert np.abs(expected[-1] - expected[0]).max() > 0.1
        np.testing.assert_allclose(flat, expected, atol=1e-6)


@pytest.mark.parametrize("labels", ["true", "resampled"])
def test_of_classes_labels_are_averaged_over(tmp_path, labels):
    drawn, path = np.random.default_rng(0), tmp_path / "images.nc"
    content = Images(
        drawn.integers(0, 256, (40, 1, 2, 2), dtype=np.uint8),
        (np.arange(40) % 3).astype(np.int16),
        np.where(np.arange(40) % 4, TRAIN, TEST).astype(np.int8),
        ("a", "b", "c"),
        "noise",
        "none",
    )
    image_file.write(content, path, mean=(0.5,), std=(0.25,), attributes={"title": "t"})
    chosen = settings(
        network={k: v for k, v in MLP.items() if k != "inputs"},
        data={"kind": "images", "dataset": "tiny"},
        labels=labels,
        sampling="with_replacement",
        step=0.1,
        precision="float64",
        probe_size=8,
    )
    times, found = at_records(chosen, data=path)
    source = open_source(chosen, path)
    x = source.stream(range(1)).inputs()[0].flatten(1)
    fixed = torch.arange(40)[torch.arange(40) % 4 != 0] % 3
    every = [fixed] if labels == "true" else [torch.full((30,), label) for label in range(3)]
    expected = by_scipy(chosen, source, 0, x, every, times)
    flat = np.concatenate([it[0].reshape(len(times), -1) for it in found.values()], 1)
    np.testing.assert_allclose(flat, expected, atol=1e-6)


def test_its_error_is_of_fourth_order_in_the_step():
    found = []
    for step in (1.0, 0.5, 0.25):
        kept = at_records(settings(network=MLP, step=step, precision="float64", samples=40))[1]
        found.append(np.concatenate([it[:, -1].reshape(5, -1) for it in kept.values()], 1))
    errors = [np.linalg.norm(one - other) for one, other in itertools.pairwise(found)]
    assert 12 < errors[0] / errors[1] < 24


@pytest.mark.parametrize(
    ("case", "most"), [("online", 1e-5), ("shuffled", 1e-3), ("teacher", 1e-5), ("squared", 1e-5)]
)
def test_what_relu_leaves_unchanged_stays(case, most):
    # μ jumps by 1/m where a sample changes sides of a unit, which costs a step its order: that is
    # more with 24 samples than with 512. d(V_i²)/ds = −2 E r V_i h_i = d(‖w_i‖² + b_i²)/ds, since
    # h = 1[u > 0] (w·x + b).
    chosen = settings(**{**CASES[case], "precision": "float64", "step": 0.1})
    found = at_records(chosen)[1]
    bound = found["V"] ** 2 - (found["W"] ** 2).sum(-1) - found["b"] ** 2
    assert np.abs(np.diff((found["V"] ** 2).sum(-1), axis=1)).max() > 0.01
    assert np.abs(bound - bound[:, :1]).max() < most


def test_the_rate_says_where_records_are_and_nothing_else():
    found = [at_records(settings(learning_rate=rate, batch_size=size))
             for rate, size in ((0.1, 1), (0.2, 1), (0.1, 7))]  # fmt: skip
    for times, parameters in found[1:]:
        assert (times == found[0][0]).all()
        for name, value in parameters.items():
            assert (value == found[0][1][name]).all()


def test_training_sees_none_of_its_samples():
    chosen = settings()
    x, _ = inputs_of(chosen, 2, 30)
    seen, _ = open_source(chosen, None).stream(range(2, 3)).take(30)
    assert not np.isin(x.float().numpy(), seen.numpy()).any()


@pytest.mark.parametrize("case", CASES)
def test_killed_again_and_again_it_ends_with_the_same_bits(monkeypatch, case):
    chosen = settings(**CASES[case], snapshots=3)
    whole = train(chosen)
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)  # offer to save often
    monkeypatch.setattr(gradient_flow, "block_replicas", lambda *_: 2)
    resumed, kills = killed_again_and_again(functools.partial(train, chosen))
    assert kills >= 3
    for found, expected in zip(resumed, whole, strict=True):
        xr.testing.assert_identical(found, expected)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_neighbours_and_records_change_no_bit(case, precision):
    changes = {**CASES[case], "precision": precision}
    few = train(settings(**changes, records=4, replicas=1)).run
    many = train(settings(**changes, records=7, replicas=70)).run
    every_other = many.isel(replica=slice(1), record=slice(None, None, 2))
    xr.testing.assert_identical(few.drop_attrs(), every_other.drop_attrs())


def test_files_say_what_made_them():
    run = train(settings()).run
    assert run["step"].attrs["long_name"] == "iteration t: number of gradient-flow updates made"
    assert run.attrs["stepper"] == "Runge-Kutta method of order 4"
