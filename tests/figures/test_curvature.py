import json
import re
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr
from drawn import (
    COLOUR_VISION,
    FORMATS,
    assert_texts_have_room,
    curve_lines,
    texts,
    written,
)

from thermophoresis.config.configuration import FigureSettings
from thermophoresis.errors import UserError
from thermophoresis.figures import curvature
from thermophoresis.figures.parts import style
from thermophoresis.provenance import netcdf

RATES = np.array([0.025, 0.05, 0.1])
BATCHES = np.array([1, 4])
RECORDS = np.arange(0, 61, 6)
SEEDS, REPLICAS, RECORDED_REPLICAS = 2, 12, 20
PROBES = 32
DIMENSIONS = ("learning_rate", "batch_size", "seed", "replica", "record")
GRID = ("learning_rate", "batch_size", "record")
KINDS = ("two_layer", "tanh", "mlp6")
NETWORKS = {
    "two_layer": {"kind": "two_layer", "inputs": 10, "hidden": 10, "activation": "relu"},
    "tanh": {"kind": "two_layer", "inputs": 10, "hidden": 10, "activation": "tanh"},
    "mlp6": {"kind": "mlp6", "inputs": 100, "hidden": 100, "activation": "relu"},
}


def settings(**other):
    return FigureSettings(
        **{
            "name": "curvature_toy",
            "kind": "curvature",
            "experiment": "toy",
            "batch_size": 1,
            "learning_rate": 0.05,
            **other,
        }
    )


def make_datasets(kind="two_layer", rates=RATES):
    """Curves, and curvature of some of their networks at some of their records."""
    rng = np.random.default_rng(5)
    tau = 60.0 * (np.arange(61) / 60) ** 2
    step = np.round(tau * BATCHES[:, np.newaxis] / rates[:, np.newaxis, np.newaxis] ** 2)
    exact = step * (rates[:, np.newaxis] ** 2 / BATCHES)[:, :, np.newaxis]
    shape = (len(rates), len(BATCHES), SEEDS, RECORDED_REPLICAS, len(tau))
    time = exact[:, :, np.newaxis, np.newaxis]
    eta = rates.reshape(-1, 1, 1, 1, 1)
    individual = rng.normal(size=(*shape[:2], *shape[2:4], 1)) + 0.3 * rng.normal(size=shape)
    rate = (0.5 / (1 + time / 15) ** 0.8 * np.exp(0.2 * individual)).astype(np.float32)
    norm = (0.6 + 6 * eta * (1 - np.exp(-time / 10)) + 0.05 * individual).astype(np.float32)
    configuration = json.dumps(
        {
            "experiment": "toy",
            "network": NETWORKS[kind],
            "data": {"kind": "gaussian"},
            "labels": "resampled",
            "sampling": "online",
        }
    )
    coordinates = {
        "learning_rate": rates,
        "batch_size": BATCHES,
        "seed": np.arange(SEEDS),
        "replica": np.arange(RECORDED_REPLICAS),
        "record": np.arange(61),
        "step": (GRID, step),
        "thermal_time": (GRID, exact),
    }
    trained = (DIMENSIONS[:2], np.ones(shape[:2], np.int8))
    attributes = {"configuration": configuration, "code_fingerprint": "curves-1"}
    variables = {"activation_rate": (DIMENSIONS, rate), "trained": trained}
    if kind != "mlp6":
        variables["second_layer_norm"] = (DIMENSIONS, norm)
    curves = xr.Dataset(variables, coordinates, attributes)

    chosen = curves.isel(replica=slice(REPLICAS), record=RECORDS)
    rate, norm, time = (
        np.float64(array[..., :REPLICAS, RECORDS])
        for array in (rate, norm, np.broadcast_to(time, shape))
    )
    ggn = 0.25 * rate * (10 + 10 * norm**2)
    product = ggn if kind != "mlp6" else 1.3 * ggn
    hessian = {
        "two_layer": ggn,
        "tanh": ggn * (1 - time / 20 + 0.5 * rng.normal(size=ggn.shape)),
        "mlp6": ggn * (1 + 0.1 * rng.normal(size=ggn.shape)),
    }[kind]
    spread = np.exp((1.2 if kind == "mlp6" else 0.2) * rng.normal(size=ggn.shape))
    bound = product * spread * (3.0 if kind != "mlp6" else 1e15)
    values = {
        "hessian_trace": hessian,
        "ggn_trace": ggn,
        "trace_P": 0.24 + 0 * ggn,
        "trace_K": product / 0.24,
        "trace_product": product,
        "trace_bound": bound,
        "trace_bound_printed": bound * (0.6 if kind != "mlp6" else 1e-3),
    }
    nothing = np.zeros(ggn.shape)
    errors = {f"{name}_standard_error": 0.1 * np.abs(value) for name, value in values.items()}
    errors["hessian_trace_estimator_error"] = 0.03 * np.abs(hessian) if kind == "mlp6" else nothing
    violations = {
        "violations_product": nothing,
        "violations_bound": nothing,
        "violations_kernel_printed": nothing + 2,
        "violations_bound_printed": nothing + (np.arange(SEEDS) == 0)[:, np.newaxis, np.newaxis],
    }
    everything = values | errors | violations | {"weight_norm": 3 * norm}
    result = xr.Dataset(
        {
            **{name: (DIMENSIONS, value) for name, value in everything.items()},
            "diverged": (DIMENSIONS, nothing.astype(np.int8)),
            "trained": trained,
        },
        {name: chosen[name] for name in coordinates},
        attributes
        | {
            "hessian_method": "stochastic" if kind == "mlp6" else "exact",
            "probe_samples": PROBES,
            "code_fingerprint": "curvature-1",
        },
    )
    return curves, result


