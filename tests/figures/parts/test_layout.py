import pytest

from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.layout import wrap


@pytest.mark.parametrize("width", [2.0, 4.8])
def test_wrap_keeps_every_word_and_no_line_is_too_long(width):
    text = "Lines of words at η = 0.025 with 95 % of 4 × 256 replicas, again and again. " * 5
    with style.context():
        lines = wrap(text.strip(), width)
        figure = style.new_figure(width, 1.0)
        widths = [figure.text(0, 0, line).get_window_extent().width / figure.dpi for line in lines]
    assert " ".join(lines) == text.strip()
    assert max(widths) <= width
    assert not any(line.endswith(("=", "×")) or line.startswith(("=", "×", "%")) for line in lines)
