"""The drift of hidden units against automatic differentiation, slow loops and quadrature."""

import numpy as np
import pytest
import torch
import xarray as xr
from runs import settings
from training import train

from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.measurements.neuron_drift import NeuronDrift
from thermophoresis.measurements import job, neuron_drift
from thermophoresis.measurements.neuron_drift import Parameters, Setting
from thermophoresis.theory import neuron

SGD = Setting(0.1, 2, False)


def network(inputs, hidden, replicas=1, scale=1.0, seed=0):
    rng = torch.Generator().manual_seed(seed)
    W, b, V = (
        torch.randn(replicas, *shape, generator=rng, dtype=torch.float64)
        for shape in ((hidden, inputs), (hidden,), (hidden,))
    )
    return Parameters(W, 0.5 * b, scale * V)


def samples(inputs, count, replicas=1, seed=1):
    rng = torch.Generator().manual_seed(seed)
    return torch.randn(replicas, count, inputs, generator=rng, dtype=torch.float64)


def logit(at, x):
    return (torch.relu(x @ at.W[0].T + at.b[0]) * at.V[0]).sum(-1)


def test_the_drift_is_the_mean_gradient_over_both_labels():
    at, x = network(3, 4), samples(3, 50)
    found = neuron_drift.evaluate(at, x, SGD)
    at.V.requires_grad_(), at.b.requires_grad_()
    total = 0.0
    for y in (0.0, 1.0):  # one sample and one label after the other
        for one in x[0]:
            f = logit(at, one)
            loss = torch.nn.functional.binary_cross_entropy_with_logits(f, torch.full_like(f, y))
            total = total + loss / (2 * len(x[0]))
    by_v, by_b = torch.autograd.grad(total, (at.V, at.b))
    # A step is −η times it, and one unit of thermal time has |B|/η² steps.
    np.testing.assert_allclose(found["drift_V"], -by_v * 2 / 0.1, rtol=1e-10)
    np.testing.assert_allclose(found["drift_b"], -by_b * 2 / 0.1, rtol=1e-10)


def gradients(at, x):
    """Gradients in V and b of each sample with each label, (sample × label, unit), by a loop."""
    rows = []
    for one in x[0]:
        f = logit(at, one).item()
        for y in (0, 1):
            r = 1 / (1 + np.exp(-f)) - y
            u = (at.W[0] @ one + at.b[0]).numpy()
            h, s = np.maximum(u, 0), (u > 0).astype(float)
            rows.append((r * h, r * at.V[0].numpy() * s))
    return np.array(rows).transpose(1, 0, 2)


def test_steps_against_a_slow_loop():
    at, x = network(3, 4, scale=0.7), samples(3, 6000)
    found = neuron_drift.evaluate(at, x, SGD)
    of_v, of_b = gradients(at, x)
    ratios = [np.sqrt((it**2).mean(0)) / it.std(0) for it in (of_v, of_b)]
    assert found["rms_over_deviation"] == pytest.approx(np.mean(ratios), rel=2e-3)
    assert np.mean(ratios) > 1.01
    sign = np.sign(at.V[0].numpy())

    def correlation(one, other):
        return (one * other).mean(0) / np.sqrt((one**2).mean(0) * (other**2).mean(0))

    of_unit = correlation(of_v * sign, of_b)
    assert found["step_correlation_unit"] == pytest.approx(of_unit.mean(), rel=0.02)
    pairs = [(i, j) for i in range(4) for j in range(i)]
    between = [
        correlation(step[:, i], step[:, j]) for step in (of_v * sign, of_b) for i, j in pairs
    ]
    assert found["step_correlation_units"] == pytest.approx(np.mean(between), rel=1e-8)
    assert abs(np.mean(between)) > 0.01


def test_squares_of_means_have_no_part_of_the_noise():
    values = 0.3 + torch.randn(20_000, 4, 1, generator=torch.Generator().manual_seed(3)).double()
    found = neuron_drift._mean(values).square
    assert abs(found.mean() - 0.09) < 4 * found.std() / 20_000**0.5
    assert (neuron_drift._mean(values).mean ** 2).mean() > 0.3


