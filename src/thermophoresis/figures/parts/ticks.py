"""Ticks and the numbers beside them: few, round, and short."""

import math
import string
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis, XAxis
from matplotlib.ticker import (
    EngFormatter,
    FixedLocator,
    FuncFormatter,
    LogFormatterMathtext,
    LogLocator,
    MaxNLocator,
    NullFormatter,
)

SMALLEST_POWER = -3  # numbers of this order and smaller are written in powers of ten
DECADES_FOR_POWERS = 1.7  # in which at least two powers of ten stand beside a logarithmic axis
LEAST_SPACING = 0.28  # of an axis, between numbers below it


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
    if low <= 0:  # where nothing is drawn that a logarithm could show
        limit = axis.axes.set_xlim if isinstance(axis, XAxis) else axis.axes.set_ylim
        limit(0.1, 1.0)
        return
    if np.log10(high / low) >= DECADES_FOR_POWERS:
        axis.set_major_locator(LogLocator(numticks=6))
        axis.set_minor_locator(LogLocator(subs=list(range(2, 10)), numticks=12))
        axis.set_major_formatter(LogFormatterMathtext())
    else:
        power = 10.0 ** np.arange(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
        round_numbers = np.outer(power, (1, 2, 5)).ravel()
        ticks = [tick for tick in round_numbers if low <= tick <= high]
        labelled = ticks
        if isinstance(axis, XAxis):  # numbers side by side take more room than one above another
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


def letter_panels(panels: Iterable[Axes]) -> None:
    """Write (a), (b), … before what titles panels have, and choose their ticks."""
    for letter, axes in zip(string.ascii_lowercase, panels, strict=False):
        axes.set_title(f"({letter}){axes.get_title('left')}")
        label_axes(axes)


def label_axes(axes: Axes) -> None:
    """Choose the ticks of a panel, where it shows anything."""
    if not axes.lines:
        return
    for axis in (axes.xaxis, axes.yaxis):
        if axis.get_scale() == "log":
            label_logarithmic(axis)
        else:
            label_ticks(axis, max(map(abs, axis.get_view_interval())))
