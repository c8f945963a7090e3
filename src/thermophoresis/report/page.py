"""The report: one HTML page that holds everything, and loads nothing from anywhere."""

import base64
import hashlib
import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from jinja2 import DictLoader, Environment, StrictUndefined
from PIL import Image

from thermophoresis.errors import UserError
from thermophoresis.figures.parts.style import DOUBLE_COLUMN
from thermophoresis.provenance.files import write_sealed
from thermophoresis.provenance.record import version
from thermophoresis.report.claims import (
    HEADINGS,
    Claim,
    by_kind,
    count_verdicts,
    counted,
    group_by_source,
    headline,
    of_all,
    opening,
    papers_of,
    read_claims,
)
from thermophoresis.report.compact_svg import compact
from thermophoresis.report.explanations import KIND_RULES
from thermophoresis.report.made_from import Made
from thermophoresis.report.margin import margin
from thermophoresis.report.notation import (
    NO_BREAK_SPACE,
    format_interval,
    format_level,
    format_number,
)
from thermophoresis.report.papers import PAPERS, TITLE_OF_SEVERAL, authors_of

if TYPE_CHECKING:
    from thermophoresis.config.ledger import Retired

PARAGRAPH = "\n\n"  # between paragraphs of a text

# What the page is made of, as seen from here: nothing else is read, and fingerprints cover these.
FILES = ("templates/*.html", "static/report.css", "static/report.js", "static/exponents.js")
SCRIPTS = ("report.js", "exponents.js")  # of which the second is for curves alone

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
INCH = 96  # CSS pixels
# CSS pixels per unit of an SVG length; without a unit it is in pixels.
PIXELS = {"": 1, "px": 1, "pt": INCH / 72, "in": INCH, "mm": INCH / 25.4, "cm": INCH / 2.54}


@dataclass(frozen=True)
class Figure:
    """A figure as it goes into the page.

    Attributes
    ----------
    name
        Name by which claims refer to it.
    caption
        What it shows, in sentences.
    image
        Content of a PNG or SVG file. The matplotlib figures of this project are both smaller and
        sharper as SVG.
    shown
        What it shows, in a few words: for those who cannot see it.
    """

    name: str
    caption: str
    image: bytes
    shown: str = ""

    @property
    def title(self) -> str:
        """The name as the paper writes it: "Fig. 2, top" for fig2_top; other names unchanged."""
        if not (parts := re.fullmatch(r"fig(\d+)(?:_(\w+))?", self.name)):
            return self.name
        number, rest = parts.groups(default="")
        return ", ".join(filter(None, (f"Fig.{NO_BREAK_SPACE}{number}", rest.replace("_", " "))))

    @property
    def alternative(self) -> str:
        """What stands in for the image: its title and what it shows.

        Where that is not known it is the first sentence of its caption, which follows at once;
        heard twice in full it would only be in the way.
        """
        first_sentence = re.split(r"(?<=[.!?])\s+(?=\w)", self.caption, maxsplit=1)[0]
        return ": ".join(filter(None, (self.title, self.shown or first_sentence)))

    @property
    def share(self) -> float:
        """Share of the page's width: letters are then of one size in all figures, as in print."""
        return min(1.0, self.size()[0] / (INCH * DOUBLE_COLUMN))

    def size(self) -> tuple[float, float]:
        """Width and height in print, in CSS pixels (1/96 inch).

        Raises
        ------
        UserError
            The image is neither PNG nor an SVG that states its size.
        """
        try:
            if self.image.startswith(PNG_SIGNATURE):
                return _png_size(self.image)
            root = ET.fromstring(self.image)
            return _pixels(root.attrib["width"]), _pixels(root.attrib["height"])
        except (ET.ParseError, KeyError, ValueError, OSError) as error:
            raise UserError(f"figure {self.name} is neither PNG nor SVG with a size") from error

    def uri(self) -> str:
        """Return the image as a ``data:`` URI; an SVG as text, without what nobody sees of it."""
        if self.image.startswith(PNG_SIGNATURE):
            return f"data:image/png;base64,{base64.b64encode(self.image).decode()}"
        text = compact(self.image.decode("utf-8"))
        for character, written in (("%", "%25"), ("#", "%23"), ("\n", "%0A"), ("\t", "%09")):
            text = text.replace(character, written)
        return f"data:image/svg+xml;charset=utf-8,{text}"

    def source(self) -> str:
        """Return the URI as the value of an attribute, with as little escaped as can be."""
        uri = self.uri()
        if "'" not in uri:
            uri = uri.replace('"', "'")
        return uri.replace("&", "&amp;").replace('"', "&#34;")


