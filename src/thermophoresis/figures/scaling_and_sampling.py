"""What learning rate, batch size and sampling leave of the loss.

Temperature of a regression by sampler, against η and within an epoch; the late loss of networks
against η/|B|; what sampling changes of the validation loss at equal training loss; and the excess
loss of several networks and data against η/|B| and against that times the mean eigenvalue of D.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.analysis.thermal_time import SCHEDULED
from thermophoresis.analysis.view import axes_of, cells_with, labels_of
from thermophoresis.claims.cells import select_cells
from thermophoresis.claims.late import late_weights
from thermophoresis.claims.statistics.difference_at_equal_loss import difference_at_equal_loss
from thermophoresis.claims.statistics.equalised_spread import excess, stretches
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import (
    Texts,
    count_networks,
    describe_setup,
    experiment_settings,
    measurement_settings,
)
from thermophoresis.figures.parts.legend import Key, draw_rows
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import mean_band, student_half_width

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.figures.scaling_and_sampling import ScalingAndSamplingFigure

REPLACED = "with_replacement"
ORDER = {
    REPLACED: "with replacement",
    "fresh_subset": "fresh subset",
    "without_replacement": "reshuffled epochs",
    "fixed_order": "fixed order",
}
OTHERS = ("fresh_subset", "without_replacement")
SEED = 0  # of the resamples behind intervals
LOSSES = (("train_loss", "training", 0), ("loss", "validation", 2))
SCALE = "train_gradient_variance"
DRIVE = r"$\eta/|B|$ (dimensionless)"
MAX_DIVERSITY = 5


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title, note and confidence level, and up to which loss samplings are compared.
    datasets
        Content of the curves files of the grid and of the diverse cells, and of the computation.

    Raises
    ------
    UserError
        A file lacks a variable or a cell.
    """
    shown: ScalingAndSamplingFigure = settings.figure  # type: ignore[assignment]
    grid, diversity, regression = datasets
    level = shown.confidence_level
    diverse = cells_with(diversity, ["train_loss", SCALE])
    keys = 3.3 * style.LINE_HEIGHT
    texts = write_texts(settings, grid, diversity, regression)
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + 2 * layout.ROW)
    draw_legends(figure, grid, diverse, top)
    panels = figure.subplots(2, 3, squeeze=False)
    draw_temperature(panels[0, 0], regression, level)
    draw_epoch(panels[0, 1], regression, level)
    draw_scaling(panels[0, 2], grid, level)
    draw_sampling(panels[1, 0], grid, shown)
    draw_excess(panels[1, 1:], diverse, level)
    letter_panels(panels.flat)
    layout.finish_figure(figure, panels, top=top + keys, footer=footer)
    return figure


# From the curves files of both experiments and the file of the computation.
draw = partial(files.draw, compose)


def colour_of(sampling: str) -> str:
    """Return the colour of a sampler, the same in all panels."""
    return style.QUALITATIVE[[*ORDER].index(sampling)]


def words_of(cells: xr.Dataset) -> list[str]:
    """Return what to call cells by their further axes."""
    labels = [labels_of(cells, axis) for axis in axes_of(cells)[2:]]
    return [", ".join(map(str, it)) for it in zip(*labels, strict=True)]


def draw_legends(figure: Figure, grid: xr.Dataset, diverse: xr.Dataset, down: float) -> None:
    """Draw the legends of samplers, losses and cells, one below the other."""
    samplers: list[tuple[Key, str]] = [
        (Line2D([], [], color=colour_of(name), marker="o"), words) for name, words in ORDER.items()
    ]
    losses: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.QUALITATIVE[number]), words) for _, words, number in LOSSES
    ]
    for index, rate in enumerate(grid["learning_rate"].values):
        key = Line2D([], [], color=style.MUTED_COLOUR, linestyle="none", marker=style.marker(index))
        key.set(markersize=5, markerfacecolor="none", markeredgewidth=0.7)
        losses.append((key, f"$\\eta$ = {rate:g}"))
    of_cells: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.QUALITATIVE[index], marker=style.marker(index)), words)
        for index, words in enumerate(words_of(diverse))
    ]
    rows = [
        ("(a, b, d)  sampling", samplers),
        ("(c)  loss", losses),
        ("(e, f)  cells", of_cells),
    ]
    draw_rows(figure, rows, down)


