"""The report: one HTML page that holds everything, and loads nothing from anywhere."""

import base64
import hashlib
import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from thermophoresis.errors import UserError
from thermophoresis.figures.parts.style import DOUBLE_COLUMN
from thermophoresis.provenance.files import write_sealed
from thermophoresis.report.claims import (
    VERDICTS,
    Claim,
    count_verdicts,
    group_by_source,
    headline,
    read_claims,
)
from thermophoresis.report.notation import (
    NO_BREAK_SPACE,
    format_interval,
    format_level,
    format_number,
)
from thermophoresis.report.script import SCRIPT
from thermophoresis.report.style_sheet import STYLE_SHEET

TITLE = "Implicit Regularization of SGD via Thermophoresis"
PARAGRAPH = "\n\n"  # between paragraphs of a text

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
METRE = 96 / 0.0254  # CSS pixels
# CSS pixels per unit of an SVG length; without a unit it is in pixels.
PIXELS = {"": 1, "px": 1, "pt": 96 / 72, "in": 96, "mm": 96 / 25.4, "cm": 96 / 2.54}

# One per verdict, different in outline, so that they are told apart without their colours.
SHAPES = {
    "supported": '<circle cx="8" cy="8" r="7.5" fill="currentColor"/>'
    '<path d="M4.6 8.3 7 10.7l4.6-5.2" fill="none" stroke="var(--surface)" stroke-width="1.8"/>',
    "refuted": '<path d="M1 1h14v14H1z" fill="currentColor"/>'
    '<path d="m5 5 6 6m0-6-6 6" stroke="var(--surface)" stroke-width="1.8"/>',
    "inconclusive": '<path d="M8 1.2 14.8 8 8 14.8 1.2 8z" fill="none" stroke="currentColor"'
    ' stroke-width="1.8"/><path d="M5.8 8h4.4" stroke="currentColor" stroke-width="1.8"/>',
}


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
    """

    name: str
    caption: str
    image: bytes

    @property
    def title(self) -> str:
        """The name as the paper writes it: "Fig. 2, top" for fig2_top; other names unchanged."""
        if not (parts := re.fullmatch(r"fig(\d+)(?:_(\w+))?", self.name)):
            return self.name
        number, rest = parts.groups(default="")
        return ", ".join(filter(None, (f"Fig.{NO_BREAK_SPACE}{number}", rest.replace("_", " "))))

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
        except (ET.ParseError, KeyError, ValueError, struct.error) as error:
            raise UserError(f"figure {self.name} is neither PNG nor SVG with a size") from error

    def uri(self) -> str:
        """Return the image as a ``data:`` URI."""
        kind = "png" if self.image.startswith(PNG_SIGNATURE) else "svg+xml"
        return f"data:image/{kind};base64,{base64.b64encode(self.image).decode()}"


def _png_size(image: bytes) -> tuple[float, float]:
    """Return the size of a PNG image in CSS pixels; its own pixels where it states no density."""
    width, height = struct.unpack_from(">II", image, len(PNG_SIGNATURE) + 8)
    position = len(PNG_SIGNATURE)
    while position < len(image):
        length, kind = struct.unpack_from(">I4s", image, position)
        if kind == b"pHYs":
            per_metre_x, per_metre_y, unit = struct.unpack_from(">IIB", image, position + 8)
            if unit == 1:
                return width / per_metre_x * METRE, height / per_metre_y * METRE
        if kind == b"IDAT":  # the density stands before the image
            break
        position += length + 12
    return float(width), float(height)


def _pixels(length: str) -> float:
    """Return an SVG length in CSS pixels."""
    parts = re.fullmatch(r"([0-9.]+)([a-z]*)", length.strip())
    if parts is None or parts[2] not in PIXELS:
        raise ValueError(f"no absolute length: {length!r}")
    return float(parts[1]) * PIXELS[parts[2]]


def write(
    claims: Sequence[Mapping[str, Any]],
    *,
    figures: Iterable[tuple[str, str, str | Path]],
    statistics: Mapping[str, str],
    verdict_rule: str,
    provenance: Mapping[str, str],
    notes: Sequence[str],
    record: str = "",
    output: str | Path,
) -> None:
    """Write the report with a seal; it appears under its name only when it is complete.

    Parameters
    ----------
    claims, statistics, verdict_rule, provenance, notes, record
        As for `render`.
    figures
        Name, caption and PNG or SVG file of each figure.
    output
        Destination.

    Raises
    ------
    UserError
        As for `render`; besides, a figure cannot be read or the report cannot be written.
    """
    images = []
    for name, caption, path in figures:
        try:
            images.append(Figure(name, caption, Path(path).read_bytes()))
        except OSError as error:
            raise UserError(f"cannot read figure {name}: {error}") from error
    page = render(
        claims,
        figures=images,
        statistics=statistics,
        verdict_rule=verdict_rule,
        provenance=provenance,
        notes=notes,
        record=record,
    )
    write_sealed(output, page.encode())


def render(
    claims: Sequence[Mapping[str, Any]],
    *,
    figures: Sequence[Figure],
    statistics: Mapping[str, str],
    verdict_rule: str,
    provenance: Mapping[str, str],
    notes: Sequence[str] = (),
    record: str = "",
) -> str:
    """Write the whole page: the same data gives the same text.

    Parameters
    ----------
    claims
        Content of `claims.json`.
    figures
        In the order in which they are to stand.
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
        A statistic is not explained, or two figures have one name.
    """
    checked = read_claims(claims)
    drawn = {figure.name: figure for figure in figures}
    if len(drawn) < len(figures):
        raise ValueError("two figures have the same name")
    if unexplained := {claim.statistic for claim in checked} - statistics.keys():
        raise ValueError(f"statistics without explanation: {', '.join(sorted(unexplained))}")
    main = "".join(
        (
            _render_claims(checked, drawn),
            _render_figures(figures, checked),
            _render_methods(checked, statistics, verdict_rule),
            _render_provenance(provenance),
        )
    )
    embedded = f'<script type="application/json" id="record">{record}</script>\n' if record else ""
    return f"""<!DOCTYPE html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{_security_policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="{escape(headline(checked))}">
<link rel="icon" href="data:,">
<title>{TITLE}: the claims, measured</title>
{embedded}<style>{STYLE_SHEET}</style>
</head>
<body>
<a class="skip" href="#claims">Skip to the claims</a>
<svg width="0" height="0" style="position:absolute" aria-hidden="true">{_render_symbols()}</svg>
<div class="page">
{_render_summary(checked, notes)}<main>
{main}</main>
</div>
<dialog id="enlarged" aria-labelledby="enlarged-title">
<header><h2 id="enlarged-title"></h2><button type="button">Close</button></header>
<div class="scroll" tabindex="0"></div>
</dialog>
<script>{SCRIPT}</script>
</body>
</html>
"""


def _security_policy() -> str:
    """Forbid the page to load anything, and to run any script but its own."""
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    return (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _render_symbols() -> str:
    return "".join(
        f'<symbol id="shape-{verdict}" viewBox="0 0 16 16">{shape}</symbol>'
        for verdict, shape in SHAPES.items()
    )


def _render_shape(verdict: str) -> str:
    return f'<svg class="shape {verdict}" aria-hidden="true"><use href="#shape-{verdict}"/></svg>'


def _breakable(name: str) -> str:
    """Return a name, escaped, that can go over two lines after an underscore."""
    return escape(name).replace("_", "_<wbr>")


def _render_badge(verdict: str) -> str:
    return f'<span class="badge {verdict}">{_render_shape(verdict)}{verdict}</span>'


def _paragraph(kind: str, text: str) -> str:
    """Return a paragraph of already escaped text, or nothing without text."""
    return f'<p class="{kind}">{text}</p>\n' if text else ""


def _render_summary(claims: Sequence[Claim], notes: Sequence[str]) -> str:
    """Return title, counts of verdicts, notices, contents, and the verdicts by source."""
    counts = {verdict: sum(claim.verdict == verdict for claim in claims) for verdict in VERDICTS}
    parts = [
        f'<span class="{verdict} nowrap">{_render_shape(verdict)}{count:,} {verdict}'
        f"{'' if verdict == VERDICTS[-1] else ','}</span>"
        for verdict, count in counts.items()
    ]
    of_all = headline(claims).removeprefix(count_verdicts(claims)).strip()
    listed = "".join(f"<li>{escape(note)}</li>\n" for note in notes)
    return f"""<header>
<h1>{TITLE}</h1>
<p class="subtitle">The claims of Wei &amp; Schwab, measured on ensembles of networks</p>
{_paragraph("headline", f'{" ".join(parts)} <span class="total">{of_all}</span>' if claims else "")}
{f'<ul class="notes" aria-label="Notices">{listed}</ul>' if notes else ""}
<nav class="contents" aria-label="Contents">
<a href="#claims">Claims</a>
<a href="#figures">Figures</a>
<a href="#methods">How the numbers are computed</a>
<a href="#provenance">Provenance</a>
</nav>
{_render_glance(claims)}</header>
"""


def _render_glance(claims: Sequence[Claim]) -> str:
    """Return one shape per claim by source; there is no axis that all estimates could share."""
    if not claims:
        return ""
    entries = [
        f'<li><a href="#claims" data-source="{escape(source)}">'
        f'<span class="place">{escape(source)}</span>'
        f'<span class="marks">{"".join(_render_shape(claim.verdict) for claim in group)}</span>'
        f'<span class="visually-hidden">: {count_verdicts(group, zeros=False)}</span></a></li>\n'
        for sources in group_by_source(claims).values()
        for source, group in sources.items()
    ]
    return f"""<section class="glance" aria-labelledby="glance">
<h2 id="glance">By place in the paper</h2>
<ul>
{"".join(entries)}</ul>
</section>
"""


def _render_claims(claims: Sequence[Claim], drawn: Mapping[str, Figure]) -> str:
    """Return the table of all claims below its filters."""
    if not claims:
        table = "<p>This configuration states no claims.</p>"
    else:
        table = f"""{_render_filters(claims)}<table id="claim-table" role="table">
<caption class="visually-hidden">Claims with estimate, criterion and verdict</caption>
<thead role="rowgroup">
<tr role="row">{"".join(_render_column(name) for name in COLUMNS)}</tr>
</thead>
<tbody role="rowgroup">
{"".join(_render_row(claim, drawn) for claim in claims)}</tbody>
</table>"""
    return f"""<section aria-labelledby="claims">
<h2 id="claims">Claims</h2>
{table}
</section>
"""


COLUMNS = ("Verdict", "Claim", "Experiment", "Estimate", "Criterion", "Figure")


def _render_column(name: str) -> str:
    return f'<th role="columnheader" scope="col">{name}</th>'


def _render_filters(claims: Sequence[Claim]) -> str:
    """Return the filters; hidden until the script that makes them work shows them."""
    choices = [("", "All", ""), *((name, name, _render_shape(name)) for name in VERDICTS)]
    verdicts = "".join(
        f'<label><input type="radio" name="verdict" value="{value}" autocomplete="off"'
        f"{'' if value else ' checked'}><span>{shape}{label}</span></label>\n"
        for value, label, shape in choices
    )
    experiments = "".join(_render_option(claim) for claim in sorted({c.experiment for c in claims}))
    sources = "".join(
        f'<optgroup label="{kind}">{"".join(map(_render_option, names))}</optgroup>\n'
        for kind, names in group_by_source(claims).items()
    )
    return f"""<form id="filters" class="filters" aria-label="Filters" hidden>
<fieldset>
<legend>Verdict</legend>
<div class="choices">
{verdicts}</div>
</fieldset>
<label><span class="label">Experiment</span>
<select name="experiment" autocomplete="off"><option value="">All</option>{experiments}</select>
</label>
<label><span class="label">Source</span>
<select name="source" autocomplete="off"><option value="">All</option>{sources}</select>
</label>
<button type="button" id="clear" disabled>Clear filters</button>
</form>
<p id="shown" class="shown" role="status" aria-live="polite" hidden></p>
"""


def _render_option(value: str) -> str:
    return f'<option value="{escape(value)}">{escape(value)}</option>'


def _render_row(claim: Claim, drawn: Mapping[str, Figure]) -> str:
    """Return one claim as a row, with all that is known of it."""
    more = claim.more_replicas
    statistic = escape(claim.statistic)
    figure = "–"
    if claim.figure in drawn:
        title = _breakable(drawn[claim.figure].title)
        figure = f'<a href="#figure-{escape(claim.figure)}">{title}</a>'
    elif claim.figure is not None:
        figure = f"{escape(claim.figure)} (not drawn)"
    return f"""<tr role="row" id="claim-{claim.id}" data-verdict="{claim.verdict}" \
data-experiment="{escape(claim.experiment)}" data-source="{escape(claim.source_group)}">
<td role="cell">{_render_badge(claim.verdict)}
{_paragraph("muted", f"About {more:,} more replicas would decide" if more else "")}</td>
<th role="rowheader" scope="row"><div class="statement">{escape(claim.statement)}</div>
<p class="muted">{escape(claim.source)} · <a href="#claim-{claim.id}">{claim.id}</a></p>
{_paragraph("muted caveat", escape(claim.caveat))}</th>
<td role="cell" data-label="Experiment"><code>{_breakable(claim.experiment)}</code></td>
<td role="cell" data-label="Estimate"><div>{_render_estimate(claim)}
<p class="muted"><a href="#statistic-{statistic}">{_breakable(claim.statistic)}</a><br>
{_render_sample(claim)}</p></div></td>
<td role="cell" data-label="Criterion"><div>{escape(claim.criterion)}
{_paragraph("muted", escape(claim.explanation))}</div></td>
<td role="cell" data-label="Figure"><div>{figure}</div></td>
</tr>
"""


def _render_estimate(claim: Claim) -> str:
    number = "none" if claim.estimate is None else format_number(claim.estimate)
    interval = format_interval(claim.ci_low, claim.ci_high)
    parts = [f'<span class="number">{number}</span>']
    parts += [f'<span class="interval">{interval}</span>'] if interval else []
    parts += [escape(claim.units)] if claim.units else []
    return " ".join(parts)


def _render_sample(claim: Claim) -> str:
    """Say what the number is of, what its interval is, and of how many replicas."""
    parts = [escape(_unbroken(claim.cell))] if claim.cell else []
    if format_interval(claim.ci_low, claim.ci_high):
        parts.append(f"{format_level(claim.ci_level)} interval")
    parts.append(_unbroken(f"n = {claim.n_replicas:,}"))
    return ", ".join(parts)


def _unbroken(text: str) -> str:
    """Keep the two sides of each equation on one line."""
    return text.replace(" = ", f"{NO_BREAK_SPACE}={NO_BREAK_SPACE}")


def _render_figures(figures: Sequence[Figure], claims: Sequence[Claim]) -> str:
    parts = [
        _render_figure(figure, [claim for claim in claims if claim.figure == figure.name])
        for figure in figures
    ]
    return f"""<section aria-labelledby="figures">
<h2 id="figures">Figures</h2>
{"".join(parts) or "<p>This configuration draws no figures.</p>"}</section>
"""


def _render_figure(figure: Figure, claims: Sequence[Claim]) -> str:
    """Return a figure with the claims that it carries beside it."""
    width, height = figure.size()
    # Letters are then of one size in all figures, as they are in print.
    share = min(1.0, width / (96 * DOUBLE_COLUMN))
    title, caption = escape(figure.title), escape(figure.caption)
    # The caption follows at once; heard twice in full it would only be in the way.
    first_sentence = re.split(r"(?<=[.!?])\s+(?=\w)", figure.caption, maxsplit=1)[0]
    alternative = escape(": ".join(filter(None, (figure.title, first_sentence))))
    carried = "".join(
        f"""<li>{_render_badge(claim.verdict)}
<p>{escape(claim.statement)}</p>
<p class="muted">{_render_estimate(claim)}; criterion: {escape(claim.criterion)} · \
<a href="#claim-{claim.id}">details<span class="visually-hidden"> of {claim.id}</span></a></p></li>
"""
        for claim in claims
    )
    return f"""<section class="figure" id="figure-{escape(figure.name)}">
<h3>{title}</h3>
<figure>
<img src="{figure.uri()}" width="{width:.0f}" height="{height:.0f}" style="--share: {share:.3f}" \
alt="{alternative}">
{f"<figcaption>{caption}</figcaption>" if caption else ""}
</figure>
{f'<ul class="carried">{carried}</ul>' if claims else '<p class="muted">It carries no claim.</p>'}
</section>
"""


def _render_methods(
    claims: Sequence[Claim], statistics: Mapping[str, str], verdict_rule: str
) -> str:
    used = sorted({claim.statistic for claim in claims})
    terms = "".join(
        f'<div id="statistic-{escape(name)}"><dt><code>{_breakable(name)}</code></dt>'
        f"<dd>{escape(statistics[name])}</dd></div>\n"
        for name in used
    )
    return f"""<section aria-labelledby="methods">
<h2 id="methods">How the numbers are computed</h2>
{"".join(f"<p>{escape(part)}</p>" for part in verdict_rule.split(PARAGRAPH))}
{f'<dl class="terms">{terms}</dl>' if used else ""}
</section>
"""


def _render_provenance(provenance: Mapping[str, str]) -> str:
    terms = "".join(
        f'<div><dt>{escape(label)}</dt><dd class="verbatim">{escape(text)}</dd></div>\n'
        for label, text in provenance.items()
    )
    return f"""<section aria-labelledby="provenance">
<h2 id="provenance">Provenance</h2>
<dl class="terms">{terms}</dl>
</section>
"""
