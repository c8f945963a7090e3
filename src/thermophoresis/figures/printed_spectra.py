"""What is printed of spectra, beside measured ones, and whether any spectrum is like that."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from thermophoresis.errors import UserError
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import (
    Texts,
    describe_setup,
    how_many,
    measurement_settings,
)
from thermophoresis.figures.parts.legend import Key, draw_keys, legend_columns
from thermophoresis.figures.parts.spectra import Spectrum, spectra_of
from thermophoresis.figures.parts.ticks import label_axes, label_logarithmic
from thermophoresis.numerics.intervals import Band, mean_band
from thermophoresis.numerics.printed import half_a_digit
from thermophoresis.theory.spectrum_moments import least_rank_share

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

# By which thresholds eigenvalues that were measured are counted; what that is called.
RANKS = (("rank_share_float32", "float32"), ("rank_share_trace99", "99 %"))
SPREAD = "deviation_over_mean_all"
MARKS = "os"
PRINTED, IMPOSSIBLE = "#000000", "#dddddd"
LEAST = r"$\mu^2/(\mu^2+s^2)$"


class Row(NamedTuple):
    """What is printed of one spectrum: lowest, printed and highest, as digits allow.

    Attributes
    ----------
    name
        What it is of.
    least
        μ²/(μ² + s²), (3,).
    rank
        r/d, (3,).
    trace
        Largest share of the trace that the r eigenvalues can have.
    """

    name: str
    least: np.ndarray
    rank: np.ndarray
    trace: float


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Which cells are drawn at which snapshots, title, note and confidence level.
    datasets
        Curves of the experiments, then their measurements, then the file of the computation.

    Raises
    ------
    UserError
        A file lacks a variable, a cell or a snapshot, or is of another kind of computation.
    """
    *measured, computed = datasets
    variables = ["eigenvalues", "trace", SPREAD, *(name for name, _ in RANKS)]
    rows, spectra = rows_of(computed), spectra_of(settings, measured, variables)
    level = settings.figure.confidence_level
    legends = entries_of(rows, spectra)
    heights = [_rows_in(it) * 1.15 * style.LINE_HEIGHT for it in legends]
    keys = sum(heights) + 0.3 * style.LINE_HEIGHT
    texts = write_texts(settings, measured[0], spectra)
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    for down, entries in zip((top, top + heights[0]), legends, strict=True):
        handles, words = [it for it, _ in entries], [it for _, it in entries]
        draw_keys(figure, handles, words, down, layout.MARGIN, _columns(entries))
    grid = figure.subplots(1, 2, squeeze=False)
    draw_ranks(grid[0, 0], rows, spectra, level)
    draw_traces(grid[0, 1], rows, spectra, level)
    for letter, axes in zip("ab", grid.flat, strict=True):
        axes.set_title(f"({letter})")
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the files of the experiments that it names, and the file of the computation.
draw = partial(files.draw, compose)


def rows_of(computed: xr.Dataset) -> list[Row]:
    """Return what is printed, with what its last digits leave open.

    Raises
    ------
    UserError
        The file is of another kind of computation.
    """
    if "trace_above" not in computed:
        raise UserError("its setting must name a computation of the kind printed_spectra")
    printed = measurement_settings(computed)["rows"]
    found = []
    for name in map(str, computed["row"].values):
        mean, deviation, rank = (
            float(printed[name][key]) + half_a_digit(printed[name][key]) * np.array([-1, 0, 1])
            for key in ("mean", "deviation", "rank")
        )
        # The larger the deviation, the smaller the share.
        least = np.array(list(map(least_rank_share, mean, deviation[::-1])))
        trace = float(computed["trace_above"].sel(row=name))
        found.append(Row(name.replace("_", " "), least, rank / 100, trace))
    return found


def entries_of(rows: Sequence[Row], spectra: Sequence[Spectrum]) -> list[list[tuple[Key, str]]]:
    """Return what stands in the legend of what is printed, and of what is measured."""
    printed: list[tuple[Key, str]] = [
        (_key(style.marker(index), PRINTED, "none"), row.name) for index, row in enumerate(rows)
    ]
    measured: list[tuple[Key, str]] = [
        (_key(mark, it.colour), f"{it.name}, {by}")
        for it in spectra
        for mark, (_, by) in zip(MARKS, RANKS, strict=True)
    ]
    return [printed, [*measured, (Patch(color=IMPOSSIBLE, linewidth=0), f"$r/d$ < {LEAST}")]]


def least_of(of: Spectrum) -> np.ndarray:
    """Return μ²/(μ² + s²) over all d eigenvalues, (network,)."""
    return np.asarray(1 / (1 + of.values(SPREAD) ** 2))


def counted_trace(of: Spectrum, rank: str) -> np.ndarray:
    """Return the share of the trace that the counted eigenvalues have, (network,)."""
    values, trace = of.values("eigenvalues"), of.values("trace")
    counted = np.arange(values.shape[1]) < np.rint(of.values(rank) * of.dimension)[:, None]
    above = np.where(counted, values, 0.0).sum(axis=1)
    return np.asarray(above / np.where(trace > 0, trace, np.nan))


