"""Figures of drift budgets: what is stacked, what is on top, and whether it can be read."""

import json
import re

import numpy as np
import pytest
from drawn import COLOUR_VISION, FORMATS, assert_texts_have_room, texts, written
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.colors import to_rgb
from synthetic_budgets import NAME, OF, TERM, make, parts_of, sum_of
from synthetic_experiments import generator

from thermophoresis.config.configuration import load
from thermophoresis.config.figure import FigureSettings
from thermophoresis.config.problems import ConfigError
from thermophoresis.errors import UserError
from thermophoresis.figures import drift_budget
from thermophoresis.figures.drift_budget import ticks_of
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.budget.contributions import contributions
from thermophoresis.figures.parts.budget.terms import LABELS, appearance
from thermophoresis.provenance import netcdf

PANEL = {
    "experiment": "toy",
    "observable": NAME,
    "of": "gradient_variance",
    "learning_rate": 0.1,
    "batch_size": 2,
}
BLOCKS = {**PANEL, "of": "squared_error"}


def settings(*panels, note="", **other):
    figure = {"kind": "drift_budget", "panels": list(panels or [PANEL]), **other}
    return FigureSettings(name="budget", note=note, figure=figure)


def curves(**options):
    dataset = make(generator(1), **options)
    dataset.attrs["configuration"] = json.dumps(
        {
            "network": {"kind": "two_layer", "inputs": 10, "hidden": 12, "activation": "relu"},
            "data": {"kind": "uniform"},
            "labels": "resampled",
            "sampling": "online",
        }
    )
    return dataset


@pytest.fixture
def compose():
    with style.context():
        yield lambda *panels, data=None, **other: drift_budget.compose(
            settings(*panels, **other), [curves() if data is None else data]
        )


def areas(axes):
    """Return lower and upper ends at the last record of all areas, by colour."""
    found = {}
    for area in axes.collections:
        if isinstance(area, FillBetweenPolyCollection):
            x, y = area.get_paths()[0].vertices.T
            last = y[x == x.max()]
            key = tuple(np.round(area.get_facecolor()[0][:3], 3))
            found.setdefault(key, []).append((last.min(), last.max()))
    return found


def colour(term):
    return tuple(np.round(to_rgb(appearance(term)["facecolor"]), 3))


def test_increases_are_stacked_upwards_and_decreases_downwards(compose):
    data = curves(noise=0, walk=0, records=301)
    (axes,) = compose(data=data).axes
    parts = {name: sum_of(*it, 9.0) for name, it in parts_of(0.1, 2).items()}
    found = areas(axes)
    ends = {name: max(found[colour(name)], key=lambda it: it[1] - it[0]) for name in parts}
    np.testing.assert_allclose(ends["first"], (parts["first"], 0), atol=5e-4)
    below = (parts["first"] + parts["noise"], parts["first"])
    np.testing.assert_allclose(ends["noise"], below, atol=5e-4)
    np.testing.assert_allclose(ends["mean_square"], (0, parts["mean_square"]), atol=5e-4)
    above = (parts["mean_square"], parts["mean_square"] + parts["remainder"])
    np.testing.assert_allclose(ends["remainder"], above, atol=5e-4)
    summed, measured = axes.lines[:2]
    assert (summed.get_linestyle(), measured.get_linestyle()) == ("--", "-")
    for line in (summed, measured):
        assert line.get_ydata()[-1] == pytest.approx(sum(parts.values()), abs=1e-3)
        np.testing.assert_allclose(line.get_xdata()[-1], 3.0)  # √τ


def test_blocks_take_the_place_of_the_whole_and_the_remainder_what_they_leave():
    data = curves(noise=0, walk=0, records=301)
    data[NAME].loc[{TERM: "noise_VV", OF: "squared_error"}] *= 0.9
    panel = settings(BLOCKS).figure.panels[0]
    found = contributions(data, panel)
    parts = {name: sum_of(*it, 9.0) for name, it in parts_of(0.1, 2).items()}
    assert {*found.means} == {"first_V", "noise_VV", "mean_square", "remainder"}
    assert found.means["first_V"][-1] == pytest.approx(parts["first"], abs=5e-4)
    assert found.means["remainder"][-1] == pytest.approx(
        parts["remainder"] + 0.1 * parts["noise"], abs=5e-4
    )
    total = sum(found.means.values())
    np.testing.assert_allclose(total[-1], sum(parts.values()), atol=1e-3)


def test_the_band_is_that_of_the_mean_change(compose):
    data = curves(walk=0.2)
    (axes,) = compose(data=data).axes
    value = data[NAME].sel(learning_rate=0.1, batch_size=2, **{OF: "gradient_variance"})
    value = value.sel({TERM: "value"}).stack(network=("seed", "replica"))
    change = (value.isel(record=-1) - value.isel(record=0)).values
    error = change.std(ddof=1) / len(change) ** 0.5
    low, high = areas(axes)[0.0, 0.0, 0.0][-1]
    assert (low + high) / 2 == pytest.approx(change.mean())
    assert (high - low) / 2 == pytest.approx(2.13145 * error, rel=1e-4)  # t of 15 at 95 %


