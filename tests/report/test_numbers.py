"""Measured numbers in pages are those of the committed files, and none is typed."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml
from scipy import stats
from synthetic_experiments import generator, make_curves

from thermophoresis.config.problems import ConfigError
from thermophoresis.errors import UserError
from thermophoresis.report import readme
from thermophoresis.report.measured import Number, measured, read_numbers, value_of
from thermophoresis.report.numbers import MARK, fill, typed, written

REPOSITORY = Path(__file__).parents[2]
# Pages that say what was found. Others have numbers of machines, files and settings.
PAGES = (
    "README.md",
    "docs/findings.md",
    "docs/physics.md",
    "docs/mechanism.md",
    "docs/equations.md",
    "docs/limit_cycles.md",
    "docs/three_factors.md",
    "docs/letters/wei_schwab.md",
    "docs/letters/chaudhari_soatto.md",
    "docs/letters/jastrzebski.md",
)
CONSTANTS = yaml.safe_load((REPOSITORY / "docs/constants.yaml").read_text("utf-8"))
CLAIM = {
    "estimate": -0.0331,
    "ci_low": -0.0676,
    "ci_high": 0.0013,
    "n_replicas": 1024,
    "more_replicas": 82,
    "verdict": "inconclusive",
}
NUMBER = {"low": 2e7, "high": 9.4e7, "n": 64}


def committed(name):
    return json.loads((REPOSITORY / name).read_text("utf-8"))


def text_of(page):
    # The README's table of verdicts is written as a whole.
    text = (REPOSITORY / page).read_text("utf-8")
    before, _, rest = text.partition(readme.BEGIN)
    return before + rest.partition(readme.END)[2]


def constants_of(page):
    return CONSTANTS["everywhere"] | (CONSTANTS.get(page) or {})


def test_pages_have_the_numbers_that_are_committed():
    written = readme.filled(
        REPOSITORY,
        committed(readme.SUMMARY),
        committed(readme.NUMBERS),
        readme.read_beside(REPOSITORY),
    )
    for page, text in written.items():
        assert page.read_text("utf-8") == text, f"{page.name}: `publish` would fill in others"
    assert sum(len(MARK.findall(text)) for text in written.values()) > 80


@pytest.mark.parametrize("page", PAGES)
def test_no_measured_number_is_typed(page):
    assert list(typed(text_of(page), constants_of(page))) == []


@pytest.mark.parametrize("page", PAGES)
def test_constants_are_in_their_pages(page):
    text = " ".join(text_of(page).split())
    for constant in CONSTANTS.get(page) or {}:
        assert constant in text, f"{constant!r} is no more in {page}"


def test_committed_numbers_are_those_that_are_wanted():
    wanted = read_numbers(REPOSITORY / readme.WANTED)
    assert [*committed(readme.NUMBERS)] == sorted(wanted)


# --- Filling in -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mark", "expected"),
    [
        ("claim it estimate .1%", "−3.3 %"),
        ("claim it -estimate .2f", "0.03"),
        ("claim it ci_low .4f", "−0.0676"),
        ("claim it -ci_low .4f", "−0.0013"),  # of the interval with its sign changed
        ("claim it ci_high .4f", "0.0013"),
        ("claim it interval .1%", "[−6.8, 0.1 %]"),
        ("claim it estimate+interval .1%", "−3.3 % [−6.8, 0.1]"),
        ("claim it -estimate+interval .2f", "0.03 [−0.00, 0.07]"),
        ("claim it verdict", "inconclusive"),
        ("claim it n", "1,024"),
        ("claim it more", "82"),
        ("claim none estimate .1f", "undefined"),
        ("number it low .0e", "2 × 10⁷"),
        ("number it range .0e", "2 × 10⁷ to 9 × 10⁷"),
        ("number it n", "64"),
        ("number one value ,d", "2,977"),
        ("number one range ,d", "2,977"),
        ("number one -value .0f", "−2977"),
        ("number two range .0%", "4–6 %"),
    ],
)
def test_each_field_is_written(mark, expected):
    claims = {"it": CLAIM, "none": dict.fromkeys(CLAIM)}
    numbers = {
        "it": NUMBER,
        "one": {"low": 2977.0, "high": 2977.0, "n": 9},
        "two": {"low": 0.041, "high": 0.058, "n": 9},
    }
    text = f"a | <!--{mark}-->?<!--/--> | <!-- b --> <!--{mark}-->?<!--/--> c"
    found = fill(text, claims, numbers)
    assert [it[-1] for it in MARK.findall(found)] == [expected] * 2
    assert re.sub(r"<!--.*?-->", "", found) == f"a | {expected} |  {expected} c"
    assert fill(found, claims, numbers) == found


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<!--claim other n-->1<!--/-->", "<!--claim other n-->: there is no claim other"),
        ("<!--number other n-->1<!--/-->", "<!--number other n-->: there is no number other"),
        ("<!--claim it mean .1f-->1<!--/-->", "'mean' is not a field"),
        ("<!--number it value .1f-->1<!--/-->", "'value' is not a field"),
        ("<!--claim it n-->1", "not closed"),
        ("<!--claim it n-->1<!--/--> <!--/-->", "not closed"),
        ("<!--claim it n 1<!--/-->", "not closed"),
        ("1<!--/-->", "not closed"),
        ("<!--claim it estimate .1q-->1<!--/-->", "cannot be written"),
    ],
)
def test_what_cannot_be_filled_in_is_refused(text, complaint):
    with pytest.raises(UserError, match=re.escape(complaint)):
        fill(text, {"it": CLAIM}, {"it": NUMBER})


def test_numbers_are_written_as_in_the_pages():
    assert written(float("nan"), ".1f") == "undefined"
    assert written(1.36, "+.0%") == "+136 %"
    assert written(4e-16, ".0e") == "4 × 10⁻¹⁶"
    assert written(-2.5, ".1e") == "−2.5 × 10⁰"


@pytest.mark.parametrize(
    "text",
    [
        "falls by 63 % here",
        "α = 1.94",
        "about −0.52 of it",
        "2,977 samples",
        "100-fold",
        "3 × 10⁻⁵",
        "| 5 % |",
        "a\n| 12.5 | b |",
        "some 34 times",
        "of 16 networks",
        "η = 0.055",
    ],
)
def test_what_looks_measured_is_found(text):
    assert len(list(typed(text, {"η = 0.05": "a setting"}))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Eq. 10 and Eqs. 60–64, Figs. 2, 3 and 12; A.8, Section 12",
        "`0.05` and [a](b12.md) and\n## 12 things\n",
        "2 layers, |B| = 1, η²t, x₁₂, W1 and cnn12",
        "at η = 0.05, or η\n= 0.05.",
        "<!--claim a estimate .2f-->1.94<!--/-->",
        "```\n0.5\n```",
        "| equation |\n|---|\n| 21–23 | a |\n| 9, 24 | b |\n",
    ],
)
def test_what_is_a_constant_is_not(text):
    assert list(typed(text, {"η = 0.05": "a setting"})) == []


# --- Numbers that no claim has --------------------------------------------------------------------


@pytest.fixture(scope="module")
def curves():
    return make_curves(generator(0), replicas=3, seeds=2)


def rates(curves, name="activation_rate"):
    """Return one observable at |B| = 1, (rate, network, record)."""
    found = curves[name].sel(batch_size=1).stack(network=["seed", "replica"])
    return found.transpose("learning_rate", "network", "record").values.astype(float)


def number(**other):
    return Number(source=["curves/toy"], variable="activation_rate", **{"batch_size": 1, **other})


def test_numbers_are_means_over_networks_in_the_cells(curves):
    values = rates(curves)
    mean = values.mean(1)
    expected = {
        "first": mean[:, 0],
        "last": mean[:, -1],
        "every": mean,
        "change": mean[:, -1] - mean[:, 0],
        "relative_change": mean[:, -1] / mean[:, 0] - 1,
    }
    for take, found in expected.items():
        assert value_of(number(take=take), curves) == {
            "low": pytest.approx(found.min()),
            "high": pytest.approx(found.max()),
            "n": 6,
        }
    third = value_of(number(take="last", record=3, learning_rate=0.05), curves)
    assert third["low"] == third["high"] == pytest.approx(mean[1, 3])


def test_ratios_are_of_networks_or_of_means(curves):
    values, over = rates(curves), rates(curves, "loss")
    found = value_of(number(take="last", over="loss", mean="geometric"), curves)
    expected = stats.gmean(values[..., -1] / over[..., -1], axis=1)
    assert found["high"] == pytest.approx(expected.max())
    found = value_of(number(take="last", over="loss", mean="ratio_of_means"), curves)
    expected = values[..., -1].mean(1) / over[..., -1].mean(1)
    assert found["high"] == pytest.approx(expected.max())
    found = value_of(number(take="last", over="loss"), curves)
    assert found["high"] == pytest.approx((values[..., -1] / over[..., -1]).mean(1).max())


def test_networks_that_diverged_are_left_out_and_not_counted(curves):
    gone = curves.copy(deep=True)
    gone["activation_rate"][{"learning_rate": 0, "batch_size": 0, "seed": 0, "replica": 0}] = np.nan
    found = value_of(number(take="last", learning_rate=0.025), gone)
    assert found["n"] == 5
    assert found["low"] == pytest.approx(np.nanmean(rates(gone)[0, 1:, -1]))
    gone["activation_rate"][:] = np.nan
    with pytest.raises(UserError, match="no network"):
        value_of(number(take="last"), gone)


def test_counts_are_added_up(curves):
    counted = curves.assign(bad=curves["loss"] * 0 + 2.0).assign_attrs(probe_samples=8)
    values = rates(curves).size
    for take, expected in (("total", 2 * values), ("evaluated", 8 * values), ("fraction", 0.25)):
        chosen = Number(source=["it"], variable="bad", take=take, batch_size=1)
        assert value_of(chosen, counted)["low"] == pytest.approx(expected)


TERMS = ("value", "first_b", "noise_bb")


def budget_file(shares):
    """Return curves of a budget in which noise makes these shares of a fall, one a rate."""
    tau = np.linspace(0, 2, 21) ** 2
    falls = [np.stack([-tau, (share - 1) + 0 * tau, -share + 0 * tau], -1) for share in shares]
    values = np.array(falls)[:, None, None, None] * np.array([1.0, 3.0])[:, None, None]
    axes = ("learning_rate", "batch_size", "seed", "replica", "record")
    return xr.Dataset(
        {
            "drift_budget": ((*axes, "budget_of", "budget_term"), values[..., None, :]),
            "trained": (axes[:2], np.ones((len(shares), 1), np.int8)),
        },
        {
            "learning_rate": 1e-4 * np.arange(1, 1 + len(shares)),
            "batch_size": [1],
            "seed": [0],
            "replica": [0, 1],
            "budget_of": ["activation_rate"],
            "budget_term": list(TERMS),
            "thermal_time": ((*axes[:2], "record"), np.broadcast_to(tau, (len(shares), 1, 21))),
        },
    )


def test_shares_of_a_budget_are_least_and_largest_over_cells():
    def share(**other):
        chosen = {"terms": ["noise_bb"], "at": {"budget_of": "activation_rate"}, **other}
        return value_of(
            Number(source=["it"], variable="drift_budget", take="share", **chosen),
            budget_file([-0.25, 0.1, 0.75]),
        )

    for until in (None, 1.0):
        found = share(until=until)
        assert found["n"] == 2
        assert found["low"] == pytest.approx(-0.25, abs=0.01)
        assert found["high"] == pytest.approx(0.75, abs=0.01)
    assert share(terms=["noise_bb", "first_b"])["low"] == pytest.approx(1, abs=0.01)
    assert share(learning_rate=2e-4)["high"] == pytest.approx(0.1, abs=0.01)
    with pytest.raises(UserError, match="there is no noise_VV"):
        share(terms=["noise_VV"])


def test_several_sources_count_together_and_what_is_missing_is_said(tmp_path, curves):
    folder = tmp_path / "curves"
    folder.mkdir()
    curves.to_netcdf(folder / "one.nc")
    xr.Dataset.assign(curves, activation_rate=curves["activation_rate"] / 2).to_netcdf(
        folder / "two.nc"
    )
    both = {"it": Number(source=["curves/one", "curves/two"], variable="activation_rate",
                         take="first", batch_size=1)}  # fmt: skip
    first = rates(curves).mean(1)[:, 0]
    found = measured(both, tmp_path)["it"]
    assert found["low"] == pytest.approx(first.min() / 2)
    assert found["high"] == pytest.approx(first.max())
    for wrong, complaint in (
        ({"source": ["curves/none"]}, "number it, curves/none: "),
        ({"variable": "none"}, "there is no none"),
        ({"record": 10_000}, "there is no record 10000"),
        ({"learning_rate": 7.0}, "cells with"),
    ):
        chosen = Number(**{"source": ["curves/one"], "variable": "loss", "take": "last", **wrong})
        with pytest.raises(UserError, match=complaint):
            measured({"it": chosen}, tmp_path)


def test_what_is_wrong_with_a_definition_is_said(tmp_path):
    path = tmp_path / "numbers.yaml"
    path.write_text("numbers: {a: {source: [curves/x], variable: loss, take: middle}}\n")
    with pytest.raises(ConfigError, match=r"numbers\.a\.take: got 'middle'"):
        read_numbers(path)
