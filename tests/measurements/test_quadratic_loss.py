"""Closed forms for quadratic losses: what holds is at rounding, what is printed has its factor."""

import numpy as np
import pytest

from thermophoresis.config.measurements.quadratic_loss import QuadraticLoss
from thermophoresis.measurements import quadratic_loss
from thermophoresis.theory import linear_potential


def computed(**others):
    settings = QuadraticLoss(kind="quadratic_loss", **others)
    return quadratic_loss.measure(settings, (), (), ())


@pytest.fixture(scope="module")
def found():
    return computed(seed=2, weights=3, pairs=5, samples=4000, steps=(50, 100))


def test_what_holds_is_at_rounding(found):
    for name in ("commuting_asymmetry", "asymmetry_error", "rotation_error", "saddle_error"):
        assert found[name] < 1e-12
    assert found["asymmetry_over_bound"] >= 1


def test_a_wrong_formula_of_the_asymmetry_is_seen(monkeypatch):
    right = linear_potential.asymmetry_kernel
    monkeypatch.setattr(linear_potential, "asymmetry_kernel", lambda *it: 1.01 * right(*it))
    assert computed(weights=3, pairs=2, samples=1000)["asymmetry_error"] > 1e-4


def test_an_isotropic_d_divides_the_loss(found):
    np.testing.assert_allclose(found["potential_ratio"], 1 / found["diffusion"], rtol=1e-12)


def test_a_d_that_commutes_has_no_current_at_all(found):
    assert found["commuting_current"] == 0


def test_where_q_is_unique(found):
    # The sums of eigenvalues of 1, 2, 3; −½, 2, 3; −1, 1, 3; 0, 0, 3, over d.
    expected = [3 / 3, 1.5 / 3, 0, 0]
    np.testing.assert_allclose(found["sylvester_value"], expected, atol=1e-12)
    assert (found["sylvester_value"][2:] == 0).all()
    # With opposite eigenvalues the part of HD − DH in their plane is left, and nothing else.
    assert 0.01 < found["sylvester_defect"] < 1


def test_steps_of_jko_follow_what_has_no_current(found):
    orders = dict(zip(found["flow"].values, found["jko_order"].values, strict=True))
    assert orders["isotropic"] == pytest.approx(1, abs=0.05)
    assert orders["commuting"] == pytest.approx(1, abs=0.05)
    assert orders["commuting_plain"] < 0.5
    assert orders["general"] < 0.9


def test_information_falls_and_is_that_of_samples(found):
    assert (found["information_change"] < 0).all()
    assert (found["information"].diff("temperature") < 0).all()
    error = found["information_gap_standard_error"]
    assert error.attrs["replicas"] == 20
    assert (error > 0).all()
    assert (np.abs(found["information_gap"]) < 4 * error).all()
    gap = found["information_sampled"] - found["information"]
    np.testing.assert_allclose(found["information_gap"], gap)
    assert np.isnan(found["network_information"])


def test_it_makes_what_it_declares(found):
    assert set(QuadraticLoss.variables) < set(found.data_vars)
    for name in QuadraticLoss.variables:
        assert set(found[name].dims) <= set(QuadraticLoss.axes)
    assert "isotropic 1.0" in quadratic_loss.describe(found)
    assert computed(weights=2, pairs=1, samples=1000).identical(
        computed(weights=2, pairs=1, samples=1000)
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": (10,)}, "steps must be two numbers or more"),
        ({"labels": 3}, "labels must be 4 at least, as many as weights, not 3"),
    ],
)
def test_what_tells_nothing_is_refused(change, words):
    with pytest.raises(ValueError, match=words):
        QuadraticLoss(kind="quadratic_loss", **change)