@pytest.mark.parametrize(
    ("panels", "other"),
    [
        ([PANEL], {}),
        ([BLOCKS, PANEL], {"title": "A title"}),
        ([BLOCKS, {**PANEL, "of": "activation_rate"}, PANEL], {"note": "A note. " * 30}),
        ([BLOCKS, PANEL, BLOCKS, PANEL], {}),
    ],
)
def test_texts_have_room_and_are_legible(compose, panels, other):
    figure = compose(*panels, **other)
    assert_texts_have_room(figure)
    assert figure.get_figwidth() == 7.0
    assert {text.get_fontsize() for text, _ in texts(figure)} == {8.0}
    shown = written(figure)
    for words in ("measured change", "sum of all terms", "η = 0.1, |B| = 2", "n = 16 networks"):
        assert words in shown


def test_a_lost_network_is_told_of_and_ends_the_panel(compose):
    data = curves()
    data[NAME][1, 1, 0, 3, 22:] = np.nan
    figure = compose(data=data)
    assert "(a) a network is lost behind τ = 4.41, where the budget ends." in written(figure)
    assert figure.axes[0].get_xlim()[1] == pytest.approx(2.1)
    data[NAME][1, 1, 0, 3, 1:] = np.nan
    assert "no curve" in written(compose(data=data))


def test_first_order_and_noise_are_told_apart_by_all():
    for matrix in COLOUR_VISION.values():
        seen = {
            name: np.asarray(matrix) @ np.array(to_rgb(appearance(name)["facecolor"])) ** 2.2
            for name in LABELS
        }
        for first in (it for it in LABELS if it.startswith("first")):
            for noise in (it for it in LABELS if it.startswith("noise")):
                assert np.abs(seen[first] - seen[noise]).max() > 0.1, (first, noise)


@pytest.mark.parametrize("end", [0.15, 1.0, 9.0, 40.0, 61.0])
def test_ticks_are_round_and_have_room(end):
    ticks = ticks_of(end)
    assert ticks[0] == 0
    assert 3 <= len(ticks) <= 8
    assert ticks[-1] <= end * 1.001
    assert np.diff(np.sqrt(ticks)).min() > 0.1 * end**0.5


def test_drawn_from_files_with_the_same_bytes_each_time(tmp_path):
    netcdf.write(curves(), tmp_path / "toy.nc")
    made = []
    for number in (1, 2):
        outputs = [tmp_path / f"{number}.{it}" for it in FORMATS]
        drift_budget.draw(settings(), "code", [tmp_path / "toy.nc"], outputs)
        made.append([it.read_bytes() for it in outputs])
    assert made[0] == made[1]
    with pytest.raises(UserError, match=f"holds no {NAME}"):
        contributions(curves().drop_vars(NAME), settings().figure.panels[0])


CONFIGURATION = f"""
experiments:
  toy:
    data: {{kind: gaussian}}
    sweep: {{learning_rate: [0.05, 0.1], batch_size: [1]}}
    record: [{NAME}]
  bare:
    data: {{kind: gaussian}}
    sweep: {{learning_rate: [0.1], batch_size: [1]}}
figures:
  budget:
    kind: drift_budget
    panels:
      - {{experiment: EXPERIMENT, observable: OBSERVABLE, of: QUANTITY, learning_rate: RATE}}
"""


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"EXPERIMENT": "toys"}, "panels[0].experiment: got 'toys'"),
        ({"EXPERIMENT": "bare"}, "panels[0].observable: got 'drift_budget_sampled', which"),
        ({"RATE": "0.3"}, "panels[0].learning_rate: got 0.3 with 1; must be one cell"),
        ({"OBSERVABLE": "loss"}, "must be a drift budget"),
        ({"QUANTITY": "loss"}, "panels[0].of: got 'loss'; must be one of gradient_variance"),
    ],
)
def test_what_is_not_there_is_refused(tmp_path, change, words):
    text = CONFIGURATION
    given = {"EXPERIMENT": "toy", "OBSERVABLE": NAME, "QUANTITY": "squared_error", "RATE": "0.1"}
    for name, value in (given | change).items():
        text = text.replace(name, value)
    (tmp_path / "c.yaml").write_text(text)
    if words is None:
        assert load(str(tmp_path / "c.yaml")).figures["budget"].inputs == ("curves/toy.nc",)
        return
    with pytest.raises(ConfigError, match=re.escape(words)):
        load(str(tmp_path / "c.yaml"))
