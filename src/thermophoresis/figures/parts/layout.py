"""Where texts and panels stand on a figure: heading and notices, body, caption."""

import re
from typing import Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text

from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.caption import Texts

# Inches.
MARGIN = 0.05
GAP = 0.28
TICK_LABEL_ROOM = 0.14  # what half of a number below one panel takes from the gap to the next
SCALE_HEIGHT = 2.7 * style.LINE_HEIGHT
# Above a panel its title and a little space; below it the numbers and the label of its axis.
ABOVE = 1.5 * style.LINE_HEIGHT
BELOW = SCALE_HEIGHT + 0.3 * style.LINE_HEIGHT
ROW = ABOVE + style.PANEL_HEIGHT + BELOW  # of panels, with both


def begin_figure(texts: Texts, width: float, body: float) -> tuple[Figure, float, float]:
    """Make a figure with heading and notices above, and the caption below, an empty body.

    Parameters
    ----------
    texts
        Heading, notices and caption.
    width
        Width of the figure in inches.
    body
        Height in inches of what is to come in between.

    Returns
    -------
    The figure, and the distances in inches of the body from its upper and lower edge.
    """
    line = style.LINE_HEIGHT
    notices, caption = (
        [row for text in part for row in wrap(text, width - 2 * MARGIN)]
        for part in (texts.notices, texts.caption)
    )
    heading_height = 1.3 * line if texts.heading else 0.0
    notices_height = (len(notices) + 0.3) * line if notices else 0.0
    header = MARGIN + heading_height + notices_height
    footer = len(caption) * line + MARGIN
    figure = style.new_figure(width, header + body + footer)
    # A dollar in a user's text is a dollar.
    plain = {"parse_math": False}
    if texts.heading:
        write_line(figure, texts.heading, MARGIN, weight="bold", **plain)
    for paragraph, down, colour in (
        (notices, MARGIN + heading_height, style.NOTICE_COLOUR),
        (caption, header + body, style.MUTED_COLOUR),
    ):
        for index, text in enumerate(paragraph):
            write_line(figure, text, down + index * line, color=colour, **plain)
    return figure, header, footer


def write_line(figure: Figure, text: str, down: float, **appearance: Any) -> Text:
    """Write one line at the left margin, so many inches below the top of the figure."""
    width, height = figure.get_size_inches()
    return figure.text(MARGIN / width, 1 - down / height, text, va="top", **appearance)


def wrap(text: str, width: float) -> list[str]:
    """Break a text without mathematics into lines of at most a width in inches, as measured.

    No line ends within "η = 0.1" or "95 %".
    """
    dpi = float(mpl.rcParams["figure.dpi"])
    renderer: RendererBase = RendererAgg(1, 1, dpi=dpi)  # type: ignore[no-untyped-call]
    font = FontProperties(size=style.TEXT_SIZE)

    def fits(line: str) -> bool:
        pixels, _, _ = renderer.get_text_width_height_descent(line, font, ismath=False)
        return pixels <= width * dpi

    first, *rest = re.split(r"(?<![=×]) (?![=×%])", text)
    lines = [first]
    for word in rest:
        longer = f"{lines[-1]} {word}"
        if fits(longer):
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def finish_figure(
    figure: Figure, grid: np.ndarray, *, top: float, footer: float, above: float = ABOVE
) -> None:
    """Take away the frames of panels, and arrange these with the usual room for their texts.

    Parameters
    ----------
    figure, grid
        The figure and its panels, with all that is to stand at them.
    top, footer
        Distances in inches of the body, less legends, from the upper and the lower edge.
    above
        Height in inches of what stands above each panel.
    """
    sns.despine(figure)
    arrange(figure, grid, top=top + above, bottom=BELOW + footer, row_gap=above + BELOW)


def arrange(figure: Figure, grid: np.ndarray, *, top: float, bottom: float, row_gap: float) -> None:
    """Spread the panels over the width that their labels leave, between margins in inches.

    The gaps between the panels are alike, and wide enough for the vertical axis of each.
    """
    width, height = figure.get_size_inches()
    figure.subplots_adjust(
        bottom=bottom / height, top=1 - top / height, hspace=row_gap / style.PANEL_HEIGHT
    )
    figure.draw_without_rendering()
    to_inches = figure.dpi_scale_trans.inverted()
    first, last = (
        [axes.get_tightbbox().transformed(to_inches) for axes in column]
        for column in (grid[:, 0], grid[:, -1])
    )
    left_edge, right_edge = (
        grid[0, 0].get_position().x0 * width,
        grid[0, -1].get_position().x1 * width,
    )
    left = MARGIN + left_edge - min(box.x0 for box in first)
    right = MARGIN + max(max(box.x1 for box in last) - right_edge, 0.0)
    gap = max([GAP, *(TICK_LABEL_ROOM + axis_width(axes) for axes in grid[:, 1:].flat)])
    columns = grid.shape[1]
    panel_width = (width - left - right - gap * (columns - 1)) / columns
    figure.subplots_adjust(left=left / width, right=1 - right / width, wspace=gap / panel_width)


def axis_width(axes: Axes) -> float:
    """Width in inches of the ticks and texts of a vertical axis, left of its line."""
    box = axes.yaxis.get_tightbbox()
    return 0.0 if box is None else (axes.get_window_extent().x0 - box.x0) / axes.figure.dpi