def _half(dataset: xr.Dataset, name: str, level: float) -> np.ndarray:
    error = dataset[f"{name}_standard_error"]
    return student_half_width(error.values, error.attrs["replicas"], level)


def draw_temperature(axes: Axes, regression: xr.Dataset, level: float) -> None:
    """Draw Tr(HΣ) over theory in continuous time against η, with the exact one as a line."""
    eta = regression["learning_rate"].values
    axes.axhline(1, color=style.MUTED_COLOUR, linewidth=0.5, zorder=0)
    for name in regression["sampling"].values:
        one, colour = regression.sel(sampling=name), colour_of(str(name))
        ratio, half = one["temperature_ratio"].values, _half(one, "temperature_ratio", level)
        factor = one["energy"].mean("step").values / ratio
        axes.plot(eta, one["exact_energy"].mean("step").values / factor, color=colour)
        axes.errorbar(eta, ratio, half, color=colour, linestyle="none", marker="o")
    axes.set(
        xscale="log",
        yscale="log",
        xlabel=r"learning rate $\eta$",
        ylabel=r"$\mathrm{Tr}\,H\Sigma$ / $(\eta\varphi/2|B|)\,\mathrm{Tr}\,D$",
    )


def draw_epoch(axes: Axes, regression: xr.Dataset, level: float) -> None:
    """Draw Tr(HΣ) after each step of an epoch, at the smallest η."""
    least = regression.sel(learning_rate=float(regression["learning_rate"].min()))
    steps = least["step"].values
    for name in least["sampling"].values:
        one, colour = least.sel(sampling=name), colour_of(str(name))
        axes.plot(steps, one["exact_energy"].values, color=colour)
        half = _half(one, "energy", level)
        axes.errorbar(steps, one["energy"].values, half, color=colour, linestyle="none", marker="o")
    axes.set(
        yscale="log",
        xlabel="steps since the epoch began",
        ylabel=r"$\mathrm{Tr}\,H\Sigma$ / $(\eta/2|B|)\,\mathrm{Tr}\,D$",
    )


def draw_scaling(axes: Axes, grid: xr.Dataset, level: float) -> None:
    """Draw late losses against η/|B|, a marker for each η."""
    names = [name for name, *_ in LOSSES]
    cells = cells_with(grid, names, further={"sampling": REPLACED})
    weights = late_weights(cells)
    rates, batches = cells["learning_rate"].values, cells["batch_size"].values
    every = grid["learning_rate"].values.tolist()
    for name, _, number in LOSSES:
        values = cells[name].transpose("cell", "network", "record").values
        late = np.einsum("cr,cnr->cn", weights / weights.sum(1, keepdims=True), values)
        mean, low, high, *_ = mean_band(late, level)
        for cell, (rate, batch) in enumerate(zip(rates, batches, strict=True)):
            axes.errorbar(
                [rate / batch],
                mean[cell : cell + 1],
                [[mean[cell] - low[cell]], [high[cell] - mean[cell]]],
                color=style.QUALITATIVE[number],
                marker=style.marker(every.index(rate)),
                # Those of one η/|B| lie on each other.
                markersize=4 + 1.5 * (len(every) - every.index(rate)),
                markerfacecolor="none",
                markeredgewidth=0.7,
            )
    axes.set(xscale="log", xlabel=DRIVE, ylabel="late loss (nat)")


