"""The figures of the two explanations, from files whose shares and distances are known."""

import numpy as np
import pytest
from drawn import FORMATS, assert_texts_have_room, texts, written
from toy_mechanism import (
    END,
    RATES,
    control,
    early,
    early_files,
    level,
    mechanism,
    mechanism_files,
)

from thermophoresis.analysis import shares
from thermophoresis.analysis.view import cells_with
from thermophoresis.errors import UserError
from thermophoresis.figures import early_phase
from thermophoresis.figures import mechanism as figure_of_mechanism
from thermophoresis.figures.parts import style, theory
from thermophoresis.provenance import netcdf

ASKED = {"learning_rate": None, "batch_size": 1, "further": {}}


@pytest.fixture
def draw():
    with style.context():

        def compose(files=None, **other):
            files = mechanism_files() if files is None else files
            return figure_of_mechanism.compose(mechanism(**other), files)

        yield compose


@pytest.fixture
def draw_early():
    with style.context():
        yield lambda **other: early_phase.compose(early(**other), early_files())


# --- Shares and distances -------------------------------------------------------------------------


def test_shares_are_those_of_the_files():
    without = cells_with(control(), ["activation_rate"])
    found = shares.shares_of_fall(level(), without, END, **ASKED)
    # The quadrature of 31 records is good to a thousandth; in noise the networks differ.
    np.testing.assert_allclose(found["ito"].value, 4 * RATES, rtol=1e-2)
    np.testing.assert_allclose(found["flux"].value, 0.2 + RATES, rtol=3e-3)
    np.testing.assert_allclose(found["intervention"].value, 0.5, rtol=1e-6)
    assert found["ito"].intercept == pytest.approx(0, abs=1e-3)
    assert found["flux"].intercept == pytest.approx(0.2, abs=1e-3)
    assert found["ito"].slope == pytest.approx(4, rel=1e-2)


def test_shares_are_taken_at_the_time_that_is_asked_for():
    """Half the change is without noise at any time, and noise first does all, then nothing."""
    files = level()
    budget = files["drift_budget"]
    late = files["thermal_time"] > 2.5
    noise = dict(budget_of="activation_rate", budget_term="noise_bb")
    whole = budget.sel(**noise) + budget.sel(budget_of="activation_rate", budget_term="first_b")
    budget.loc[noise] = whole.where(~late, 0.0).transpose(*budget.sel(**noise).dims)
    early_share = shares.shares_of_fall(files, None, 1.0, **ASKED)["ito"].value
    np.testing.assert_allclose(early_share, 1, rtol=0.02)
    # The fall is nearly even in time: a quarter of it, or rather more.
    assert np.all(shares.shares_of_fall(files, None, END, **ASKED)["ito"].value < 0.4)


def test_a_control_may_have_fewer_rates_but_no_others():
    kept = RATES[[1, 3]]
    without = cells_with(control(kept), ["activation_rate"])
    found = shares.shares_of_fall(level(), without, END, **ASKED)["intervention"]
    np.testing.assert_allclose(found.drive, kept)
    np.testing.assert_allclose(found.value, 0.5, rtol=1e-6)
    for wrong in (
        cells_with(control(RATES * 1.1), ["activation_rate"]),
        cells_with(control().isel(replica=slice(1, None)), ["activation_rate"]),
    ):
        with pytest.raises(UserError, match="cells without noise must have the rates, seeds"):
            shares.shares_of_fall(level(), wrong, END, **ASKED)


def test_distances_go_with_the_bend():
    files = level(bend=0.5)
    found = shares.distances(files, **ASKED)
    units = files["activation_rate_unit"].isel(learning_rate=0).values.reshape(-1, 31, 10)
    fall = (units[:, 0] - units[:, -1]).mean()
    np.testing.assert_allclose(found.value, 0.5 * RATES / fall, rtol=1e-3)
    assert found.intercept == pytest.approx(0, abs=1e-4)


