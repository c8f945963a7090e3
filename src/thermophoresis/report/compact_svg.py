"""What matplotlib writes as SVG, shorter: the same picture to a hundredth of a point.

A page that embeds forty figures is otherwise larger than what many mail servers and browsers on
telephones take.
"""

import re
from collections import Counter

# Letters are outlines, so that white space between tags is nowhere seen.
WRITTEN_BY_MATPLOTLIB = re.compile(r"<dc:title>Matplotlib v", re.ASCII)
TEXT = re.compile(r"<(?:text|foreignObject|script)\b")

NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")
DECIMALS = 2  # of a point, 0.35 mm; of an outline, in 1/64 of its letter's size
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
    svg = re.sub(r">\s+<", "><", svg)
    svg = re.sub(r' style="[^"]*"', lambda found: re.sub(r"([:;]) ", r"\1", found[0]), svg)
    return _without_idle_groups(_with_short_names(svg)).strip()


def _rounded(number: re.Match[str]) -> str:
    text = f"{float(number[0]):.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _coordinates(attribute: re.Match[str]) -> str:
    numbers = NUMBER.sub(_rounded, re.sub(r"\s+", " ", attribute[2]).strip())
    numbers = re.sub(r" ?([A-Za-z]) ?", r"\1", numbers)
    return f' {attribute[1]}="{numbers}"'


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
