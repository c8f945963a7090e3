"""What tells curves apart, and the legend that says so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.layout import write_line

# Inches.
LEGEND_TITLE_WIDTH = 1.0
LEGEND_ENTRY_WIDTH = 0.9  # of a number; words may need more
KEY_WIDTH = 0.45

# What stands before an entry of a legend: one thing, or several on one another.
Key = Artist | tuple[Artist, ...]


@dataclass(frozen=True)
class Hyperparameter:
    """What curves are compared in.

    Attributes
    ----------
    name
        In words and mathematics, as the title of a legend.
    symbol
        In plain text.
    colour_map
        Name of the map that colours its values.
    """

    name: str
    symbol: str
    colour_map: str

    def with_value(self, value: float | str) -> str:
        """Write the symbol with a value."""
        return f"{self.symbol} = {write_number(value)}"


HYPERPARAMETERS = {
    "learning_rate": Hyperparameter(r"learning rate $\eta$", "η", style.LEARNING_RATE_MAP),
    "batch_size": Hyperparameter("batch size $|B|$", "|B|", style.BATCH_SIZE_MAP),
}


def hyperparameter(axis: str) -> Hyperparameter:
    """Return what is compared along a swept axis; a further one is called as its setting is."""
    words = axis.replace("_", " ")
    return HYPERPARAMETERS.get(axis, Hyperparameter(words, words, style.FURTHER_MAP))


@dataclass(frozen=True)
class Legend:
    """What tells the curves apart.

    Attributes
    ----------
    compared
        The hyperparameter that is varied.
    values
        Its values, one for each curve.
    """

    compared: Hyperparameter
    values: Sequence[float | str]

    @classmethod
    def of(cls, sweep: Sweep, compared: str) -> "Legend":
        """Return the legend of a sweep's curves; the hyperparameter by its name."""
        return cls(hyperparameter(compared), list(sweep.labels(compared)))

    @property
    def entries(self) -> list[str]:
        """The values as text."""
        return [write_number(value) for value in self.values]

    @property
    def names(self) -> list[str]:
        """The values with the symbol of the hyperparameter, in plain text."""
        return [self.compared.with_value(value) for value in self.values]

    @property
    def colours(self) -> list[tuple[float, float, float]]:
        """One for each value; words have no order."""
        words = any(isinstance(value, str) for value in self.values)
        if words and len(self.values) <= len(style.QUALITATIVE):
            return [to_rgb(colour) for colour in style.QUALITATIVE[: len(self.values)]]
        return style.ordered_colours(self.compared.colour_map, len(self.values))

    @property
    def handles(self) -> list[tuple[Patch, Line2D]]:
        """A band with a line in it for each value."""
        return [
            (
                Patch(color=colour, alpha=style.BAND_OPACITY, linewidth=0),
                Line2D([], [], color=colour, marker=style.marker(index)),
            )
            for index, colour in enumerate(self.colours)
        ]


def write_number(value: float | str) -> str:
    """Write a whole number in full, any other as short as it is told apart from its like."""
    if isinstance(value, str):
        return value
    return f"{value}" if isinstance(value, int | np.integer) else f"{value:g}"


def legend_columns(
    width: float, title_width: float = LEGEND_TITLE_WIDTH, entries: Sequence[str] = ()
) -> int:
    """Return how many values fit beside a title into a figure; widths in inches."""
    longest = max(map(len, entries), default=0)
    entry_width = max(LEGEND_ENTRY_WIDTH, KEY_WIDTH + longest * style.LETTER_WIDTH)
    return max(int((width - title_width) / entry_width), 1)


def draw_legend(figure: Figure, legend: Legend, down: float) -> None:
    """Draw what is varied and a row of its values, more rows where there are many."""
    title = write_line(figure, legend.compared.name, down)
    fitting = legend_columns(figure.get_figwidth(), entries=legend.entries)
    columns = min(len(legend.values), fitting)
    draw_keys(figure, legend.handles, legend.entries, down, line_end(figure, title), columns)


def draw_keys(
    figure: Figure,
    handles: Sequence[Key],
    entries: Sequence[str],
    down: float,
    start: float,
    columns: int,
) -> None:
    """Draw a legend whose upper left corner is so many inches from the upper left of the figure."""
    width, height = figure.get_size_inches()
    # Row by row; matplotlib fills one column after the other.
    order = [place for first in range(columns) for place in range(first, len(entries), columns)]
    figure.legend(  # type: ignore[call-overload]  # whose stubs pass over tuples
        [handles[place] for place in order],
        [entries[place] for place in order],
        loc="upper left",
        bbox_to_anchor=(start / width, 1 - down / height),
        ncols=columns,
    )


def draw_rows(
    figure: Figure, rows: Sequence[tuple[str, Sequence[tuple[Key, str]]]], down: float
) -> None:
    """Draw legends of a line each, one below the other, which begin at one place.

    Parameters
    ----------
    figure
        The figure.
    rows
        Of each legend its title, and its keys with what stands behind them.
    down
        Of the first one, in inches below the top of the figure.
    """
    lines = [down + index * style.LINE_HEIGHT for index in range(len(rows))]
    titles = [write_line(figure, title, line) for (title, _), line in zip(rows, lines, strict=True)]
    start = max(line_end(figure, title) for title in titles)
    for (_, entries), line in zip(rows, lines, strict=True):
        handles, words = [it for it, _ in entries], [it for _, it in entries]
        draw_keys(figure, handles, words, line, start, len(words))


def line_end(figure: Figure, text: Text) -> float:
    """Where something can begin beside a text, in inches from the left of the figure."""
    return float(text.get_window_extent().x1 / figure.dpi + 0.5 * style.LINE_HEIGHT)
