"""Shorter SVG: whole, with the same parts, and what is not ours as it was.

That it looks the same is seen in a browser, tests/workflow/test_report_browser.py.
"""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from thermophoresis.report.compact_svg import compact

FIGURES = sorted((Path(__file__).parents[2] / "docs/figures").glob("*.svg"))
SHAPES = ("path", "use", "rect", "clipPath")
OURS = "<svg><!-- made --><metadata><dc:title>Matplotlib v3</dc:title></metadata>{}</svg>"


def shapes(svg):
    tags = (element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter())
    return Counter(tag for tag in tags if tag in SHAPES)


@pytest.mark.parametrize("path", FIGURES, ids=lambda path: path.stem)
def test_a_shorter_figure_is_whole(path):
    svg = path.read_text("utf-8")
    shorter = compact(svg)
    assert len(shorter) < 0.75 * len(svg)
    assert shapes(shorter) == shapes(svg)
    referred = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', shorter))
    names = re.findall(r' id="([^"]+)"', shorter)
    assert {one or other for one, other in referred} == set(names)
    assert len(names) == len(set(names))
    assert "'" not in shorter  # so that it can stand between double quotes


def test_coordinates_are_rounded_and_commands_kept():
    shorter = compact(
        OURS.format('<path d="M 1.23456 -0.001 \nL 1e3 2.5e-05 z" transform="scale(0.0156)"/>')
    )
    assert shorter == '<svg><path d="M1.23 0L1e3 0z" transform="scale(0.0156)"/></svg>'


def test_groups_that_say_something_stay():
    inner = '<g id="a"><g style="fill: red"><use xlink:href="#m"/></g></g><g/><path id="m"/>'
    assert compact(OURS.format(inner)) == (
        '<svg><g style="fill:red"><use href="#a"/></g><path id="a"/></svg>'
    )


@pytest.mark.parametrize(
    "svg",
    ["<svg> <!-- mine --> </svg>", OURS.format("<text>one  two</text>"), OURS.format("<script/>")],
)
def test_what_is_not_ours_is_left_alone(svg):
    assert compact(svg) == svg