@pytest.fixture
def compose():
    """Compose a figure in the project's style, which stays on during the test."""
    with style.context():

        def compose(kind="two_layer", change=lambda curves, curvature: None, **other):
            datasets = make_datasets(kind)
            change(*datasets)
            return curvature.compose(settings(**other), datasets)

        yield compose


def forget(dataset, chosen):
    """Make every quantity of the chosen networks and records NaN, as where they diverged."""
    for quantity in curvature.CHAIN:
        dataset[quantity.name][chosen] = np.nan


def some_diverged(_, curvature):
    forget(curvature, np.s_[2, 0, 0, 4, 6:])
    forget(curvature, np.s_[2, 0, 1, 7, 8:])


def cell_diverged(_, curvature):
    forget(curvature, np.s_[1, 0])


def everything_diverged(_, curvature):
    forget(curvature, np.s_[:])


def some_dead(_, curvature):
    for quantity in curvature_names(curvature):
        curvature[quantity][1, 0, 0, :3, 5:] = 0.0


def all_dead_in_the_end(_, curvature):
    for quantity in curvature_names(curvature):
        curvature[quantity][:, 0, :, :, 8:] = 0.0


def all_dead(_, curvature):
    for quantity in curvature_names(curvature):
        curvature[quantity][:] = 0.0


def curvature_names(dataset):
    return [quantity.name for quantity in curvature.CHAIN if quantity.name in dataset]


def large(_, curvature):
    for quantity in curvature_names(curvature):
        curvature[quantity] = 3e6 * curvature[quantity]


def small(_, curvature):
    for quantity in curvature_names(curvature):
        curvature[quantity] = 3e-6 * curvature[quantity]


CHANGES = (
    lambda *_: None,
    some_diverged,
    cell_diverged,
    everything_diverged,
    some_dead,
    all_dead_in_the_end,
    all_dead,
    large,
    small,
)
EVERY_FIGURE = pytest.mark.parametrize(
    ("kind", "change", "other"),
    [
        *((kind, CHANGES[0], {}) for kind in KINDS),
        *(("two_layer", change, {"title": "A title"}) for change in CHANGES[1:]),
        ("tanh", some_diverged, {"note": "A note. " * 30, "title": "A title"}),
        ("mlp6", large, {}),
    ],
)


