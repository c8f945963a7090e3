"""Figures of printed spectra: what their panels show, and whether they can be read."""

import json

import numpy as np
import pytest
import xarray as xr
from drawn import assert_texts_have_room, texts, written
from runs import settings as run_settings

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.configuration import parse
from thermophoresis.config.figure import FigureSettings
from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.config.measurements.printed_spectra import PrintedSpectra
from thermophoresis.config.problems import ConfigError
from thermophoresis.errors import UserError
from thermophoresis.figures import printed_spectra
from thermophoresis.figures.parts import style
from thermophoresis.measurements import printed_spectra as computation

AXES = ("learning_rate", "batch_size", "seed", "replica", "record")
D, REPLICAS = 40, 6
CURVE = {"name": "ours", "experiment": "toy"}
ROWS = {
    "outside": {"mean": "0.5", "deviation": "0.5", "rank": "8.0"},
    "on_the_line": {"mean": "1.0", "deviation": "3.0", "rank": "10"},
}


def spectra():
    """Of each network, the last one diverged: 12 eigenvalues, which fall as 1, 1/k, 1/k², …."""
    ratio = np.linspace(2.0, 3.0, REPLICAS)
    return np.where(ratio < 3, ratio, np.nan)[:, None] ** -np.arange(12.0)


def measured():
    eigenvalues = spectra()
    every = np.concatenate([eigenvalues, np.zeros((REPLICAS, D - 12))], axis=1)
    values = {
        "parameter_count": np.where(np.isfinite(every[:, 1]), D, np.nan),
        "trace": every.sum(1),
        "deviation_over_mean_all": every.std(1) / every.mean(1),
        "rank_share_float32": np.where(np.isfinite(every[:, 1]), 12 / D, np.nan),
        "rank_share_trace99": np.where(np.isfinite(every[:, 1]), 5 / D, np.nan),
    }
    values["parameter_count"][-1] = D
    shape = (1, 1, 1, REPLICAS, 1)
    return xr.Dataset(
        {name: (AXES, it.reshape(shape)) for name, it in values.items()}
        | {
            "eigenvalues": ((*AXES, "eigenvalue"), eigenvalues.reshape(*shape, 12)),
            "trained": (AXES[:2], np.ones((1, 1), np.int8)),
        },
        {"learning_rate": [0.1], "batch_size": [2], "seed": [0], "replica": np.arange(REPLICAS)},
        {"configuration": json.dumps(run_settings().model_dump(mode="json"))},
    )


def printed():
    rows = PrintedSpectra(kind="printed_spectra", rows=ROWS)
    settings = MeasureSettings(measurement=rows, runs=())
    found = computation.measure(rows, (), (), ())
    return found.assign_attrs(configuration=canonical_json(settings))


def compose(computed=None, **changes):
    given = {"kind": "printed_spectra", "printed": "rows", "curves": [CURVE]} | changes
    files = [measured(), measured(), printed() if computed is None else computed]
    with style.context():
        settings = FigureSettings(name="f", figure=given, note="A note. " * 20)
        return printed_spectra.compose(settings, files)


def points(panel, mark):
    return [
        (float(it.get_xdata()[0]), float(it.get_ydata()[0]))
        for it in panel.lines
        if it.get_marker() == mark
    ]


def bars(panel):
    return [
        np.array([it.get_xdata(), it.get_ydata()]) for it in panel.lines if len(it.get_xdata()) == 2
    ]


def test_texts_have_room_and_are_legible():
    figure = compose(title="A title", curves=[CURVE, CURVE | {"name": "a long name of a cell"}])
    with style.context():
        assert_texts_have_room(figure)
        assert figure.get_figwidth() == 7.0
        assert {text.get_fontsize() for text, _ in texts(figure)} <= {8.0}