def draw_ranks(axes: Axes, rows: Sequence[Row], spectra: Sequence[Spectrum], level: float) -> None:
    """Draw r/d against μ²/(μ² + s²), which is the least that it can be."""
    ours = [
        (it, mark, mean_band(least_of(it), level), it.band(name, level))
        for it in spectra
        for mark, (name, _) in zip(MARKS, RANKS, strict=True)
    ]
    drawn = [value for it in rows for value in (*it.least, *it.rank)]
    drawn += [float(value) for _, _, x, y in ours for value in (x.mean, y.mean)]
    least = 10 ** np.floor(np.log10(min(it for it in drawn if it > 0)))
    ends = np.array([least, 1.0])
    axes.fill_between(ends, least, ends, color=IMPOSSIBLE, linewidth=0)
    axes.plot(ends, ends, color=style.MUTED_COLOUR)
    for index, row in enumerate(rows):
        _point(axes, row.least, row.rank, PRINTED, style.marker(index), "none")
    for it, mark, x, y in ours:
        _point(axes, _ends(x), _ends(y), it.colour, mark)
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=ends)
    axes.set(xlabel=f"{LEAST}, moments over all $d$", ylabel="rank $r/d$")
    label_logarithmic(axes.xaxis)
    label_logarithmic(axes.yaxis)


def draw_traces(axes: Axes, rows: Sequence[Row], spectra: Sequence[Spectrum], level: float) -> None:
    """Draw shares of the trace side by side: of what is printed at most, of ours by threshold."""
    for index, row in enumerate(rows):
        place = np.full(3, _beside(0, index, len(rows)))
        _point(axes, place, np.full(3, row.trace), PRINTED, style.marker(index), "none")
    for index, it in enumerate(spectra):
        for column, (mark, (name, _)) in enumerate(zip(MARKS, RANKS, strict=True), 1):
            place = np.full(3, _beside(column, index, len(spectra)))
            band = mean_band(counted_trace(it, name), level)
            _point(axes, place, _ends(band), it.colour, mark)
    axes.set(ylabel=r"share of the trace", ylim=(0, 1.05), xlim=(-0.5, len(RANKS) + 0.5))
    label_axes(axes)
    words = ["printed, at most", *(f"measured, {by}" for _, by in RANKS)]
    axes.set_xticks(range(len(words)), words)
    axes.tick_params(axis="x", length=0)


def write_texts(
    settings: "FigureSettings", curves: xr.Dataset, spectra: Sequence[Spectrum]
) -> Texts:
    """Write what is said around the panels."""
    shown = settings.figure
    networks = how_many(it.view.sizes["network"] for it in spectra)
    # Of the first one; the legend has in what others differ.
    setup = describe_setup(curves, networks, cells=spectra[0].cell)
    listed = ", ".join(f"{it.dimension:,} ({it.name})" for it in spectra)
    caption = (
        "Open symbols: as printed, bars: what the last digits leave open; filled ones: measured, "
        f"means over networks with {100 * shown.confidence_level:g} % confidence intervals "
        f"(Student t). {setup} Weights d: {listed}. (a) Rank r of the gradients' covariance over d "
        "against the least that mean μ and deviation s of its eigenvalues allow. If μ and s are "
        "over all d, and r counts all that are not zero, no point can be in the grey; if r counts "
        "those above a threshold, one can, where what is below has much of the trace. Filled "
        "circles count what is above d times the rounding of float32 in units of the largest "
        "eigenvalue, filled squares as many as have 99 % of the trace. (b) The largest share of "
        "the trace that the counted eigenvalues can have, given r, and μ and s over all d, as "
        "printed; and what those measured have."
    )
    return Texts.of(settings, caption)


def _columns(entries: Sequence[tuple[Key, str]]) -> int:
    """Return how many entries of a legend stand side by side; mathematics is short."""
    words = [it for _, it in entries if "$" not in it]
    return min(len(entries), legend_columns(style.DOUBLE_COLUMN, 0.0, words))


def _rows_in(entries: Sequence[tuple[Key, str]]) -> int:
    """Return how many rows a legend has."""
    return -(-len(entries) // _columns(entries))


def _key(mark: str, colour: str, face: str | None = None) -> Line2D:
    """Return what stands in the legend for a point."""
    return Line2D([], [], color=colour, linestyle="none", **_look(mark, face))


def _look(mark: str, face: str | None) -> dict[str, Any]:
    """Return the settings of a marker: filled, or an outline."""
    if face is None:
        return {"marker": mark, "markersize": 4.0}
    return {"marker": mark, "markersize": 4.5, "markerfacecolor": face, "markeredgewidth": 0.8}


def _ends(band: Band) -> np.ndarray:
    """Return lower end, mean and upper end of an interval, (3,)."""
    return np.array([band.low, band.mean, band.high])


def _beside(column: int, index: int, count: int) -> float:
    """Return where one of several is in a column."""
    return column + 0.7 * ((index + 0.5) / count - 0.5)


def _point(
    axes: Axes, x: np.ndarray, y: np.ndarray, colour: str, mark: str, face: str | None = None
) -> None:
    """Draw a point with bars; of each coordinate low end, place and high end, (3,)."""
    axes.plot(x[[0, 2]], y[[1, 1]], color=colour, linewidth=0.6)
    axes.plot(x[[1, 1]], y[[0, 2]], color=colour, linewidth=0.6)
    axes.plot(x[[1]], y[[1]], color=colour, linestyle="none", **_look(mark, face))