@EVERY_FIGURE
def test_texts_have_room_and_are_legible(compose, kind, change, other):
    figure = compose(kind, change, **other)
    assert_texts_have_room(figure)
    assert figure.get_figwidth() == 7.0
    assert {text.get_fontsize() for text, _ in texts(figure)} == {8.0}


def test_texts_have_room_beside_many_learning_rates():
    rates = np.array([0.0125, 0.0175, 0.025, 0.035, 0.05, 0.07, 0.1, 0.14, 0.2])
    with style.context():
        figure = curvature.compose(settings(), make_datasets("two_layer", rates))
        assert_texts_have_room(figure)
        assert len(curve_lines(figure.axes[2])) == 9


def test_panels(compose):
    figure = compose("two_layer")
    assert [axes.get_title("left") for axes in figure.axes] == [
        "(a)  η = 0.05",
        "(b)  η = 0.05",
        *(f"({letter})" for letter in "cdefghi"),
    ]
    horizontal = [axes.get_xlabel() for axes in figure.axes]
    assert all(label.startswith("thermal time") for label in horizontal[:3])
    assert [label.split("$")[0] for label in horizontal[3:]] == [
        "activation rate ",
        "weight norm ",
        "bound (nat)",
        "activation rate ",
        "weight norm ",
        "thermal time ",
    ]
    assert [axes.get_ylabel().split()[-1] for axes in figure.axes] == [
        "(nat)",
        "(dimensionless)",
        *["(nat)"] * 7,
    ]
    of_bound = [axes.get_ylabel() == curvature.BOUND_LABEL for axes in figure.axes]
    assert of_bound == [False] * 6 + [True] * 3
    assert "weight norm of all layers" in compose("mlp6").axes[4].get_xlabel()


def networks(dataset, name, rate_index=1):
    """Values of all networks of one cell with |B| = 1, shape (records, networks)."""
    values = dataset[name].values[rate_index, 0]
    return np.array([values[:, :, record].ravel() for record in range(values.shape[-1])])


STUDENT = 2.06865761  # 0.975 quantile of Student t with 23 degrees of freedom, from a table


def lines_in(axes, colour):
    return [line for line in axes.lines if line.get_color() == colour]


def band_in(axes, colour):
    """Lower and upper end of the only band of a colour, each shape (records,)."""
    (band,) = (
        collection
        for collection in axes.collections
        if np.allclose(collection.get_facecolor()[:, :3], mpl_colour(colour), atol=1e-3)
        and len(collection.get_paths()) == 1
        and len(collection.get_facecolor())
    )
    vertices = band.get_paths()[0].vertices
    by_time = {}
    for time, value in vertices:
        by_time.setdefault(time, []).append(value)
    ends = [(min(values), max(values)) for _, values in sorted(by_time.items())]
    return np.transpose(ends)


