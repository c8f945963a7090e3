"""What is asked of curves."""

import numpy as np
import pytest
import toy_sweeps
import xarray as xr
from matplotlib.figure import Figure
from scipy import stats

import thermophoresis as tp
from thermophoresis.analysis.collapse import collapse_error


@pytest.fixture
def curves(results):
    return tp.open_results(results).curves("gaussian")


def test_means_are_those_of_the_networks_with_students_interval(curves):
    found = tp.mean_curves(curves, "activation_rate", batch_size=2, level=0.9)
    values = curves["activation_rate"].sel(batch_size=2, learning_rate=0.1).values
    networks = values.reshape(-1, toy_sweeps.RECORDS).astype(np.float64)
    own = found.isel(cell=2)
    assert float(own["learning_rate"]) == 0.1
    assert found["mean"].dims == ("cell", "record")
    half = stats.t.ppf(0.95, len(networks) - 1) * stats.sem(networks)
    np.testing.assert_allclose(own["mean"], networks.mean(0), rtol=1e-6)
    np.testing.assert_allclose(own["high"] - own["mean"], half, rtol=1e-4)
    np.testing.assert_allclose(own["mean"] - own["low"], half, rtol=1e-4)
    assert (own["networks"] == len(networks)).all()


@pytest.mark.parametrize(
    ("of", "labels", "exact"),
    [("learning_rate", {"batch_size": 1}, 2.0), ("batch_size", {"learning_rate": 0.05}, 1.0)],
)
def test_exponents_are_those_that_were_put_in(curves, of, labels, exact):
    found = tp.fit_exponent(curves, "activation_rate", of=of, **labels)
    assert found.low < exact < found.high
    assert abs(found.value - exact) < 0.3


def test_a_panel_has_a_curve_for_each_cell_and_says_what_it_is(curves):
    axes = Figure().subplots()
    tp.draw_curves(axes, curves, "activation_rate", batch_size=1, time="steps")
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["0.025", "0.05", "0.1"]
    assert len(axes.lines) == 3
    assert "iterations" in axes.get_xlabel()
    assert "activation rate" in axes.get_ylabel()
    exact = curves["activation_rate"].sel(learning_rate=0.1, batch_size=1).mean(("seed", "replica"))
    np.testing.assert_allclose(axes.lines[2].get_ydata(), exact, rtol=1e-5)


@pytest.mark.parametrize("alpha", [2.0, 1.0, 3.0])
def test_collapse_errors_are_those_of_the_analysis_less_noise(curves, alpha):
    found = tp.collapse(curves, "activation_rate", alpha=alpha, batch_size=1)
    means = tp.mean_curves(curves, "activation_rate", batch_size=1)
    rate = means["learning_rate"].values[:, np.newaxis]
    time = means["step"].values * rate**alpha
    band = means["mean"].values, (means["high"] - means["low"]).values / 4
    assert found.low < found.value < found.high
    with_noise = collapse_error(time, *band)
    assert with_noise.error**2 - found.value**2 == pytest.approx(
        with_noise.noise_floor**2, abs=0.01
    )
    assert (found.value < 0.1) == (alpha == 2)


def test_cells_are_named_to_rounding_and_further_axes_have_exponents(curves):
    labels = {"batch_size": 1, "learning_rate": (0.025 * (1 + 1e-9), 0.1)}
    assert tp.mean_curves(curves, "activation_rate", **labels).sizes["cell"] == 2
    slower = curves.assign_coords(step=curves["step"] * 3)
    slower["step"].attrs = curves["step"].attrs
    drag = xr.DataArray([1.0, 3.0], dims="drag", attrs={"setting": "dynamics.drag"})
    both = xr.concat([curves, slower], "drag", data_vars="all").assign_coords(drag=drag)
    both = both.transpose("learning_rate", "batch_size", "drag", ...)
    chosen = {"learning_rate": 0.05, "batch_size": 1}
    with_it = tp.collapse(both, "activation_rate", gamma={"drag": -1}, **chosen)
    assert with_it.value < 0.1 < tp.collapse(both, "activation_rate", **chosen).low


def test_what_is_not_there_is_said(curves):
    with pytest.raises(tp.UserError, match="the file holds no accuracy"):
        tp.mean_curves(curves, "accuracy")
    with pytest.raises(tp.UserError, match="no cells along momentum"):
        tp.mean_curves(curves, "activation_rate", momentum=0.9)
    with pytest.raises(tp.UserError, match="gamma: got 'momentum'; must be one of learning_rate"):
        tp.collapse(curves, "activation_rate", gamma={"momentum": 1})
    for wrong, words in (
        ({"gamma": 1}, "gamma: got 1; must be a mapping from axes to exponents"),
        ({"alpha": "x"}, "alpha: got 'x'; must be a number"),
    ):
        with pytest.raises(tp.UserError, match=words):
            tp.collapse(curves, "activation_rate", **wrong)
    with pytest.raises(tp.UserError, match=r"of: got 'batch_siz'.*did you mean 'batch_size'"):
        tp.fit_exponent(curves, "activation_rate", of="batch_siz")
    with pytest.raises(tp.UserError, match="compare: got 'lr'; must be one of learning_rate"):
        tp.draw_curves(None, curves, "activation_rate", compare="lr")
    with pytest.raises(tp.UserError, match="time: got 'foo'; must be one of steps"):
        tp.draw_curves(None, curves, "activation_rate", time="foo")
    with pytest.raises(tp.UserError, match="batch_size: got 5; must be one of 1, 2, 3"):
        tp.fit_exponent(curves, "activation_rate", batch_size=5)
    late = curves.assign_coords(step=curves["step"] + 10**6 * (curves["learning_rate"] < 0.03))
    with pytest.raises(tp.UserError, match="share no range"):
        tp.collapse(late, "activation_rate", alpha=0, batch_size=1)
