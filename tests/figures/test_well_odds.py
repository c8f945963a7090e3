"""The figure of odds between wells: what its panels show, and whether they can be read."""

from types import SimpleNamespace

import numpy as np
import pytest
from drawn import assert_texts_have_room, texts, written

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.figures.well_odds import WellOddsFigure
from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.measurements.well_odds import WellOdds
from thermophoresis.errors import UserError
from thermophoresis.figures import well_odds as figure
from thermophoresis.figures.parts import style
from thermophoresis.measurements import well_odds
from thermophoresis.numerics.intervals import student_half_width


@pytest.fixture(scope="module")
def dataset():
    less = {"time": 8.0, "burn_in": 1.0, "replicas": 4, "particles": 32, "cells": 200}
    measurement = WellOdds(kind="well_odds", **less)
    found = well_odds.measure(measurement, (), (), ())
    settings = MeasureSettings(measurement=measurement, runs=())
    return found.assign_attrs(configuration=canonical_json(settings))


def composed(dataset, **others):
    settings = WellOddsFigure(kind="well_odds", odds="one", **others)
    return figure.compose(SimpleNamespace(figure=settings, note=""), [dataset])


def test_texts_have_room_and_are_legible(dataset):
    with style.context():
        drawn = composed(dataset, title="A title")
        assert_texts_have_room(drawn)
        assert drawn.get_figwidth() == 7.0
        assert {text.get_fontsize() for text, _ in texts(drawn)} <= {8.0}
        assert "128 particles each" in written(drawn)


def test_panels(dataset):
    with style.context():
        drawn = composed(dataset)
    pairs, line, plane, steps, others, variance = drawn.axes
    for index, name in enumerate(figure.PAIRS):
        points, _, (bars,) = pairs.containers[index]
        one = dataset.sel(pair=name)
        np.testing.assert_allclose(points.get_ydata(), one["log_odds"])
        half = student_half_width(one["log_odds_standard_error"].values, 4, 0.95)
        ends = np.array(bars.get_segments())[:, :, 1]
        np.testing.assert_allclose(np.diff(ends)[:, 0], 2 * half)
    for axes, dimension in ((line, 1), (plane, 2)):
        for index, way in enumerate(figure.WAYS):
            points, _, _ = axes.containers[index]
            expected = dataset["residual_by_way"].sel(dimension=dimension, way=way)
            np.testing.assert_allclose(points.get_ydata(), expected)
    # Quadrature less the printed ratio, which in one dimension is in the first panel as well.
    (dashes,) = (it for it in line.lines if it.get_linestyle() == "--")
    first = dataset.sel(pair="sharp_deeper")
    np.testing.assert_allclose(dashes.get_ydata(), first["boltzmann"] - first["printed"])
    for index, points in enumerate(it[0] for it in steps.containers):
        expected = dataset["scaled_shift"].isel(first_batch=index)
        np.testing.assert_allclose(points.get_ydata(), expected)
        np.testing.assert_allclose(points.get_xdata(), 6 * dataset["learning_rate"])
    # The mean, wells by tilt of either stiffness, and four pairs.
    tilted = np.array([it.get_ydata() for it in others.lines[1:9]])
    expected = dataset["tilted_residual"].transpose("stiffness", "tilt", "temperature")
    np.testing.assert_allclose(tilted, expected.values.reshape(8, -1))
    quartic = [it.get_ydata() for it in others.lines[9:]]
    np.testing.assert_allclose(quartic, dataset["quartic_residual"])
    curve = variance.lines[0].get_xydata()
    np.testing.assert_allclose(curve[:, 1], 1 / (1 - curve[:, 0] / 2))


def test_other_files_are_refused(dataset):
    with style.context(), pytest.raises(UserError, match="of the kind well_odds"):
        composed(dataset.drop_vars("crossover_ratio"))
