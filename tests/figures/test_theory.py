"""The slow flow's curve on figures of sweeps."""

import json

import numpy as np
import pytest
from drawn import assert_texts_have_room, curve_lines, written
from scipy.integrate import solve_ivp
from scipy.special import ndtr
from toy_sweeps import make_curves, settings

from thermophoresis.figures import batch_size_sweep, learning_rate_sweep
from thermophoresis.figures.parts import style, theory

KINDS = {"learning_rate_sweep": learning_rate_sweep, "batch_size_sweep": batch_size_sweep}
NETWORK = {"kind": "two_layer", "inputs": 10, "hidden": 12, "bias": True, "activation": "relu"}


def with_network(**changes):
    curves = make_curves()
    experiment = json.loads(curves.attrs["configuration"])
    experiment |= {"network": NETWORK | changes, "data": {"kind": "gaussian"}}
    return curves.assign_attrs(configuration=json.dumps(experiment))


def dashed(axes):
    return [it for it in axes.lines if it.get_color() == theory.COLOUR]


@pytest.fixture
def figures():
    with style.context():

        def draw(kind="learning_rate_sweep", curves=None, **other):
            curves = with_network() if curves is None else curves
            return KINDS[kind].compose(settings(kind, **other), [curves])

        yield draw


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_drawn_once_against_thermal_time_and_for_each_curve_elsewhere(figures, kind):
    plain, figure = figures(kind), figures(kind, theory="slow_flow")
    *others, last = figure.axes
    assert [len(dashed(axes)) for axes in others] == [3] * len(others)
    assert len(dashed(last)) == 1
    assert not any(dashed(axes) for axes in plain.axes)
    assert_texts_have_room(figure)
    assert "slow flow" in written(figure)
    assert "slow flow" not in written(plain)


def test_it_is_the_activation_rate_of_an_integration_from_sampled_initial_states(figures):
    (line,) = dashed(figures(theory="slow_flow").axes[2])
    rng = np.random.default_rng(2)
    b = rng.uniform(-1, 1, 20_000)
    start = b / np.linalg.norm(rng.uniform(-1, 1, (len(b), 10)), axis=1)
    start = np.concatenate([start, -start])

    def rates(_, z):
        return -np.exp(-(z**2) / 2) / (2 * np.pi) ** 0.5 / 8

    tau = line.get_xdata()
    z = solve_ivp(rates, (0, tau[-1]), start, t_eval=tau, rtol=1e-8, atol=1e-8).y
    np.testing.assert_allclose(line.get_ydata(), ndtr(z).mean(0), atol=3e-4)


def test_each_curve_has_its_own_time(figures):
    first = figures(theory="slow_flow").axes[0]
    lines, measured = dashed(first), curve_lines(first)[:3]
    for line, curve, rate in zip(lines, measured, (0.025, 0.05, 0.1), strict=True):
        np.testing.assert_array_equal(line.get_xdata(), curve.get_xdata())
        # They are one curve of η²t.
        half = np.interp(100 / rate**2, line.get_xdata(), line.get_ydata())
        expected = np.interp(100 / 0.025**2, lines[0].get_xdata(), lines[0].get_ydata())
        assert half == pytest.approx(expected, abs=1e-9)


def test_it_starts_from_the_law_of_the_network(figures):
    he = with_network(init={"kind": "he_normal"})
    wide = with_network(init={"kind": "torch_default", "scale": {"W": 0.5}})
    drawn = [
        dashed(figures(curves=it, theory="slow_flow").axes[2])[0].get_ydata()
        for it in (he, None, wide)
    ]
    # The wider z is at the start, the more units hardly move.
    assert np.all(drawn[0][1:] < drawn[1][1:])
    assert np.all(drawn[1][1:] < drawn[2][1:])


def test_all_of_it_is_seen(figures):
    figure = figures(theory="slow_flow")
    low, high = figure.axes[0].get_ylim()
    values = dashed(figure.axes[2])[0].get_ydata()
    assert low < values.min() < values.max() < high
