"""Sliders for exponents in a real browser: their ε is that of the module that defines it."""

import re

import numpy as np
import pytest
import toy_sweeps
from browser import CHROMIUM, COLOURS, LAPTOP, PHONE, READABLE, Browser, contrast
from ledger_entries import ENTRY

from thermophoresis.analysis.collapse import collapse_error
from thermophoresis.config.ledger import RescaledCurves
from thermophoresis.report.made_from import Made
from thermophoresis.report.page import Figure, render
from thermophoresis.report.rescaling import as_json, rescaled

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium, and finds none on PATH")

SVG = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="504pt" height="228pt" viewBox="0 0 504 228">'
    b'<path d="M0 0L504 228" stroke="black"/></svg>'
)
ROW = RescaledCurves(
    reads="curves/toy",
    observable="activation_rate",
    confidence_level=0.95,
    cells={"batch_size": 1},
    compared="learning_rate",
    rate_exponent="of-rates",
)
FITTED = 1.6
MADE = Made(
    command="uv run snakemake --cores all -- results/figures/fig3.png",
    time="12 min of processor time in 7 jobs",
    code="0123456789abcdef",
    inputs=("curves/toy.nc: sha256:0123456789ab, code fedcba9876543210", "runs/toy: 9 files"),
)
SECTION = "#exponents-fig3-1"
WAIT = f"""new Promise(done => {{
  document.querySelector("{SECTION}").scrollIntoView();
  const plot = document.querySelector("{SECTION} .plot");
  const look = () => plot.firstChild ? done() : setTimeout(look, 10);
  look();
}})"""


def toy():
    """Curves that are functions of t η^1.6 / |B|^0.7, each with noise, and one that loses some."""
    curves = toy_sweeps.make_curves()
    rate, batch = curves["learning_rate"], curves["batch_size"]
    tau = curves["step"] * rate**1.6 / batch**0.7
    values = 0.5 / (1 + tau / 30) + 0.3 * (curves["activation_rate"] - 0.3)
    curves["activation_rate"] = values.transpose(*curves["activation_rate"].dims)
    curves["activation_rate"][2, 0, 0, 4, 10:] = np.nan
    return curves


CURVES = rescaled(ROW, toy(), {"of-rates": FITTED})


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    claim = ENTRY | {"id": "of-rates", "figure": "fig3", "experiment": "toy"}
    page = render(
        [claim],
        figures=[Figure("fig3", "Activation rate.", SVG), Figure("fig4", "Norm.", SVG)],
        explanations={"of-rates": "A tenth."},
        statistics={ENTRY["statistic"]: "Spread over spread."},
        verdict_rule="The whole interval.",
        provenance={},
        rescaled={"fig3": [as_json(CURVES), as_json(CURVES)]},
        made={"fig3": MADE},
        judged={"toy": MADE},
    )
    path = tmp_path_factory.mktemp("exponents") / "report.html"
    path.write_text(page, "utf-8")
    return path.as_uri()


def start(browser, address, size=LAPTOP):
    browser.open(address, size)
    browser.evaluate(WAIT)


def slider(name):
    return f"document.querySelector('{SECTION} [data-exponent={name}] input')"


def drag(browser, name, value):
    browser.evaluate(
        f"{slider(name)}.value = {value};"
        f"{slider(name)}.dispatchEvent(new Event('input', {{bubbles: true}}))"
    )


def press(browser, name, text):
    browser.evaluate(
        f"[...document.querySelectorAll('{SECTION} [data-exponent={name}] button')]"
        f".find(button => button.textContent.startsWith('{text}')).click()"
    )


def choose(browser, index):
    browser.evaluate(f"document.querySelector('{SECTION} .cells [value=\"{index}\"]').click()")


def at(browser, name):
    return float(browser.evaluate(f"{slider(name)}.value"))


def said(browser):
    return browser.evaluate(f"document.querySelector('{SECTION} .collapse').textContent")


def numbers(browser):
    """Return the ε, its noise and the least ε that the page shows."""
    found = re.findall(r"(?:ε = |noise )(\d\.\d{3})", said(browser))
    return [float(it) for it in found]


def expected(alpha, beta, chosen=(0, 1, 2)):
    cells = [CURVES["cells"][index] for index in chosen]
    axis = [np.array(it["step"]) * it["learning_rate"] ** alpha / it["batch_size"] ** beta
            for it in cells]  # fmt: skip
    return collapse_error(axis, [it["mean"] for it in cells], [it["error"] for it in cells])


