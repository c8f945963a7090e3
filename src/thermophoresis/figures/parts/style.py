"""How figures look and how they are written: one place for sizes, colours, labels and formats."""

import contextlib
import io
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axis import Axis
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import (
    EngFormatter,
    FixedLocator,
    FuncFormatter,
    LogFormatterMathtext,
    LogLocator,
    MaxNLocator,
    NullFormatter,
)

from thermophoresis.config.vocabulary import HIDDEN_LAYERS
from thermophoresis.errors import UserError
from thermophoresis.provenance.files import write_sealed
from thermophoresis.provenance.record import description

# Inches. A figure is drawn at the size at which it is printed, so that 8 pt are 8 pt.
DOUBLE_COLUMN = 7.0
TWO_PANELS = 4.8
PANEL_HEIGHT = 1.75
TEXT_SIZE = 8.0  # points
SMALLEST_POWER = -3  # numbers of this order and smaller are written in powers of ten
DECADES_FOR_POWERS = 1.7  # in which at least two powers of ten stand beside a logarithmic axis
LEAST_SPACING = 0.28  # of an axis, between numbers below it
LINE_HEIGHT = 1.25 * TEXT_SIZE / 72

NOTICE_COLOUR = "#a3172b"
MUTED_COLOUR = "#444444"
BAND_OPACITY = 0.3

# One map per hyperparameter, so that a reader tells the two kinds of figures apart. Both run
# steadily from light to dark: the order survives any colour blindness, and a photocopier.
LEARNING_RATE_MAP = "flare"
BATCH_SIZE_MAP = "crest"
LIGHTEST = 0.1
# For quantities without an order (Okabe & Ito 2008): black, sky blue, vermilion, bluish green and
# reddish purple.
QUALITATIVE = ("#000000", "#56b4e9", "#d55e00", "#009e73", "#cc79a7")
DASHES = (0, (3, 1.5))
DOTS = (0, (1, 1.2))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")

# Of each format: the field for a description, and that for a date, which is left empty.
DESCRIPTION_FIELDS = {
    ".pdf": ("Subject", "CreationDate"),
    ".svg": ("Description", "Date"),
    ".png": ("Description",),
}

OBSERVABLE_LABELS = {
    "activation_rate": "activation rate $\\bar{\\sigma}$′",
    **{
        f"activation_rate_layer_{k}": rf"activation rate $\bar{{\sigma}}'$ of layer {k}"
        for k in range(1, HIDDEN_LAYERS + 1)
    },
    "second_layer_norm": r"weight norm $\|V\|_2$",
    "mean_bias": r"mean bias $\bar{b}$",
    "first_layer_norm": r"weight norm $\|W\|_F$",
    "loss": r"loss $L$ (nat)",
    "squared_error": r"squared residual $\mathrm{E}\,(p-y)^2$",
    "gradient_variance": "gradient variance",
}

