"""Figures of sweeps of any setting."""

import matplotlib.text
import numpy as np
import pytest
from swept_runs import NETWORK, gathered

from thermophoresis.config.figure import FigureSettings
from thermophoresis.figures import learning_rate_sweep, sweep
from thermophoresis.figures.parts import style

PATHS = {"hidden": "network.hidden", "size": "training_set_size"}
CELLS = [
    (rate, 1, {"hidden": hidden, "size": size})
    for rate in (0.05, 0.1)
    for hidden in ("narrow", "wide")
    for size in (10, 20)
]
HEIGHT = {"narrow": 0.3, "wide": 0.6}


def decay(step, rate, batch, hidden, size):
    return HEIGHT[hidden] * np.exp(-step * rate**2 / 4) + size / 100


def curves():
    units = {"narrow": [4], "wide": [64, 64]}
    return gathered(CELLS, decay, paths=PATHS, varied=("network", "training_set_size"),
                    settings=lambda hidden, size: {"network": NETWORK | {"hidden": units[hidden]},
                                                   "training_set_size": size})[0]  # fmt: skip


def settings(**changes):
    figure = {"kind": "sweep", "experiment": "toy", "observable": "loss", "compare": "hidden",
              "learning_rate": 0.1, "cells": {"size": 10}, **changes}  # fmt: skip
    return FigureSettings(name="f", figure=figure)


def texts(figure):
    return [it.get_text() for it in figure.findobj(matplotlib.text.Text) if it.get_text()]


def test_curves_along_an_axis_are_those_of_its_cells_with_their_names():
    with style.context():
        figure = sweep.compose(settings(), [curves()])
        written = texts(figure)
        panels = [axes for axes in figure.axes if axes.lines]
        assert [axes.get_xlabel().split(" $")[0] for axes in panels] == [
            "training time",
            "thermal time",
        ]
        for axes in panels:
            starts = [line.get_ydata()[0] for line in axes.lines]
            assert starts == pytest.approx([0.4, 0.7], abs=0.1)
    assert {"hidden", "narrow", "wide"} <= {*written}
    # What is not compared is said with its value, and what the cells have in common.
    words = " ".join(" ".join(written).split())
    assert "η = 0.1, |B| = 1, size = 10." in words
    assert "Fully-connected ReLU network, M = 10 inputs, x ~ N(0, I)" in words
    assert "N = " not in words


def test_the_order_is_that_of_the_figure_and_one_panel_will_do():
    chosen = {"size": 10, "hidden": ["wide", "narrow"]}
    with style.context():
        figure = sweep.compose(settings(cells=chosen, panels=["training_time"]), [curves()])
        (axes,) = (it for it in figure.axes if it.lines)
        assert [line.get_ydata()[0] for line in axes.lines] == pytest.approx([0.7, 0.4], abs=0.1)
        assert axes.get_xlabel() == r"training time $\eta\,t$ (dimensionless)"
        step = curves()["step"].sel(learning_rate=0.1, hidden="wide", size=10, batch_size=1)
        np.testing.assert_allclose(axes.lines[0].get_xdata(), 0.1 * step)


def test_times_of_a_schedule_are_those_of_the_file_where_it_tells_them():
    scheduled = curves()
    told = scheduled["step"] * 0.03
    told = told.where(told["hidden"] == "wide")  # the narrow ones are trained without a schedule
    scheduled = scheduled.assign_coords(training_time=told, scheduled_learning_rate=told * 0 + 0.03)
    with style.context():
        figure = sweep.compose(settings(panels=["training_time", "thermal_time"]), [scheduled])
        first, second = (it for it in figure.axes if it.lines)
        assert first.get_xlabel() == r"training time $\sum\eta$ (dimensionless)"
        assert second.get_xlabel() == r"thermal time $\tau=\sum\eta^2/|B|$ (dimensionless)"
        at = scheduled["step"].sel(learning_rate=0.1, size=10, batch_size=1)
        for line, label, rate in zip(first.lines, ("narrow", "wide"), (0.1, 0.03), strict=False):
            np.testing.assert_allclose(line.get_xdata(), rate * at.sel(hidden=label))


def test_rates_are_compared_in_cells_with_some_labels():
    figure = {"kind": "learning_rate_sweep", "experiment": "toy", "observable": "loss",
              "batch_size": 1, "cells": {"hidden": "wide", "size": 20}}  # fmt: skip
    with style.context():
        composed = learning_rate_sweep.compose(FigureSettings(name="f", figure=figure), [curves()])
        words = " ".join(" ".join(texts(composed)).split())
    assert "N = 64 + 64 hidden units" in words
    assert "|B| = 1, hidden = wide, size = 20." in words