def exact_unit(at):
    """g_V, g_b of the first of two units of two inputs, on a dense grid of the plane."""
    edge = torch.linspace(-7, 7, 1601, dtype=torch.float64)
    grid = torch.stack(torch.meshgrid(edge, edge, indexing="ij"), -1).reshape(-1, 2)
    law = torch.exp(-(grid**2).sum(1) / 2) / (2 * np.pi) * (edge[1] - edge[0]) ** 2
    u = grid @ at.W[0].T + at.b[0]
    square = 0.25 + torch.tanh((torch.relu(u) * at.V[0]).sum(1) / 2) ** 2 / 4
    h = torch.relu(u[:, 0])
    g_v = torch.sqrt((law * square * h**2).sum())
    return g_v.item(), (abs(at.V[0, 0]) * torch.sqrt((law * square * (h > 0)).sum())).item()


def test_slopes_of_g_are_those_of_a_dense_grid():
    at = Parameters(
        torch.tensor([[[1.0, 0.3], [0.6, -1.0]]]).double(),
        torch.tensor([[-0.4, 0.8]]).double(),
        torch.tensor([[-1.6, 2.2]]).double(),
    )
    x = samples(2, 400_000)
    before = torch.baddbmm(at.b[:, None], x, at.W.transpose(1, 2))
    excess = torch.tanh((torch.relu(before) * at.V[:, None]).sum(2) / 2) / 2
    moments, *_ = neuron_drift._moments(at, before, excess, at.W.norm(dim=2))
    unit = neuron.unit(at.V.numpy(), moments)
    g = np.array(exact_unit(at))
    assert (unit.g_v[0, 0], unit.g_b[0, 0]) == pytest.approx(g, rel=3e-3)
    step, columns = 0.05, []
    for part in ("V", "b"):
        ends = []
        for sign in (1, -1):
            moved = {"V": at.V.clone(), "b": at.b.clone()}
            # |V| grows where V falls.
            moved[part][0, 0] += sign * step * (-1 if part == "V" else 1)
            ends.append(exact_unit(at._replace(**moved)))
        columns.append(np.subtract(*ends) / (2 * step))
    (v_v, b_v), (v_b, b_b) = columns
    found = [it[0, 0] for it in unit.slopes]
    np.testing.assert_allclose(found, [v_v, v_b, b_v, b_b], rtol=0.02, atol=1e-3)
    # Without the residuals at the kink, or those of other units, the last would be another.
    bare = neuron.unit(at.V.numpy(), neuron.gaussian_moments(at.W.norm(dim=2), at.b))
    assert abs(bare.slopes[3][0, 0] / b_b - 1) > 0.05


def test_residuals_at_a_kink_are_those_of_samples_near_it():
    at, x = network(3, 3, scale=1.5, seed=4), samples(3, 400_000)
    before = torch.baddbmm(at.b[:, None], x, at.W.transpose(1, 2))
    excess = torch.tanh((torch.relu(before) * at.V[:, None]).sum(2) / 2) / 2
    found = neuron_drift._at_kinks(at, before, at.W.norm(dim=2))
    for i in range(3):
        near = before[0, :, i].abs() < 0.02
        squares = excess[0, near] ** 2
        error = squares.std() / len(squares) ** 0.5
        assert abs(found[0, i] - squares.mean()) < 4 * error + 0.002


def test_the_walk_has_no_drift_and_residuals_of_one_size():
    at, x = network(3, 4, replicas=2), samples(3, 64, replicas=2)
    found = neuron_drift.evaluate(at, x, Setting(0.1, 1, True))
    assert not found["drift_V"].any()
    assert not found["drift_b"].any()
    assert not found["third_moment_squared"].any()
    n, b = at.W.norm(dim=2).numpy(), at.b.numpy()
    unit = neuron.unit(at.V.numpy(), neuron.gaussian_moments(n, b))
    component_v, component_b = neuron.component_drift(unit)
    np.testing.assert_allclose(found["component_V"], component_v, rtol=1e-12)
    np.testing.assert_allclose(found["component_b"], component_b, rtol=1e-12)
    np.testing.assert_allclose(found["rms_over_deviation"], 1, rtol=1e-12)
    assert (found["premise_holds"] == 1).all()
    assert not found["neglected_share"].any()


