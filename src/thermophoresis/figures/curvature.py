"""The chain Tr H ≈ Tr(PK) ≤ Tr P · Tr K ≤ bound along training, and how it goes with sparsity.

Appendix A.8 of the paper (Eqs. 39–64): the trace of the Hessian is bounded by a product of layers'
weight norms, each over its active units only, so that a smaller activation rate and smaller
weights mean a smaller bound and, if the bound is any guide, a flatter minimum.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import seaborn as sns
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from thermophoresis.analysis.sweep import Sweep, select_sweep
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import caption, panels, style
from thermophoresis.numerics.intervals import Band, mean_band
from thermophoresis.numerics.ratios import geometric_mean_of_ratios, ratio_of_means

if TYPE_CHECKING:
    from thermophoresis.config.configuration import FigureSettings

DIMENSIONS = ("learning_rate", "batch_size", "seed", "replica", "record")


class Quantity(NamedTuple):
    """One member of the chain and how it looks.

    Attributes
    ----------
    name
        Its variable in the curvature file.
    label
        What the legend calls it.
    colour, marker
        Of its line or points.
    dashes
        Line style; None for points without a line.
    width
        Of the line, in points.
    """

    name: str
    label: str
    colour: str
    marker: str
    dashes: object
    width: float


class Link(NamedTuple):
    """Two neighbours in the chain; their ratio looks like its numerator."""

    numerator: Quantity
    denominator: Quantity
    label: str


BLACK, BLUE, VERMILION, GREEN, PURPLE = style.QUALITATIVE
TR_H, TR_PK = r"\mathrm{Tr}\,H", r"\mathrm{Tr}(PK)"
TR_P_TR_K = r"\mathrm{Tr}\,P\cdot\mathrm{Tr}\,K"
# Tr H, Tr(PK) and, with a single logit, Tr P Tr K lie on one another: points on dashes on a broad
# line can all be seen.
CHAIN = (
    HESSIAN := Quantity("hessian_trace", f"${TR_H}$", BLACK, "o", None, 0.0),
    GGN := Quantity("ggn_trace", f"${TR_PK}$", BLUE, "", "-", 2.4),
    PRODUCT := Quantity("trace_product", f"${TR_P_TR_K}$", VERMILION, "", style.DASHES, 1.0),
    BOUND := Quantity("trace_bound", "bound", GREEN, "s", "-", 0.8),
    Quantity("trace_bound_printed", "bound as printed (Eq.\u00a064)", PURPLE, "^", style.DOTS, 0.8),
)
LINKS = (
    Link(HESSIAN, GGN, f"${TR_H}/{TR_PK}$"),
    Link(GGN, PRODUCT, f"${TR_PK}/({TR_P_TR_K})$"),
    Link(PRODUCT, BOUND, rf"${TR_P_TR_K}/\mathrm{{bound}}$"),
)

# Inequality by inequality: its variable, what it says, and whether it has been proved.
INEQUALITIES = (
    ("violations_product", "Tr(PK) ≤ Tr\u00a0P\u00a0·\u00a0Tr\u00a0K (Eq.\u00a051)", True),
    ("violations_bound", "Tr\u00a0P\u00a0·\u00a0Tr\u00a0K ≤ bound", True),
    ("violations_kernel_printed", "Tr\u00a0K ≤ Eq.\u00a063 as printed", False),
    ("violations_bound_printed", "Tr(PK) ≤ Eq.\u00a064 as printed", False),
)
METHODS = {"exact": "computed exactly", "stochastic": "estimated with random vectors"}

WEIGHT_NORM_LABEL = r"weight norm of all layers $\|W\|_F$"
GGN_LABEL = r"Gauss–Newton trace $\mathrm{Tr}(PK)$ (nat)"
BOUND_LABEL = "bound (nat)"

# A linear axis shows a factor of this much, and numbers up to this.
LINEAR_FACTOR = 20.0
LINEAR_LARGEST = 1e4
# A band goes below the panel where its end is this much smaller than its mean.
DEEPEST_BAND = 0.1
AIR = 0.04  # of a panel's height or width, at either end of what it shows
RING_SIZE = 6.0  # points


@dataclass(frozen=True)
class Cell:
    """All networks of one cell.

    Attributes
    ----------
    thermal_time
        Of every record, shape (records,).
    values
        For every quantity of the chain by its name, shape (records, networks); NaN where a
        network has diverged.
    """

    thermal_time: np.ndarray
    values: Mapping[str, np.ndarray]


def draw(
    settings: "FigureSettings",
    fingerprint: str,
    curves: Sequence[str | Path],
    outputs: Sequence[str | Path],
) -> None:
    """Draw a curvature figure from a curves and a curvature file, in this order.

    Arguments and errors as `panels.draw`, and those of `compose`.
    """
    panels.draw(compose, settings, fingerprint, curves, outputs)


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Figure of an experiment's curvature; to be called within `style.context`.

    Parameters
    ----------
    settings
        The batch size at which learning rates are compared, the learning rate at which the whole
        chain is shown, title, note and confidence level.
    datasets
        Content of the curves file and of the curvature file.

    Raises
    ------
    ValueError
        There are not two datasets.
    UserError
        The files lack a variable, a cell or the settings of their experiment, or are not of the
        same runs.
    """
    curves, curvature = datasets
    joined, norm = join(curves, curvature)
    check_cell(joined, settings.learning_rate, settings.batch_size)
    sweeps = {
        name: select_sweep(
            joined, name, batch_size=settings.batch_size, level=settings.confidence_level
        )
        for name in (GGN.name, BOUND.name, "activation_rate", norm)
    }
    cell = select_cell(joined, settings.learning_rate, settings.batch_size)
    legend = panels.Legend.of(sweeps[GGN.name], "learning_rate")

    line = style.LINE_HEIGHT
    width = style.DOUBLE_COLUMN
    key_lines = 2 + -(-len(legend.values) // legend_columns(width))
    row_height = panels.ABOVE + style.PANEL_HEIGHT + panels.BELOW
    figure, top, footer = panels.begin_figure(
        write_texts(settings, joined, cell, sweeps[GGN.name], legend.names),
        width,
        (key_lines + 0.3) * line + 3 * row_height,
    )
    draw_legends(figure, legend, top)

    grid = figure.subplots(3, 3, squeeze=False)
    (chain, links, trace_over_time), *others, bound_over_time = grid[0], *grid.flat[3:]
    level = settings.confidence_level
    rate = legend.compared.with_value(settings.learning_rate)
    draw_chain(chain, cell, level)
    draw_links(links, cell, level)
    draw_times(trace_over_time, sweeps[GGN.name], legend)
    draw_times(bound_over_time, sweeps[BOUND.name], legend)
    # What the trace goes with, as the paper has it, and then the bound.
    ways = (
        ("activation_rate", GGN.name),
        (norm, GGN.name),
        (BOUND.name, GGN.name),
        ("activation_rate", BOUND.name),
        (norm, BOUND.name),
    )
    for axes, (x, y) in zip(others, ways, strict=True):
        draw_trajectories(axes, sweeps[x], sweeps[y], legend)
    labels = {
        "activation_rate": style.OBSERVABLE_LABELS["activation_rate"],
        norm: style.OBSERVABLE_LABELS.get(norm, WEIGHT_NORM_LABEL),
        GGN.name: GGN_LABEL,
        BOUND.name: BOUND_LABEL,
    }
    for axes, (title, x, y) in zip(
        grid.flat,
        (
            (f"(a)  {rate}", panels.THERMAL_TIME_LABEL, "traces and bounds (nat)"),
            (f"(b)  {rate}", panels.THERMAL_TIME_LABEL, "ratios (dimensionless)"),
            ("(c)", panels.THERMAL_TIME_LABEL, GGN_LABEL),
            *((f"({k})", labels[x], labels[y]) for k, (x, y) in zip("defgh", ways, strict=True)),
            ("(i)", panels.THERMAL_TIME_LABEL, BOUND_LABEL),
        ),
        strict=True,
    ):
        axes.set(xlabel=x, ylabel=y)
        axes.set_title(title)
        label_axes(axes)
    sns.despine(figure)
    panels.arrange(
        figure,
        grid,
        top=top + (key_lines + 0.3) * line + panels.ABOVE,
        bottom=panels.BELOW + footer,
        row_gap=panels.ABOVE + panels.BELOW,
    )
    return figure


# --- From the two files to what is drawn ------------------------------------------------------


def join(curves: xr.Dataset, curvature: xr.Dataset) -> tuple[xr.Dataset, str]:
    """Put the activation rate and weight norm of a curves file beside the curvature.

    Parameters
    ----------
    curves, curvature
        Content of the two files; the curvature may have fewer replicas and records.

    Returns
    -------
    The curvature with the observables that it is drawn against, all of them NaN where a network
    lacks any of them; and the name of the weight norm: that of the second layer where there is a
    second and last layer, else that of all layers.

    Raises
    ------
    UserError
        A file lacks a variable, or they are not of the same runs.
    """
    norm = "second_layer_norm" if "second_layer_norm" in curves else "weight_norm"
    observables = [name for name in ("activation_rate", norm) if name != "weight_norm"]
    counts = [name for name, *_ in INEQUALITIES]
    quantities = [quantity.name for quantity in CHAIN]
    errors = ["ggn_trace_standard_error", "hessian_trace_estimator_error"]
    of_curvature = [*quantities, *errors, "weight_norm", *counts, "trained", "step"]
    for what, dataset, needed in (
        ("curves", curves, [*observables, "step"]),
        ("curvature", curvature, of_curvature),
    ):
        if missing := [name for name in needed if name not in dataset]:
            raise UserError(f"the {what} file has no {', '.join(missing)}")
    foreign = "the curvature file is not of the same runs as the curves file"
    experiments = [
        caption.experiment_settings(dataset).get("experiment") for dataset in (curves, curvature)
    ]
    if experiments[0] != experiments[1]:
        raise UserError(f"{foreign}: {experiments[1]} and {experiments[0]}")
    try:
        matching = curves[observables].sel({name: curvature[name] for name in DIMENSIONS})
    except KeyError as error:
        raise UserError(f"{foreign}, which lacks its {error}") from error
    grids = [
        dataset["step"].transpose("learning_rate", "batch_size", "record").values.astype(np.float64)
        for dataset in (matching, curvature)
    ]
    if not np.array_equal(*grids, equal_nan=True):
        raise UserError(f"{foreign}: the records are of other iterations")
    joined = curvature.assign({name: matching[name].astype(np.float64) for name in observables})
    shown = [*quantities, "activation_rate", norm]
    present = np.isfinite(joined[shown].to_dataarray("quantity")).all("quantity")
    return joined.assign({name: joined[name].where(present) for name in (*shown, *counts)}), norm


def check_cell(curvature: xr.Dataset, learning_rate: float, batch_size: int) -> None:
    """Refuse a cell that is not there; the message names those that are."""
    trained = curvature["trained"].transpose("learning_rate", "batch_size")
    rates = {
        int(batch): [float(rate) for rate in curvature["learning_rate"].values[column > 0]]
        for batch, column in zip(curvature["batch_size"].values, trained.values.T, strict=True)
    }
    if learning_rate in rates.get(batch_size, []):
        return
    held = "; ".join(
        f"batch size {batch} with learning rates {', '.join(f'{rate:g}' for rate in values)}"
        for batch, values in rates.items()
        if values
    )
    raise UserError(
        f"the curvature file has no cell of learning rate {learning_rate:g} and "
        f"batch size {batch_size}; it has {held or 'none'}"
    )


def select_cell(curvature: xr.Dataset, learning_rate: float, batch_size: int) -> Cell:
    """Pool seeds and replicas of one cell."""
    chosen = curvature.sel(learning_rate=learning_rate, batch_size=batch_size)
    values = {
        quantity.name: chosen[quantity.name].transpose("record", "seed", "replica").values
        for quantity in CHAIN
    }
    return Cell(
        chosen["step"].values.astype(np.float64) * learning_rate**2 / batch_size,
        {name: array.reshape(len(array), -1) for name, array in values.items()},
    )


def link_bands(cell: Cell, level: float) -> list[Band]:
    """Tightness of every link of the chain, in the order of `LINKS`, each shape (records,)."""
    return [
        (ratio_of_means if numerator is HESSIAN else geometric_mean_of_ratios)(
            cell.values[numerator.name], cell.values[denominator.name], level
        )
        for numerator, denominator, _ in LINKS
    ]


# --- Panels -----------------------------------------------------------------------------------


def draw_chain(axes: Axes, cell: Cell, level: float) -> None:
    """Draw every quantity of the chain against thermal time."""
    bands = [mean_band(cell.values[quantity.name], level) for quantity in CHAIN]
    draw_positive(axes, cell, CHAIN, bands)


def draw_links(axes: Axes, cell: Cell, level: float) -> None:
    """Draw the ratio of every two neighbours of the chain against thermal time."""
    looks = [link.numerator for link in LINKS]
    draw_positive(axes, cell, looks, link_bands(cell, level))


def draw_positive(axes: Axes, cell: Cell, looks: Sequence[Quantity], bands: Sequence[Band]) -> None:
    """Draw bands against thermal time on a logarithmic axis; of points, the absolute value."""
    if not any((np.abs(band.mean) > 0).any() for band in bands):
        left = np.isfinite(cell.values[GGN.name]).any()
        reason = "every trace is zero" if left else "every replica has diverged"
        panels.draw_absence(axes, reason)
        return
    axes.set_yscale("log")
    axes.set_xlim(*widen(cell.thermal_time.min(), cell.thermal_time.max()))
    axes.set_ylim(*limits([absolute(band) for band in bands], logarithmic=True))
    for index, (look, band) in enumerate(zip(looks, bands, strict=True)):
        if look.dashes is None:
            draw_points(axes, cell.thermal_time, band, look)
        else:
            stagger = (index + 0.5) / len(looks)
            draw_line(axes, cell.thermal_time, band, look, stagger)


def draw_line(axes: Axes, tau: np.ndarray, band: Band, look: Quantity, stagger: float) -> None:
    """Draw a line with its band, which is cut where it leaves the panel."""
    shown = band.mean > 0
    bottom = axes.get_ylim()[0]
    axes.fill_between(
        tau[shown],
        np.maximum(band.low[shown], bottom),
        band.high[shown],
        color=look.colour,
        alpha=style.BAND_OPACITY,
        linewidth=0,
    )
    axes.plot(
        tau[shown],
        band.mean[shown],
        color=look.colour,
        linestyle=look.dashes,
        linewidth=look.width,
        marker=look.marker,
        markevery=(panels.MARKER_SPACING * stagger, panels.MARKER_SPACING),
    )


def draw_points(axes: Axes, tau: np.ndarray, band: Band, look: Quantity) -> None:
    """Draw absolute values as points with error bars: full; open where the value is negative."""
    mean, low, high, *_ = absolute(band)
    for shown, filling in ((band.mean > 0, look.colour), (band.mean < 0, "white")):
        if not shown.any():
            continue
        bottom = np.maximum(low[shown], axes.get_ylim()[0])
        axes.vlines(tau[shown], bottom, high[shown], color=look.colour, linewidth=0.6, zorder=3)
        axes.plot(
            tau[shown],
            mean[shown],
            color=look.colour,
            linestyle="none",
            marker=look.marker,
            markerfacecolor=filling,
            markeredgewidth=0.6,
            zorder=4,
        )


def draw_times(axes: Axes, sweep: Sweep, legend: panels.Legend) -> None:
    """Draw the curve of every learning rate against thermal time."""
    if not np.isfinite(sweep.band.mean).any():
        panels.draw_absence(axes, panels.reason_of_absence(sweep))
        return
    panel = panels.Panel(panels.THERMAL_TIME_LABEL, sweep.thermal_time)
    scale(axes, "y", sweep.band)
    axes.set_xlim(*widen(*panels.horizontal_range(panel, sweep)))
    panels.draw_curves(axes, panel, sweep, legend)


def draw_trajectories(axes: Axes, x: Sweep, y: Sweep, legend: panels.Legend) -> None:
    """Draw one observable against another, from record to record, with a ring at the first."""
    if not np.isfinite(y.band.mean).any():
        panels.draw_absence(axes, panels.reason_of_absence(y))
        return
    scale(axes, "x", x.band)
    scale(axes, "y", y.band)
    for index, colour in enumerate(legend.colours):
        across, up = (Band(*(field[index] for field in sweep.band)) for sweep in (x, y))
        shown = np.flatnonzero(np.isfinite(up.mean))
        if not len(shown):
            continue
        for dashes, part in panels.dash_reduced(y.left_out[index][shown]).items():
            points = shown[part]
            axes.plot(
                across.mean[points],
                up.mean[points],
                color=colour,
                linestyle=dashes,
                marker=style.marker(index),
            )
        for bars, where, band, axis in (
            (axes.vlines, across.mean, up, axes.yaxis),
            (axes.hlines, up.mean, across, axes.xaxis),
        ):
            least = axis.get_view_interval()[0] if axis.get_scale() == "log" else -np.inf
            low, high = np.maximum(band.low, least), band.high
            bars(where[shown], low[shown], high[shown], color=colour, alpha=0.5, linewidth=0.6)
        axes.plot(
            across.mean[shown[:1]],
            up.mean[shown[:1]],
            color=style.MUTED_COLOUR,
            linestyle="none",
            marker="o",
            markersize=RING_SIZE,
            markerfacecolor="none",
            markeredgewidth=0.6,
        )


# --- Axes and legends -------------------------------------------------------------------------


def absolute(band: Band) -> Band:
    """Band of the absolute value, with the interval reflected where the mean is negative."""
    negative = band.mean < 0
    return band._replace(
        mean=np.abs(band.mean),
        low=np.where(negative, -band.high, band.low),
        high=np.where(negative, -band.low, band.high),
    )


def limits(bands: Sequence[Band], *, logarithmic: bool) -> tuple[float, float]:
    """Range of bands and a little air; on a logarithmic axis, of what is positive."""
    values = []
    for band in bands:
        mean, low, high = band.mean, band.low, band.high
        if logarithmic:
            mean = np.where(mean > 0, mean, np.nan)
            low = np.where(low > DEEPEST_BAND * mean, low, np.nan)
        values += [mean, low, high]
    everything = np.concatenate([np.ravel(value) for value in values])
    everything = everything[np.isfinite(everything) & ((everything > 0) | (not logarithmic))]
    if logarithmic:
        low, high = widen(*np.log10([everything.min(), everything.max()]))
        return float(10**low), float(10**high)
    return widen(everything.min(), everything.max())


def widen(low: float, high: float) -> tuple[float, float]:
    """Range with air at either end, and of some width even where there is a single value."""
    margin = AIR * (high - low) if low < high else 0.1 * abs(low) or 0.5
    return float(low - margin), float(high + margin)


def scale(axes: Axes, direction: str, band: Band) -> None:
    """Choose a linear or a logarithmic axis, x or y, by the means alone, and its limits."""
    means = band.mean[np.isfinite(band.mean)]
    largest, smallest = means.max(), means.min()
    logarithmic = bool(
        smallest > 0 and (largest > LINEAR_FACTOR * smallest or largest >= LINEAR_LARGEST)
    )
    axes.set(
        **{
            f"{direction}scale": "log" if logarithmic else "linear",
            f"{direction}lim": limits([band], logarithmic=logarithmic),
        }
    )


def label_axes(axes: Axes) -> None:
    """Choose the ticks of a panel, where it shows anything."""
    if not axes.lines:
        return
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            style.label_logarithmic(axis)
        else:
            style.label_ticks(axis, max(map(abs, axis.get_view_interval())))


def legend_columns(width: float) -> int:
    """Return how many learning rates fit side by side, beside the longest title."""
    return panels.legend_columns(width, 1.5 * panels.LEGEND_TITLE_WIDTH)


def draw_legends(figure: Figure, legend: panels.Legend, down: float) -> None:
    """Draw the legends of the chain, of its links and of the learning rates, one below another."""
    titles = ("(a)  traces and bounds", "(b)  ratios", f"(c–i)  {legend.compared.name}")
    written = [
        panels.write_line(figure, title, down + index * style.LINE_HEIGHT)
        for index, title in enumerate(titles)
    ]
    start = max(map(panels.line_end, written))
    looks = [link.numerator for link in LINKS]
    for index, (handles, entries, columns) in enumerate(
        (
            (map(handle, CHAIN), [quantity.label for quantity in CHAIN], len(CHAIN)),
            (map(handle, looks), [link.label for link in LINKS], len(LINKS)),
            (legend.handles, legend.entries, legend_columns(figure.get_figwidth())),
        )
    ):
        down_to = down + index * style.LINE_HEIGHT
        panels.draw_keys(figure, list(handles), entries, down_to, start, columns)


def handle(look: Quantity) -> object:
    """Key of a quantity: its line in its band, or its point."""
    points = look.dashes is None
    line = Line2D(
        [],
        [],
        color=look.colour,
        linestyle="none" if points else look.dashes,
        linewidth=look.width,
        marker=look.marker,
    )
    return (
        line if points else (Patch(color=look.colour, alpha=style.BAND_OPACITY, linewidth=0), line)
    )


# --- Texts ------------------------------------------------------------------------------------


def write_texts(
    settings: "FigureSettings",
    curvature: xr.Dataset,
    cell: Cell,
    sweep: Sweep,
    names: Sequence[str],
) -> caption.Texts:
    """Write what is said around the panels.

    Parameters
    ----------
    settings
        Title, note, batch size and confidence level.
    curvature
        Content of the curvature file.
    cell
        The cell whose whole chain is shown.
    sweep
        The curves that are compared.
    names
        What to call each of them.

    Raises
    ------
    UserError
        The file does not say how the curvature was evaluated.
    """
    fixed = panels.HYPERPARAMETERS["batch_size"].with_value(settings.batch_size)
    compared = curvature.sel(batch_size=settings.batch_size)
    violations = count_violations(compared)
    notices = [settings.note, caption.describe_diverged(sweep, names), describe_alarm(violations)]
    sentences = [
        caption.describe_setup(curvature, fixed),
        describe_method(compared),
        describe_points(sweep, cell, settings.confidence_level),
        describe_sign(cell),
        describe_violations(violations, fixed),
    ]
    return caption.Texts(
        settings.title, tuple(filter(None, notices)), (" ".join(filter(None, sentences)),)
    )


def describe_method(curvature: xr.Dataset) -> str:
    """Say what the traces are and how precise those of one network are."""
    method = curvature.attrs.get("hessian_method")
    if method not in METHODS:
        raise UserError(
            f"the curvature file says of its hessian_method {method!r}; "
            f"it must be one of {', '.join(METHODS)}"
        )
    probe = relative_error(curvature["ggn_trace_standard_error"], curvature["ggn_trace"])
    estimator = relative_error(
        curvature["hessian_trace_estimator_error"], curvature["hessian_trace"]
    )
    samples = probe_samples(curvature)
    return (
        f"Every value of a network is a mean over {samples:,} probe samples"
        + (f" (standard error {probe} of Tr(PK))" if probe else "")
        + f". Tr H: trace of the Hessian of the loss, {METHODS[method]}"
        + (f" (standard error {estimator})" if method == "stochastic" and estimator else "")
        + "; Tr(PK): of its Gauss–Newton part (Eq.\u00a050); bound: derived layer by layer, "
        "with Tr P; as printed: Eq.\u00a064 literally."
    )


def relative_error(error: xr.DataArray, value: xr.DataArray) -> str:
    """R.m.s. of an error over that of its value, over all networks, in per cent; empty for none.

    An error that is itself estimated from two random vectors scatters: its mean square is right on
    average, its median a third too small.
    """
    present = (np.isfinite(error) & np.isfinite(value)).values
    squares = [(it.values[present] ** 2).sum() for it in (error, value)]
    return f"{100 * np.sqrt(squares[0] / squares[1]):.2g} %" if squares[1] > 0 else ""


def probe_samples(curvature: xr.Dataset) -> int:
    """Read the number of probe samples that a curvature file carries."""
    try:
        return int(curvature.attrs["probe_samples"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError("the curvature file does not say its number of probe_samples") from error


def describe_points(sweep: Sweep, cell: Cell, level: float) -> str:
    """Say what lines, points, bands and bars are."""
    without = [
        int((np.isfinite(cell.values[GGN.name]).sum(axis=-1) - band.count).max())
        for band in link_bands(cell, level)
    ]
    return (
        f"Lines and points: means over {caption.describe_networks(sweep)}; bands and bars: "
        f"{100 * level:g} % confidence intervals of the mean (Student\u00a0t). "
        "(b): Tr H/Tr(PK) is the ratio of the two means, its interval by the delta method; the "
        "other ratios are geometric means over networks, their intervals in log space"
        + (
            f" (up to {max(without):,} networks whose traces are 0 left out)"
            if any(without)
            else ""
        )
        + ". (d–h): from snapshot to snapshot; rings: the first."
    )


def describe_sign(cell: Cell) -> str:
    """Say where a logarithmic axis cannot show the Hessian's trace; empty where it can."""
    means = mean_band(cell.values[HESSIAN.name]).mean
    parts = [
        f"{words} at {count} of {len(means)} snapshots ({how})"
        for words, count, how in (
            ("negative", int((means < 0).sum()), "open points: its absolute value"),
            ("zero", int((means == 0).sum()), "not drawn"),
        )
        if count
    ]
    return f"In (a,\u00a0b) the mean of Tr H is {' and '.join(parts)}." if parts else ""


class Violations(NamedTuple):
    """How often inequalities were violated.

    Attributes
    ----------
    tests
        How often each was tested.
    counts
        How often each was violated, in the order of `INEQUALITIES`.
    """

    tests: int
    counts: tuple[int, ...]


def count_violations(curvature: xr.Dataset) -> Violations:
    """Count over all cells, networks, snapshots and probe samples; the diverged do not count."""
    networks = int(np.isfinite(curvature[GGN.name]).sum())
    return Violations(
        networks * probe_samples(curvature),
        tuple(int(curvature[name].sum()) for name, *_ in INEQUALITIES),
    )


def describe_violations(violations: Violations, fixed: str) -> str:
    """Say how often each inequality was violated."""
    if not violations.tests:
        return ""
    parts = [
        f"{words}: {f'{count:,} ({100 * count / violations.tests:.2g} %)' if count else 'never'}"
        for (_, words, _), count in zip(INEQUALITIES, violations.counts, strict=True)
    ]
    return (
        f"Violations in {violations.tests:,} tests of each inequality (all cells of {fixed}, "
        f"networks, snapshots and probe samples): {'; '.join(parts)}."
    )


def describe_alarm(violations: Violations) -> str:
    """Warn of violations of what has been proved; empty where there are none."""
    parts = [
        words
        for (_, words, proved), count in zip(INEQUALITIES, violations.counts, strict=True)
        if proved and count
    ]
    return f"Violated although proved: {'; '.join(parts)}." if parts else ""
