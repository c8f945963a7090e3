import pytest

from thermophoresis.figures.parts import files, style
from thermophoresis.provenance.origin import read_origin
from thermophoresis.provenance.record import metadata


@pytest.mark.parametrize("ending", ["pdf", "svg", "png"])
@pytest.mark.parametrize("text", ["(a", "a) b", "\\", r"\(", "é ü 漢 𝜂", "<&>\n\r\t\x00\x7f", '"'])
def test_any_text_survives_in_every_format(tmp_path, ending, text):
    path = tmp_path / f"fig.{ending}"
    origin = metadata({"title": text}, "00", made_by="draw", seeds=[1], inputs=[], output=path)
    with style.context():
        files.save(style.new_figure(0.5, 0.5), [path], lambda _: origin)
    assert read_origin(path).configuration == {"title": text}
