"""Figures of segments and memorisation: what their panels show, and legible texts."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from drawn import assert_texts_have_room, curve_lines, texts, written
from swept_runs import gathered

from thermophoresis.config.figures.memorisation import MemorisationFigure
from thermophoresis.config.figures.segments import SegmentsFigure
from thermophoresis.config.statistics.pair_value import PairValueClaim
from thermophoresis.errors import UserError
from thermophoresis.figures import memorisation, segments
from thermophoresis.figures.parts import style
from thermophoresis.measurements.segment import ALPHA, CURVES

NAMES = ("longer_batch", "rate", "both", "quarter", "fourfold")
OTHERS = (0.05, 5), (0.05, 45), (0.1, 30), (0.2, 20)
CELLS = [(*cell, {"labels": it}) for cell in OTHERS for it in ("quarter", "half")]
CELLS.append((0.1, 10, {"labels": "all"}))


def between(names=NAMES, height=1.0):
    """What is gathered of a pair: parabolas with noise of each network."""
    rng = np.random.default_rng(1)
    dimensions = ("seed", "segment", "replica", "record", "alpha")
    shape = (1, len(names), 8, 1, len(ALPHA))
    own = 0.01 * rng.normal(size=(*shape[:-1], 1))
    curve = height * (0.1 + (ALPHA - 0.5) ** 2) * np.exp(own)
    return xr.Dataset(
        {name: (dimensions, curve / (1 if name.endswith("loss") else 3)) for name in CURVES},
        {"segment": list(names), "alpha": ALPHA, "seed": [0], "replica": np.arange(8)},
    )


def drawn_segments(datasets, names=NAMES, **others):
    figure = SegmentsFigure(
        kind="segments",
        curves=[{"name": f"pair {it}", "pair": f"p{it}"} for it in range(len(datasets))],
        panels=[{"name": "(0.05, 16), (0.2, 64)", "segment": it} for it in names],
        **others,
    )
    return segments.compose(SimpleNamespace(figure=figure, note=""), datasets)


def test_a_panel_shows_the_segments_of_the_pairs_that_have_it():
    with style.context():
        figure = drawn_segments([between(), between(NAMES[:1], 2.0)], title="A title")
        assert_texts_have_room(figure)
        assert {text.get_fontsize() for text, _ in texts(figure)} <= {8.0}
    panels = figure.axes
    assert len(panels) == 10
    # On both sets, of two pairs in the first column and of one in the others; and two ends.
    assert [len(curve_lines(it)) for it in panels] == 2 * [6, 4, 4, 4, 4]
    first, *_, of_other = (it for it in curve_lines(panels[0]) if len(it.get_xdata()) > 2)
    np.testing.assert_allclose(first.get_xdata(), ALPHA)
    np.testing.assert_allclose(first.get_ydata(), 0.1 + (ALPHA - 0.5) ** 2, rtol=0.02)
    np.testing.assert_allclose(of_other.get_ydata() / first.get_ydata(), 2, rtol=0.02)
    assert "n = 8 networks" in written(figure)


def test_a_segment_that_no_pair_has_is_refused():
    with style.context(), pytest.raises(UserError, match="got 'other', which no pair has"):
        drawn_segments([between()], ("other",))


def test_it_shows_claims_about_segments_that_it_draws():
    figure = SegmentsFigure(
        kind="segments",
        curves=[{"name": "one", "pair": "p"}],
        panels=[{"name": "one", "segment": "rate"}],
    )
    assert figure.inputs == ("measurements/segment/p.nc",)
    claim = {
        **{"source": "s", "statement": "S.", "criterion": {"above": 0}, "statistic": "pair_value"},
        **{"pair": "p", "measurement": "segment", "variable": "barrier"},
    }
    assert figure.shows(PairValueClaim(**claim, at={"segment": "rate"}))
    assert not figure.shows(PairValueClaim(**claim, at={"segment": "both"}))
    assert not figure.shows(PairValueClaim(**claim | {"pair": "q"}, at={"segment": "rate"}))


@pytest.fixture(scope="module")
def curves():
    found, _ = gathered(
        CELLS,
        lambda step, rate, batch, labels: step / step[-1],
        paths={"labels": "labels"},
        varied=("labels",),
        seeds=(0,),
    )
    configuration = json.loads(found.attrs["configuration"])
    place = found["step"] / found["step"].max("record")
    share = place + 0 * found["loss"]
    found = found.assign(
        memorised_share=share,
        clean_train_accuracy=1 - share / 2,
        accuracy=0.8 - (share - 0.1) ** 2,
        train_accuracy=share,
    )
    return found.assign_attrs(configuration=json.dumps(configuration))


def test_panels_show_what_is_memorised_and_when(curves):
    figure = MemorisationFigure(
        kind="memorisation", experiment="it", wholly="all", partly=("quarter", "half"), title="T"
    )
    assert figure.inputs == ("curves/it.nc",)
    with style.context():
        drawn = memorisation.compose(SimpleNamespace(figure=figure, note=""), [curves])
        assert_texts_have_room(drawn)
        assert {text.get_fontsize() for text, _ in texts(drawn)} <= {8.0}
    panels = drawn.axes
    # Three shares of two cells each.
    assert [len(curve_lines(it)) for it in panels[1:3]] == [6, 6]
    # The cell with nothing but random labels has the colour of its η/|B|, here the largest.
    assert curve_lines(panels[0])[-1].get_color() == curve_lines(panels[1])[-1].get_color()
    # Validation against the share, of four cells.
    against = curve_lines(panels[3])
    assert len(against) == 4
    x, y = against[0].get_data()
    np.testing.assert_allclose(y, 0.8 - (x - 0.1) ** 2, atol=1e-9)
    # Best where the share is a tenth, or the record next to it; started at a fifth of the run.
    points = [it.get_xydata()[0] for it in curve_lines(panels[5]) if len(it.get_xdata()) == 1]
    assert len(points) == 8
    for best, start in points:
        assert 1.5 < start / best < 2.5