def test_a_line_is_fitted_by_weighted_least_squares():
    rng = np.random.default_rng(0)
    x, error = np.array([1.0, 2.0, 4.0]), np.array([0.1, 0.2, 0.4])
    values = 3 - 0.5 * x + error * rng.normal(size=(100_001, 3))
    line = shares.line(x, values, 10**9)
    design = np.stack([np.ones(3), x], axis=1)
    covariance = np.linalg.inv((design.T / error**2) @ design)
    expected = covariance @ (design.T / error**2) @ values[0]
    np.testing.assert_allclose([line.intercept, line.slope], expected, rtol=0.02)
    assert line.intercept_error == pytest.approx(covariance[0, 0] ** 0.5, rel=0.02)


# --- The figure of mechanisms ---------------------------------------------------------------------


def test_what_it_shows(draw):
    figure = draw()
    rates, of_fall, distance = figure.axes
    assert len(rates.lines) == 7
    assert [len(it.containers) for it in (of_fall, distance)] == [6, 2]
    slow = rates.lines[-1]
    assert (slow.get_color(), slow.get_ydata()[0]) == (theory.COLOUR, pytest.approx(0.5))
    words = written(figure)
    for word in ("walk", "V(0) = 0", "slow flow", "share of noise: intervention"):
        assert word in words
    assert "their intercepts at η/|B| = 0: Itô 0.000" in words
    assert "flux 0.200" in words


def test_without_a_control_there_is_no_share_of_an_intervention(draw):
    figure = draw(mechanism_files(with_control=False), with_control=False)
    assert "intervention" not in written(figure)
    assert len(figure.axes[1].containers) == 4


def test_a_curve_ends_where_a_network_is_lost(draw):
    files = mechanism_files()
    files[2]["activation_rate"][0, 0, 0, 3, 12:] = np.nan
    figure = draw(files)
    assert [len(it.get_xdata()) for it in figure.axes[0].lines[:6]] == [31, 31, 12, 31, 31, 31]


@pytest.mark.parametrize("other", [{}, {"note": "A note. " * 30, "title": "A title"}])
def test_texts_have_room_and_are_legible(draw, draw_early, other):
    for figure in (draw(**other), draw_early(**other)):
        assert_texts_have_room(figure)
        assert figure.get_figwidth() == 7.0
        assert {text.get_fontsize() for text, _ in texts(figure)} == {8.0}


def test_files_are_drawn_with_their_provenance(tmp_path):
    paths = []
    for index, dataset in enumerate(mechanism_files()):
        paths.append(tmp_path / f"{index}.nc")
        netcdf.write(dataset, paths[-1])
    outputs = [tmp_path / f"figure.{ending}" for ending in FORMATS]
    figure_of_mechanism.draw(mechanism(), "code", paths, outputs)
    assert all(it.stat().st_size > 1000 for it in outputs)


# --- The figure of the early phase ----------------------------------------------------------------


def test_the_early_phase_is_in_units_of_the_level(draw_early):
    levels, balance, drift = draw_early().axes
    for line, rate in zip(levels.lines, (0.025, 0.05, 0.1), strict=False):
        expected = 1 + (1 / 15 / rate - 1) * np.exp(-line.get_xdata() / 12)
        # The networks differ by a twentieth.
        np.testing.assert_allclose(line.get_ydata(), expected, rtol=0.02)
        expected = 1 + 0.3 * np.exp(-line.get_xdata() / 12)
        found = balance.lines[levels.lines.index(line)].get_ydata()
        np.testing.assert_allclose(found, expected, rtol=0.02)
    assert levels.get_xlim() == (0.0, 40.0)
    # First-order and noise part of each cell, and the line at zero.
    assert len(drift.lines) == 7


def test_the_parts_of_the_drift_add_up(draw_early):
    drift = draw_early().axes[2]
    first, noise = drift.lines[0], drift.lines[1]
    share = noise.get_ydata() / (first.get_ydata() + noise.get_ydata())
    np.testing.assert_allclose(share, 4 * 0.025, rtol=0.05)
