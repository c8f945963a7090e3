"""Figures of exchange, third factor and schedules: what their panels show, and legible texts."""

import json
from types import SimpleNamespace

import numpy as np
import pytest
from drawn import assert_texts_have_room, curve_lines, texts
from swept_runs import gathered

from thermophoresis.config.figures.exchange import ExchangeFigure
from thermophoresis.config.figures.schedules import SchedulesFigure
from thermophoresis.config.figures.third_factor import ThirdFactorFigure
from thermophoresis.errors import UserError
from thermophoresis.figures import exchange, schedules, third_factor
from thermophoresis.figures.parts import style

SIZES = (125, 500)
COURSE = [
    *((0.01 * beta, 2 * beta, {"train": n, "noise": "on"}) for n in SIZES for beta in (1, 4, 16)),
    (0.02, 8, {"train": 500, "noise": "on"}),
    (0.05, 99, {"train": 500, "noise": "off"}),
]
LATE = [
    (0.1, 1, {"noise_scale": 1.0}),
    (0.4, 4, {"noise_scale": 1.0}),
    (0.2, 4, {"noise_scale": 1.0}),
    (0.1, 4, {"noise_scale": 0.0}),
]
SCALED = [(0.1, batch, {"noise_scale": it}) for batch in (2, 8) for it in (0.5, 1.0)]
SCALED.append((0.1, 8, {"noise_scale": 0.0}))
PUSHED = [
    (0.1, 4, {"noise_scale": 1.0, "momentum": 0.0}),
    (0.05, 4, {"noise_scale": 1.0, "momentum": 0.5}),
    (0.1, 4, {"noise_scale": 0.0, "momentum": 0.0}),
]
LABELS = ("rate_long", "batch_long")
CYCLES = [(0.1, 4, {"schedule": it}) for it in LABELS]
FREE = {"noise_scale": 0.0}


def recorded(cells, mean):
    """What is gathered of cells, with all that is drawn."""
    axes = list(cells[0][2])
    found, _ = gathered(
        cells, mean, paths={it: it for it in axes}, varied=tuple(axes), seeds=(0,), end=1.0
    )
    configuration = json.loads(found.attrs["configuration"]) | {"labels": "true"}
    found = found.rename(loss="train_loss")
    found = found.assign(
        accuracy=0.9 + 0 * found["train_loss"], largest_eigenvalue=4 + found["train_loss"]
    )
    found = found.assign_coords(epoch=found["step"] / 10.0)
    return found.assign_attrs(configuration=json.dumps(configuration))


def falling(step, rate, batch, **axes):
    return 2 + np.exp(-step / step[-1]) + 0.1 * rate


def left(step, rate, batch, noise_scale=1.0, **axes):
    """A loss with an excess of κ²η/|B|, which is flat."""
    return 2 + noise_scale**2 * rate / batch + 0 * step


def of_exchange(late):
    figure = ExchangeFigure(
        kind="exchange",
        course="one",
        base_rate=0.01,
        base_batch=2,
        factors=(4, 16),
        root_factors=(4,),
        along="train",
        shown=500,
        noise_free={"noise": "off"},
        late="two",
        late_rate=0.1,
        late_batch=1,
        late_noise_free=FREE,
        title="A title",
    )
    settings = SimpleNamespace(figure=figure, note="")
    return exchange.compose(settings, [recorded(COURSE, falling), late])


def of_factors():
    figure = ThirdFactorFigure(
        kind="third_factor", scaled="one", momentum="two", noise_free=FREE, title="A title"
    )
    scaled, pushed = recorded(SCALED, left), recorded(PUSHED, left)
    settings = SimpleNamespace(figure=figure, note="")
    return third_factor.compose(settings, [scaled, pushed, scaled, pushed])


def of_schedules(labels=LABELS):
    figure = SchedulesFigure(
        kind="schedules", steps="one", cycles="two", stationary="three", title="A title"
    )
    cells = [(0.1, 4, {"schedule": it}) for it in labels]
    both = [recorded(cells, falling)] * 5
    return schedules.compose(SimpleNamespace(figure=figure, note="A note. " * 20), both)


@pytest.fixture(scope="module")
def late():
    return recorded(LATE, left)


def test_texts_have_room_and_are_legible(late):
    with style.context():
        for figure in (of_exchange(late), of_factors(), of_schedules()):
            assert_texts_have_room(figure)
            assert figure.get_figwidth() == 7.0
            assert {text.get_fontsize() for text, _ in texts(figure)} <= {8.0}


def test_curves_are_those_of_one_drive_and_the_one_without_noise(late):
    with style.context():
        panels = of_exchange(late).axes
    # β = 1, 4 and 16, or 1 and 4, and the dashed one.
    assert [len(curve_lines(it)) for it in panels[:2]] == [4, 3]
    ends = [line.get_xdata()[-1] for line in curve_lines(panels[0])]
    # Σ η of a run that ends at the thermal time 1: |B|/η.
    np.testing.assert_allclose(ends, [200, 200, 200, 99 / 0.05], rtol=1e-3)


def test_what_noise_leaves_is_shown_over_the_base(late):
    with style.context():
        panels = of_exchange(late).axes
    drawn = [line.get_xydata() for line in curve_lines(panels[3])]
    excess, root = drawn[0], drawn[-1]
    np.testing.assert_allclose(excess, [[1, 1], [4, 1]], atol=0.15)
    np.testing.assert_allclose(root, [[1, 1], [4, 0.5]], atol=0.15)


def test_scales_and_momentum_are_shown():
    with style.context():
        panels = of_factors().axes
    points = [it.get_xydata()[0] for it in curve_lines(panels[0]) if len(it.get_xdata()) == 1]
    # κ² η/|B| of each cell, a little aside, and an excess of as much.
    np.testing.assert_allclose(*np.array(points).T, atol=0.02)
    ratio = curve_lines(panels[3])[0].get_ydata()
    np.testing.assert_allclose(ratio, [1, 0.5], atol=0.35)


def test_schedules_are_told_apart_by_their_labels():
    with style.context():
        panels = of_schedules().axes
    assert [len(curve_lines(it)) for it in panels] == [2] * 6
    assert {it.get_linestyle() for it in curve_lines(panels[1])} == {"-", "--"}
    with style.context(), pytest.raises(UserError, match="schedule other: its label must have"):
        of_schedules(("rate_long", "other"))


def test_they_are_drawn_from_curves_and_curvature():
    figure = SchedulesFigure(kind="schedules", steps="a", cycles="b", stationary="c")
    measured = tuple(f"measurements/hessian_norm/{it}.nc" for it in "bc")
    assert figure.inputs == ("curves/a.nc", "curves/b.nc", "curves/c.nc", *measured)