def test_ranks_against_the_least_that_moments_allow():
    panel = compose().axes[0]
    assert (panel.get_xscale(), panel.get_yscale()) == ("log", "log")
    # 1/2 for a deviation like the mean; 1/10 for three times the mean.
    (outside, ours), (on_the_line, by_trace) = points(panel, "o"), points(panel, "s")
    assert outside == pytest.approx((0.5, 0.08))
    assert on_the_line == pytest.approx((0.1, 0.1))
    left = spectra()[:-1]
    participation = left.sum(1) ** 2 / (left**2).sum(1) / D
    assert ours == pytest.approx((participation.mean(), 12 / D))
    assert by_trace == pytest.approx((participation.mean(), 5 / D))
    # Nothing is below the line, nor beside what is drawn.
    assert panel.lines[0].get_xdata() == pytest.approx(panel.lines[0].get_ydata())
    assert panel.get_xlim() == panel.get_ylim() == pytest.approx((0.01, 1))


def test_bars_of_what_is_printed_are_of_the_digits_that_are_not():
    across, up = bars(compose().axes[0])[1:3]  # the first is the line
    low, high = (it**2 / (it**2 + other**2) for it, other in ((0.45, 0.55), (0.55, 0.45)))
    assert across == pytest.approx(np.array([[low, high], [0.08, 0.08]]))
    assert up == pytest.approx(np.array([[0.5, 0.5], [0.0795, 0.0805]]))


def test_bars_of_what_is_measured_are_over_networks_that_are_left():
    across = bars(compose().axes[0])[5]
    left = spectra()[:-1]
    participation = left.sum(1) ** 2 / (left**2).sum(1) / D
    half = 2.776445 * participation.std(ddof=1) / 5**0.5  # Student's t with 4 degrees of freedom
    assert np.diff(across[0]) / 2 == pytest.approx(half, rel=1e-5)


def test_shares_of_the_trace():
    panel = compose().axes[1]
    (outside, by_rounding), (on_the_line, by_trace) = points(panel, "o"), points(panel, "s")
    assert outside[1] == pytest.approx((0.08 / 0.5) ** 0.5)
    assert on_the_line[1] == pytest.approx(1)
    left = spectra()[:-1]
    assert by_rounding[1] == pytest.approx(1)
    assert by_trace[1] == pytest.approx((left[:, :5].sum(1) / left.sum(1)).mean())
    assert [round(it[0]) for it in (outside, on_the_line, by_rounding, by_trace)] == [0, 0, 1, 2]


def test_rows_are_named():
    found = written(compose())
    assert all(it in found for it in ("outside", "on the line", "ours, float32", "ours, 99 %"))
    assert "n = 6 networks. Weights d: 40 (ours)." in found


def test_another_computation_is_refused():
    with pytest.raises(UserError, match="of the kind printed_spectra"):
        compose(computed=printed().drop_vars("trace_above"))


CONFIGURATION = {
    "experiments": {
        "toy": {
            "network": {"kind": "two_layer", "inputs": 3, "hidden": 4},
            "data": {"kind": "gaussian"},
            "labels": "shuffled",
            "sampling": "with_replacement",
            "training_set_size": 20,
            "sweep": {"learning_rate": [0.1]},
            "records": 6,
            "snapshots": 3,
            "measure": {"noise_spectrum": {}},
        }
    },
    "computations": {
        "rows": {"kind": "printed_spectra", "rows": ROWS},
        "quadratic": {"kind": "quadratic_loss"},
    },
    "figures": {"f": {"kind": "printed_spectra", "printed": "rows", "curves": [CURVE]}},
}


def test_they_are_drawn_from_measurements_and_a_computation():
    figure = parse(CONFIGURATION, "file").figures["f"]
    files = ("curves/toy.nc", "measurements/noise_spectrum/toy.nc", "computations/rows.nc")
    assert figure.inputs == files


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"printed": "quadratic"},
         "figures.f.printed: got 'quadratic', of kind quadratic_loss; must be one of kind "
         "printed_spectra"),
        ({"curves": [CURVE | {"snapshot": 4}]},
         "figures.f.curves[0].snapshot: got 4; must be <= 3"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_beforehand(changes, problem):
    changed = json.loads(json.dumps(CONFIGURATION))
    changed["figures"]["f"] |= changes
    with pytest.raises(ConfigError) as caught:
        parse(changed, "file")
    assert problem in str(caught.value)
