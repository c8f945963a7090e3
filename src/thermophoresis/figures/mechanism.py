"""What tells two explanations of the falling activation rate apart.

(a) If noise holds V at a level and the mean force of that level moves W and b, the activation rate
depends on V(0) until V has relaxed, and follows the slow flow from V at its level. (b) Of its fall,
noise then has a share by Itô's formula that goes to 0 with η/|B|. (c) So does the distance from the
slow flow.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.analysis import shares
from thermophoresis.analysis.thermal_time import times_of
from thermophoresis.analysis.view import by_record, cells_with
from thermophoresis.config.slow_flow import law
from thermophoresis.figures.parts import files, layout, style, theory
from thermophoresis.figures.parts.caption import Texts, describe_setup, how_many, settings_of_cells
from thermophoresis.figures.parts.curves import THERMAL_TIME_LABEL
from thermophoresis.figures.parts.legend import draw_keys, line_end
from thermophoresis.figures.parts.observable_labels import label_of
from thermophoresis.figures.parts.ticks import label_axes
from thermophoresis.numerics.intervals import mean_band, student_half_width
from thermophoresis.theory import slow_flow

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.figures.mechanism import MechanismFigure

SHARES = {
    "ito": ("Itô", theory.COLOURS[0]),
    "flux": ("flux", theory.COLOURS[1]),
    "intervention": ("intervention", theory.COLOURS[2]),
}
DRIVE_LABEL = r"$\eta/|B|$ (dimensionless)"
KEYS_IN_A_ROW = 4
KEY_HEIGHT = 1.2 * style.LINE_HEIGHT  # of each of several rows


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Which cells are drawn, the thermal time of shares, title, note and confidence level.
    datasets
        Content of the curves files, one for each experiment.

    Raises
    ------
    UserError
        A file lacks a variable or a cell.
    """
    shown: MechanismFigure = settings.figure  # type: ignore[assignment]
    curves = dict(zip(dict.fromkeys(shown.experiments.values()), datasets, strict=True))
    level = curves[shown.level.experiment]
    control = None
    if shown.control is not None:
        held = curves[shown.control.experiment]
        control = cells_with(held, ["activation_rate"], **shown.control.asked, least=2)
    found = shares.shares_of_fall(level, control, shown.thermal_time, **shown.level.asked)
    distance = shares.distances(level, **shown.level.asked)
    texts = write_texts(settings, level, found, distance)

    rows = -(-(len(shown.curves) + 1) // KEYS_IN_A_ROW)
    keys = rows * KEY_HEIGHT + 1.3 * style.LINE_HEIGHT
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    draw_legends(figure, [it.name for it in shown.curves], list(found), top, rows)
    grid = figure.subplots(1, 3, squeeze=False)
    draw_rates(grid[0, 0], shown, curves)
    for name, line in found.items():
        draw_line(grid[0, 1], line, SHARES[name][1], shown.confidence_level)
    draw_line(grid[0, 2], distance, theory.COLOUR, shown.confidence_level)
    label_panels(grid[0], shown.thermal_time)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From the curves files of the experiments that it names.
draw = partial(files.draw, compose)


def draw_legends(
    figure: Figure, curves: Sequence[str], causes: Sequence[str], down: float, rows: int
) -> None:
    """Draw the legend of activation rates and that of shares, one below the other."""
    handles = [Line2D([], [], color=colour) for colour in theory.COLOURS[: len(curves)]]
    title = layout.write_line(figure, "(a)", down)
    start = line_end(figure, title)
    draw_keys(figure, [*handles, theory.key()], [*curves, "slow flow"], down, start, KEYS_IN_A_ROW)
    down += rows * KEY_HEIGHT
    layout.write_line(figure, "(b)", down)
    markers = [Line2D([], [], color=SHARES[it][1], marker="o", linestyle="none") for it in causes]
    words = [f"share of noise: {SHARES[it][0]}" for it in causes]
    draw_keys(figure, markers, words, down, start, len(words))


def draw_rates(axes: Axes, shown: "MechanismFigure", curves: Mapping[str, xr.Dataset]) -> None:
    """Draw the activation rate of each cell that is named, and that of the slow flow."""
    end = 0.0
    for colour, cell in zip(theory.COLOURS, shown.curves, strict=False):
        view = cells_with(curves[cell.experiment], ["activation_rate"], **cell.asked)
        # None is left out before it is lost, for those that diverge are not like the others.
        whole = np.isfinite(view["activation_rate"].values[0]).all(axis=0)
        band = mean_band(by_record(view, "activation_rate")[0], shown.confidence_level)
        (tau,) = times_of(view)
        opacity = style.BAND_OPACITY
        kept = np.cumprod(whole).astype(bool)
        low, high = band.low[kept], band.high[kept]
        axes.fill_between(tau[kept], low, high, color=colour, alpha=opacity, linewidth=0)
        axes.plot(tau[kept], band.mean[kept], color=colour)
        end = max(end, min(tau[-1], shown.thermal_time))
    level = curves[shown.level.experiment]
    view = cells_with(level, ["activation_rate"], **shown.level.asked)
    nodes = slow_flow.initial_ratios(**law(settings_of_cells(level, view)["network"]))
    tau = np.linspace(0, end, 100)
    axes.plot(
        tau,
        slow_flow.activation_rate(tau, *nodes),
        color=theory.COLOUR,
        linestyle=style.DASHES,
        linewidth=theory.WIDTH,
    )
    axes.set_xlim(0, end)


def draw_line(axes: Axes, line: shares.Line, colour: str, level: float) -> None:
    """Draw a quantity of each cell with its interval, the line through it and its intercept."""
    half = student_half_width(line.standard_error, np.full(len(line.drive), line.networks), level)
    axes.errorbar(
        line.drive, line.value, half, color=colour, marker="o", linestyle="none", elinewidth=0.8
    )
    ends = np.array([0.0, line.drive.max()])
    axes.plot(ends, line.intercept + line.slope * ends, color=colour, linewidth=0.6)
    axes.errorbar(
        [0.0],
        [line.intercept],
        student_half_width(line.intercept_error, line.networks, level),
        color=colour,
        marker="o",
        markerfacecolor="white",
        markeredgewidth=0.6,
        elinewidth=0.8,
    )


def label_panels(axes: Sequence[Axes], at: float) -> None:
    """Write titles, labels and numbers."""
    for letter, panel, x, y in zip(
        "abc",
        axes,
        (THERMAL_TIME_LABEL, DRIVE_LABEL, DRIVE_LABEL),
        (label_of("activation_rate"), f"share of the fall at $\\tau={at:g}$", "distance / fall"),
        strict=True,
    ):
        panel.set(xlabel=x, ylabel=y)
        panel.set_title(f"({letter})")
        if x == DRIVE_LABEL:
            low, high = panel.get_xlim()
            panel.set_xlim(min(low, -0.04 * high), high)
            panel.axhline(0, color=style.MUTED_COLOUR, linewidth=0.5, zorder=0)
        label_axes(panel)


def write_texts(
    settings: "FigureSettings",
    level: xr.Dataset,
    found: Mapping[str, shares.Line],
    distance: shares.Line,
) -> Texts:
    """Write what is said around the panels."""
    shown: MechanismFigure = settings.figure  # type: ignore[assignment]
    confidence = shown.confidence_level
    view = cells_with(level, ["activation_rate"], **shown.level.asked)

    def intercept(line: shares.Line) -> str:
        half = student_half_width(line.intercept_error, line.networks, confidence)
        return f"{round(line.intercept, 4) + 0.0:.4f} ± {half:.4f}".replace("-", "−")

    told = ", ".join(f"{SHARES[name][0]} {intercept(line)}" for name, line in found.items())
    caption = (
        f"{describe_setup(level, 'V at its level in (b) and (c)', 'init', view)} "
        f"(a) Means over networks; bands: {100 * confidence:g} % intervals (Student\u00a0t). "
        "A curve ends where the first network diverges. Dashed: the slow flow dz/dτ = −φ(z)/8 of "
        "z = b/‖w‖, which has no parameter. "
        f"(b) What noise has done of the change up to τ = {shown.thermal_time:g}: the second-order "
        "term of Itô's formula; the flux of the paper; what is missing without noise. "
        "(c) The largest deviation of the mean from the slow flow along the run over the fall of "
        "the latter, each network from its own weights. Means over "
        f"{how_many([distance.networks])}, bars: {100 * confidence:g} % intervals (bootstrap over "
        "networks); lines by "
        f"weighted least squares. Open: their intercepts at η/|B| = 0: {told}; distance "
        f"{intercept(distance)}. Where the points bend, an intercept is not the limit."
    )
    return Texts.of(settings, caption)