def test_it_starts_with_the_exponents_and_the_curves_of_the_figure(browser, address):
    start(browser, address)
    assert (at(browser, "alpha"), at(browser, "beta")) == (2, 1)
    assert browser.evaluate(
        f"[...document.querySelectorAll('{SECTION} .cells input')].map(it => it.checked)"
    ) == [cell["shown"] for cell in CURVES["cells"]]
    assert browser.evaluate(f"document.querySelectorAll('{SECTION} .plot .band').length") == 3
    colours = browser.evaluate(
        f"[...document.querySelectorAll('{SECTION} .plot .mean')]"
        ".map(it => it.getAttribute('stroke'))"
    )
    # That of the curve that loses networks is dashed from there on.
    assert colours == [CURVES["cells"][index]["colour"] for index in (0, 1, 2, 2)]
    assert [event["method"] for event in browser.events if "exception" in event["method"]] == []


@pytest.mark.parametrize("chosen", [(0, 1, 2), (0, 4, 8), range(9)], ids=len)
def test_the_error_is_that_of_the_collapse_module(browser, address, chosen):
    start(browser, address)
    for index in {0, 1, 2}.symmetric_difference(chosen):
        choose(browser, index)
    positions = [(2, 1), (1.6, 0.7), (0, 0), (1, 1), (1.37, -0.42), (-2, 4), (4, -2)]
    for alpha, beta in positions:
        drag(browser, "alpha", alpha)
        drag(browser, "beta", beta)
        wanted = expected(alpha, beta, chosen)
        error, noise, _ = numbers(browser)
        assert error == pytest.approx(wanted.error, abs=6e-4), (alpha, beta)
        assert noise == pytest.approx(wanted.noise_floor, abs=6e-4), (alpha, beta)


def test_the_least_error_is_found(browser, address):
    start(browser, address)
    grid = np.arange(-200, 401) / 100
    errors = [expected(alpha, 1).error for alpha in grid]
    *_, least = numbers(browser)
    assert least == pytest.approx(min(errors), abs=6e-4)
    assert f"at α = {grid[np.argmin(errors)]:.2f}" in said(browser)
    # With several batch sizes both exponents are sought, and one cannot do better than this.
    for index in range(3, 9):
        choose(browser, index)
    *_, least = numbers(browser)
    alpha, beta = map(float, re.search(r"α = (\S+), β = (\S+)$", said(browser)).groups())
    assert (alpha, beta) == (pytest.approx(1.6, abs=0.1), pytest.approx(0.7, abs=0.1))
    around = [expected(alpha + a, beta + b, range(9)).error
              for a in (-0.01, 0, 0.01) for b in (-0.01, 0, 0.01)]  # fmt: skip
    assert least == pytest.approx(min(around), abs=6e-4)
    assert expected(alpha, beta, range(9)).error == pytest.approx(min(around), abs=1e-9)


def test_buttons_go_to_whole_numbers_the_fit_and_the_least_error(browser, address):
    start(browser, address)
    for text, value in (("0", 0), ("1", 1), ("2 (paper)", 2), ("fit", FITTED)):
        press(browser, "alpha", text)
        assert at(browser, "alpha") == value
        pressed = browser.evaluate(
            f"[...document.querySelectorAll('{SECTION} [data-exponent=alpha] [aria-pressed=true]')]"
            ".map(it => it.textContent)"
        )
        assert [it for it in pressed if it.startswith(text)]
    press(browser, "alpha", "least")
    error, _, least = numbers(browser)
    assert error == least
    # Where all curves share |B|, no β is better than another.
    assert browser.evaluate(
        f"[...document.querySelectorAll('{SECTION} [data-exponent=beta] button')]"
        ".filter(it => !it.hidden).map(it => it.textContent)"
    ) == ["0", "1 (paper)", "2"]
    assert "β stretches the axis" in browser.evaluate(
        f"document.querySelector('{SECTION} [data-exponent=beta] p:not([hidden])').textContent"
    )


def test_a_slider_moves_by_keyboard_and_snaps_when_dragged(browser, address):
    start(browser, address)
    browser.evaluate(f"{slider('alpha')}.focus({{preventScroll: true}})")
    browser.press("ArrowRight")
    assert at(browser, "alpha") == pytest.approx(2.01)
    assert "η2.01 t" in browser.evaluate(f"document.querySelector('{SECTION} .below').textContent")
    assert numbers(browser)[0] == pytest.approx(expected(2.01, 1).error, abs=6e-4)
    event = f"{slider('alpha')}.dispatchEvent(new PointerEvent('NAME', {{bubbles: true}}))"
    browser.evaluate(event.replace("NAME", "pointerdown"))
    drag(browser, "alpha", 1.03)
    assert at(browser, "alpha") == 1
    drag(browser, "alpha", 1.06)
    assert at(browser, "alpha") == 1.06
    browser.evaluate(event.replace("NAME", "pointerup"))
    drag(browser, "alpha", 1.03)
    assert at(browser, "alpha") == 1.03


