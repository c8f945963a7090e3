import numpy as np
import pytest
import toy_curvature as toy
from drawn import colour_channels, curve_lines, written

from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.chain import quantities
from thermophoresis.figures.parts.chain.panels import RING_SIZE

STUDENT = 2.06865761  # 0.975 quantile of Student t with 23 degrees of freedom, from a table


@pytest.fixture
def compose():
    """Compose a figure in the project's style, which stays on during the test."""
    with style.context():
        yield toy.compose


def lines_in(axes, colour):
    return [line for line in axes.lines if line.get_color() == colour]


def band_in(axes, colour):
    """Lower and upper end of the only band of a colour, each shape (records,)."""
    (band,) = (
        collection
        for collection in axes.collections
        if np.allclose(collection.get_facecolor()[:, :3], colour_channels(colour), atol=1e-3)
        and len(collection.get_paths()) == 1
        and len(collection.get_facecolor())
    )
    vertices = band.get_paths()[0].vertices
    by_time = {}
    for time, value in vertices:
        by_time.setdefault(time, []).append(value)
    ends = [(min(values), max(values)) for _, values in sorted(by_time.items())]
    return np.transpose(ends)


@pytest.mark.parametrize("kind", toy.KINDS)
def test_the_chain_is_where_the_networks_are(compose, kind):
    axes = compose(kind).axes[0]
    _, dataset = toy.make_datasets(kind)
    tau = dataset["thermal_time"].values[1, 0]
    for quantity in quantities.CHAIN[1:]:
        values = toy.networks(dataset, quantity.name)
        mean = values.mean(axis=1)
        half_width = STUDENT * values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
        (line,) = lines_in(axes, quantity.colour)
        np.testing.assert_allclose(line.get_xdata(), tau, rtol=1e-12)
        np.testing.assert_allclose(line.get_ydata(), mean, rtol=1e-12)
        bottom = axes.get_ylim()[0]
        low, high = band_in(axes, quantity.colour)
        np.testing.assert_allclose(low, np.maximum(mean - half_width, bottom), rtol=1e-6)
        np.testing.assert_allclose(high, mean + half_width, rtol=1e-6)
        assert axes.get_ylim()[1] > high.max()
        assert bottom < mean.min()
    assert axes.get_yscale() == "log"


def test_a_band_that_reaches_zero_is_cut_at_the_bottom_of_the_panel(compose):
    def one_outlier(_, curvature):
        curvature["trace_bound"][1, 0, 0, 0, 5] *= 1e4

    axes = compose(change=one_outlier).axes[0]
    bottom = axes.get_ylim()[0]
    low, _ = band_in(axes, quantities.BOUND.colour)
    np.testing.assert_array_equal(low == bottom, np.arange(11) == 5)
    assert low.min() == bottom


@pytest.mark.parametrize("panel", [0, 1])
def test_a_negative_trace_is_an_open_point_at_its_absolute_value(compose, panel):
    figure = compose("tanh")
    axes = figure.axes[panel]
    _, dataset = toy.make_datasets("tanh")
    tau = dataset["thermal_time"].values[1, 0]
    mean = toy.networks(dataset, "hessian_trace").mean(axis=1)
    if panel == 1:
        mean = mean / toy.networks(dataset, "ggn_trace").mean(axis=1)
    assert 0 < (mean < 0).sum() < len(mean)
    points = [line for line in axes.lines if line.get_marker() == "o"]
    full, hollow = sorted(points, key=lambda line: line.get_markerfacecolor() == "white")
    for line, chosen in ((full, mean > 0), (hollow, mean < 0)):
        np.testing.assert_allclose(line.get_xdata(), tau[chosen], rtol=1e-12)
        np.testing.assert_allclose(line.get_ydata(), np.abs(mean[chosen]), rtol=1e-12)
    assert full.get_markerfacecolor() == quantities.HESSIAN.colour
    assert hollow.get_markerfacecolor() == "white"
    low, high = axes.get_ylim()
    assert low < np.abs(mean).min()
    assert np.abs(mean).max() < high
    count = int((mean < 0).sum())
    assert f"the mean of Tr H is negative at {count} of 11 snapshots (open points" in written(
        figure
    )
    assert "negative" not in written(compose("two_layer"))