def _png_size(image: bytes) -> tuple[float, float]:
    """Return the size of a PNG image in CSS pixels; its own pixels where it states no density."""
    with Image.open(io.BytesIO(image), formats=["PNG"]) as png:
        across, down = png.info.get("dpi", (INCH, INCH))
        return png.width / across * INCH, png.height / down * INCH


def _pixels(length: str) -> float:
    """Return an SVG length in CSS pixels."""
    parts = re.fullmatch(r"([0-9.]+)([a-z]*)", length.strip())
    if parts is None or parts[2] not in PIXELS:
        raise ValueError(f"no absolute length: {length!r}")
    return float(parts[1]) * PIXELS[parts[2]]


def write(
    claims: Sequence[Mapping[str, Any]],
    *,
    figures: Iterable[tuple[str, str, str, str | Path]],
    explanations: Mapping[str, str],
    statistics: Mapping[str, str],
    verdict_rule: str,
    provenance: Mapping[str, str],
    notes: Sequence[str],
    retired: Mapping[str, "Retired"] = MappingProxyType({}),
    rescaled: Mapping[str, Sequence[str]] = MappingProxyType({}),
    made: Mapping[str, Made] = MappingProxyType({}),
    judged: Mapping[str, Made] = MappingProxyType({}),
    record: str = "",
    output: str | Path,
) -> None:
    """Write the report with a seal; it appears under its name only when it is complete.

    Parameters
    ----------
    claims, explanations, statistics, verdict_rule, provenance, notes, retired, rescaled, made
    judged, record
        As for `render`.
    figures
        Name, caption, what is shown, and PNG or SVG file of each figure.
    output
        Destination.

    Raises
    ------
    UserError
        As for `render`; besides, a figure cannot be read or the report cannot be written.
    """
    images = []
    for name, caption, words, path in figures:
        try:
            images.append(Figure(name, caption, Path(path).read_bytes(), words))
        except OSError as error:
            raise UserError(f"cannot read figure {name}: {error}") from error
    page = render(
        claims,
        figures=images,
        explanations=explanations,
        statistics=statistics,
        verdict_rule=verdict_rule,
        provenance=provenance,
        notes=notes,
        retired=retired,
        rescaled=rescaled,
        made=made,
        judged=judged,
        record=record,
    )
    write_sealed(output, page.encode())


