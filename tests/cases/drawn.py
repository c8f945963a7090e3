"""What is on a figure, and whether it can be read."""

import itertools

import numpy as np
from matplotlib.text import Text

FORMATS = ("pdf", "svg", "png")


def texts(figure):
    """All texts of a figure that are drawn, with their bounding boxes in pixels."""
    figure.draw_without_rendering()
    renderer = figure.canvas.get_renderer()
    ticks = {
        label: tick
        for axis in axes_and_scales(figure)
        for tick in (*axis.xaxis.get_major_ticks(), *axis.yaxis.get_major_ticks())
        for label in (tick.label1, tick.label2)
    }
    limits = {
        tick: sorted(axis.get_view_interval())
        for scale in axes_and_scales(figure)
        for axis in (scale.xaxis, scale.yaxis)
        for tick in axis.get_major_ticks()
    }
    for text in figure.findobj(Text):
        if not text.get_visible() or not text.get_text().strip():
            continue
        if tick := ticks.get(text):
            low, high = limits[tick]
            if not (tick.get_visible() and low <= tick.get_loc() <= high):
                continue
        yield text, text.get_window_extent(renderer)


def axes_and_scales(figure):
    return [*figure.axes, *(child for axes in figure.axes for child in axes.child_axes)]


def written(figure):
    return " ".join(text.get_text() for text, _ in texts(figure)).replace("\u00a0", " ")


def curve_lines(axes):
    return [line for line in axes.lines if np.isfinite(line.get_ydata()).any()]


def assert_texts_have_room(figure):
    width, height = figure.get_size_inches() * figure.dpi
    drawn = list(texts(figure))
    assert len(drawn) > 8
    for (one, first), (two, second) in itertools.combinations(drawn, 2):
        overlap = min(first.x1, second.x1) > max(first.x0, second.x0) and min(
            first.y1, second.y1
        ) > max(first.y0, second.y0)
        # Boxes of neighbouring lines of a paragraph may share the strip of their descenders.
        depth = min(first.y1, second.y1) - max(first.y0, second.y0)
        assert not overlap or depth < 0.1 * figure.dpi * 8 / 72, (one, two)
    for text, box in drawn:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text


# Machado, Oliveira & Fernandes (2009), severity 1, on linear RGB.
COLOUR_VISION = {
    "full": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def colour_channels(colour):
    return [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