def test_error_bars_of_points_hold_the_interval_of_the_mean(compose):
    axes = compose("tanh").axes[0]
    _, dataset = toy.make_datasets("tanh")
    values = toy.networks(dataset, "hessian_trace")
    mean = values.mean(axis=1)
    half_width = STUDENT * values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
    bars = np.concatenate(
        [
            collection.get_segments()
            for collection in axes.collections
            if hasattr(collection, "get_segments")
        ]
    )
    bars = bars[np.argsort(bars[:, 0, 0])]
    bottom = np.maximum(np.abs(mean) - half_width, axes.get_ylim()[0])
    np.testing.assert_allclose(bars[:, 0, 1], bottom, rtol=1e-6)
    np.testing.assert_allclose(bars[:, 1, 1], np.abs(mean) + half_width, rtol=1e-6)
    # Some interval holds 0, and its bar leaves the panel.
    assert (bars[:, 0, 1] == axes.get_ylim()[0]).any()


def test_the_traces_that_coincide_can_all_be_seen(compose):
    axes = compose("two_layer").axes[0]
    (broad,) = lines_in(axes, quantities.GGN.colour)
    (dashed,) = lines_in(axes, quantities.PRODUCT.colour)
    (points,) = (line for line in axes.lines if line.get_marker() == "o")
    np.testing.assert_allclose(broad.get_ydata(), dashed.get_ydata())
    np.testing.assert_allclose(broad.get_ydata(), points.get_ydata())
    assert broad.get_linewidth() > 2 * dashed.get_linewidth()
    assert dashed.get_linestyle() == "--"
    assert points.get_markersize() > broad.get_linewidth()
    assert points.get_linestyle() == "None"
    # Painted one on the other in this order.
    assert broad.get_zorder() <= dashed.get_zorder() < points.get_zorder()
    assert list(axes.lines).index(broad) < list(axes.lines).index(dashed)


@pytest.mark.parametrize("kind", toy.KINDS)
def test_links_are_geometric_means_of_the_networks_ratios(compose, kind):
    axes = compose(kind).axes[1]
    _, dataset = toy.make_datasets(kind)
    for link in quantities.LINKS[1:]:
        ratios = toy.networks(dataset, link.numerator.name) / toy.networks(
            dataset, link.denominator.name
        )
        # The product's root, instead of the mean of logarithms.
        expected = np.prod(ratios ** (1 / ratios.shape[1]), axis=1)
        spread = np.log(ratios).std(axis=1, ddof=1) / np.sqrt(ratios.shape[1])
        (line,) = lines_in(axes, link.numerator.colour)
        np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-9)
        low, high = band_in(axes, link.numerator.colour)
        np.testing.assert_allclose(low, expected * np.exp(-STUDENT * spread), rtol=1e-6)
        np.testing.assert_allclose(high, expected * np.exp(STUDENT * spread), rtol=1e-6)


@pytest.mark.parametrize(("panel", "name"), [(2, "ggn_trace"), (8, "trace_bound")])
def test_learning_rates_are_compared_against_thermal_time(compose, panel, name):
    axes = compose().axes[panel]
    _, dataset = toy.make_datasets()
    colours = style.ordered_colours(style.LEARNING_RATE_MAP, 3)
    for index, (line, colour) in enumerate(zip(curve_lines(axes), colours, strict=True)):
        expected = toy.networks(dataset, name, index).mean(axis=1)
        np.testing.assert_allclose(line.get_xdata(), dataset["thermal_time"].values[index, 0])
        np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-12)
        assert line.get_color() == colour


