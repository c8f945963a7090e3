import io
import re
from collections import Counter
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure as MatplotlibFigure
from PIL import Image

from thermophoresis.config.claims import Ledger
from thermophoresis.config.ledger import Retired
from thermophoresis.errors import UserError
from thermophoresis.provenance.seal import seal
from thermophoresis.report.claims import group_by_source, headline, read_claims
from thermophoresis.report.markdown import markdown, table
from thermophoresis.report.notation import (
    format_estimate,
    format_interval,
    format_level,
    format_number,
)
from thermophoresis.report.page import Figure, render, write

VOID = {"br", "img", "input", "link", "meta", "wbr"}
NASTY = """<script>alert("1 & 2")</script> 'quoted' | piped | *starred* [link](x) `code`"""


def claim(name="fig3-overlaps-eta2", **other):
    return {
        "id": name,
        "source": "Fig. 3, third panel; Section 4",
        "statement": "The curves overlap.",
        "experiment": "gaussian",
        "statistic": "collapse_error",
        "estimate": 0.0812,
        "ci_low": 0.062,
        "ci_high": 0.101,
        "ci_level": 0.9988,
        "n_replicas": 1024,
        "criterion": "< 0.1",
        "verdict": "inconclusive",
        "figure": "fig3",
        **other,
    }


CLAIMS = [
    claim(),
    claim(
        "fig3-exponent",
        verdict="supported",
        statistic="exponent",
        units="per unit of τ",
        caveat="But only here.",
        cell="|B| = 2 against |B| = 3",
    ),
    claim("fig10-norm", source="Fig. 10", verdict="refuted", figure="fig10"),
    claim("soret", source="Eq. 8", verdict="supported", figure=None, experiment="random_walk"),
    claim(
        "untested",
        source="Appendix A.5",
        estimate=None,
        ci_low=None,
        ci_high=None,
        n_replicas=0,
        figure="fig14",
    ),
    claim("more", source="Fig. 3", more_replicas=12000, figure="fig10"),
]
EXPLANATIONS = {entry["id"]: "Why this." for entry in CLAIMS} | {"fig3-exponent": "Why between."}
STATISTICS = {
    "collapse_error": "Spread over spread.",
    "exponent": "Slope of log over log.",
    "unused": "Never read.",
}


def png(width=2100, height=950, dpi=(300, 300)):
    content = io.BytesIO()
    Image.new("RGB", (width, height), "white").save(content, "png", **({"dpi": dpi} if dpi else {}))
    return content.getvalue()


SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="345.6pt" height="228pt"'
    b' viewBox="0 0 345.6 228"><path d="M0 0L9 9"/></svg>'
)
FIGURES = [
    Figure("fig3", "Activation rate. Panel (c) is in thermal time.", png()),
    Figure("fig10", "Norm of the second layer.", SVG),
    Figure("mine_norm", "", SVG, 'my "norm" <b> & more; from here'),
]


def page(claims=CLAIMS, figures=FIGURES, **other):
    given = {
        "explanations": EXPLANATIONS,
        "statistics": STATISTICS,
        "verdict_rule": "The whole interval.",
        "provenance": {"Seeds": "0, 1"},
        "notes": ["Far too small."],
        **other,
    }
    return render(claims, figures=figures, **given)


class Element:
    """An element of a page, with the text of everything inside it."""

    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent = tag, dict(attributes), parent
        self.children, self.texts = [], []

    @property
    def text(self):
        return "".join(part if isinstance(part, str) else part.text for part in self.texts)

    def find(self, tag=None, **attributes):
        """Return all elements inside this one that have this tag and these attributes."""
        wanted = {name.rstrip("_"): value for name, value in attributes.items()}
        found = []
        for child in self.children:
            if tag in (None, child.tag) and wanted.items() <= child.attributes.items():
                found.append(child)
            found += child.find(tag, **attributes)
        return found


