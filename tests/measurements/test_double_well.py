"""The double well: solver against closed forms and particles, orbits, actions, premises."""

import numpy as np
import pytest
from scipy import integrate

from thermophoresis.config.measurements.double_well import DoubleWell
from thermophoresis.config.measurements.double_well_particles import DoubleWellParticles
from thermophoresis.measurements import double_well, double_well_particles
from thermophoresis.theory import double_well as theory


@pytest.fixture(scope="module")
def solved():
    settings = DoubleWell(
        kind="double_well", strengths=(0.0, 0.5, 1.5), inverse_temperatures=(1.0, 4.0), cells=100
    )
    return double_well.measure(settings, (), (), ())


def test_without_the_force_the_density_is_known(solved):
    still = solved.sel(strength=0)
    assert (still["density_distance"] < 1e-12).all()
    assert np.abs(still["near_gain"]).max() < 1e-6
    assert (still["entropy_production"] < 1e-20).all()
    z = [
        (
            np.exp(
                -b * theory.potential(np.stack(np.meshgrid(*2 * [np.linspace(-6, 6, 601)]), -1))
            ).sum()
            * 0.02**2
        )
        for b in (1, 4)
    ]
    for beta, total in zip((1, 4), z, strict=True):
        x = np.stack(np.meshgrid(solved["x1"], solved["x2"], indexing="ij"), axis=-1)
        expected = np.exp(-beta * theory.potential(x)) / total
        np.testing.assert_allclose(
            still["density"].sel(inverse_temperature=beta), expected, atol=1e-4
        )


def test_at_one_temperature_turns_and_entropy_are_known(solved):
    warm = solved.sel(inverse_temperature=1)
    for name, closed, function in (
        ("turns", "turns_closed", theory.turns),
        ("entropy_production", "entropy_closed", theory.entropy_production),
    ):
        np.testing.assert_allclose(warm[closed], [function(it) for it in (0, 0.5, 1.5)])
        np.testing.assert_allclose(warm[name], warm[closed], rtol=0.005, atol=1e-12)
    # The density is not known at another temperature, where it depends on the strength.
    assert (solved["density_distance"].sel(inverse_temperature=4)[1:] > 0.2).all()
    assert (warm["density_distance"] < 1e-3).all()


def test_errors_of_the_grid_are_told(solved):
    assert (solved["grid_error"] < 1e-3).all()
    assert (solved["grid_error"][1:] > 0).all()


def test_what_is_known_by_strength(solved):
    np.testing.assert_allclose(solved["curl"], 2 * np.exp(0.25) * np.array([0, 0.5, 1.5]))
    # ∇·j at (√2/… ): the largest on the plane, from the closed form on another grid.
    fine = np.stack(np.meshgrid(*2 * [np.linspace(-2, 2, 321)]), axis=-1)
    largest = [np.abs(theory.force_divergence(fine, it)).max() for it in (0, 0.5, 1.5)]
    for name in ("force_divergence", "force_along_gradient"):
        np.testing.assert_allclose(solved[name], largest, rtol=0.002)
    assert (solved["flow_divergence"] < 1e-14).all()
    np.testing.assert_allclose(solved["zero_distance"], [1, np.hypot(*theory.zero(0.5)), 0])
    expected = np.sqrt(1 - 0.5**2 * np.exp(0.5))
    np.testing.assert_allclose(solved["origin_growth"], [1, expected, 0], atol=1e-12)
    assert (solved["origin_growth_error"] < 1e-12).all()
    assert (solved["zero_residual"] < 1e-12).all()
    # As it is found, with an error far below that of one distance, a thousandth.
    assert double_well.merging_strength() == pytest.approx(np.exp(-0.25), rel=1e-6)
    assert 0 < solved["merging_error"] < 1e-6
    for name in ("limit_cycles_of_force", "limit_cycles_of_drift"):
        assert (solved[name] == 0).all()


def test_paths_along_the_force_cost_more(solved):
    # With little noise ¼∫|∇Φ|² along the circle: without a force it rests, which costs |∇Φ|² T/4.
    starts = double_well.STARTS
    gradient = (theory.potential_gradient(starts) ** 2).sum(axis=1).max()
    time = double_well.ACTION_STEP * double_well.ACTION_STEPS
    assert solved["action_gap_small_noise"][0] == pytest.approx(gradient * time / 4, rel=1e-6)
    assert (solved["action_gap"] > 0).all()


def test_particles_agree_with_the_solver(solved):
    settings = DoubleWellParticles(
        kind="double_well_particles",
        strengths=(1.5,),
        inverse_temperatures=(1.0, 4.0),
        time_step=0.05,  # so long that its error would show
        burn_in=5.0,
        time=10.0,
        particles=48,
    )
    found = double_well_particles.measure(settings, (), (), ())
    for name in ("near", "turns", "entropy_production"):
        error = found[f"{name}_standard_error"]
        assert error.attrs["replicas"] == 64
        expected = solved[name].sel(strength=[1.5])
        assert (np.abs(found[name] - expected) < 4 * error + 0.005 * expected).all(), name
        assert (error < 0.1 * expected).all()
    assert found["deviation"].dims == DoubleWellParticles.axes
    warm = found["deviation"].sel(inverse_temperature=1)
    error = found["deviation_standard_error"].sel(inverse_temperature=1)
    assert (np.abs(warm) < 4 * error).all()
    for name, of, closed in (
        ("turns", "turns", theory.turns(1.5)),
        ("entropy", "entropy_production", theory.entropy_production(1.5)),
    ):
        ratio, error = found[f"{name}_ratio"], found[f"{name}_ratio_standard_error"]
        np.testing.assert_allclose(ratio[:, 0], found[of][:, 0] / closed)
        np.testing.assert_allclose(error[:, 0], found[f"{of}_standard_error"][:, 0] / closed)
        assert np.isnan(ratio[:, 1]).all()  # no closed form at β = 4
    known = double_well_particles.known_means(0.4, 4.0)
    moments = [
        integrate.quad(lambda x, p=p: x**p * np.exp(-((x**2 - 1) ** 2)), -4, 4)[0] for p in (0, 2)
    ]
    assert known[1:] == pytest.approx((0, moments[1] / moments[0], 0.25))
    near = found["near"] - [theory.near_origin(0.4, beta) for beta in (1, 4)]
    np.testing.assert_allclose(found["near_gain"], near)


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="must increase"):
        DoubleWell(kind="double_well", strengths=(0.5, 0.5))
    with pytest.raises(ValueError, match="multiple of 2"):
        DoubleWell(kind="double_well", cells=51)
