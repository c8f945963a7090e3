"""Legends of the chain, of its links and of learning rates, one below another."""

import math

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.chain.quantities import CHAIN, LINKS, Quantity
from thermophoresis.figures.parts.layout import write_line
from thermophoresis.figures.parts.legend import (
    LEGEND_TITLE_WIDTH,
    Key,
    Legend,
    draw_keys,
    legend_columns,
    line_end,
)


def draw_legends(figure: Figure, legend: Legend, down: float) -> None:
    """Draw the legends of the chain, of its links and of the learning rates, one below another."""
    titles = ("(a)  traces and bounds", "(b)  ratios", f"(c–i)  {legend.compared.name}")
    written = [
        write_line(figure, title, down + index * style.LINE_HEIGHT)
        for index, title in enumerate(titles)
    ]
    start = max(line_end(figure, title) for title in written)
    looks = [link.numerator for link in LINKS]
    for index, (handles, entries, columns) in enumerate(
        (
            (map(handle, CHAIN), [quantity.label for quantity in CHAIN], len(CHAIN)),
            (map(handle, looks), [link.label for link in LINKS], len(LINKS)),
            (legend.handles, legend.entries, rate_columns(figure.get_figwidth())),
        )
    ):
        down_to = down + index * style.LINE_HEIGHT
        draw_keys(figure, list(handles), entries, down_to, start, columns)


def rate_columns(width: float) -> int:
    """Return how many learning rates fit side by side, beside the longest title."""
    return legend_columns(width, 1.5 * LEGEND_TITLE_WIDTH)


def legends_height(legend: Legend, width: float) -> float:
    """Height in inches of all legends, with a little space below."""
    lines = 2 + math.ceil(len(legend.values) / rate_columns(width))
    return (lines + 0.3) * style.LINE_HEIGHT


def handle(look: Quantity) -> Key:
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
