import pytest

from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.ticks import label_logarithmic


@pytest.mark.parametrize(
    ("low", "high"),
    [(0.9, 1.1), (0.43, 1.9), (3e-7, 2e-6), (0.02, 70), (2e4, 9e4), (0.7, 4e15), (1e-22, 3.0)],
)
def test_a_logarithmic_axis_has_few_numbers_and_the_right_ones(low, high):
    with style.context():
        figure = style.new_figure(3.0, 2.0)
        axes = figure.subplots()
        axes.set(yscale="log", ylim=(low, high))
        label_logarithmic(axes.yaxis)
        figure.draw_without_rendering()
        pairs = [
            (position, label.get_text())
            for position, label in zip(axes.get_yticks(), axes.get_yticklabels(), strict=True)
            if low <= position <= high
        ]
    assert 2 <= len(pairs) <= 7
    for position, label in pairs:
        plain = label.replace(r"\mathdefault", "").translate(str.maketrans("", "", "${}"))
        plain = plain.replace("−", "-").replace(r"\times10^", "e").replace("10^", "1e")
        assert float(plain) == pytest.approx(position, rel=5e-3)


@pytest.mark.parametrize("name", ["x", "y"])
def test_an_axis_without_anything_to_show_is_drawn(name):
    with style.context():
        figure = style.new_figure(3.0, 2.0)
        axes = figure.subplots()
        axes.set(**{f"{name}scale": "log"})
        getattr(axes, f"set_{name}lim")(auto=True)
        setattr(axes.viewLim, f"interval{name}", (-0.05, 0.05))
        label_logarithmic(getattr(axes, f"{name}axis"))
        figure.draw_without_rendering()
        assert getattr(axes, f"get_{name}lim")() == (0.1, 1.0)