def test_a_logit_is_symmetric_or_not():
    # V σ(u) − V σ(−u) = V u is symmetric; a single unit is not.
    W = torch.tensor([[[0.8, -0.4], [-0.8, 0.4]]]).double()
    V, b = torch.tensor([[1.5, -1.5]]).double(), torch.zeros(1, 2).double()
    many = 400
    paired = Parameters(*(it.expand(many, *it.shape[1:]) for it in (W, b, V)))
    found = neuron_drift.evaluate(paired, samples(2, 400, many), SGD)
    for name in ("skewness_squared", "third_moment_squared"):
        values = found[name]
        assert abs(values.mean()) < 4 * values.std() / many**0.5
    lone = Parameters(W[:, :1], b[:, :1], V[:, :1])
    found = neuron_drift.evaluate(lone, samples(2, 100_000), SGD)
    h = np.maximum(np.random.default_rng(2).normal(size=10**6), 0)
    skewness = ((h - h.mean()) ** 3).mean() / h.std() ** 3
    assert found["skewness_squared"] == pytest.approx(skewness**2, rel=0.05)
    f = 1.5 * np.hypot(0.8, 0.4) * h
    p = 1 / (1 + np.exp(-f))
    third = ((p**3 + (p - 1) ** 3) / 2).mean()
    assert found["third_moment_squared"] == pytest.approx(third**2, rel=0.05)


def test_shares_count_units():
    """Of two units with f large and of one sign, g_V rises with the |V| of one alone."""
    W = torch.tensor([[[1.0, 0.0], [1.0, 0.1]]]).double()
    at = Parameters(W, torch.zeros(1, 2).double(), torch.tensor([[2.0, -0.5]]).double())
    found = neuron_drift.evaluate(at, samples(2, 2000), SGD)
    assert found["premise_holds"] == 0.5
    assert found["noise_elasticity_V"] > 0.05
    assert found["neglected_share"] > 0.05


def test_integrals_are_those_of_constants_and_of_roots():
    tau = np.array([0.0, 0.3, 1.0, 2.5])
    rates = np.ones((1, 4, 2))
    found = neuron_drift.integral(rates, tau)
    np.testing.assert_allclose(found[0, :, 0], [0.0, 0.3, 0.7, 1.5])
    late = np.full((1, 4, 1), 3.0) / np.sqrt(np.maximum(tau, 1e-300))[:, None]
    np.testing.assert_allclose(
        neuron_drift.integral(late, tau)[0, 2:, 0], 6 * np.diff(np.sqrt(tau))[1:]
    )


def test_martingales_do_not_drift():
    """Of a walk whose rate depends on where it is, the changes have no slope on what was foretold.

    On the mean of the rates before and after they have: half of D ∂u/∂b.
    """
    rng, tau = np.random.default_rng(3), np.linspace(0, 0.4, 5)
    walk = np.cumsum(rng.normal(0, 0.3, (40_000, 5, 1)), axis=1)
    change = np.diff(walk, axis=1, prepend=walk[:, :1])
    x = neuron_drift.foretold(-walk, tau)
    np.testing.assert_allclose(x[:, 2], -walk[:, 1] * 0.1)
    assert not x[:, 0].any()
    error = (change * x).std() / np.sqrt(x.size)
    assert abs((change * x).mean()) < 4 * error
    assert (change * neuron_drift.integral(-walk, tau)).mean() < -10 * error


@pytest.fixture(scope="module")
def measured():
    run = settings(replicas=5, snapshots=4, records=7)
    kept = train(run).snapshots.assign_attrs(code_fingerprint="trained")
    kept["diverged"][2, 3] = 1
    return run, kept, neuron_drift.measure(NeuronDrift(samples=64), [run], [kept], [])