def draw_sampling(axes: Axes, grid: xr.Dataset, shown: "ScalingAndSamplingFigure") -> None:
    """Draw by how much the validation loss with replacement is above that without."""
    settings = experiment_settings(grid)
    size = settings["data"].get("samples", {}).get("train") or settings.get("training_set_size")
    whole = cells_with(grid, ["loss"], further={"sampling": "fresh_subset"})
    axes.axhline(0, color=style.MUTED_COLOUR, linewidth=0.5, zorder=0)
    rate = float(whole["learning_rate"][0])
    unit = float(size) if size else 1.0
    for other in OTHERS:
        found = []
        for batch in whole["batch_size"].values.tolist():
            cells = select_cells(
                grid,
                ["loss", "train_loss"],
                learning_rate=rate,
                batch_size=batch,
                further={"sampling": (REPLACED, other)},
            )
            # Both have one drive, so that they stay in this order.
            rng = np.random.default_rng(SEED)
            (it,) = difference_at_equal_loss(cells, rng, shown.loss_at_most)
            half = student_half_width(it.standard_error, it.replicas, shown.confidence_level)
            found.append((batch / unit, it.value, float(half)))
        x, value, bars = np.array(found).T
        aside = 1 + 0.03 * (-1 if other == OTHERS[0] else 1)
        axes.errorbar(x * aside, value, bars, color=colour_of(other), marker="o")
    axes.set(
        xscale="log",
        xlabel="$|B|/N$" if size else "$|B|$",
        ylabel="validation loss, with less\nwithout replacement (nat)",
    )


def draw_excess(axes: np.ndarray, cells: xr.Dataset, level: float) -> None:
    """Draw the excess loss of each cell against η/|B|, and against that times the mean λ."""
    if len(cells["learning_rate"]) > MAX_DIVERSITY:
        raise UserError(f"diversity: more than {MAX_DIVERSITY} cells cannot be told apart")
    rates, above = excess(cells, "train_loss")
    _, first = stretches(cells[SCHEDULED].values[0])[0]
    scale = cells[SCALE].transpose("cell", "network", "record").values[..., first].mean((1, 2))
    drive = rates / cells["batch_size"].values[:, None]
    for cell in range(len(above)):
        mean, low, high, *_ = mean_band(above[cell], level)
        for panel, x in zip(axes, (drive[cell], drive[cell] * scale[cell]), strict=True):
            panel.errorbar(
                x,
                mean,
                [mean - low, high - mean],
                color=style.QUALITATIVE[cell],
                marker=style.marker(cell),
            )
    labels = (DRIVE, r"$(\eta/|B|)\,\langle\lambda\rangle$")
    for panel, label in zip(axes, labels, strict=True):
        panel.set(xscale="log", yscale="log", xlabel=label, ylabel="excess training loss (nat)")


def write_texts(
    settings: "FigureSettings", grid: xr.Dataset, diversity: xr.Dataset, regression: xr.Dataset
) -> Texts:
    """Write what is said around the panels."""
    shown: ScalingAndSamplingFigure = settings.figure  # type: ignore[assignment]
    of = measurement_settings(regression)
    replicas = int(regression["energy_standard_error"].attrs["replicas"])
    of_grid, of_diversity = (describe_setup(it, count_networks(it)) for it in (grid, diversity))
    below = "" if shown.loss_at_most is None else f" below {shown.loss_at_most:g} nat"
    caption = (
        f"(a, b) Linear regression of {of['training_set_size']} samples, |B| = "
        f"{of['batch_size']}, {replicas:,} replicas: Tr HΣ, twice the excess loss, in units of "
        "continuous time, with φ = 1 with replacement and (N − |B|)/(N − 1) otherwise, and lines "
        f"of the exact second moments; (b) at η = {regression['learning_rate'].values.min():g}, "
        "within an epoch. In reshuffled epochs the noise adds up to zero, and it vanishes with η. "
        f"(c, d) {of_grid} The weight decay gives cross entropy a stationary state. (c) Loss over "
        "the last third of the run (in √τ), with replacement. (d) Difference of the validation "
        f"losses at equal training loss{below}. (e, f) {of_diversity} Training loss at three η "
        "less that at the smallest η; the abscissa of (f) would be what counts if Eq. 14 "
        "equalised the noise. "
        f"Bars: {100 * shown.confidence_level:g} % confidence intervals (Student t)."
    )
    return Texts.of(settings, caption)