def mpl_colour(colour):
    return [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_chain_is_where_the_networks_are(compose, kind):
    axes = compose(kind).axes[0]
    _, dataset = make_datasets(kind)
    tau = dataset["thermal_time"].values[1, 0]
    for quantity in curvature.CHAIN[1:]:
        values = networks(dataset, quantity.name)
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
    low, _ = band_in(axes, curvature.BOUND.colour)
    np.testing.assert_array_equal(low == bottom, np.arange(11) == 5)
    assert low.min() == bottom


@pytest.mark.parametrize("panel", [0, 1])
def test_a_negative_trace_is_an_open_point_at_its_absolute_value(compose, panel):
    figure = compose("tanh")
    axes = figure.axes[panel]
    _, dataset = make_datasets("tanh")
    tau = dataset["thermal_time"].values[1, 0]
    mean = networks(dataset, "hessian_trace").mean(axis=1)
    if panel == 1:
        mean = mean / networks(dataset, "ggn_trace").mean(axis=1)
    assert 0 < (mean < 0).sum() < len(mean)
    points = [line for line in axes.lines if line.get_marker() == "o"]
    full, hollow = sorted(points, key=lambda line: line.get_markerfacecolor() == "white")
    for line, chosen in ((full, mean > 0), (hollow, mean < 0)):
        np.testing.assert_allclose(line.get_xdata(), tau[chosen], rtol=1e-12)
        np.testing.assert_allclose(line.get_ydata(), np.abs(mean[chosen]), rtol=1e-12)
    assert full.get_markerfacecolor() == curvature.HESSIAN.colour
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
    _, dataset = make_datasets("tanh")
    values = networks(dataset, "hessian_trace")
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
    (broad,) = lines_in(axes, curvature.GGN.colour)
    (dashed,) = lines_in(axes, curvature.PRODUCT.colour)
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


@pytest.mark.parametrize("kind", KINDS)
def test_links_are_geometric_means_of_the_networks_ratios(compose, kind):
    axes = compose(kind).axes[1]
    _, dataset = make_datasets(kind)
    for link in curvature.LINKS[1:]:
        ratios = networks(dataset, link.numerator.name) / networks(dataset, link.denominator.name)
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
    _, dataset = make_datasets()
    colours = style.ordered_colours(style.LEARNING_RATE_MAP, 3)
    for index, (line, colour) in enumerate(zip(curve_lines(axes), colours, strict=True)):
        expected = networks(dataset, name, index).mean(axis=1)
        np.testing.assert_allclose(line.get_xdata(), dataset["thermal_time"].values[index, 0])
        np.testing.assert_allclose(line.get_ydata(), expected, rtol=1e-12)
        assert line.get_color() == colour


@pytest.mark.parametrize("kind", KINDS)
def test_trajectories_run_through_the_means_of_the_same_networks(compose, kind):
    figure = compose(kind)
    curves, dataset = make_datasets(kind)
    of_curves = curves.isel(record=RECORDS, replica=slice(REPLICAS))
    norm = (dataset, "weight_norm") if kind == "mlp6" else (of_curves, "second_layer_norm")
    for axes, across, name in (
        (figure.axes[3], (of_curves, "activation_rate"), "ggn_trace"),
        (figure.axes[4], norm, "ggn_trace"),
        (figure.axes[5], (dataset, "trace_bound"), "ggn_trace"),
        (figure.axes[6], (of_curves, "activation_rate"), "trace_bound"),
        (figure.axes[7], norm, "trace_bound"),
    ):
        rings = [line for line in axes.lines if line.get_markersize() == curvature.RING_SIZE]
        lines = [line for line in axes.lines if line not in rings]
        for index, (line, ring) in enumerate(zip(lines, rings, strict=True)):
            x = np.float64(networks(*across, index)).mean(axis=1)
            y = networks(dataset, name, index).mean(axis=1)
            np.testing.assert_allclose(line.get_xdata(), x, rtol=1e-9)
            np.testing.assert_allclose(line.get_ydata(), y, rtol=1e-9)
            np.testing.assert_allclose(ring.get_xydata(), [[x[0], y[0]]], rtol=1e-9)
            assert axes.get_xlim()[0] < x.min()
            assert x.max() < axes.get_xlim()[1]


def test_trajectories_have_bars_on_both_axes(compose):
    axes = compose().axes[3]
    curves, dataset = make_datasets()
    of_curves = curves.isel(record=RECORDS, replica=slice(REPLICAS))
    vertical, horizontal = (collection.get_segments() for collection in axes.collections[:2])
    for segments, side, values in (
        (vertical, 1, networks(dataset, "ggn_trace", 0)),
        (horizontal, 0, np.float64(networks(of_curves, "activation_rate", 0))),
    ):
        half_width = STUDENT * values.std(axis=1, ddof=1) / np.sqrt(values.shape[1])
        ends = np.array(segments)[:, :, side]
        np.testing.assert_allclose(ends[:, 1] - ends[:, 0], 2 * half_width, rtol=1e-6)
        np.testing.assert_allclose(ends.mean(axis=1), values.mean(axis=1), rtol=1e-6)


def test_a_network_that_lacks_an_observable_is_left_out_everywhere(compose):
    def lose(curves, _):
        curves["second_layer_norm"][1, 0, 0, 2, 30:] = np.nan

    figure = compose(change=lose)
    _, dataset = make_datasets()
    values = networks(dataset, "ggn_trace")
    values[5:, 2] = np.nan
    expected = np.nanmean(values, axis=1)
    (chain,) = lines_in(figure.axes[0], curvature.GGN.colour)
    np.testing.assert_allclose(chain.get_ydata(), expected)
    whole, reduced = (line for line in figure.axes[3].lines if line.get_marker() == style.marker(1))
    np.testing.assert_allclose(whole.get_ydata(), expected[:5])
    np.testing.assert_allclose(reduced.get_ydata(), expected[4:])
    assert "1 of 24 at η = 0.05" in written(figure)


def test_says_what_is_drawn(compose):
    words = written(compose(title="A title", note="Only a smoke test", confidence_level=0.9))
    for part in (
        "A title",
        "Only a smoke test",
        "learning rate $\\eta$",
        "0.025 0.05 0.1",
        "n = 24 networks (2 seeds × 12 replicas)",
        "90 % confidence intervals of the mean (Student t)",
        "Two-layer ReLU network, M = 10 inputs, N = 10 hidden units, x ~ N(0, I)",
        "|B| = 1",
        "32 probe samples (standard error 10 % of Tr(PK))",
        "computed exactly",
        "ratio of the two means, its interval by the delta method",
        "geometric means over networks",
    ):
        assert part in words
    for part in ("Diverged", "open points", "left out", "Violated although proved"):
        assert part not in words
    words = written(compose("mlp6"))
    assert "estimated with random vectors (standard error 3 %)" in words
    assert "Two-layer tanh network" in written(compose("tanh"))


def test_precision_is_not_flattered_by_errors_that_scatter(compose):
    # Of two random vectors a standard error is |difference| / 2: of one that is 6 % of the trace,
    # the median over networks is 4 %.
    draws = np.random.default_rng(7).normal(size=(3, 2, 2, 12, 11))

    def scatter(_, curvature):
        trace = np.abs(curvature["hessian_trace"])
        curvature["hessian_trace_estimator_error"] = 0.06 * trace * np.abs(draws)

    found = re.search(r"random vectors \(standard error (\S+) %", written(compose("mlp6", scatter)))
    assert 5.4 < float(found[1]) < 6.6


def test_counts_violations_of_all_networks_that_are_shown(compose):
    words = written(compose(change=some_diverged))
    networks_left = 3 * 24 * 11 - 5 - 3  # rates, networks, records; those that have diverged
    tests = 32 * networks_left
    printed = 3 * 12 * 11 - 5  # one for each network of the first seed
    for part in (
        f"Violations in {tests:,} tests of each inequality (all cells of |B| = 1",
        "Tr(PK) ≤ Tr P · Tr K (Eq. 51): never",
        "Tr P · Tr K ≤ bound: never",
        f"Tr K ≤ Eq. 63 as printed: {2 * networks_left:,} ({200 * networks_left / tests:.2g} %)",
        f"Tr(PK) ≤ Eq. 64 as printed: {printed} ({100 * printed / tests:.2g} %)",
    ):
        assert part in words


def test_a_violation_of_what_is_proved_is_a_notice(compose):
    def violate(_, curvature):
        curvature["violations_bound"][0, 0, 0, 0, 3] = 1

    figure = compose(change=violate)
    (notice,) = (
        text for text, _ in texts(figure) if text.get_text().startswith("Violated although proved")
    )
    assert notice.get_color() == style.NOTICE_COLOUR
    assert "≤ bound" in notice.get_text()


def test_marks_diverged_networks(compose):
    figure = compose(change=some_diverged)
    words = written(figure)
    assert "2 of 24 at η = 0.1 (first by τ = 21.6)" in words
    for axes in figure.axes[2:]:
        (dashed,) = (line for line in axes.lines if line.get_linestyle() == "--")
        assert len(dashed.get_xdata()) == 11 - 6 + 1
        (solid,) = (
            line
            for line in axes.lines
            if line.get_linestyle() == "-" and line.get_color() == dashed.get_color()
        )
        np.testing.assert_array_equal(solid.get_xydata()[-1], dashed.get_xydata()[0])


def test_a_cell_without_networks_says_so_and_leaves_the_others(compose):
    figure = compose(change=cell_diverged)
    for axes in figure.axes[:2]:
        assert [text.get_text() for text in axes.texts] == ["no curve:\nevery replica has diverged"]
        assert not axes.lines
    assert len(curve_lines(figure.axes[2])) == 2
    assert "24 of 24 at η = 0.05" in written(figure)


@pytest.mark.parametrize(
    ("change", "reason"),
    [(everything_diverged, "every replica has diverged"), (all_dead, "every trace is zero")],
)
def test_without_any_curve_says_so(compose, change, reason):
    figure = compose(change=change)
    for axes in figure.axes[:2]:
        assert [text.get_text() for text in axes.texts] == [f"no curve:\n{reason}"]


def test_dead_networks_have_a_trace_but_no_ratio(compose):
    figure = compose(change=some_dead)
    assert "(up to 3 networks whose traces are 0 left out)" in written(figure)
    assert "zero at 3 of 11 snapshots (not drawn)" in written(compose(change=all_dead_in_the_end))


def test_one_replica_has_points_but_no_bands():
    curves, dataset = make_datasets()
    with style.context():
        figure = curvature.compose(settings(), [curves, dataset.isel(seed=[0], replica=[0])])
        assert_texts_have_room(figure)
        assert "n = 1 networks (1 seed × 1 replica)" in written(figure)
    assert all(curve_lines(axes) for axes in figure.axes)
    for axes in figure.axes:
        ends = [path.vertices for each in axes.collections for path in each.get_paths()]
        assert not any(np.isfinite(vertices).all(axis=1).sum() > 1 for vertices in ends)


def test_one_record_is_a_point():
    curves, dataset = make_datasets()
    with style.context():
        figure = curvature.compose(settings(), [curves, dataset.isel(record=[4])])
        assert_texts_have_room(figure)
    for axes in figure.axes:
        low, high = axes.get_xlim()
        (x, *_) = axes.lines[0].get_xdata()
        assert low < x < high


def test_scales_are_linear_where_numbers_allow_it(compose):
    assert [axes.get_yscale() for axes in compose("two_layer").axes[2:]] == ["linear"] * 7
    deep = compose("mlp6").axes
    assert [axes.get_yscale() for axes in deep[2:]] == [*["linear"] * 4, *["log"] * 3]
    assert [axes.get_xscale() for axes in deep[3:]] == ["linear", "linear", "log", *["linear"] * 3]

    def spread(_, curvature):
        curvature["ggn_trace"][0] *= 1e-3

    assert [axes.get_yscale() for axes in compose(change=spread).axes[2:5]] == ["log"] * 3


@pytest.mark.parametrize(
    ("kind", "other", "message"),
    [
        (0, {"learning_rate": 0.3}, r"0\.3 and batch size 1; .*1 with .* 0\.025, 0\.05, 0\.1"),
        (0, {"batch_size": 7}, r"0\.05 and batch size 7; .*batch size 4 with .* 0\.025"),
    ],
)
def test_a_cell_that_is_not_there_is_refused(compose, kind, other, message):
    with pytest.raises(UserError, match=message):
        compose(KINDS[kind], **other)


def test_an_untrained_cell_is_refused(compose):
    def untrain(_, curvature):
        curvature["trained"][1, 0] = 0

    with pytest.raises(UserError, match=r"it has batch size 1 with learning rates 0\.025, 0\.1;"):
        compose(change=untrain)


def without(name):
    return lambda curvature: curvature.drop_vars(name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("trace_bound"), "the curvature file has no trace_bound"),
        (without("violations_product"), "has no violations_product"),
        (lambda dataset: dataset.assign_attrs(hessian_method="guess"), "'guess'.*exact"),
        (lambda dataset: dataset.assign_attrs(probe_samples="many"), "probe_samples"),
        (lambda dataset: dataset.drop_attrs(), "do not carry the settings"),
        (lambda dataset: dataset.assign_coords(seed=[7, 8]), "not of the same runs"),
        (lambda dataset: dataset.assign_coords(step=dataset["step"] + 1), "other iterations"),
        (
            lambda dataset: dataset.assign_attrs(configuration='{"experiment": "other"}'),
            "other and toy",
        ),
    ],
)
def test_a_curvature_file_that_does_not_fit_is_refused(change, message):
    curves, dataset = make_datasets()
    with style.context(), pytest.raises(UserError, match=message):
        curvature.compose(settings(), [curves, change(dataset)])


