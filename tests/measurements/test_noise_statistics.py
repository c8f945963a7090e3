"""Statistics of the noise against cumulants, samplers and processes that are known."""

import numpy as np
import pytest
import torch
from runs import settings as run_settings
from single_gradients import draw
from training import train

from thermophoresis.config.measurements.noise_statistics import NoiseStatistics
from thermophoresis.config.problems import validate
from thermophoresis.data.order import Order
from thermophoresis.draws.streams import key
from thermophoresis.errors import UserError
from thermophoresis.measurements import noise_statistics as module
from thermophoresis.measurements.further_training import (
    Task,
    correlations,
    descend,
    excess,
    flat,
    noises,
    ordered_gradients,
)
from thermophoresis.measurements.noise_moments import cumulants, directions_of, exact
from thermophoresis.measurements.noise_premise import noise_gradient, premises
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.theory.langevin_limit import excess_loss, reshuffled_correlation

SETTINGS = {
    "sizes": (1, 4),
    "batches": 4000,
    "directions": 2,
    "trajectory_batch": 4,
    "trajectory_steps": 60,
    "lags": 5,
    "looks": 2,
}


def test_cumulants_fall_as_those_of_sums():
    rng = np.random.default_rng(1)
    values = rng.gamma(4, size=(40, 1)) * np.array([[1.0, -1.0]])
    values -= values.mean(axis=0)
    skewness, kurtosis = cumulants(values, (1, 5, 20), 200_000, rng)
    third, fourth = (((values / values.std(axis=0)) ** it).mean(axis=0) for it in (3, 4))
    for index, size in enumerate((1, 5, 20)):
        # The second direction is turned.
        expected = abs(third) / size**0.5, (fourth - 3) / size
        np.testing.assert_allclose(skewness[index], expected[0], atol=0.03)
        np.testing.assert_allclose(kurtosis[index], expected[1], atol=0.1)
        np.testing.assert_allclose(exact(values, size), expected, rtol=1e-12)


def test_leading_directions_lead():
    covariance = np.diag([1.0, 5.0, 3.0, 0.1])
    found = directions_of(covariance, 2, np.random.default_rng(2))
    np.testing.assert_allclose(np.abs(found[:, :2]), np.eye(4)[:, [1, 2]], atol=1e-12)
    np.testing.assert_allclose(np.linalg.norm(found, axis=0), 1)


@pytest.mark.parametrize("name", ["two_layer", "deep", "squared", "images"])
def test_the_gradient_of_the_trace_is_what_differences_are(name):
    chain, views, x, y = draw(name)

    def trace(parameters):
        gradients = ordered_gradients(chain, parameters, x, y)
        return float(torch.cov(gradients.T, correction=0).trace())

    found, place = noise_gradient(chain, views, x, y), 0
    for parameter, value in views.items():
        for index in range(0, value.numel(), 3):
            both = []
            for by in (1e-5, -1e-5):
                moved = {key: it.clone() for key, it in views.items()}
                moved[parameter].view(-1)[index] += by
                both.append(trace(moved))
            expected = (both[0] - both[1]) / 2e-5
            assert float(found[place + index]) == pytest.approx(expected, rel=1e-5, abs=1e-7)
        place += value.numel()


def test_both_readings_of_the_premise():
    found = premises(3.0, 0.5, 10, rate=0.1, batch_size=4)
    assert found == pytest.approx((0.1 * 0.3 / 4, 0.3 / 4 / 0.1))
    assert premises(3.0, 0.0, 10, rate=0.1, batch_size=4) == (np.inf, np.inf)


def regression(replicas=200, samples=12, decay=0.0):
    """A linear regression, half the squared error, of all replicas at their least squares."""
    stream = torch.Generator().manual_seed(3)
    x = torch.randn(samples, 2, generator=stream, dtype=torch.float64)
    y = torch.randn(samples, generator=stream, dtype=torch.float64)
    chain = Layered((Linear(2, 1, bias=False),), None, loss=Squared())
    task = Task(
        chain, x.expand(replicas, -1, -1).contiguous(), y.expand(replicas, -1).contiguous(), decay
    )
    start = {"W1": torch.zeros(replicas, 1, 2, dtype=torch.float64)}
    return task, descend(task, start, 400)


def test_descent_ends_where_the_gradient_vanishes():
    task, minimum = regression(replicas=2, decay=0.05)
    x, y = task.x[0], task.y[0]
    expected = torch.linalg.solve(x.T @ x / len(x) + 0.05 * torch.eye(2), x.T @ y / len(x))
    torch.testing.assert_close(minimum["W1"][1, 0], expected, atol=1e-8, rtol=0)
    assert float(flat(task.gradient(minimum)).abs().max()) < 1e-8


def test_networks_that_are_not_at_rest_go_on_alone():
    task, minimum = regression(replicas=6)
    gone = torch.tensor([0.0, 0.0, 3.0, 0.0, 3.0, 0.0], dtype=torch.float64)
    start = {name: it + gone.reshape(-1, *[1] * (it.dim() - 1)) for name, it in minimum.items()}
    found = descend(task, start, 60)
    alone = descend(task, minimum, 60)
    for name in found:
        # Those at rest make no further step, the others come to the same minimum.
        assert torch.equal(found[name][gone == 0], alone[name][gone == 0])
    assert (flat(task.gradient(found)).norm(dim=1) < 1e-4).all()
    once = descend(task, start, 1)
    assert (flat(task.gradient(once)).norm(dim=1)[gone > 0] > 1e-4).all()