def test_the_label_of_the_axis_has_exponents_and_units(browser, address):
    start(browser, address)
    for alpha, beta, words in (
        (2, 1, "thermal time τ = η2 t / |B| (dimensionless)"),
        (0, 0, "training time t (iterations)"),
        (0, 1, "rescaled time t / |B| (iterations)"),
        (1, 0, "rescaled time η t (dimensionless)"),
        (1.5, -1, "rescaled time η1.50 t / |B|−1 (dimensionless)"),
    ):
        drag(browser, "alpha", alpha)
        drag(browser, "beta", beta)
        label = browser.evaluate(f"document.querySelector('{SECTION} .below').textContent")
        assert " ".join(label.split("(×")[0].split()) == words


def test_everything_has_an_accessible_name(browser, address):
    start(browser, address)
    tree = browser.send("Accessibility.getFullAXTree")["nodes"]
    by_role = {}
    for node in tree:
        name = node.get("name", {}).get("value", "")
        by_role.setdefault(node.get("role", {}).get("value"), []).append(name)
    # Those of the second row wait until they are seen.
    assert {"α, exponent of η", "β, exponent of 1/|B|"} <= {*by_role["slider"]}
    assert "η = 0.025, |B| = 1" in by_role["checkbox"]
    assert "" not in by_role["slider"] + by_role["checkbox"] + by_role["button"]
    assert any(it.startswith("activation_rate (dimensionless) against") for it in by_role["image"])


def test_fewer_than_two_curves_have_no_error(browser, address):
    start(browser, address)
    choose(browser, 0)
    choose(browser, 1)
    assert said(browser) == "Choose two or more curves."
    assert browser.evaluate(f"document.querySelectorAll('{SECTION} .plot .band').length") == 1
    choose(browser, 2)
    assert said(browser) == "Choose two or more curves."


def test_without_script_there_is_the_figure_alone(browser, address):
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(address)
        heights = browser.evaluate(
            "['#figure-fig3 img', '.exponents', '#figure-fig3 .made summary'].map(selector =>"
            " document.querySelector(selector).getBoundingClientRect().height)"
        )
    finally:
        browser.send("Emulation.setScriptExecutionDisabled", value=False)
    assert heights[0] > 100
    assert heights[1] == 0
    assert heights[2] > 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(400, 800), PHONE, LAPTOP])
def test_it_is_legible(browser, address, size, scheme):
    start(browser, address, size)
    browser.emulate(scheme=scheme)
    browser.evaluate("document.querySelectorAll('details').forEach(it => { it.open = true })")
    colours = browser.evaluate(COLOURS.replace(
        "SELECTOR", "'.exponents p, .exponents label, .exponents button, output, .made *'"
    ))  # fmt: skip
    assert len(colours) > 40
    assert not {pair for pair in map(tuple, colours) if contrast(*pair) < READABLE}
    width, font, labels = browser.evaluate(
        "[document.documentElement.scrollWidth,"
        f" getComputedStyle(document.querySelector('{SECTION} .plot text')).fontSize,"
        f" [...document.querySelectorAll('{SECTION} .plot text')].map(it => {{"
        "  const {left, right} = it.getBoundingClientRect(); return [left, right]; })]"
    )
    assert width <= size[0]
    assert font == "12px"
    edges = browser.evaluate(
        f"(({{left, right}}) => [left, right])"
        f"(document.querySelector('{SECTION} .plot').getBoundingClientRect())"
    )
    assert min(left for left, _ in labels) >= edges[0]
    assert max(right for _, right in labels) <= edges[1]


def test_figure_and_claim_say_how_they_are_cited_and_made_again(browser, address):
    browser.open(address)
    texts = browser.evaluate(
        "['#figure-fig3 .made', '#claim-of-rates .made'].map(selector => {"
        " const made = document.querySelector(selector); const before = made.open;"
        " made.open = true; return [before, made.innerText]; })"
    )
    assert [before for before, _ in texts] == [False, False]
    for _, text in texts:
        assert "Wei & Schwab" in text
        assert re.search(r"thermophoresis \d+\.\d+\.\d+", text)
        assert MADE.command in text
        assert MADE.time in text
    assert MADE.code in texts[0][1]
    assert all(line in texts[0][1] for line in MADE.inputs)
    link = "document.querySelector('#claim-of-rates .made a').hash"
    assert browser.evaluate(f"document.getElementById({link}.slice(1)).innerText").endswith(
        "\n".join(MADE.inputs)
    )
    assert browser.evaluate("document.querySelector('#figure-fig4 .made')") is None
