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


def test_lines_are_written_in_steps_between_rounded_points():
    line = '<path d="M 1.004 2 L 0.504 2.006 L 0.4949 -3 z M 5 5 L 5.5 5"/>'
    shorter = '<svg><path d="M1 2l-.5 .01l-.01-5.01zM5 5l.5 0"/></svg>'
    assert compact(OURS.format(line)) == shorter
    curve = '<path d="M 1.004 2 Q 0.5 2 0.4 -3"/>'
    assert compact(OURS.format(curve)) == '<svg><path d="M1 2Q0.5 2 0.4 -3"/></svg>'


def test_letters_that_are_only_moved_have_a_place():
    def used(more):
        return compact(OURS.format(f'<use xlink:href="#m"{more}/><path id="m"/>'))

    assert used(' transform="translate(52.091 0)"') == (
        '<svg><use href="#a" x="52.09"/><path id="a"/></svg>'
    )
    assert used(' transform="translate(0 -3.5)"') == (
        '<svg><use href="#a" y="-3.5"/><path id="a"/></svg>'
    )
    scaled = ' transform="translate(3 4) scale(0.7)"'
    assert used(scaled) == f'<svg><use href="#a"{scaled}/><path id="a"/></svg>'


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