def test_a_run_is_measured_at_its_snapshots(measured):
    _, kept, found = measured
    assert set(NeuronDrift.variables) == set(found.data_vars) - {"diverged"}
    assert found["drift_b"].dims == ("replica", "record", "unit")
    assert found["unit"].values.tolist() == [1, 2, 3, 4]
    absent = np.zeros((5, 4), bool)
    absent[2, 3] = True
    for name in NeuronDrift.variables:
        values = np.isnan(found[name].values)
        np.testing.assert_array_equal(values.reshape(5, 4, -1).any(2), absent, err_msg=name)
    np.testing.assert_allclose(found["bias"][0], kept["b"][0])
    change = kept["b"].values[:, 1:] - kept["b"].values[:, :-1]
    np.testing.assert_allclose(found["change_b"][0, 1:], change[0], atol=1e-7)
    assert not found["change_b"][:, 0].any()
    assert np.isfinite(found["component_b_before"][0]).all()
    assert "Eq. 38 by components" in neuron_drift.describe(found)


def test_no_bit_depends_on_how_many_replicas_are_measured_together(measured, monkeypatch):
    run, kept, found = measured
    monkeypatch.setattr(neuron_drift, "BLOCK_REPLICAS", 2)
    other = neuron_drift.measure(NeuronDrift(samples=64), [run], [kept], [])
    xr.testing.assert_allclose(found, other, rtol=1e-6)
    # Samples of every snapshot are new.
    still = kept.copy()
    for name in ("W", "b", "V"):
        still[name][:] = kept[name][:, :1].values
    drift = neuron_drift.measure(NeuronDrift(samples=64), [run], [still], [])["drift_b"]
    assert len(np.unique(drift[0, :, 0])) == 4


def test_a_job_writes_a_file(tmp_path):
    run = settings(replicas=2, snapshots=3)
    kept = train(run).snapshots.assign_attrs(
        code_fingerprint="trained", configuration=run.model_dump_json()
    )
    kept.to_netcdf(tmp_path / "kept.nc")
    chosen = MeasureSettings(measurement={"kind": "neuron_drift", "samples": 32}, runs=[run])
    output = tmp_path / "found.nc"
    job.measure(chosen, fingerprint="made", inputs=[tmp_path / "kept.nc"], output=output)
    with xr.open_dataset(output) as found:
        assert found.attrs["title"] == "gaussian: drift of the hidden units along one run"


GOOD = settings().model_dump()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"network": {"kind": "two_layer", "inputs": 3, "bias": False}}, "bias: true"),
        ({"network": {"kind": "two_layer", "inputs": 3, "activation": "tanh"}}, "activation relu"),
        ({"network": {"kind": "mlp", "inputs": 3, "hidden": [4]}}, "of kind mlp"),
        ({"data": {"kind": "uniform"}}, "for these uniform data"),
        ({"data": {"kind": "gaussian", "spectrum": [1, 1, 1, 1, 1, 2]}}, "spectrum white"),
        ({"loss": "squared"}, "for loss 'squared'; must be cross_entropy"),
        ({"sampling": "with_replacement", "training_set_size": 9}, "for sampling"),
        ({"labels": "shuffled", "sampling": "with_replacement", "training_set_size": 9}, "labels"),
        ({"dynamics": {"momentum": 0.9}}, "for these dynamics of kind sgd"),
        (
            {
                "dynamics": {
                    "schedule": {"learning_rate": {"kind": "cosine", "unit": "run", "floor": 0.5}}
                }
            },
            "for these dynamics of kind sgd",
        ),
    ],
)
def test_what_has_no_closed_form_is_refused(changes, words):
    run = settings(**changes)
    training = {name: getattr(run, name) for name in type(run).model_fields}
    messages = [it.message for it in NeuronDrift().problems(training)]
    assert any(words in it for it in messages), messages
    assert not [*NeuronDrift().problems({name: getattr(settings(), name) for name in training})]
