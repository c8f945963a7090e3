import matplotlib as mpl
import numpy as np
import pytest
from drawn import COLOUR_VISION, colour_channels

from thermophoresis.figures.parts import style


def test_style_ignores_and_restores_the_users_own():
    with mpl.rc_context({"font.size": 30, "axes.grid": True}):
        with style.context():
            assert mpl.rcParams["font.size"] == 8
            assert not mpl.rcParams["axes.grid"]
        assert mpl.rcParams["font.size"] == 30


@pytest.mark.parametrize("vision", COLOUR_VISION)
@pytest.mark.parametrize("name", [style.LEARNING_RATE_MAP, style.BATCH_SIZE_MAP])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_colours_are_told_apart_by_lightness_alone(vision, name, count):
    encoded = np.array(style.ordered_colours(name, count))
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(COLOUR_VISION[vision]), 0, 1)
    luminance = seen @ [0.2126, 0.7152, 0.0722]
    lightness = 116 * np.cbrt(luminance) - 16  # CIE L*, all above its linear part
    assert (luminance > 0.0089).all()
    # Light to dark, in steps several times what an eye can tell (about 2).
    assert (np.diff(lightness) < -8).all()
    assert lightness[0] < 80  # not lost on white


@pytest.mark.parametrize("vision", COLOUR_VISION)
def test_qualitative_colours_are_told_apart(vision):
    encoded = np.array([colour_channels(colour) for colour in style.QUALITATIVE])
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.transpose(COLOUR_VISION[vision]), 0, 1)
    # CIE XYZ of sRGB under D65, then CIE L*a*b*.
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    relative = seen @ np.transpose(to_xyz) / [0.9505, 1.0, 1.089]
    f = np.where(relative > 0.008856, np.cbrt(relative), 7.787 * relative + 16 / 116)
    lab = np.stack(
        [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1
    )
    distance = np.linalg.norm(lab[:, np.newaxis] - lab, axis=-1)
    # Several times what an eye can tell (about 2).
    assert distance[~np.eye(len(lab), dtype=bool)].min() > 10
    assert (lab[:, 0] < 80).all()  # not lost on white
