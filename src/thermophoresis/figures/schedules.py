"""Schedules of η and of |B| with the same η/|B| at all times.

Accuracy with either; loss and curvature at ends of phases of cycles, while the loss falls for all
of the run, and where there is a stationary state of each η/|B|.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.analysis.view import cells_with, labels_of
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import files, layout, style
from thermophoresis.figures.parts.caption import Texts, count_networks, describe_setup
from thermophoresis.figures.parts.legend import Key, draw_rows
from thermophoresis.figures.parts.ticks import letter_panels
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

CURVATURE = "largest_eigenvalue"
# Colours and words of schedules by what their labels are about; those of |B| are dashed.
SORTS = (
    ("constant", "constant", 0),
    ("fall", "falls once", 3),
    ("long", "long cycles", 1),
    ("short", "short cycles", 2),
)
OF_FALLS = ("falls", "grows")


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    datasets
        Content of the curves files of the three experiments, then of the files of the curvature of
        both with cycles.

    Raises
    ------
    UserError
        A file lacks a variable, or a schedule has a label of no known sort.
    """
    steps, cycles, stationary, curved, curved_stationary = datasets
    level = settings.figure.confidence_level
    keys = 2.3 * style.LINE_HEIGHT
    texts = write_texts(settings, steps, cycles, stationary)
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + 2 * layout.ROW)
    draw_legends(figure, top)
    panels = figure.subplots(2, 3, squeeze=False)
    accuracy, loss = "validation accuracy", "training loss (nat)"
    sharp = r"largest eigenvalue $\lambda_{\max}$"
    for axes, dataset, name, words, scale in (
        (panels[0, 0], steps, "accuracy", accuracy, "linear"),
        (panels[0, 1], cycles, "train_loss", loss, "log"),
        (panels[0, 2], curved, CURVATURE, sharp, "log"),
        (panels[1, 0], cycles, "accuracy", accuracy, "linear"),
        (panels[1, 1], stationary, "train_loss", loss, "linear"),
        (panels[1, 2], curved_stationary, CURVATURE, sharp, "linear"),
    ):
        draw_curves(axes, dataset, name, level)
        axes.set(yscale=scale, xlabel="epochs", ylabel=words)
    letter_panels(panels.flat)
    layout.finish_figure(figure, panels, top=top + keys, footer=footer)
    return figure


# From the curves files of the experiments and the files of the curvature of two of them.
draw = partial(files.draw, compose)


def sort_of(label: str) -> tuple[str, bool]:
    """Return the colour of a schedule, and whether it is one of |B| or the larger of two.

    Raises
    ------
    UserError
        Its label has none of the words by which schedules are told apart.
    """
    of_batch = label.startswith("batch") or "times" in label
    for word, _, number in SORTS:
        if word in label or (word == "fall" and label.endswith(OF_FALLS)):
            return style.QUALITATIVE[number], of_batch
    known = ", ".join([it for it, *_ in SORTS] + [*OF_FALLS])
    raise UserError(f"schedule {label}: its label must have one of {known}")


def draw_legends(figure: Figure, down: float) -> None:
    """Draw the legends of sorts of schedules and of what follows them, one below the other."""
    sorts: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.QUALITATIVE[number]), words) for _, words, number in SORTS
    ]
    what: list[tuple[Key, str]] = [
        (Line2D([], [], color=style.MUTED_COLOUR), r"of $\eta$"),
        (
            Line2D([], [], color=style.MUTED_COLOUR, linestyle=style.DASHES),
            r"of $|B|$; or constant, four times $\eta$ and $|B|$",
        ),
    ]
    draw_rows(figure, [(r"$\eta/|B|$", sorts), ("schedule", what)], down)


def draw_curves(axes: Axes, dataset: xr.Dataset, name: str, level: float) -> None:
    """Draw the mean of each schedule after the start, with bars."""
    view = cells_with(dataset, [name])
    epochs = view["epoch"].values
    for cell, label in enumerate(labels_of(view, "schedule").astype(str)):
        colour, of_batch = sort_of(label)
        values = view[name].transpose("cell", "record", "network").values[cell, 1:]
        mean, low, high, *_ = mean_band(values, level)
        axes.errorbar(
            epochs[cell, 1:],
            mean,
            [mean - low, high - mean],
            color=colour,
            marker="s" if of_batch else "o",
            linestyle=style.DASHES if of_batch else "-",
        )


def write_texts(
    settings: "FigureSettings", steps: xr.Dataset, cycles: xr.Dataset, stationary: xr.Dataset
) -> Texts:
    """Write what is said around the panels."""
    of_steps = describe_setup(steps, count_networks(steps, cycles))
    of_stationary = describe_setup(stationary, count_networks(stationary))
    caption = (
        f"(a–d) {of_steps} Schedules of η and of |B| have the same η/|B| at all times, hence the "
        "same ηt. (b–d) Cycles between two η/|B| whose ratio is 4: there is a point at every "
        "end of a long phase and of every third short one, of high and of low η/|B| in "
        "turn, the last of low. (c) Of the Hessian of the training loss, which falls with "
        f"a loss that is small. (e, f) {of_stationary} With weight decay there is a "
        "stationary state of each η/|B|. "
        f"Bars: {100 * settings.figure.confidence_level:g} % confidence intervals (Student t)."
    )
    return Texts.of(settings, caption)