def test_curves_without_what_is_needed_are_refused():
    curves, dataset = make_datasets()
    with style.context(), pytest.raises(UserError, match="curves file has no activation_rate"):
        curvature.compose(settings(), [curves.drop_vars("activation_rate"), dataset])


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / name for name in ("curves.nc", "curvature.nc")]
    for dataset, path in zip(make_datasets(), paths, strict=True):
        netcdf.write(dataset, path)
    return paths


def test_same_inputs_give_the_same_bytes(files, tmp_path):
    # In two processes, whose hashes of strings differ.
    program = (
        "import sys; from thermophoresis.config.configuration import FigureSettings;"
        "from thermophoresis.figures import curvature;"
        "curvature.draw(FigureSettings.model_validate_json(sys.argv[1]), 'abc',"
        " sys.argv[2:4], sys.argv[4:]);"
        "sys.exit('torch' in sys.modules)"
    )
    paths = {seed: [tmp_path / seed / f"fig.{ending}" for ending in FORMATS] for seed in ("1", "2")}
    for seed, outputs in paths.items():
        subprocess.run(
            [sys.executable, "-c", program, settings().model_dump_json(), *files, *outputs],
            check=True,
            env={"PYTHONHASHSEED": seed, "SOURCE_DATE_EPOCH": f"{seed}000000000"},
        )
    for first, second in zip(*paths.values(), strict=True):
        assert first.read_bytes() == second.read_bytes()
        for part in (b"curves-1", b"curvature-1", b"abc"):
            assert part in first.read_bytes()