@pytest.mark.parametrize("sampler", ["with_replacement", "fresh_subset", "without_replacement"])
def test_the_noise_of_each_sampler_is_as_white_as_it_is(sampler):
    task, minimum = regression()
    order = Order(key(1, "test"), range(200), 12, sampler, 3)
    series = noises(task, minimum, lambda it: order.take(3 * it, 3), rate=1e-3, steps=80)
    rho, deviation = correlations(series, 5)
    reshuffled = sampler == "without_replacement"
    expected = [reshuffled_correlation(lag, 4) if reshuffled else 0.0 for lag in range(1, 6)]
    np.testing.assert_allclose(rho.mean(0), expected, atol=0.02)
    if not reshuffled:  # the band is that of what is white
        outside = (rho.abs() > 2.576 * deviation).double().mean()
        assert 0.003 < float(outside) < 0.025


def test_the_excess_loss_of_a_regression_is_that_of_theory():
    task, minimum = regression()
    order = Order(key(2, "test"), range(200), 12, "with_replacement", 3)
    found = excess(task, minimum, lambda it: order.take(3 * it, 3), rate=0.02, steps=1500)
    own = {"W1": minimum["W1"][:1]}
    gradients = ordered_gradients(task.chain, own, task.x[0], task.y[0])
    trace = float(torch.cov(gradients.T, correction=0).trace())
    assert float(found.mean()) == pytest.approx(
        excess_loss(trace, learning_rate=0.02, factor=1 / 3), rel=0.1
    )


@pytest.fixture(scope="module", params=[0.0, 0.1])
def trained(request):
    run = run_settings(
        network={"kind": "mlp", "inputs": 3, "hidden": [4], "activation": "tanh"},
        data={"kind": "teacher"},
        sampling="with_replacement",
        training_set_size=24,
        dynamics={"kind": "sgd", "weight_decay": request.param},
    )
    attributes = ("device", "stepper", "data_source", "data_checksum", "code_fingerprint")
    snapshots = train(run).snapshots
    return run, snapshots.assign_attrs(dict.fromkeys(attributes, "")).drop_encoding()


def test_what_is_measured_of_a_run(trained):
    run, snapshots = trained
    broken = snapshots.copy(deep=True)
    broken["diverged"][1, 2:] = 1
    settings = NoiseStatistics(**SETTINGS)
    found = module.measure(settings, (run,), (broken,), ())
    assert {*settings.variables} <= {*found.data_vars}
    assert np.isfinite(found["premise_ratio"][0]).all()
    assert np.isnan(found["premise_ratio"][1, 2:]).all()
    weights = sum(it[0, 0].size for name, it in snapshots.items() if name[0] in "Wb")
    assert found["premise_ratio"][0, 0] * weights > 0.1 > found["premise_ratio"][0, 0]
    assert (found["premise_trace_holds"][0] == (weights * found["premise_ratio"][0] < 0.1)).all()
    looked = np.isfinite(found["kurtosis_top_largest"][0])
    assert looked.values.nonzero()[0].tolist() == [0, found.sizes["record"] - 1]
    assert np.isnan(found["lag_one_without_replacement"][1])  # one of two trajectories is lacking
    expected = reshuffled_correlation(1, 6)
    assert float(found["lag_one_without_replacement"].mean()) == pytest.approx(expected, abs=0.1)
    np.testing.assert_allclose(
        found["lag_one_fresh_subset"][0],
        found["correlation"].sel(sampler="fresh_subset", lag=1)[0, [0, -1]].mean(),
    )
    assert (found["batches_per_epoch"] == 6).all()
    # Neighbours change nothing.
    whole = module.measure(settings, (run,), (snapshots,), ())
    for name in ("kurtosis_top", "correlation"):
        np.testing.assert_array_equal(whole[name][0], found[name][0])
    if not run.dynamics.weight_decay:
        assert np.isnan(found["late_excess"]).all()
        return
    assert np.isnan(found["late_excess"][1])
    assert (whole["gradient_at_minimum"] < 1e-4).all()
    assert (whole["premise_at_minimum"] > 0.1).all()
    assert (whole["premise_holds_at_minimum"] == 0).all()
    assert (whole["late_excess"] > 0).all()
    assert (whole["small_rate_excess"] > 0).all()


def test_batches_must_fill_an_epoch(trained):
    run, snapshots = trained
    settings = NoiseStatistics(**SETTINGS | {"trajectory_batch": 5})
    with pytest.raises(UserError, match="trajectory_batch: got 5; must divide 24 samples"):
        module.measure(settings, (run,), (snapshots,), ())


def test_sizes_ascend_from_one():
    for sizes in ([2, 4], [1, 8, 4]):
        _, problems = validate(NoiseStatistics, {"sizes": sizes})
        assert "must ascend, from 1 on" in problems[0].message