class Parser(HTMLParser):
    """Builds the tree of elements; fails if what is opened is not closed in order."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.root = self.open = Element("", {}, None)
        self.feed(text)
        self.close()
        assert self.open is self.root, f"<{self.open.tag}> is not closed"

    def handle_starttag(self, tag, attributes):
        assert len(dict(attributes)) == len(attributes), f"an attribute of <{tag}> is given twice"
        element = Element(tag, attributes, self.open)
        self.open.children.append(element)
        self.open.texts.append(element)
        if tag not in VOID:
            self.open = element

    def handle_startendtag(self, tag, attributes):  # inside SVG
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert tag == self.open.tag, f"</{tag}> closes <{self.open.tag}>"
        self.open = self.open.parent

    def handle_data(self, data):
        self.open.texts.append(data)


def parse(text):
    return Parser(text).root


def rows(root):
    (body,) = root.find("tbody")
    return {row.attributes["id"].removeprefix("claim-"): row for row in body.find("tr")}


# The page


def test_every_claim_has_one_row_in_the_order_given():
    root = parse(page())
    (body,) = root.find("tbody")
    ids = [row.attributes["id"] for row in body.find("tr")]
    assert ids == [f"claim-{entry['id']}" for entry in CLAIMS]


def test_row_holds_all_that_is_known():
    row = rows(parse(page()))["fig3-exponent"]
    text = " ".join(row.text.split())
    for part in (
        "supported",
        "The curves overlap.",
        "Fig. 3, third panel; Section 4",
        "fig3-exponent",
        "But only here.",
        "gaussian",
        "0.0812 [0.0620, 0.101] per unit of τ",
        "exponent",
        "|B| = 2 against |B| = 3, 99.88 % interval, n = 1,024",
        "< 0.1",
        "Why between.",
        "Fig. 3",
    ):
        assert part in text
    assert "About 12,000 more replicas would decide" in rows(parse(page()))["more"].text
    assert "would decide" not in text


def test_the_rule_may_have_paragraphs():
    root = parse(page(verdict_rule="If all of it.\n\nMended < twice."))
    (methods,) = (it for it in root.find("section") if "How the numbers" in it.text[:40])
    assert [it.text for it in methods.find("p")][:2] == ["If all of it.", "Mended < twice."]


def test_every_claim_is_listed_at_its_figure_and_at_no_other():
    root = parse(page())
    for figure in FIGURES:
        (section,) = root.find("section", id=f"figure-{figure.name}")
        links = [link.attributes["href"] for link in section.find("a")]
        carried = [entry["id"] for entry in CLAIMS if entry["figure"] == figure.name]
        assert links == [f"#claim-{name}" for name in carried]
        assert ("carries no claim" in section.text) == (not carried)


def test_row_leads_to_its_figure():
    for name, row in rows(parse(page())).items():
        (figure,) = [entry["figure"] for entry in CLAIMS if entry["id"] == name]
        links = [link.attributes["href"] for link in row.find("a")]
        drawn = figure in {drawn.name for drawn in FIGURES}
        assert (f"#figure-{figure}" in links) == drawn


def test_claim_names_a_figure_that_is_not_drawn():
    assert "fig14 (not drawn)" in rows(parse(page()))["untested"].text


def test_every_link_leads_somewhere_and_every_id_is_unique():
    root = parse(page())
    ids = Counter(element.attributes.get("id") for element in root.find())
    del ids[None]
    assert set(ids.values()) == {1}
    targets = [link.attributes["href"] for link in root.find("a")]
    targets += [use.attributes["href"] for use in root.find("use")]
    labelled = [e.attributes for e in root.find() if "aria-labelledby" in e.attributes]
    targets += [f"#{attributes['aria-labelledby']}" for attributes in labelled]
    assert len(targets) > 30
    assert {target for target in targets if target.removeprefix("#") not in ids} == set()


def test_statistics_are_explained_if_used():
    root = parse(page())
    (section,) = [
        s for s in root.find("section") if s.attributes.get("aria-labelledby") == "methods"
    ]
    assert "The whole interval." in section.text
    assert [term.text for term in section.find("dt")] == ["collapse_error", "exponent"]
    assert [term.text for term in section.find("dd")] == [
        STATISTICS["collapse_error"],
        STATISTICS["exponent"],
    ]


def test_headline_counts_verdicts():
    (paragraph,) = parse(page()).find("p", class_="headline")
    text = " ".join(paragraph.text.split())
    assert text == "2 supported, 1 refuted, 3 inconclusive of 6 claims"
    assert text == headline(read_claims(CLAIMS))


def test_sources_at_a_glance_count_each_claim_once():
    root = parse(page())
    (section,) = root.find("section", class_="glance")
    links = section.find("a")
    assert [link.attributes["data-source"] for link in links] == [
        "Fig. 3",
        "Fig. 10",
        "Eq. 8",
        "Appendix A.5",
    ]
    assert [len(link.find("use")) for link in links] == [3, 1, 1, 1]
    assert links[0].text == "Fig. 3: 1 supported, 2 inconclusive"


def test_verdict_is_a_word_and_a_shape_and_not_a_colour_alone():
    for name, row in rows(parse(page())).items():
        (badge,) = [e for e in row.find("span") if e.attributes["class"].startswith("badge")]
        (verdict,) = [entry["verdict"] for entry in CLAIMS if entry["id"] == name]
        assert badge.text == verdict
        (use,) = badge.find("use")
        assert use.attributes["href"] == f"#shape-{verdict.replace(' ', '-')}"
    symbols = parse(page()).find("symbol")
    assert len({str(sorted(s.children[0].attributes.items())) for s in symbols}) == 5


def test_table_and_filters_are_labelled():
    root = parse(page())
    (head,) = root.find("thead")
    assert {cell.attributes["scope"] for cell in head.find("th")} == {"col"}
    for row in rows(root).values():
        assert [cell.attributes["scope"] for cell in row.find("th")] == ["row"]
        assert len(row.find("td")) + 1 == len(head.find("th"))
    (form,) = root.find("form")
    controls = form.find("select") + form.find("input")
    assert len(controls) == 6
    for control in controls:
        assert control.parent.tag == "label"
        assert control.parent.text.strip()
    assert root.find("p", **{"role": "status", "aria-live": "polite"})
    assert root.find("html")[0].attributes["lang"] == "en-GB"


def test_filters_offer_what_occurs_in_the_order_of_the_paper():
    experiments, sources = parse(page()).find("select")
    assert [o.attributes["value"] for o in experiments.find("option")] == [
        "",
        "gaussian",
        "random_walk",
    ]
    assert [group.attributes["label"] for group in sources.find("optgroup")] == [
        "Figures",
        "Equations",
        "Appendices",
    ]
    offered = {option.attributes["value"] for option in sources.find("option")} - {""}
    assert offered == {row.attributes["data-source"] for row in rows(parse(page())).values()}


def test_images_are_embedded_with_size_and_alternative():
    images = parse(page()).find("img")
    assert [image.attributes["src"].partition(",")[0] for image in images] == [
        "data:image/png;base64",
        "data:image/svg+xml;charset=utf-8",
        "data:image/svg+xml;charset=utf-8",
    ]
    assert [(image.attributes["width"], image.attributes["height"]) for image in images] == [
        ("672", "304"),
        ("461", "304"),
        ("461", "304"),
    ]
    assert [image.attributes["alt"] for image in images] == [
        "Fig.\u00a03: Activation rate.",
        "Fig.\u00a010: Norm of the second layer.",
        'mine_norm: my "norm" <b> & more; from here',
    ]
    # Neither waits until it is scrolled to: on paper nobody scrolls.
    assert not [image for image in images if "loading" in image.attributes]


def test_letters_have_one_size_in_all_figures():
    # 7 inches and 4.8 inches wide: shares of the column in the same proportion.
    shares = [image.attributes["style"] for image in parse(page()).find("img")]
    assert shares == ["--share: 1.000", "--share: 0.686", "--share: 0.686"]


def test_size_is_that_of_what_matplotlib_writes():
    drawn = MatplotlibFigure(figsize=(4.8, 2.5))
    for kind in ("png", "svg"):
        content = io.BytesIO()
        drawn.savefig(content, format=kind, dpi=300)
        size = Figure("fig3", "", content.getvalue()).size()
        np.testing.assert_allclose(size, (4.8 * 96, 2.5 * 96), rtol=1e-4)


def test_size_without_density_is_in_pixels():
    assert Figure("fig3", "", png(200, 100, dpi=None)).size() == (200, 100)


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"\xff\xd8\xff\xe0 a JPEG",
        png()[:20],
        b"<svg",
        b"<svg/>",
        SVG.replace(b"345.6pt", b"100%"),
    ],
    ids=["empty", "jpeg", "cut off", "broken", "no size", "relative size"],
)
def test_image_of_another_kind(image):
    with pytest.raises(UserError, match="figure fig3 is neither PNG nor SVG"):
        page(figures=[Figure("fig3", "", image)])


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("fig3", "Fig.\u00a03"),
        ("fig2_top", "Fig.\u00a02, top"),
        ("fig14_no_bias", "Fig.\u00a014, no bias"),
        ("figure_of_mine", "figure_of_mine"),
    ],
)
def test_figures_are_named_as_in_the_paper(name, title):
    assert Figure(name, "", b"").title == title


def test_markup_in_any_text_stays_text():
    keys = ("source", "statement", "experiment", "statistic", "criterion", "units")
    keys += ("caveat",)
    nasty = claim(figure="fig3", **dict.fromkeys(keys, NASTY))
    text = page(
        [nasty],
        [Figure("fig3", NASTY, SVG), Figure(NASTY, "", SVG)],
        explanations={nasty["id"]: NASTY},
        statistics={NASTY: NASTY},
        verdict_rule=NASTY,
        provenance={NASTY: NASTY},
        notes=[NASTY],
    )
    root = parse(text)
    assert len(root.find("script")) == 1
    assert "alert" not in root.find("script")[0].text
    assert text.count("&lt;script&gt;alert(") > len(keys)
    row = rows(root)["fig3-overlaps-eta2"]
    assert row.attributes["data-experiment"] == NASTY
    for key in keys:
        assert nasty[key] in row.text
    assert row.text.count(NASTY) == len(keys) + 1  # with the explanation


def test_markup_in_every_other_text_of_a_claim_stays_text():
    gone = Retired(paper="mine", source=NASTY, statement=NASTY, reason=NASTY)
    nasty = claim(cell=NASTY, paper=NASTY, opens=NASTY, figure=NASTY)
    root = parse(page([claim("other"), nasty], [], explanations=dict.fromkeys(
        ("other", nasty["id"]), NASTY), retired={"gone": gone}))  # fmt: skip
    assert len(root.find("script")) == 1
    assert not [it for it in root.find("a") if it.attributes.get("href") == "x"]
    (entry,) = root.find("li", id="claim-gone")
    assert entry.text.count(NASTY) == 3
    (section,) = root.find("section", class_="opening")
    assert section.text.count(NASTY) == 1


HOSTILE = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="345.6pt" height="228pt" onload="alert(1)">'
    b"<script>alert('2')</script><text>\"><img src='x' onerror='alert(3)'/></text>"
    b'<image href="https://example.org/x.png"/></svg>'
)
BOMB = b"""<!DOCTYPE svg [<!ENTITY a0 "ha">%s]><svg xmlns="http://www.w3.org/2000/svg" width="1pt"
height="1pt">&a30;</svg>""" % b"".join(
    b'<!ENTITY a%d "&a%d;&a%d;">' % (i, i - 1, i - 1) for i in range(1, 31)
)
OUTSIDE = b"""<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/hostname">]><svg
xmlns="http://www.w3.org/2000/svg" width="1pt" height="1pt">&a;</svg>"""


def test_a_figure_from_a_stranger_is_an_image_and_nothing_else():
    root = parse(page(figures=[Figure("fig3", "", HOSTILE)]))
    (image,) = root.find("img")
    assert set(image.attributes) == {"src", "width", "height", "style", "alt"}
    address = image.attributes["src"]
    assert address.startswith("data:image/svg+xml;charset=utf-8,<svg")
    assert len(root.find("script")) == 1
    # In an image no script runs and nothing is loaded; the page forbids both besides.
    (policy,) = root.find("meta", **{"http-equiv": "Content-Security-Policy"})
    assert "img-src data:;" in policy.attributes["content"]
    for image in (BOMB, OUTSIDE):
        with pytest.raises(UserError, match="figure fig3 is neither PNG nor SVG with a size"):
            page(figures=[Figure("fig3", "", image)])


def test_nothing_is_loaded_from_elsewhere():
    text = page()
    root = parse(text)
    addresses = [
        element.attributes[name]
        for element in root.find()
        for name in ("src", "href", "srcset", "action", "data", "poster")
        if name in element.attributes
    ]
    assert len(addresses) > 30
    assert {a for a in addresses if not a.startswith(("#", "data:"))} == set()
    style = root.find("style")[0].text
    assert "@import" not in style
    assert "url(" not in style
    script = root.find("script")[0].text
    assert not re.search(r"https?:|//\w+\.|fetch\(|import\(|XMLHttpRequest", script)
    (policy,) = root.find("meta", **{"http-equiv": "Content-Security-Policy"})
    assert policy.attributes["content"].startswith("default-src 'none';")


def test_same_data_gives_the_same_page():
    assert page() == page()
    reordered = [dict(reversed(entry.items())) for entry in CLAIMS]
    assert page(reordered, statistics=dict(reversed(STATISTICS.items()))) == page()


def test_page_without_claims_or_figures():
    root = parse(page([], []))
    assert not root.find("p", class_="headline")
    assert "states no claims" in root.text
    assert "draws no figures" in root.text


def test_statistic_without_explanation():
    with pytest.raises(ValueError, match=r"without explanation: exponent$"):
        page(statistics={"collapse_error": "Spread."})


def test_claim_without_explanation():
    with pytest.raises(ValueError, match=r"claims without explanation: more, soret$"):
        page(explanations={k: it for k, it in EXPLANATIONS.items() if k not in ("soret", "more")})


def test_two_figures_of_one_name():
    with pytest.raises(ValueError, match="same name"):
        page(figures=[FIGURES[0], FIGURES[0]])


def test_written_page_is_the_rendered_one(tmp_path):
    paths = []
    for figure, ending in zip(FIGURES, ("png", "svg", "svg"), strict=True):
        path = tmp_path / f"{figure.name}.{ending}"
        path.write_bytes(figure.image)
        paths.append((figure.name, figure.caption, figure.shown, path))
    other = {
        "explanations": EXPLANATIONS,
        "statistics": STATISTICS,
        "verdict_rule": "The whole interval.",
        "provenance": {"Seeds": "0, 1"},
        "notes": ["Far too small."],
    }
    output = tmp_path / "results" / "report.html"
    write(CLAIMS, figures=paths, output=output, **other)
    sealed = seal(page().encode(), ".html").decode()
    assert output.read_text(encoding="utf-8") == sealed
    missing = [("fig3", "", "", tmp_path / "none.png")]
    with pytest.raises(UserError, match="cannot read figure fig3"):
        write(CLAIMS, figures=missing, output=output, **other)
    assert output.read_text(encoding="utf-8") == sealed


# Papers, kinds, retired claims

OF_KINDS = [
    *CLAIMS,
    claim("cycles-noise", paper="limit_cycles", source="Fig. 3", verdict="refuted", figure=None),
    claim(
        "eq6",
        kind="P",
        source="Eq. 6",
        verdict="refuted",
        experiment="flow",
        estimate=2.0,
        ci_low=2.0,
        ci_high=2.0,
        ci_level=None,
        n_replicas=0,
        cell="part = second",
        figure=None,
    ),
    claim("enumerated", kind="T", paper="limit_cycles", verdict="supported", figure=None),
    claim("steps", kind="T", verdict="supported", ci_level=None, figure=None),
]
GONE = {
    "gone": Retired(
        paper="limit_cycles", source="Fig. 4", statement="It turns.", reason="As in <Fig. 3>."
    )
}


def page_of_kinds(claims=OF_KINDS, **other):
    explanations = dict.fromkeys((entry["id"] for entry in claims), "Why this.")
    return parse(page(claims, explanations=explanations, **other))


def tables(root):
    """Return the ids of the claims in each table, by the id of the table."""
    return {
        found.attributes["id"]: [
            row.attributes["id"].removeprefix("claim-") for row in found.find("tbody")[0].find("tr")
        ]
        for found in root.find("table")
    }


def test_each_kind_has_a_table_of_its_own():
    assert tables(page_of_kinds()) == {
        "claim-table": [*(entry["id"] for entry in CLAIMS), "cycles-noise"],
        "claim-table-P": ["eq6"],
        "claim-table-T": ["enumerated", "steps"],
    }
    assert tables(page_of_kinds(OF_KINDS[-1:])) == {"claim-table-T": ["steps"]}
    assert list(tables(page_of_kinds(CLAIMS))) == ["claim-table"]


def test_what_is_true_by_construction_is_not_counted_among_findings():
    root = page_of_kinds(retired=GONE)
    (paragraph,) = root.find("p", class_="headline")
    text = " ".join(paragraph.text.split())
    assert text == "2 supported, 2 refuted, 3 inconclusive of 7 claims"
    (besides,) = root.find("ul", class_="besides")
    assert [link.text for link in besides.find("a")] == [
        "0 supported, 1 refuted, 0 inconclusive of 1 printed formula or implication",
        "2 supported, 0 refuted, 0 inconclusive of 2 statements true by construction",
        "1 retired",
    ]
    glance = root.find("section", class_="glance")[0]
    assert sum(len(link.find("use")) for link in glance.find("a")) == 7
    assert not page_of_kinds(OF_KINDS[-1:]).find("p", class_="headline")
    assert not page_of_kinds(CLAIMS).find("ul", class_="besides")


def test_what_is_not_left_to_chance_has_no_interval():
    (row,) = page_of_kinds().find("tr", id="claim-eq6")
    text = " ".join(row.text.replace("\u00a0", " ").split())
    assert "2.00 collapse_error part = second, not left to chance < 0.1" in text
    assert "[" not in text
    (row,) = page_of_kinds().find("tr", id="claim-steps")
    assert "not left to chance, n = 1,024" in row.text.replace("\u00a0", " ")


def test_retired_claims_are_listed_with_their_reasons():
    root = page_of_kinds(retired=GONE)
    (entry,) = root.find("li", id="claim-gone")
    text = " ".join(entry.text.split())
    assert text == "It turns. Chaudhari & Soatto, Fig. 4 · gone As in <Fig. 3>."
    assert not [table for table in tables(root).values() if "gone" in table]
    assert not page_of_kinds().find("ul", class_="retired")
    # They are told even if there is nothing else.
    assert parse(page([], [], retired=GONE)).find("li", id="claim-gone")


def test_several_papers_are_told_apart():
    root = page_of_kinds()
    papers = [(it.attributes["value"], it.parent.text) for it in root.find("input", name="paper")]
    assert papers == [
        ("", "All papers"),
        ("thermophoresis", "Wei & Schwab"),
        ("limit_cycles", "Chaudhari & Soatto"),
    ]
    glance = root.find("section", class_="glance")[0]
    assert [heading.text for heading in glance.find("h3")] == [
        "Wei & Schwab",
        "Chaudhari & Soatto",
    ]
    places = [
        (link.attributes["data-paper"], link.attributes["data-source"]) for link in glance.find("a")
    ]
    assert places[0] == ("thermophoresis", "Fig. 3")
    assert places[-1] == ("limit_cycles", "Fig. 3")
    (row,) = root.find("tr", id="claim-cycles-noise")
    assert row.attributes["data-paper"] == "limit_cycles"
    assert "Chaudhari & Soatto, Fig. 3 ·" in row.text
    assert root.find("h1")[0].text == "What the noise of SGD does"
    (subtitle,) = root.find("p", class_="subtitle")
    assert subtitle.text.startswith("The claims of Wei & Schwab and Chaudhari & Soatto, measured")
    one = page_of_kinds(CLAIMS)
    assert not one.find("input", name="paper")
    assert one.find("h1")[0].text == "Implicit Regularization of SGD via Thermophoresis"
    assert "Wei & Schwab, Fig" not in one.text
    assert not [row.text for row in one.find("tr") if "Wei & Schwab, " in row.text]


def test_chosen_claims_open_the_page_by_paper():
    opened = {"fig3-overlaps-eta2": "collapse error", "cycles-noise": "<rank>", "eq6": "factor"}
    claims = [it | {"opens": opened.get(it["id"], "")} for it in OF_KINDS]
    root = page_of_kinds(claims)
    (section,) = root.find("section", class_="opening")
    papers = [row.text.strip() for row in section.find("tr", class_="of-paper")]
    assert papers == ["Wei & Schwab", "Chaudhari & Soatto"]
    links = [link.attributes["href"] for link in section.find("a")]
    assert links == ["#claim-fig3-overlaps-eta2", "#claim-eq6", "#claim-cycles-noise"]
    assert "<rank>" in section.text
    assert not page_of_kinds().find("section", class_="opening")
    (one,) = page_of_kinds(claims[:1]).find("section", class_="opening")
    assert not one.find("tr", class_="of-paper")
    assert "What the paper says" in one.text


def test_ids_and_links_of_all_kinds_hold():
    root = page_of_kinds(retired=GONE)
    ids = Counter(element.attributes.get("id") for element in root.find())
    del ids[None]
    assert set(ids.values()) == {1}
    targets = {link.attributes["href"].removeprefix("#") for link in root.find("a")}
    assert targets <= ids.keys()


def test_text_has_a_table_for_each_kind():
    text = markdown(OF_KINDS, GONE)
    titles = [line for line in text.splitlines() if line.startswith("#")]
    assert titles == [
        "# Claims",
        "## Printed formulas and implications",
        "## True by construction",
        "## Retired",
    ]
    counts = [line for line in text.splitlines() if " supported, " in line]
    assert [line.partition(" of ")[2] for line in counts] == [
        "7 claims.",
        "1 printed formula or implication.",
        "2 statements true by construction.",
    ]
    assert r"(limit_cycles, Fig. 4) *Retired:* As in \<Fig. 3\>." in text
    assert "(thermophoresis, Eq. 6) | flow | 2.00 for part = second |" in text
    plain = table(OF_KINDS, len(GONE))
    assert plain.startswith(table([it for it in OF_KINDS if "kind" not in it]))
    assert plain.endswith(" of 2 statements true by construction\n\n1 retired\n")
    assert "\n\nTrue by construction\n\nverdict " in plain
    assert markdown(CLAIMS, {}) == markdown(CLAIMS)


def test_a_claim_that_does_not_say_its_paper_is_of_the_first():
    (read,) = read_claims([claim()])
    assert read.paper == Ledger.model_fields["paper"].default


# Claims


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"verdict": "perhaps"},
            "verdict: got 'perhaps'; input should be 'supported', 'refuted', 'no exponent'",
        ),
        ({"estimate": "0.1"}, "estimate: got '0.1'"),
        ({"estimate": float("nan")}, "estimate: got nan"),
        ({"ci_high": float("inf")}, "ci_high: got inf"),
        ({"ci_level": 99.88}, "ci_level: got 99.88"),
        ({"n_replicas": 10.5}, "n_replicas: got 10.5"),
        ({"n_replicas": -1}, "n_replicas: got -1"),
        ({"statement": ""}, "statement: got ''"),
        ({"caveats": "typing error"}, "caveats is no key of a claim; the keys are id, source"),
        ({"ci_low": 0.2}, "ci_low = 0.2 is above ci_high = 0.101"),
        ({"verdict": "refuted", "more_replicas": 9}, "more_replicas is for claims that are"),
    ],
)
def test_claim_that_cannot_be(change, message):
    with pytest.raises(UserError) as caught:
        page([claim("first"), claim("second", **change)])
    assert f"claim 'second': {message}" in str(caught.value)
    assert "'first'" not in str(caught.value)


@pytest.mark.parametrize("key", claim())
def test_claim_without_a_key(key):
    entry = claim()
    del entry[key]
    with pytest.raises(UserError, match=rf"claim .*: {key} is missing$"):
        page([entry])


@pytest.mark.parametrize("name", ["two words", "", "<b>", "a/b", '"', 3])
def test_claim_whose_id_cannot_be_in_a_link(name):
    with pytest.raises(UserError, match="id: got"):
        read_claims([claim(name)])


def test_all_problems_are_told_at_once():
    with pytest.raises(UserError) as caught:
        read_claims(
            [claim("a", verdict=1), claim("b", source=None, extra=1), claim("c"), claim("c")]
        )
    assert len(str(caught.value).splitlines()) == 1 + 4
    assert "claim 'c': another claim has the same id" in str(caught.value)


@pytest.mark.parametrize("content", [{"claims": []}, None, "[]", [3]])
def test_claims_that_are_no_list_of_claims(content):
    with pytest.raises(UserError, match="cannot read the claims"):
        read_claims(content)


def test_sources_are_grouped_by_kind_and_ordered_as_numbers():
    sources = [
        "Section 4",
        "Fig. 10; Section 2",
        "Abstract",
        "Fig. 9, left",
        "Appendix A.4",
        "Section 3.2",
        "Fig. 9, right",
        "Eq. 8",
    ]
    claims = read_claims([claim(f"c{i}", source=source) for i, source in enumerate(sources)])
    grouped = {
        kind: {source: [claim.id for claim in group] for source, group in places.items()}
        for kind, places in group_by_source(claims).items()
    }
    assert grouped == {
        "Figures": {"Fig. 9": ["c3", "c6"], "Fig. 10": ["c1"]},
        "Equations": {"Eq. 8": ["c7"]},
        "Sections": {"Section 3.2": ["c5"], "Section 4": ["c0"]},
        "Appendices": {"Appendix A.4": ["c4"]},
        "Other": {"Abstract": ["c2"]},
    }
    # Dictionaries are equal whatever their order.
    assert list(grouped) == ["Figures", "Equations", "Sections", "Appendices", "Other"]
    assert list(grouped["Figures"]) == ["Fig. 9", "Fig. 10"]


# Numbers


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (-0.0, "0"),
        (2, "2.00"),
        (0.08123, "0.0812"),
        (-0.5, "−0.500"),
        (0.09996, "0.100"),
        (999.6, "1,000"),
        (12345, "12,300"),
        (999_499, "999,000"),
        (999_500, "1.00\u00a0×\u00a010⁶"),
        (0.001, "0.00100"),
        (0.00099949, "9.99\u00a0×\u00a010⁻⁴"),
        (0.00099951, "0.00100"),
        (-4.5e-5, "−4.50\u00a0×\u00a010⁻⁵"),
        (6.02214e23, "6.02\u00a0×\u00a010²³"),
    ],
)
def test_numbers_have_three_significant_digits(value, written):
    assert format_number(value) == written


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300))
def test_written_number_is_the_number_to_half_a_unit_of_its_third_digit(value):
    plain = format_number(value).replace(",", "").replace("−", "-").replace("\u00a0×\u00a010", "e")
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    # Subnormal numbers have fewer digits of their own.
    assert float(plain.translate(powers)) == pytest.approx(value, rel=0.00501, abs=1e-307)


def test_intervals():
    assert format_interval(-0.1, 0.25) == "[−0.100, 0.250]"
    assert format_interval(None, 0.25) == "(−∞, 0.250]"
    assert format_interval(1.8, None) == "[1.80, ∞)"
    assert format_interval(None, None) == ""
    assert format_estimate(None, None, None) == "none"
    assert format_estimate(1.5, None, None) == "1.50"
    assert format_estimate(1.5, 1, 2) == "1.50 [1.00, 2.00]"
    assert format_level(0.9988) == "99.88\u00a0%"
    assert format_level(1 - 0.05 / 36) == "99.8611\u00a0%"


# Text


def cells(line):
    """Split a row of a Markdown table as a reader of Markdown does, without its escapes."""
    parts = re.split(r"(?<!\\)\|", line)
    assert parts[0] == parts[-1] == ""
    return [re.sub(r"\\(.)", r"\1", part).strip() for part in parts[1:-1]]


def test_markdown_has_one_row_per_claim():
    text = markdown(CLAIMS)
    lines = [line for line in text.splitlines() if line.startswith("|")]
    assert len(lines) == 2 + len(CLAIMS)
    assert cells(lines[0]) == [
        "Verdict",
        "Claim",
        "Experiment",
        "Estimate [interval]",
        "Criterion",
        "Figure",
    ]
    assert cells(lines[3]) == [
        "supported",
        "The curves overlap. (Fig. 3, third panel; Section 4)",
        "gaussian",
        "0.0812 [0.0620, 0.101] per unit of τ for |B| = 2 against |B| = 3",
        "< 0.1",
        "fig3",
    ]
    assert cells(lines[5])[-1] == "–"
    assert "2 supported, 1 refuted, 3 inconclusive of 6 claims." in text


def test_markdown_escapes_markup():
    keys = ("statement", "experiment", "criterion", "units")
    text = markdown([claim(**dict.fromkeys(keys, f"{NASTY}\nnext"))])
    line = text.splitlines()[-1]
    row = cells(line)
    assert len(row) == 6
    assert row[2] == f"{NASTY} next"
    written = line.split(" | ")[2]
    assert not re.search(r"(?<!\\)[<>|*\[\]`]", written)


@given(
    st.lists(
        st.tuples(
            st.from_regex(r"[a-z][a-z0-9-]{0,70}", fullmatch=True),
            st.text(st.characters(codec="latin-1", categories=("L", "N", "Zs")), min_size=1)
            .map(str.strip)
            .filter(bool),
            st.floats(-1e9, 1e9),
        ),
        max_size=5,
        unique_by=lambda drawn: drawn[0],
    )
)
def test_plain_table_is_narrow_and_complete(drawn):
    entries = [
        claim(name, criterion=text, experiment=text, estimate=value, ci_low=None, ci_high=None)
        for name, text, value in drawn
    ]
    text = table(entries)
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    assert sum(line.startswith("inconclusive") for line in lines) == len(entries)
    # However names are broken over lines, no letter of theirs is lost.
    letters = Counter("".join(text.split()))
    for name, _, _ in drawn:
        assert not Counter(name) - letters


def test_plain_table():
    assert table(CLAIMS[2:4]) == (
        "verdict    claim       experiment   estimate [interval]     criterion\n"
        "─────────  ──────────  ───────────  ──────────────────────  ─────────\n"
        "refuted    fig10-norm  gaussian     0.0812 [0.0620, 0.101]  < 0.1\n"
        "supported  soret       random_walk  0.0812 [0.0620, 0.101]  < 0.1\n"
        "\n"
        "1 supported, 1 refuted, 0 inconclusive of 2 claims\n"
    )


def test_plain_table_goes_over_several_lines():
    lines = table([claim(criterion="word " * 30, experiment="x" * 60)]).splitlines()
    assert max(map(len, lines)) <= 100
    assert "".join(lines).count("word") == 30
    assert "".join(lines).count("x") == 60 + "experiment".count("x")