@pytest.mark.parametrize(
    ("low", "high"),
    [(0.9, 1.1), (0.43, 1.9), (3e-7, 2e-6), (0.02, 70), (2e4, 9e4), (0.7, 4e15), (1e-22, 3.0)],
)
def test_a_logarithmic_axis_has_few_numbers_and_the_right_ones(low, high):
    with style.context():
        figure = style.new_figure(3.0, 2.0)
        axes = figure.subplots()
        axes.set(yscale="log", ylim=(low, high))
        style.label_logarithmic(axes.yaxis)
        figure.draw_without_rendering()
        pairs = [
            (position, label.get_text())
            for position, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
            if low <= position <= high
        ]
    assert 2 <= len(pairs) <= 7
    for position, label in pairs:
        plain = label.replace(r"\mathdefault", "").translate(str.maketrans("", "", "${}"))
        plain = plain.replace("−", "-").replace(r"\times10^", "e").replace("10^", "1e")
        assert float(plain) == pytest.approx(position, rel=5e-3)


@pytest.mark.parametrize("vision", COLOUR_VISION)
def test_qualitative_colours_are_told_apart(vision):
    encoded = np.array([mpl_colour(colour) for colour in style.QUALITATIVE])
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(COLOUR_VISION[vision]), 0, 1)
    # CIE XYZ of sRGB under D65, then CIE L*a*b*.
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    relative = seen @ np.transpose(to_xyz) / [0.9505, 1.0, 1.089]
    f = np.where(relative > 0.008856, np.cbrt(relative), 7.787 * relative + 16 / 116)
    lab = np.stack(
        [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1
    )
    distance = np.linalg.norm(lab[:, np.newaxis] - lab, axis=-1)
    # Several times what an eye can tell (about 2).
    assert distance[~np.eye(len(lab), dtype=bool)].min() > 10
    assert (lab[:, 0] < 80).all()  # not lost on white
