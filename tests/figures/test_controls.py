"""The figure of controls, from files whose curves and exponents are known."""

import copy

import numpy as np
import pytest
from drawn import FORMATS, assert_texts_have_room, curve_lines, texts, written
from swept_runs import gathered

from thermophoresis.config.configuration import parse
from thermophoresis.config.figure import FigureSettings
from thermophoresis.config.problems import ConfigError
from thermophoresis.config.statistics.change import ChangeClaim
from thermophoresis.figures import controls
from thermophoresis.figures.parts import style
from thermophoresis.provenance import netcdf

POWER = {"sgd": 2.0, "mean": 1.0, "bent": 2.0}
CELLS = [
    *((rate, 1, {"dynamics": name}) for name in POWER for rate in (0.05, 0.1)),
    (0.05, 1, {"dynamics": "alone"}),
]


def decay(step, rate, batch, dynamics):
    """Functions of t η^α that are equal at η = 0.05; of one kind, no functions of any."""
    s = step * rate ** POWER.get(dynamics, 2.0) * 0.05 ** (2 - POWER.get(dynamics, 2.0))
    height = 4 * rate if dynamics == "bent" else 0.3
    return 0.5 - height * (1 - np.exp(-s / 3))


def files():
    """Return what is gathered of two experiments, of which the second has one rate alone."""
    options = {
        "paths": {"dynamics": "dynamics"},
        "varied": ("dynamics",),
        "replicas": 32,
        "settings": lambda dynamics: {"dynamics": {"kind": dynamics}},
    }
    first, _ = gathered(CELLS, decay, **options)
    second = first.sel(learning_rate=[0.05])
    return [first, second.assign(loss=second["loss"] - 0.1)]


def cell(name, experiment="first", **other):
    return {"name": name, "experiment": experiment, "learning_rate": 0.05,
            "cells": {"dynamics": name}} | other  # fmt: skip


FAST = cell("sgd") | {"name": "SGD", "learning_rate": 0.1}
PANELS = [
    {"title": "One", "curves": [cell("sgd"), cell("mean"), cell("alone")]},
    {"curves": [cell("bent"), cell("sgd", "second"), FAST]},
    {"title": "Three", "curves": [cell("mean")]},
]


def settings(panels=PANELS, note="", **other):
    figure = {"kind": "controls", "observable": "loss", "panels": panels, **other}
    return FigureSettings(name="f", figure=figure, note=note)


@pytest.fixture
def draw():
    with style.context():
        yield lambda data=None, **other: controls.compose(settings(**other), data or files())


