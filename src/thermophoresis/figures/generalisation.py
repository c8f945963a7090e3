"""Validation accuracy and loss against η/|B|, after training that ended in three ways."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import xarray as xr
from matplotlib.figure import Figure

from thermophoresis.figures.parts import files, layout, noise_grid, style
from thermophoresis.figures.parts.caption import Texts
from thermophoresis.figures.parts.ticks import letter_panels

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.figures.generalisation import GeneralisationFigure

ROWS = {"accuracy": "validation accuracy", "loss": "validation loss (nat)"}


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title, note, confidence level, and from which training accuracy on cells are filled.
    datasets
        Content of four curves files, and of the files of `hessian_norm` of the same experiments.

    Raises
    ------
    UserError
        A file lacks a variable, or experiments have other cells.
    """
    shown: GeneralisationFigure = settings.figure  # type: ignore[assignment]
    level = shown.confidence_level
    ended, descent = noise_grid.split(shown, datasets)
    caption = (
        f"{noise_grid.setup(datasets, ended, descent)} Means with {100 * level:g} % confidence "
        "intervals (Student t). Hollow: cells whose mean training accuracy is below "
        f"{100 * shown.trained_to:g} %."
    )
    keys = 3.3 * style.LINE_HEIGHT
    texts = Texts.of(settings, caption)
    body = keys + len(ROWS) * layout.ROW
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, body)
    noise_grid.draw_keys(figure, ended[0], top)
    grid = figure.subplots(len(ROWS), 3, squeeze=False)
    for row, (name, words) in zip(grid, ROWS.items(), strict=True):
        for index, (axes, one) in enumerate(zip(row, ended, strict=True)):
            trained = one.values["train_accuracy"][..., -1].mean(1) >= shown.trained_to
            noise_grid.draw_descent(axes, index, one, descent, name, level)
            noise_grid.draw_cells(axes, one, name, level, trained)
            axes.set(xscale="log", xlabel=noise_grid.NOISE)
            axes.set_title(f"  {noise_grid.ENDS[index]}")
        row[0].set_ylabel(words)
    letter_panels(grid.flat)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From curves files and measurements.
draw = partial(files.draw, compose)