PARAMETERS = {
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
    return [tuple(float(part) for part in colour[:3]) for colour in colours]


def marker(index: int) -> str:
    """Marker of the curve with this index; they repeat after eight."""
    return MARKERS[index % len(MARKERS)]


def new_figure(width: float, height: float) -> Figure:
    """Empty figure, in inches, off screen and unknown to pyplot."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def label_ticks(axis: Axis, largest: float) -> None:
    """Choose few ticks, and write 5k, 10k, … or powers of ten where plain numbers would be long.

    To be called when the axis has its label, in which the power of ten then stands.
    """
    axis.set_major_locator(MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10]))
    if largest >= 10_000:
        axis.set_major_formatter(EngFormatter(sep=""))
    scale_small(axis, largest)


def scale_small(axis: Axis, largest: float) -> None:
    """Write small numbers in units of a power of ten, and that power into the label."""
    power = math.floor(math.log10(largest)) if largest > 0 else 0
    if power > SMALLEST_POWER:
        return
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value / 10.0**power:.3g}"))
    label = axis.get_label_text().removesuffix(" (dimensionless)")
    axis.set_label_text(rf"{label}  ($\times 10^{{{power}}}$)")


def label_logarithmic(axis: Axis) -> None:
    """Choose few ticks for a logarithmic axis: powers of ten, or round numbers between them.

    To be called when the axis has its limits.
    """
    low, high = sorted(axis.get_view_interval())
    if np.log10(high / low) >= DECADES_FOR_POWERS:
        axis.set_major_locator(LogLocator(numticks=6))
        axis.set_minor_locator(LogLocator(subs=np.arange(2, 10), numticks=12))
        axis.set_major_formatter(LogFormatterMathtext())
    else:
        power = 10.0 ** np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        round_numbers = np.outer(power, (1, 2, 5)).ravel()
        ticks = [tick for tick in round_numbers if low <= tick <= high]
        labelled = ticks
        if axis.axis_name == "x":  # numbers side by side take more room than one above another
            labelled = spaced(ticks, (high / low) ** LEAST_SPACING)
        several = len(labelled) > 1
        axis.set_major_locator(FixedLocator(labelled) if several else MaxNLocator(nbins=4))
        axis.set_minor_locator(FixedLocator([tick for tick in ticks if tick not in labelled]))
        axis.set_major_formatter(FuncFormatter(lambda value, _: write_tick(value)))
    axis.set_minor_formatter(NullFormatter())


def spaced(ticks: Sequence[float], factor: float) -> list[float]:
    """Return the first of increasing ticks, and of the others those that are a factor apart."""
    kept: list[float] = []
    for tick in ticks:
        if not kept or tick >= factor * kept[-1]:
            kept.append(tick)
    return kept


def write_tick(value: float) -> str:
    """Write a number beside a logarithmic axis, very small and large ones with a power of ten."""
    digits, power = f"{value:.2e}".split("e")
    if 10.0**SMALLEST_POWER <= value < 10_000:
        return f"{value:.3g}"
    return rf"${float(digits):g}\times10^{{{int(power)}}}$"


def wrap(text: str, width: float) -> list[str]:
    """Break a text without mathematics into lines of at most a width in inches, as measured.

    No line ends within "η = 0.1" or "95 %".
    """
    renderer = RendererAgg(1, 1, dpi=mpl.rcParams["figure.dpi"])
    font = FontProperties(size=TEXT_SIZE)

    def fits(line: str) -> bool:
        pixels, _, _ = renderer.get_text_width_height_descent(line, font, ismath=False)
        return pixels <= width * renderer.dpi

    first, *rest = re.split(r"(?<![=×]) (?![=×%])", text)
    lines = [first]
    for word in rest:
        longer = f"{lines[-1]} {word}"
        if fits(longer):
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def save(
    figure: Figure,
    outputs: Sequence[str | Path],
    metadata: Callable[[Path], Mapping[str, object]],
) -> None:
    """Write a figure in every format asked for, with its provenance inside and a seal at the end.

    The formats are all rendered before the first file appears, and a file appears under its name
    when it is complete; the same figure gives the same bytes.

    Parameters
    ----------
    figure
        What to write.
    outputs
        Destinations, ending in .pdf, .svg or .png; their folders are made when they do not exist.
    metadata
        What tells where a destination comes from; stored as JSON in the field that the format has
        for a description.

    Raises
    ------
    UserError
        A destination has another ending or cannot be written.
    """
    rendered: dict[Path, bytes] = {}
    for path in map(Path, outputs):
        if path.suffix not in DESCRIPTION_FIELDS:
            raise UserError(
                f"cannot draw {path}: the format is one of {', '.join(DESCRIPTION_FIELDS)}"
            )
        field, *dates = DESCRIPTION_FIELDS[path.suffix]
        fields = {field: description(metadata(path)), **dict.fromkeys(dates)}  # None leaves out
        buffer = io.BytesIO()
        figure.savefig(buffer, format=path.suffix[1:], metadata=fields)
        rendered[path] = buffer.getvalue()
    for path, content in rendered.items():
        write_sealed(path, content)
