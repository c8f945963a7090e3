"""Steps of all batches, densities on grids, and the verdicts of the shipped settings."""

from pathlib import Path

import numpy as np
import pytest
import torch
from shipped import verdicts_on

from thermophoresis.config.measurements.langevin_limit import LangevinLimit
from thermophoresis.config.problems import validate
from thermophoresis.measurements import langevin_limit

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def found():
    return langevin_limit.measure(LangevinLimit(kind="langevin_limit", cells=60), (), (), ())


def test_gradients_are_those_of_autograd():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=(5, 3)), np.array([1.0, -1, 1, 1, -1])
    w, v = rng.normal(size=(2, 3)), rng.normal(size=2)
    theta = torch.tensor(np.concatenate([w.ravel(), v]), requires_grad=True)
    z = torch.tanh(torch.from_numpy(x) @ theta[:6].view(2, 3).T) @ theta[6:]
    losses = torch.log1p(torch.exp(-torch.from_numpy(y) * z))
    expected = [torch.autograd.grad(it, theta, retain_graph=True)[0].numpy() for it in losses]
    np.testing.assert_allclose(
        langevin_limit.network_gradients(x, y, w, v), expected, rtol=1e-12, atol=1e-15
    )


def test_enumerated_moments_are_exact(found):
    assert float(found["trace_exponent"]) == pytest.approx(-1, abs=1e-12)
    assert found["subset_error"].max() < 1e-12
    assert found["moment_error"].max() < 1e-12
    np.testing.assert_allclose(found["drift_ratio"], 1, rtol=1e-12)
    # E|Δθ|² is more than the trace by η²|g|², in proportion to |B|.
    beyond = found["second_moment_ratio"].values - 1
    np.testing.assert_allclose(beyond / beyond[0], [1, 2, 3, 4, 5], rtol=1e-9)
    assert beyond[0] > 1e-3


def test_densities_converge_to_the_exact_one(found):
    np.testing.assert_allclose(found["density_order"], 2, atol=0.05)
    assert float(found["unit_difference"]) < 1e-12
    masses = langevin_limit.density(240, True)
    start = langevin_limit.masses(240, *langevin_limit.START)
    assert masses.sum() == pytest.approx(start.sum(), abs=1e-12)
    mean, variance = langevin_limit.exact_moments(False)
    edges = np.linspace(*langevin_limit.WALLS, 241)
    middles = (edges[1:] + edges[:-1]) / 2
    assert masses @ middles == pytest.approx(mean, rel=3e-3)
    assert masses @ middles**2 - mean**2 == pytest.approx(variance, rel=0.01)


def test_another_diffusion_leaves_a_distance(monkeypatch):
    wrong = langevin_limit.langevin_limit.drift_and_diffusion

    def doubled(*arguments, **settings):
        rate, diffusion = wrong(*arguments, **settings)
        return rate, (2 if settings["per_step"] else 1) * diffusion

    exact = langevin_limit.exact_moments(False)
    monkeypatch.setattr(langevin_limit.langevin_limit, "drift_and_diffusion", doubled)
    errors = [
        np.abs(langevin_limit.density(it, True) - langevin_limit.masses(it, *exact)).sum()
        for it in (120, 240)
    ]
    assert errors[0] == pytest.approx(errors[1], rel=0.05)


def test_a_step_errs_by_the_second_order(found):
    np.testing.assert_allclose(found["step_order"], 2, atol=0.1)


def test_the_excess_loss_of_a_regression_nears_the_formula(found):
    for name in ("excess_ratio", "excess_ratio_stationary"):
        beyond = found[name].values - 1
        # Of the first order in η.
        assert beyond[0] == pytest.approx(beyond[1] / 2, rel=0.15)
        assert (np.diff(beyond) > 0).all()


def test_batches_must_leave_something_out():
    for given in ({"batch_sizes": [1, 6]}, {"batch_sizes": [1]}, {"learning_rates": [0.1]}):
        _, problems = validate(LangevinLimit, {"kind": "langevin_limit", **given})
        assert problems, given


def test_shipped_claims_hold(monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    found = verdicts_on({"langevin_limit"})
    expected = {
        "j02-exponent",
        "j02-finite-population",
        "j04-drift",
        "j04-covariance",
        "j05-density",
        "j05-units",
        "j05-step",
        "j22-regression",
    }
    larger = found.pop("j22-regression-larger-rates")
    assert larger["verdict"] == "refuted"
    assert 1.2 < larger["estimate"] < 1.23
    assert {name: it["verdict"] for name, it in found.items()} == dict.fromkeys(
        expected, "supported"
    )
