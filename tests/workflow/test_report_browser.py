"""The report in a real browser: what only layout, media queries and a running script can show."""

import base64
import io
import itertools
import json
from pathlib import Path

import pytest
from browser import CHROMIUM, COLOURS, LAPTOP, PHONE, READABLE, Browser, contrast
from PIL import Image

from thermophoresis.config.ledger import Retired
from thermophoresis.report.page import Figure, render

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, and finds none on PATH")

DOCS = Path(__file__).parents[2] / "docs"

VERDICTS = ("supported", "refuted", "no exponent", "inconclusive", "not testable")
EXPERIMENTS = ("gaussian", "cnn6_resampled")
SOURCES = ("Fig. 3, third panel", "Fig. 10, first panel; Section 4", "Appendix A.6; Eq. 26")


def picture(colour):
    content = io.BytesIO()
    Image.new("RGB", (2100, 900), colour).save(content, "png")
    return content.getvalue()


DRAWING = b"""<?xml version="1.0" encoding="utf-8"?>
<svg xmlns="http://www.w3.org/2000/svg" width="504pt" height="228pt" viewBox="0 0 504 228">
<path d="M0 0L504 228" stroke="black"/></svg>"""

FIGURES = [
    Figure("fig3", "Activation rate. Panel (c) is in thermal time.", picture("white")),
    Figure("curvature_cnn6_resampled", "Norm of the second layer.", DRAWING),
]

# Every combination of what can be filtered, twice one of them; and the longest texts that occur.
CLAIMS = [
    {
        "id": f"{verdict.replace(' ', '-')}-{experiment}-{place}",
        "source": source,
        "statement": "Curves of the activation rate for different learning rates overlap when "
        "time is rescaled by η²/|B|, whatever the number of hidden units.",
        "experiment": experiment,
        "statistic": "standardised_collapse_error_of_the_gradient_variance",
        "estimate": -8.123e-5,
        "ci_low": -9.9e-5,
        "ci_high": -1.2e-5,
        "ci_level": 0.9988,
        "n_replicas": 1024,
        "criterion": "between 1.8 and 2.2, and at least twice the noise",
        "verdict": verdict,
        "figure": (None, "fig3", "curvature_cnn6_resampled")[place],
        "units": "per unit of thermal time",
        "caveat": "Replicas that diverge are left out.",
        **({"more_replicas": 12000} if verdict == "inconclusive" else {}),
    }
    for verdict in VERDICTS
    for experiment in EXPERIMENTS
    for place, source in enumerate(SOURCES)
]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


# The same with a second paper, claims of every kind and one that is retired.
OF_PAPERS = [
    claim
    | {
        "id": f"{paper}-{kind}-{claim['id']}",
        "paper": paper,
        "kind": kind,
        "opens": "Spread of the curves" if claim is CLAIMS[0] else "",
        **({} if kind == "E" else {"ci_level": None, "figure": None}),
    }
    for kind, claims in (("E", CLAIMS[:6]), ("P", CLAIMS[6:9]), ("T", CLAIMS[:2]))
    for paper in ("thermophoresis", "variational_inference_and_limit_cycles")
    for claim in claims
]
RETIRED = {
    "gone": Retired(
        paper="variational_inference_and_limit_cycles",
        source="Fig. 4",
        statement="Weights circulate around the saddle point, whatever the temperature is.",
        reason="The same as thermophoresis-E-supported-gaussian-0, of which it is a rewording.",
    )
}


def write(folder, claims, retired):
    """Write a page and return its address."""
    page = render(
        claims,
        figures=FIGURES,
        retired=retired,
        explanations=dict.fromkeys(
            (claim["id"] for claim in claims), "A tenth of the spread that the axis could explain."
        ),
        statistics={"standardised_collapse_error_of_the_gradient_variance": "Spread over spread."},
        verdict_rule="Supported if the whole interval meets the criterion.",
        provenance={
            "Seeds": "gaussian: 0, 1\ncnn6_resampled: 0",
            "Configuration": '{"experiments":{"gaussian":' + "1234567890" * 50 + "}}",
        },
        notes=["Smoke configuration: far too small for conclusions."],
    )
    path = folder / "report.html"
    path.write_text(page, encoding="utf-8")
    return path.as_uri()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    return write(tmp_path_factory.mktemp("report"), CLAIMS, {})


