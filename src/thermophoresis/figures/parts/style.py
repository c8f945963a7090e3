"""How figures look: one place for sizes, colours and fonts."""

import contextlib
from collections.abc import Iterator
from typing import Any

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.typing import LineStyleType, RcKeyType

# Inches. A figure is drawn at the size at which it is printed, so that 8 pt are 8 pt.
DOUBLE_COLUMN = 7.0
TWO_PANELS = 4.8
PANEL_HEIGHT = 1.75
TEXT_SIZE = 8.0  # points
LINE_HEIGHT = 1.25 * TEXT_SIZE / 72
LETTER_WIDTH = 0.55 * TEXT_SIZE / 72

NOTICE_COLOUR = "#a3172b"
MUTED_COLOUR = "#444444"
BAND_OPACITY = 0.3

# One map per hyperparameter, so that a reader tells the two kinds of figures apart. Both run
# steadily from light to dark: the order survives any colour blindness, and a photocopier.
LEARNING_RATE_MAP = "flare"
BATCH_SIZE_MAP = "crest"
FURTHER_MAP = "copper_r"
LIGHTEST = 0.1
# For quantities without an order (Okabe & Ito 2008): black, sky blue, vermilion, bluish green and
# reddish purple.
QUALITATIVE = ("#000000", "#56b4e9", "#d55e00", "#009e73", "#cc79a7")
DASHES: LineStyleType = (0, (3, 1.5))
DOTS: LineStyleType = (0, (1, 1.2))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")

PARAMETERS: dict[RcKeyType, Any] = {
    # The fonts come with matplotlib, so a figure does not depend on the machine that draws it.
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": TEXT_SIZE,
    "axes.labelsize": TEXT_SIZE,
    "axes.titlesize": TEXT_SIZE,
    "axes.titlelocation": "left",
    "axes.titlepad": 4.0,
    "axes.labelpad": 2.5,
    "axes.linewidth": 0.6,
    "xtick.labelsize": TEXT_SIZE,
    "ytick.labelsize": TEXT_SIZE,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.fontsize": TEXT_SIZE,
    "legend.frameon": False,
    "legend.borderpad": 0.0,
    "legend.borderaxespad": 0.0,
    "legend.handletextpad": 0.5,
    "legend.columnspacing": 1.4,
    # Thinner than most bands: the line must not hide the interval that it lies in.
    "lines.linewidth": 0.8,
    "lines.markersize": 2.6,
    "lines.markeredgewidth": 0.0,
    # A power of ten beside an axis would lie on its label or on the title of the panel.
    "axes.formatter.limits": (-9, 9),
    "axes.formatter.useoffset": False,
    # The same for measuring as for writing, because letters are as wide as whole pixels allow.
    "figure.dpi": 300,
    "savefig.dpi": "figure",
    "pdf.fonttype": 42,
    "svg.fonttype": "path",
    "svg.hashsalt": "thermophoresis",
}


@contextlib.contextmanager
def context() -> Iterator[None]:
    """Draw in the project's style, whatever the user's own matplotlib settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(PARAMETERS)
        yield


def ordered_colours(name: str, count: int) -> list[tuple[float, float, float]]:
    """Colours for values with an order, light to dark.

    Parameters
    ----------
    name
        Name of a seaborn map of monotonic lightness.
    count
        Number of colours.
    """
    colours = sns.color_palette(name, as_cmap=True)(np.linspace(LIGHTEST, 1.0, count))
    return [(float(red), float(green), float(blue)) for red, green, blue, _ in colours]


def marker(index: int) -> str:
    """Marker of the curve with this index; they repeat after eight."""
    return MARKERS[index % len(MARKERS)]


def new_figure(width: float, height: float) -> Figure:
    """Empty figure, in inches, off screen and unknown to pyplot."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure
