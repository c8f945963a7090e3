"""Weights in time and the circulation: what is drawn is what was measured."""

import json

import matplotlib.text
import numpy as np
import pytest
import xarray as xr
from runs import settings as run_settings

from thermophoresis.config.figure import FigureSettings
from thermophoresis.errors import UserError
from thermophoresis.figures import circulation, weights_in_time
from thermophoresis.figures.parts import style

CELLS = ("learning_rate", "batch_size", "seed", "replica")
NETWORKS, RECORDS = 20, 5
RNG = np.random.default_rng(0)
STATIONARY = np.arange(NETWORKS) > 1  # the first two are not


def gathered(variables, coordinates, batch_sizes=(3,)):
    """A gathered file; variables (batch size, network, …) by name with their own axes."""
    shape = (1, len(batch_sizes))
    found = {}
    for name, (own, values) in variables.items():
        told = STATIONARY.reshape(-1, *[1] * len(own))
        values = np.where(told, np.broadcast_to(values, (*shape[1:], NETWORKS, *values.shape[2:])),
                          np.nan)  # fmt: skip
        found[name] = ((*CELLS, *own), values[None, :, None])
    grid = (*CELLS[:2], "record")
    steps = np.broadcast_to(np.arange(RECORDS) * 100, (*shape, RECORDS))
    return xr.Dataset(
        found | {"trained": (CELLS[:2], np.ones(shape, np.int8))},
        {
            "learning_rate": [0.2],
            "batch_size": list(batch_sizes),
            "seed": [0],
            "replica": np.arange(NETWORKS),
            "record": np.arange(RECORDS),
            "step": (grid, steps),
            "epoch": (grid, steps / 10.0),
        }
        | coordinates,
        {"configuration": json.dumps(run_settings().model_dump(mode="json"))},
    )


def numbers(batch_sizes=1, size=(), low=0.1, high=1.0):
    return RNG.uniform(low, high, (batch_sizes, NETWORKS, *size))


def spectra():
    bands, lags = ("frequency",), ("lag",)
    variables = {name: (bands, numbers(size=(6,))) for name in weights_in_time.OF_BANDS}
    of_lags = (*weights_in_time.OF_LAGS, "autocorrelation_walk")
    variables |= {name: (lags, numbers(size=(7,))) for name in of_lags}
    variables["stationary"] = ((), numbers())
    return gathered(
        variables,
        {"frequency": np.geomspace(1e-3, 0.4, 6), "lag": np.array([1, 2, 5, 10, 50, 100, 999])},
    )


def circulating(batch_sizes=(3,)):
    count = len(batch_sizes)
    names = [name for name, _, _ in circulation.TESTS]
    names += ["entropy_production", "current_square", "linear_current_share", "plain_gradient"]
    variables = {name: ((), numbers(count)) for name in names}
    variables["area"] = (("plane", "lag"), numbers(count, (3, 4)))
    variables["gradient_norm"] = (("record",), numbers(count, (RECORDS,)))
    further = {"plane": [0, 1, 2], "lag": [1, 2, 5, 10]}
    return gathered(variables, further, batch_sizes)


def in_time(index=0, **changes):
    given = {"kind": "weights_in_time", "experiment": "toy", "learning_rate": 0.2, "batch_size": 3}
    settings = FigureSettings(name="f", figure=given | changes | {"network": index}, note="A note")
    own, further = spectra(), circulating()
    with style.context():
        return own, further, weights_in_time.compose(settings, [own, own, further])


def of_circulation():
    given = {"kind": "circulation", "experiment": "toy", "noise": "hot"}
    settings = FigureSettings(name="f", figure=given, note="A note")
    own, noise = circulating(), circulating((2, 8))
    with style.context():
        return own, noise, circulation.compose(settings, [own, noise, own, noise])


def texts(figure):
    return " ".join(it.get_text() for it in figure.findobj(matplotlib.text.Text))


def test_lines_are_those_of_a_stationary_network():
    own, further, figure = in_time(index=1)
    spectrum, correlation, gradient = figure.axes
    network = own.isel(learning_rate=0, batch_size=0, seed=0, replica=3)  # the second stationary
    lines = [line.get_ydata() for line in spectrum.lines]
    np.testing.assert_allclose(lines[0], 1)
    np.testing.assert_allclose(lines[1], network["mixture_power"])
    np.testing.assert_allclose(lines[2], network["power"])
    drawn = [line.get_ydata() for line in correlation.lines[2:]]
    for line, name in zip(drawn, ("_walk", "_mixture", ""), strict=True):
        np.testing.assert_allclose(line, network[f"autocorrelation{name}"])
    limits = sorted(line.get_ydata()[0] for line in correlation.lines[:2])
    np.testing.assert_allclose(limits, np.array([-1, 1]) * 2.5758 / np.sqrt(1000), rtol=1e-4)
    of_all = further["gradient_norm"].values[0, 0, 0][STATIONARY]
    np.testing.assert_allclose(gradient.lines[0].get_ydata(), np.median(of_all, axis=0))
    np.testing.assert_allclose(gradient.lines[0].get_xdata(), np.arange(RECORDS) * 10)
    assert "18 of 20 networks are stationary" in texts(figure).replace("\n", " ")
    assert "A note" in texts(figure)


def test_a_network_that_is_not_there_is_refused():
    with pytest.raises(UserError, match="network: got 18; must be less than 18"):
        in_time(index=18)


def test_p_values_areas_and_means_are_drawn():
    own, noise, figure = of_circulation()
    p_values, area, entropy, shares = figure.axes
    values = np.sort(own["area_p"].values[0, 0, 0][STATIONARY])
    np.testing.assert_allclose(p_values.lines[0].get_xdata()[1:-1], values)
    assert p_values.lines[0].get_ydata()[-2] == 1
    squares = own["area"].values[0, 0, 0][STATIONARY] ** 2
    np.testing.assert_allclose(area.lines[2].get_ydata(), np.sqrt(squares.mean(axis=(0, 1))))
    for axes, name in ((entropy, "entropy_production"), (shares, "current_square")):
        means = noise[name].values[0, :, 0][:, STATIONARY].mean(axis=1)
        means = np.sqrt(means) if name.endswith("square") else means
        np.testing.assert_allclose(axes.lines[0].get_xdata(), [0.025, 0.1])
        np.testing.assert_allclose(axes.lines[0].get_ydata(), means[::-1])
    assert "η/|B| = 0.025, 0.1" in texts(figure).replace("\n", " ")


def test_figures_show_what_they_are_drawn_from():
    _, _, figure = of_circulation()
    assert len(figure.axes) == 4
    declared = FigureSettings(
        name="f", figure={"kind": "circulation", "experiment": "a", "noise": "b"}
    ).figure
    assert declared.inputs == (
        "curves/a.nc",
        "curves/b.nc",
        "measurements/circulation/a.nc",
        "measurements/circulation/b.nc",
    )