@pytest.fixture(scope="module")
def of_papers(tmp_path_factory):
    return write(tmp_path_factory.mktemp("papers"), OF_PAPERS, RETIRED)


def matching(**wanted):
    return [
        claim["id"]
        for claim in CLAIMS
        if all(claim[key].startswith(value) for key, value in wanted.items())
    ]


def choose(browser, name, value):
    """Set a filter as a hand would: the value changes and the page is told."""
    control = f"document.querySelector('#filters [name={name}]')"
    if name == "verdict":
        browser.evaluate(f"document.querySelector('#filters [value={json.dumps(value)}]').click()")
    else:
        browser.evaluate(
            f"{control}.value = {json.dumps(value)};"
            f"{control}.dispatchEvent(new Event('input', {{bubbles: true}}))"
        )


def test_nothing_is_requested_and_nothing_complains(browser, address):
    browser.open(address)
    assert browser.evaluate("document.querySelectorAll('.figure img').length") == len(FIGURES)
    sizes = browser.evaluate(
        "Promise.all([...document.images].map(image => image.decode()))"
        ".then(() => [...document.images].map(image => image.naturalWidth))"
    )
    assert len(sizes) == len(FIGURES)
    assert min(sizes) > 0
    requested = [
        event["params"]["request"]["url"]
        for event in browser.events
        if event["method"] == "Network.requestWillBeSent"
    ]
    assert [url for url in requested if not url.startswith("data:")] == [address]
    assert not [event for event in browser.events if event["method"] == "Log.entryAdded"]
    assert not [event for event in browser.events if event["method"].startswith("Runtime.console")]
    assert not [event for event in browser.events if event["method"] == "Runtime.exceptionThrown"]


def pixels_that_differ(browser, one, other):
    """Return the share of pixels of two images of which a colour differs by more than a quarter."""
    drawn = """async (one, other) => {
      const pixels = await Promise.all([one, other].map(async source => {
        const image = new Image();
        image.src = source;
        await image.decode();
        const canvas = new OffscreenCanvas(image.naturalWidth, image.naturalHeight);
        const context = canvas.getContext('2d');
        context.drawImage(image, 0, 0);
        return context.getImageData(0, 0, canvas.width, canvas.height).data;
      }));
      let differ = 0;
      pixels[0].forEach((value, index) => { differ += Math.abs(value - pixels[1][index]) > 64; });
      return pixels[0].length === pixels[1].length ? differ / pixels[0].length : 1;
    }"""
    return browser.evaluate(f"({drawn})({json.dumps(one)}, {json.dumps(other)})")


@pytest.mark.parametrize("name", ["fig3", "double_well", "noise_spectrum", "curvature_mlp6"])
def test_shorter_figures_look_the_same(browser, name):
    browser.open("about:blank")
    image = (DOCS / f"figures/{name}.svg").read_bytes()
    plain = f"data:image/svg+xml;base64,{base64.b64encode(image).decode()}"
    assert pixels_that_differ(browser, plain, Figure(name, "", image).uri()) < 1e-4
    other = image.replace(b'viewBox="0 0 ', b'viewBox="1 0 ')
    assert pixels_that_differ(browser, plain, Figure(name, "", other).uri()) > 1e-4


def test_what_complains_is_heard(browser, address):
    # Otherwise the test before this one could not fail.
    browser.open(address)
    browser.evaluate(
        "console.warn('heard'); setTimeout(() => { throw new Error('heard') });"
        "const image = new Image(); image.src = 'https://example.invalid/a.png';"
        "new Promise(done => { image.onerror = done; })"
    )
    # What is told of an image and of an exception may come after either has happened.
    browser.hear("Runtime.exceptionThrown", "Log.entryAdded")
    methods = {event["method"] for event in browser.events}
    assert {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"} <= methods


# The narrowest are a small phone, and a phone whose scroll bar takes up room.
@pytest.mark.parametrize("size", [(320, 640), (360, 780), PHONE, LAPTOP, (768, 1024), (1024, 768)])
@pytest.mark.parametrize("page", ["address", "of_papers"])
def test_page_does_not_scroll_sideways(browser, request, page, size):
    browser.open(request.getfixturevalue(page), size)
    width, overflowing = browser.evaluate(
        "[document.documentElement.scrollWidth, [...document.querySelectorAll('.page *')]"
        ".filter(element => element.getBoundingClientRect().right > innerWidth + 0.5"
        " && !element.closest('.visually-hidden, .skip, thead'))"
        ".map(element => element.outerHTML.slice(0, 120))]"
    )
    assert not overflowing
    assert width <= size[0]


def test_line_breaks_of_provenance_are_kept(browser, address):
    browser.open(address)
    written = browser.evaluate("document.querySelector('.verbatim').innerText")
    assert written == "gaussian: 0, 1\ncnn6_resampled: 0"


def test_rows_are_cards_on_a_phone(browser, address):
    browser.open(address, PHONE)
    row, statement, heads = browser.evaluate(
        "['#claim-table tbody tr', '#claim-table .statement', '#claim-table thead'].map("
        "selector => document.querySelector(selector).getBoundingClientRect())"
        ".map(({width, height}) => ({width, height}))"
    )
    assert statement["width"] > 0.8 * row["width"]
    assert heads["height"] <= 1
    labels = browser.evaluate(
        "[...document.querySelector('#claim-table tbody tr').cells]"
        ".map(cell => getComputedStyle(cell, '::before').content)"
    )
    assert labels == ["none", "none", '"Experiment"', '"Estimate"', '"Criterion"', '"Figure"']


def test_filters_hide_rows_and_say_so(browser, address):
    browser.open(address)
    assert browser.shown_rows() == matching()
    assert browser.status() == "All 30 claims shown"
    choose(browser, "verdict", "refuted")
    assert browser.shown_rows() == matching(verdict="refuted")
    assert browser.status() == "6 of 30 claims shown"
    choose(browser, "experiment", "cnn6_resampled")
    choose(browser, "source", "Fig. 10")
    expected = matching(verdict="refuted", experiment="cnn6_resampled", source="Fig. 10")
    assert len(expected) == 1
    assert browser.shown_rows() == expected
    assert browser.status() == "1 of 30 claims shown"
    assert browser.evaluate("document.getElementById('shown').getAttribute('aria-live')")
    browser.evaluate("document.getElementById('clear').click()")
    assert browser.shown_rows() == matching()
    assert browser.hash() == ""


def test_papers_are_chosen_where_there_are_several(browser, of_papers, address):
    browser.open(of_papers)
    assert browser.status() == "All 22 claims shown"
    choose(browser, "paper", "thermophoresis")
    assert browser.status() == "11 of 22 claims shown"
    wanted = [claim["id"] for claim in OF_PAPERS if claim["paper"] == "thermophoresis"]
    assert browser.shown_rows() == wanted
    assert browser.hash() == "#paper=thermophoresis"
    browser.evaluate(
        "new Promise(done => { addEventListener('hashchange', done);"
        "document.querySelector('a[data-paper^=variational][data-source=\"Fig. 3\"]').click(); })"
    )
    assert browser.hash() == "#source=Fig.+3&paper=variational_inference_and_limit_cycles"
    shown = browser.shown_rows()
    assert shown == [
        claim["id"]
        for claim in OF_PAPERS
        if claim["paper"] != "thermophoresis" and claim["source"].startswith("Fig. 3")
    ]
    assert {name.split("-")[1] for name in shown} == {"E", "P", "T"}
    # Where there is one paper, such a link hides nothing.
    browser.open(f"{address}#paper=thermophoresis")
    assert browser.shown_rows() == matching()


def test_nothing_overlaps(browser, of_papers):
    for size in (PHONE, LAPTOP):
        browser.open(of_papers, size)
        boxes = browser.evaluate(
            "[...document.querySelectorAll('header > *, #filters, #shown, main .claim-table,"
            " .of-kind, .of-kind + p, ul.retired')].map(element => element.getBoundingClientRect())"
            ".filter(({height}) => height > 0).map(({top, bottom}) => [top, bottom])"
        )
        assert len(boxes) > 12
        for (_, bottom), (top, _) in itertools.pairwise(boxes):
            assert top >= bottom - 0.5


def test_link_carries_the_filters(browser, address):
    browser.open(address)
    choose(browser, "verdict", "inconclusive")
    choose(browser, "source", "Appendix A.6")
    fragment = browser.hash()
    assert fragment == "#verdict=inconclusive&source=Appendix+A.6"
    browser.open(address + fragment)
    assert browser.shown_rows() == matching(verdict="inconclusive", source="Appendix A.6")
    assert browser.evaluate("document.querySelector('[name=source]').value") == "Appendix A.6"
    # Whoever follows such a link sees the table at once.
    top = browser.evaluate("document.getElementById('claims').getBoundingClientRect().top")
    assert 0 <= top < 100


def test_link_to_what_is_not_there_hides_nothing(browser, address):
    browser.open(address + "#verdict=perhaps&source=Fig.+99")
    assert browser.shown_rows() == matching()


def test_link_to_a_hidden_claim_shows_it(browser, address):
    browser.open(address)
    choose(browser, "verdict", "refuted")
    wanted = matching(verdict="supported", source="Fig. 10")[0]
    browser.evaluate(
        "new Promise(done => { addEventListener('hashchange', done);"
        f"document.querySelector('.carried a[href=\"#claim-{wanted}\"]').click(); }})"
    )
    assert wanted in browser.shown_rows()
    # And back again.
    browser.evaluate("history.back(); new Promise(done => addEventListener('hashchange', done))")
    assert browser.shown_rows() == matching(verdict="refuted")


def test_source_at_a_glance_filters_the_table(browser, address):
    browser.open(address)
    browser.evaluate(
        "new Promise(done => { addEventListener('hashchange', done);"
        "document.querySelector('a[data-source=\"Fig. 10\"]').click(); })"
    )
    assert browser.shown_rows() == matching(source="Fig. 10")


def test_verdict_can_be_chosen_with_the_keyboard(browser, address):
    browser.open(address)
    browser.evaluate("document.querySelector('.contents a:last-of-type').focus()")
    for _ in range(20):
        browser.press("Tab")
        if browser.evaluate("document.activeElement.name") == "verdict":
            break
    # What has the focus can be seen to have it.
    assert (
        browser.evaluate("getComputedStyle(document.activeElement.nextElementSibling).outlineStyle")
        == "solid"
    )
    browser.press("ArrowRight")
    assert browser.shown_rows() == matching(verdict="supported")


def test_figure_opens_large_and_closes(browser, address):
    browser.open(address)
    is_open = "document.getElementById('enlarged').open"
    browser.evaluate("document.querySelector('#figure-fig3 .enlarge').focus()")
    browser.press("Enter")
    assert browser.evaluate(is_open)
    assert browser.evaluate("document.querySelector('dialog h2').textContent") == "Fig.\u00a03"
    shown, beside = browser.evaluate(
        "['dialog img', '.figure img'].map(selector =>"
        " document.querySelector(selector).getBoundingClientRect().width)"
    )
    assert shown > 1.3 * beside
    browser.press("Escape")
    assert not browser.evaluate(is_open)


def test_print_shows_what_filters_hide(browser, address):
    browser.open(address)
    choose(browser, "verdict", "refuted")
    browser.emulate(media="print")
    assert browser.shown_rows() == matching()
    widths = browser.evaluate(
        "[...document.querySelectorAll('.figure img')]"
        ".map(image => image.complete && image.getBoundingClientRect().width)"
    )
    assert len(widths) == len(FIGURES)
    assert min(widths) > 0
    assert (
        browser.evaluate("document.getElementById('filters').getBoundingClientRect().height") == 0
    )
    pages = browser.send("Page.printToPDF", preferCSSPageSize=True)
    assert pages["data"].startswith("JVBERi")  # %PDF


def test_without_script_the_table_is_whole(browser, address):
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(address)
        rows = browser.shown_rows()
        hidden = browser.evaluate("document.getElementById('filters').hidden")
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)
    assert rows == matching()
    assert hidden


def test_contrast_of_black_and_white():
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == pytest.approx(21.0)
    # The grey that is known to pass by a hair.
    assert contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, LAPTOP])
def test_text_is_readable(browser, address, scheme, size):
    browser.open(address, size)
    browser.emulate(scheme=scheme)
    texts = "p, .muted, .badge, .headline span, .choices span, a, th, td, dt, dd, select, h1, h2"
    colours = browser.evaluate(COLOURS.replace("SELECTOR", json.dumps(texts)))
    assert len(colours) > 100
    grounds = browser.evaluate("getComputedStyle(document.body).backgroundColor")
    assert contrast(grounds, "rgb(255, 255, 255)") < 1.2 or scheme == "dark"
    assert contrast(grounds, "rgb(0, 0, 0)") < 1.5 or scheme == "light"
    unreadable = {pair for pair in map(tuple, colours) if contrast(*pair) < READABLE}
    assert not unreadable