def legend(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def test_curves_are_those_of_the_cells_against_thermal_time(draw):
    figure = draw()
    one, two, _, empty = figure.axes
    assert not empty.axison
    for axes, panel in zip(figure.axes, PANELS, strict=False):
        assert len(curve_lines(axes)) == len(panel["curves"])
    curves = files()[0]
    for lines, name, rate in ((one, "alone", 0.05), (two, "sgd", 0.1)):
        chosen = curves.sel(dynamics=name, learning_rate=rate, batch_size=1)
        line = curve_lines(lines)[2]
        np.testing.assert_allclose(line.get_ydata(), chosen["loss"].mean(("seed", "replica")))
        np.testing.assert_allclose(line.get_xdata(), rate**2 * chosen["step"])
    # That of the other experiment lies lower.
    other, same = curve_lines(two)[1].get_ydata(), curve_lines(one)[0].get_ydata()
    np.testing.assert_allclose(other, same - 0.1)
    assert {axes.get_ylim() for axes in figure.axes} == {one.get_ylim()}
    titles = [axes.get_title(loc="left") for axes in figure.axes[:3]]
    assert titles == ["(a)  One", "(b)", "(c)  Three"]


def test_exponents_are_told_where_there_are_any(draw):
    one, two, three, _ = draw().axes
    sgd, mean, alone = legend(one)
    for words, expected in ((sgd, 2.0), (mean, 1.0)):
        value, low, high = (float(it) for it in
                            words.split("α = ")[1].replace("[", "").replace("]", "").replace(
                                ",", "").split())  # fmt: skip
        assert low < expected < high
        assert low < value < high < low + 0.3
    assert alone == "alone"
    bent, second, same = legend(two)
    assert bent.startswith("bent   no exponent (ε ≥ 0.")
    assert float(bent.split("≥ ")[1].rstrip(")")) > controls.OVERLAP
    # One rate has none; another rate of a cell has the same.
    assert second == "sgd"
    assert same.removeprefix("SGD") == sgd.removeprefix("sgd")
    assert legend(three) == [mean]


def test_an_exponent_is_fitted_once(draw, monkeypatch):
    fitted = []
    real = controls.fit_exponents
    monkeypatch.setattr(controls, "fit_exponents", lambda *it, **of: fitted.append(1) or
                        real(*it, **of))  # fmt: skip
    draw()
    assert len(fitted) == 3  # sgd, mean, bent


def test_curves_that_stand_still_have_no_exponent(draw):
    data = files()
    data[0]["loss"] = 0 * data[0]["loss"] + 0.5
    assert legend(draw(data).axes[0])[0] == "sgd   α undetermined"


def test_diverged_networks_are_told_and_dashed(draw):
    data = files()
    data[0]["loss"].loc[{"dynamics": "alone", "replica": 3, "record": slice(12, None)}] = np.nan
    figure = draw(data)
    assert "2 of 64 at alone" in written(figure)
    assert len(curve_lines(figure.axes[0])) == 4
    data[0]["loss"] = data[0]["loss"] * np.nan
    assert "no curve:" in written(draw(data[:1], panels=PANELS[2:]))


def test_the_caption_says_what_the_curves_have_in_common(draw):
    words = " ".join(written(draw()).split())
    assert "M = 10 inputs, |B| = 1." in words  # learning rates differ
    assert "n = 64 networks (2 seeds × 32 replicas)" in words
    assert "the curves of η = 0.05, 0.1 coincide" in words
    words = " ".join(written(draw(files()[:1], panels=[{"curves": [cell("alone")]}])).split())
    assert "η = 0.05, |B| = 1." in words
    assert "α" not in words


@pytest.mark.parametrize("other", [{}, {"note": "A note. " * 30, "title": "A title"}])
@pytest.mark.parametrize("panels", [PANELS, PANELS[:2], PANELS[2:]])
def test_texts_have_room_and_are_legible(draw, panels, other):
    data = files()[: 1 + any(it["experiment"] == "second" for p in panels for it in p["curves"])]
    figure = draw(data, panels=panels, **other)
    assert_texts_have_room(figure)
    assert figure.get_figwidth() == (7.0 if len(panels) > 1 else style.TWO_PANELS)
    assert {text.get_fontsize() for text, _ in texts(figure)} == {8.0}


def test_files_are_drawn_with_their_provenance(tmp_path):
    paths = []
    for index, dataset in enumerate(files()):
        paths.append(tmp_path / f"{index}.nc")
        netcdf.write(dataset, paths[-1])
    outputs = [tmp_path / f"figure.{ending}" for ending in FORMATS]
    controls.draw(settings(), "code", paths, outputs)
    assert all(it.stat().st_size > 1000 for it in outputs)


# --- What it can be drawn from --------------------------------------------------------------------

EXPERIMENT = {
    "network": {"kind": "two_layer", "inputs": 10, "hidden": 10},
    "data": {"kind": "gaussian"},
    "sweep": {
        "learning_rate": [0.05, 0.1],
        "dynamics": {"sgd": {"kind": "sgd"}, "walk": {"kind": "unbiased_walk"}},
    },
}
CONFIGURATION = {
    "experiments": {"one": EXPERIMENT, "two": EXPERIMENT | {"record": ["activation_rate"]}},
    "figures": {
        "f": {
            "kind": "controls",
            "observable": "activation_rate",
            "panels": [
                {"curves": [cell("walk", "two")]},
                {"curves": [cell("sgd", "one"), cell("walk", "one")]},
            ],
        }
    },
}


def test_it_is_drawn_from_its_experiments_and_shows_their_claims():
    figure = parse(CONFIGURATION, "file").figures["f"]
    assert figure.inputs == ("curves/two.nc", "curves/one.nc")
    claim = ChangeClaim(
        source="Fig.",
        statement="So.",
        statistic="change",
        experiment="one",
        observable="activation_rate",
        batch_size=1,
        criterion={"below": 0.0},
    )
    assert figure.shows(claim)
    assert not figure.shows(claim.model_copy(update={"observable": "loss"}))
    assert not figure.shows(claim.model_copy(update={"experiment": "other"}))


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        ((0, "curves", 0, "experiment"), "three",
         "panels[0].curves[0].experiment: got 'three'; must be one of one, two"),
        ((1, "curves", 1, "cells"), {"dynamics": "run"}, "panels[1].curves[1].cells.dynamics: got "
         "'run', which experiment one does not have; must be one of sgd, walk"),
        ((1, "curves", 1, "learning_rate"), None, "panels[1].curves[1]: got what 2 cells of "
         "experiment one have; must be of one cell"),
        ((1, "curves"), [], "panels[1].curves"),
        ("observable", "mean_bias", "panels[0].curves[0].experiment: got 'mean_bias', which "
         "experiment two does not record"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_refused_in_one_line(path, value, line):
    changed = copy.deepcopy(CONFIGURATION)
    place = changed["figures"]["f"]
    if path == "observable":
        place[path] = value
    else:
        place = place["panels"]
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
    with pytest.raises(ConfigError) as caught:
        parse(changed, "file")
    (found,) = str(caught.value).splitlines()
    assert line in found