def render(
    claims: Sequence[Mapping[str, Any]],
    *,
    figures: Sequence[Figure],
    explanations: Mapping[str, str],
    statistics: Mapping[str, str],
    verdict_rule: str,
    provenance: Mapping[str, str],
    notes: Sequence[str] = (),
    retired: Mapping[str, "Retired"] = MappingProxyType({}),
    rescaled: Mapping[str, Sequence[str]] = MappingProxyType({}),
    made: Mapping[str, Made] = MappingProxyType({}),
    judged: Mapping[str, Made] = MappingProxyType({}),
    record: str = "",
) -> str:
    """Write the whole page: the same data gives the same text.

    Parameters
    ----------
    claims
        Content of `claims.json`.
    figures
        In the order in which they are to stand.
    explanations
        Why each claim has its criterion, in sentences, by its id.
    statistics
        How each statistic is computed, in sentences, by its name. Those that no claim names are
        left out.
    verdict_rule
        How a verdict follows from an interval and a criterion, in sentences; empty lines between
        paragraphs.
    provenance
        What made the results: label → text; line breaks are kept.
    notes
        What a reader must not miss.
    retired
        Claims that are not judged, by their ids.
    rescaled
        Curves whose time can be rescaled, JSON without ``<`` for each row of a figure, by its name.
    made
        How figures came about, by their names.
    judged
        How verdicts came about, by what they are about.
    record
        The provenance of the page itself as JSON without ``<``, for programs.

    Returns
    -------
    str
        HTML. A claim's row has the id ``claim-`` and its own id, a figure ``figure-`` and its
        name. The fragment of the address holds the filters: ``#verdict=refuted&source=Fig.+3``.

    Raises
    ------
    UserError
        The claims are not as `read_claims` wants them, or an image is neither PNG nor SVG.
    ValueError
        A criterion or a statistic is not explained, or two figures have one name.
    """
    checked = read_claims(claims)
    drawn = {figure.name: figure for figure in figures}
    if len(drawn) < len(figures):
        raise ValueError("two figures have the same name")
    if unexplained := {claim.id for claim in checked} - explanations.keys():
        raise ValueError(f"claims without explanation: {', '.join(sorted(unexplained))}")
    used = sorted({claim.statistic for claim in checked})
    if unexplained := set(used) - statistics.keys():
        raise ValueError(f"statistics without explanation: {', '.join(sorted(unexplained))}")
    papers = papers_of(checked) or list(PAPERS)[:1]
    title, authors = _heading(papers)
    files = _read_files()
    scripts = [files[name] for name in SCRIPTS if rescaled or name == SCRIPTS[0]]
    template = _environment().get_template("page.html")
    return template.render(
        title=title,
        authors=authors,
        papers=papers,
        retired=retired,
        claims=checked,
        explanations=explanations,
        drawn=drawn,
        experiments=sorted({claim.experiment for claim in checked}),
        statistics={name: statistics[name] for name in used},
        rule=verdict_rule.split(PARAGRAPH),
        provenance=provenance,
        notes=notes,
        record=record,
        style=files["report.css"],
        rescaled=rescaled,
        made=made,
        judged=judged,
        version=version(),
        scripts=scripts,
        policy=_security_policy(scripts),
    )


def _heading(papers: Sequence[str]) -> tuple[str, str]:
    """Return the title of the page, and the authors whose claims it is about."""
    known = [PAPERS.get(paper, (TITLE_OF_SEVERAL, paper)) for paper in papers]
    title = known[0][0] if len(known) == 1 else TITLE_OF_SEVERAL
    authors = [words for _, words in known]
    return title, " and ".join(filter(None, (", ".join(authors[:-1]), authors[-1])))


@cache
def _read_files() -> Mapping[str, str]:
    """Return the texts that the page is made of, by the names of their files."""
    folder = Path(__file__).parent
    return {
        path.name: path.read_text("utf-8")
        for pattern in FILES
        for path in folder.glob(pattern)
        if path.is_file()
    }


@cache
def _environment() -> Environment:
    """Return the templates, with what they can call."""
    environment = Environment(
        loader=DictLoader(_read_files()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals |= {
        "HEADINGS": HEADINGS,
        "KIND_RULES": KIND_RULES,
        "PAPERS": PAPERS,
        "authors_of": authors_of,
        "by_kind": by_kind,
        "count_verdicts": count_verdicts,
        "counted": counted,
        "describe_sample": describe_sample,
        "format_interval": format_interval,
        "format_number": format_number,
        "group_by_source": group_by_source,
        "headline": headline,
        "margin": margin,
        "of_all": of_all,
        "opening": opening,
    }
    return environment


def _security_policy(scripts: Sequence[str]) -> str:
    """Forbid the page to load anything, and to run any script but its own."""
    digests = (base64.b64encode(hashlib.sha256(it.encode()).digest()).decode() for it in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src {allowed}; base-uri 'none'; form-action 'none'"
    )


def describe_sample(claim: Claim) -> str:
    """Say what a claim's number is of, what its interval is, and of how many replicas."""
    parts = [_unbroken(claim.cell)] if claim.cell else []
    if claim.ci_level is None:
        parts.append("not left to chance")
    elif format_interval(claim.ci_low, claim.ci_high):
        parts.append(f"{format_level(claim.ci_level)} interval")
    if claim.n_replicas or claim.ci_level is not None:
        parts.append(_unbroken(f"n = {claim.n_replicas:,}"))
    return ", ".join(parts)


def _unbroken(text: str) -> str:
    """Keep the two sides of each equation on one line."""
    return text.replace(" = ", f"{NO_BREAK_SPACE}={NO_BREAK_SPACE}")
