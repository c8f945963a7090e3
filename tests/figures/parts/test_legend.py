"""The legend of a figure, as it is drawn."""

from matplotlib.lines import Line2D

from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.legend import draw_keys


def test_entries_read_row_by_row():
    entries = [f"{number}" for number in range(7)]
    with style.context():
        figure = style.new_figure(6.0, 2.0)
        draw_keys(figure, [Line2D([], []) for _ in entries], entries, 0.0, 0.0, columns=3)
        figure.canvas.draw()
        (legend,) = figure.legends
        corners = {text.get_text(): text.get_window_extent() for text in legend.get_texts()}
    read = sorted(entries, key=lambda it: (-round(corners[it].y0), corners[it].x0))
    assert read == entries
