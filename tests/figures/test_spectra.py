"""Figures of spectra: what their panels show, and whether they can be read."""

import json

import numpy as np
import pytest
import xarray as xr
from drawn import assert_texts_have_room, texts
from runs import settings as run_settings

from thermophoresis.config.configuration import parse
from thermophoresis.config.figure import FigureSettings
from thermophoresis.config.problems import ConfigError
from thermophoresis.errors import UserError
from thermophoresis.figures import noise_spectrum, rank_threshold
from thermophoresis.figures.parts import style

AXES = ("learning_rate", "batch_size", "seed", "replica", "record")
MODULES = {"noise_spectrum": noise_spectrum, "rank_threshold": rank_threshold}
D, REPLICAS = 40, 9
DIMENSIONS = np.array([100, 1000, 10_000, 100_000])


def measured():
    """Spectra that fall by a factor of ten from place to place, at two snapshots."""
    rng = np.random.default_rng(2)
    shape = (1, 1, 1, REPLICAS, 2)
    power = np.arange(12.0)
    size = np.array([1.0, 0.01])[:, None] * np.exp(0.1 * rng.normal(size=(*shape[:4], 1, 1)))
    eigenvalues = np.broadcast_to(size * 10.0**-power, (*shape, 12))
    relative = 10.0**-power
    counts = (relative > DIMENSIONS[:, None] * 2.0**-23).sum(1) / D
    values = {
        "parameter_count": np.full(shape, float(D)),
        "trace": eigenvalues.sum(-1),
        "rank_share_float32": np.full(shape, 6 / D),
        "rank_share_float64": np.full(shape, 12 / D),
        "rank_share_thousandth": np.full(shape, 3 / D),
        "rank_share_trace99": np.full(shape, 2 / D),
        "overlap_first": np.broadcast_to([1.0, 0.75], shape) + 0.01 * rng.normal(size=shape),
        "overlap_hessian": np.full(shape, np.nan),
        "overlap_gauss_newton": np.full(shape, 0.5),
        "overlap_random": np.full(shape, 0.25),
    }
    return xr.Dataset(
        {name: (AXES, it) for name, it in values.items()}
        | {
            "eigenvalues": ((*AXES, "eigenvalue"), eigenvalues),
            "rank_share_at": ((*AXES, "dimension"), np.broadcast_to(counts, (*shape, 4))),
            "trained": (AXES[:2], np.ones((1, 1), np.int8)),
        },
        {
            "learning_rate": [0.1],
            "batch_size": [2],
            "seed": [0],
            "replica": np.arange(REPLICAS),
            "record": [0, 1],
            "dimension": DIMENSIONS,
            "eigenvalue": np.arange(1, 13),
        },
        {"configuration": json.dumps(run_settings().model_dump(mode="json"))},
    )


EARLY = {"name": "early in the training", "experiment": "toy", "snapshot": 1}
LATE = {"name": "at its end", "experiment": "toy"}


def compose(kind, curves=(EARLY, LATE), **changes):
    given = {"kind": kind, "curves": list(curves)} | changes
    dataset = measured()
    with style.context():
        settings = FigureSettings(name="f", figure=given, note="A note. " * 20)
        return MODULES[kind].compose(settings, [dataset, dataset])


def lines_of(panel):
    return [it for it in panel.lines if len(it.get_xdata()) > 2]


@pytest.mark.parametrize("kind", MODULES)
def test_texts_have_room_and_are_legible(kind):
    with style.context():
        figure = compose(kind, title="A title")
        assert_texts_have_room(figure)
        assert figure.get_figwidth() == 7.0
        assert {text.get_fontsize() for text, _ in texts(figure)} <= {8.0}


def test_eigenvalues_and_their_share_of_the_trace():
    values, shares, overlaps = compose("noise_spectrum").axes
    late = lines_of(values)[1]
    mean = np.exp(np.log(measured()["eigenvalues"].values[0, 0, 0, :, 1]).mean(0))
    assert late.get_xdata() == pytest.approx(np.arange(1, 11) / D)
    assert late.get_ydata() == pytest.approx(mean[:10])  # down to 1e-12 of the largest of all
    for line in lines_of(shares)[:2]:
        expected = np.cumsum(10.0 ** -np.arange(12)) / np.sum(10.0 ** -np.arange(12))
        assert line.get_ydata() == pytest.approx(expected)
    points = [it for it in overlaps.lines if len(it.get_xdata()) == 1]
    # The Hessian's was not measured; with itself the first overlaps anyway.
    found = sorted(float(it.get_ydata()[0]) for it in points)
    assert found == pytest.approx([0.25, 0.25, 0.5, 0.5, 0.75], abs=0.02)


def test_ranks_against_thresholds():
    shares, moved, ranks = compose("rank_threshold").axes
    line = lines_of(shares)[0]
    place = np.searchsorted(line.get_xdata(), 0.5e-4)
    assert line.get_ydata()[place] == pytest.approx(5 / D)
    circles = [it for it in shares.lines if it.get_marker() == "o"]
    assert circles[0].get_xdata()[0] == pytest.approx(D * 2.0**-23)
    assert circles[0].get_ydata()[0] == pytest.approx(6 / D)
    assert lines_of(moved)[0].get_ydata() * D == pytest.approx([5, 4, 3, 2])
    assert len([it for it in ranks.lines if len(it.get_xdata()) == 1]) == 8


def test_a_snapshot_that_is_not_there_is_refused():
    with pytest.raises(UserError, match="toy has 2 snapshots, not 3"):
        compose("rank_threshold", curves=[EARLY | {"snapshot": 3}])


CONFIGURATION = {
    "experiments": {
        "toy": {
            "network": {"kind": "two_layer", "inputs": 3, "hidden": 4},
            "data": {"kind": "gaussian"},
            "labels": "shuffled",
            "sampling": "with_replacement",
            "training_set_size": 20,
            "sweep": {"learning_rate": [0.1, 0.2]},
            "records": 6,
            "snapshots": 3,
            "measure": {"noise_spectrum": {}},
        }
    },
    "figures": {
        "f": {"kind": "rank_threshold", "curves": [LATE | {"learning_rate": 0.1, "snapshot": 3}]}
    },
}


def test_they_are_drawn_from_measurements():
    figure = parse(CONFIGURATION, "file").figures["f"]
    assert figure.inputs == ("curves/toy.nc", "measurements/noise_spectrum/toy.nc")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"snapshot": 4}, "figures.f.curves[0].snapshot: got 4; must be <= 3"),
        ({"learning_rate": None}, "figures.f.curves[0]: got what 2 cells of experiment toy have"),
        ({"experiment": "toi"}, "figures.f.curves[0].experiment: got 'toi'"),
    ],
)
def test_what_is_not_there_is_told_beforehand(changes, problem):
    changed = json.loads(json.dumps(CONFIGURATION))
    changed["figures"]["f"]["curves"][0] |= changes
    with pytest.raises(ConfigError, match="file") as caught:
        parse(changed, "file")
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sampling": "online", "training_set_size": None, "labels": "resampled"},
         "is not for sampling online"),
        ({"labels": "resampled"}, "is not for labels resampled"),
    ],
)  # fmt: skip
def test_a_covariance_needs_a_set_that_stays(changes, problem):
    changed = json.loads(json.dumps(CONFIGURATION))
    changed["experiments"]["toy"] |= changes
    with pytest.raises(ConfigError) as caught:
        parse(changed, "file")
    assert f"experiments.toy.measure.noise_spectrum: {problem}" in str(caught.value)
