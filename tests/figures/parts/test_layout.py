import pytest

from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.caption import Texts
from thermophoresis.figures.parts.layout import begin_figure, wrap


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


def test_a_dollar_in_a_users_text_is_a_dollar():
    texts = Texts(r"From $5 to $\frac", (r"a note of $x_{", r"\$"), ("100 $ or 200 $ a run",))
    with style.context():
        figure, _, _ = begin_figure(texts, 4.8, 1.0)
        figure.canvas.draw()
    shown = [it.get_text() for it in figure.texts]
    assert shown == [texts.heading, *texts.notices, *texts.caption]
    assert not any(it.get_parse_math() for it in figure.texts)
