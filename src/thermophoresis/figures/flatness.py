"""The size of the Hessian against η/|B|, after training that ended in three ways.

Beside the cells is descent without noise, and what rescaling of layers makes of the same functions.
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.figures.parts import files, layout, noise_grid, style
from thermophoresis.figures.parts.caption import Texts
from thermophoresis.figures.parts.ticks import letter_panels

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.figures.flatness import FlatnessFigure

NORM = "hessian_norm"
RESCALED: dict[str, Any] = {
    "color": style.NOTICE_COLOUR,
    "marker": "x",
    "linestyle": "none",
    "markersize": 4,
}


def compose(settings: "FigureSettings", datasets: Sequence[xr.Dataset]) -> Figure:
    """Draw the figure; to be called within `style.context`.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    datasets
        Content of four curves files, of the files of `hessian_norm` of the same experiments, and of
        the computation.

    Raises
    ------
    UserError
        A file lacks a variable, or experiments have other cells.
    """
    shown: FlatnessFigure = settings.figure  # type: ignore[assignment]
    level = shown.confidence_level
    ended, descent = noise_grid.split(shown, datasets)
    layers = datasets[-1]
    ratios = layers["hessian_norm_ratio"].values
    caption = (
        f"{noise_grid.setup(datasets, ended, descent)} Frobenius norm ‖H‖ of the Hessian of the "
        f"mean training loss, means with {100 * level:g} % confidence intervals (Student t), most "
        "of them smaller than the markers. Crosses, a warning: layers of a ReLU network multiplied "
        f"by α = {_listed(layers['factor'].values)} and divided again change no output, and ‖H‖ by "
        f"factors of {_listed(ratios)} (in a network of 252 weights; drawn from the flattest "
        "cell)."
    )
    keys = 3.3 * style.LINE_HEIGHT
    texts = Texts.of(settings, caption)
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    further = Line2D([], [], **RESCALED, markeredgewidth=1), "the same function, layers rescaled"
    noise_grid.draw_keys(figure, ended[0], top, [further])
    grid = figure.subplots(1, 3, squeeze=False)
    for index, (axes, one) in enumerate(zip(grid[0], ended, strict=True)):
        noise_grid.draw_descent(axes, index, one, descent, NORM, level)
        noise_grid.draw_cells(axes, one, NORM, level)
        if index == 1:
            draw_rescaled(axes, one, ratios)
        axes.set(xscale="log", yscale="log", xlabel=noise_grid.NOISE)
        axes.set_title(f"  {noise_grid.ENDS[index]}")
    grid[0, 0].set_ylabel(r"$\|H\|_F$ (nat)")
    letter_panels(grid.flat)
    layout.finish_figure(figure, grid, top=top + keys, footer=footer)
    return figure


# From curves files, measurements and the file of the computation.
draw = partial(files.draw, compose)


def draw_rescaled(axes: Axes, ended: noise_grid.Networks, ratios: np.ndarray) -> None:
    """Draw what rescaling of layers would make of the cell with the smallest norm."""
    means = ended.values[NORM][..., -1].mean(1)
    flattest = int(means.argmin())
    x = np.full(len(ratios), ended.noise[flattest])
    axes.plot(x, means[flattest] * ratios, **RESCALED, markeredgewidth=1)


def _listed(values: np.ndarray) -> str:
    *most, last = (f"{it:.2g}" for it in values)
    return f"{', '.join(most)} and {last}" if most else last