@pytest.mark.parametrize("kind", toy.KINDS)
def test_trajectories_run_through_the_means_of_the_same_networks(compose, kind):
    figure = compose(kind)
    curves, dataset = toy.make_datasets(kind)
    of_curves = curves.isel(record=toy.RECORDS, replica=slice(toy.REPLICAS))
    norm = (dataset, "weight_norm") if kind == "mlp6" else (of_curves, "second_layer_norm")
    for axes, across, name in (
        (figure.axes[3], (of_curves, "activation_rate"), "ggn_trace"),
        (figure.axes[4], norm, "ggn_trace"),
        (figure.axes[5], (dataset, "trace_bound"), "ggn_trace"),
        (figure.axes[6], (of_curves, "activation_rate"), "trace_bound"),
        (figure.axes[7], norm, "trace_bound"),
    ):
        rings = [line for line in axes.lines if line.get_markersize() == RING_SIZE]
        lines = [line for line in axes.lines if line not in rings]
        for index, (line, ring) in enumerate(zip(lines, rings, strict=True)):
            x = np.float64(toy.networks(*across, index)).mean(axis=1)
            y = toy.networks(dataset, name, index).mean(axis=1)
            np.testing.assert_allclose(line.get_xdata(), x, rtol=1e-9)
            np.testing.assert_allclose(line.get_ydata(), y, rtol=1e-9)
            np.testing.assert_allclose(ring.get_xydata(), [[x[0], y[0]]], rtol=1e-9)
            assert axes.get_xlim()[0] < x.min()
            assert x.max() < axes.get_xlim()[1]


def test_trajectories_have_bars_on_both_axes(compose):
    axes = compose().axes[3]
    curves, dataset = toy.make_datasets()
    of_curves = curves.isel(record=toy.RECORDS, replica=slice(toy.REPLICAS))
    vertical, horizontal = (collection.get_segments() for collection in axes.collections[:2])
    for segments, side, values in (
        (vertical, 1, toy.networks(dataset, "ggn_trace", 0)),
        (horizontal, 0, np.float64(toy.networks(of_curves, "activation_rate", 0))),
    ):
        half_width = STUDENT * values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
        ends = np.array(segments)[:, :, side]
        np.testing.assert_allclose(ends[:, 1] - ends[:, 0], 2 * half_width, rtol=1e-6)
        np.testing.assert_allclose(ends.mean(axis=1), values.mean(axis=1), rtol=1e-6)


def test_a_network_that_lacks_an_observable_is_left_out_everywhere(compose):
    def lose(curves, _):
        curves["second_layer_norm"][1, 0, 0, 2, 30:] = np.nan

    figure = compose(change=lose)
    _, dataset = toy.make_datasets()
    values = toy.networks(dataset, "ggn_trace")
    values[5:, 2] = np.nan
    expected = np.nanmean(values, axis=1)
    (chain,) = lines_in(figure.axes[0], quantities.GGN.colour)
    np.testing.assert_allclose(chain.get_ydata(), expected)
    whole, reduced = (line for line in figure.axes[3].lines if line.get_marker() == style.marker(1))
    np.testing.assert_allclose(whole.get_ydata(), expected[:5])
    np.testing.assert_allclose(reduced.get_ydata(), expected[4:])
    assert "1 of 24 at η = 0.05" in written(figure)


def test_the_trace_of_the_hessian_is_drawn_where_there_is_a_control(compose):
    axes = compose("tanh", toy.controlled).axes[0]
    _, dataset = toy.make_datasets("tanh")
    tau = dataset["thermal_time"].values[1, 0]
    mean = toy.networks(dataset, "hessian_trace").mean(axis=1)
    shown = [line for line in axes.lines if line.get_marker() == "o"]
    drawn = sorted(point for line in shown for point in zip(*line.get_data(), strict=True))
    expected = [(tau[it], abs(mean[it])) for it in (0, 5, 10)]
    np.testing.assert_allclose(drawn, expected, rtol=1e-12)
