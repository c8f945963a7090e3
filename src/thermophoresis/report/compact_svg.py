"""What matplotlib writes as SVG, shorter: the same picture to a hundredth of a point.

A page that embeds forty figures is otherwise larger than what many mail servers and browsers on
telephones take.
"""

import re
from collections import Counter
from itertools import pairwise

# Letters are outlines, so that white space between tags is nowhere seen.
WRITTEN_BY_MATPLOTLIB = re.compile(r"<dc:title>Matplotlib v", re.ASCII)
TEXT = re.compile(r"<(?:text|foreignObject|script)\b")

NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")
DECIMALS = 2  # of a point, 0.35 mm; of an outline, in 1/64 of its letter's size
# Straight lines one after the other, each from where it begins; and one of them.
PLACE = r"-?[\d.]+ -?[\d.]+"
LINES = re.compile(rf"(?:M{PLACE}(?:L{PLACE})+[zZ]?)+", re.ASCII)
LINES_TO = re.compile(rf"M{PLACE}(?:L{PLACE})+", re.ASCII)
# A letter that is only moved: `use` has attributes for that.
MOVED = re.compile(r'<use (xlink:href="[^"]+") transform="translate\(([-\d.]+)(?: ([-\d.]+))?\)"')
REFERENCE = re.compile(r'(?:href="#|url\(#)([^")]+)')


def compact(svg: str) -> str:
    """Return an image that looks the same and is shorter.

    Comments and what describes the file are left out, coordinates are rounded, names are short.
    What matplotlib has not written, and what has text, is returned as it is.
    """
    if not WRITTEN_BY_MATPLOTLIB.search(svg) or TEXT.search(svg):
        return svg
    svg = re.sub(
        r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.S
    )
    svg = re.sub(r' (d|x|y|points)="([^"]*)"', _coordinates, svg)
    svg = re.sub(r"translate\([^)]*\)", lambda found: NUMBER.sub(_rounded, found[0]), svg)
    svg = MOVED.sub(_placed, svg)
    svg = re.sub(r">\s+<", "><", svg)
    svg = re.sub(r' style="[^"]*"', lambda found: re.sub(r"([:;]) ", r"\1", found[0]), svg)
    return _without_idle_groups(_with_short_names(svg)).strip()


def _rounded(number: re.Match[str]) -> str:
    text = f"{float(number[0]):.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _coordinates(attribute: re.Match[str]) -> str:
    numbers = NUMBER.sub(_rounded, re.sub(r"\s+", " ", attribute[2]).strip())
    numbers = re.sub(r" ?([A-Za-z]) ?", r"\1", numbers)
    if attribute[1] == "d" and LINES.fullmatch(numbers):
        numbers = LINES_TO.sub(_relative, numbers)
    return f' {attribute[1]}="{numbers}"'


def _placed(use: re.Match[str]) -> str:
    places = zip("xy", (use[2], use[3]), strict=True)
    return f"<use {use[1]}" + "".join(
        f' {name}="{place}"' for name, place in places if place and float(place)
    )


def _relative(line: re.Match[str]) -> str:
    """Return where a line begins, and the steps from each of its rounded points to the next."""
    points = [tuple(map(float, point.split(" "))) for point in line[0][1:].split("L")]
    steps = ((x - before_x, y - before_y) for (before_x, before_y), (x, y) in pairwise(points))
    text = f"M{_short(points[0][0])}{_after(points[0][1])}"
    return text + "".join(f"l{_short(x)}{_after(y)}" for x, y in steps)


def _short(number: float) -> str:
    """Return a number without what SVG does not need: zeros at the end and before the point."""
    text = f"{number:.{DECIMALS}f}".rstrip("0").rstrip(".")
    text = "0" if text in ("-0", "") else text
    return re.sub(r"^(-?)0\.", r"\1.", text)


def _after(number: float) -> str:
    """Return a number that follows another one: a minus sign is separation enough."""
    text = _short(number)
    return text if text.startswith("-") else f" {text}"


def _with_short_names(svg: str) -> str:
    """Give what is referred to a name of few letters, and what is not, none."""
    counts = Counter(REFERENCE.findall(svg))
    # The most frequent ones have the shortest names; equally frequent ones as they come.
    short = {name: _name(number) for number, (name, _) in enumerate(counts.most_common())}
    svg = re.sub(
        r' id="([^"]+)"', lambda found: f' id="{short[found[1]]}"' if found[1] in short else "", svg
    )
    svg = REFERENCE.sub(lambda found: found[0].replace(found[1], short[found[1]]), svg)
    return svg.replace(" xlink:href=", " href=")


def _name(number: int) -> str:
    letters = "abcdefghijklmnopqrstuvwxyz"
    return letters[number % len(letters)] + str(number // len(letters) or "")


def _without_idle_groups(svg: str) -> str:
    """Take away groups that say nothing of what is in them."""
    kept: list[bool] = []

    def tag(found: re.Match[str]) -> str:
        if found[0] == "</g>":
            return found[0] if kept.pop() else ""
        if not found[0].endswith("/>"):
            kept.append(found[0] != "<g>")
        return "" if found[0] in ("<g>", "<g/>") else found[0]

    return re.sub(r"</?g(?: [^>]*)?/?>", tag, svg)
