"""What the ledger leaves open stands on the page about limitations, claim by claim."""

import json
from pathlib import Path

import pytest
from ledger_entries import ENTRY

from thermophoresis.errors import UserError
from thermophoresis.report import open_claims, readme

REPOSITORY = Path(__file__).parents[2]
LEDGER = json.loads((REPOSITORY / readme.SUMMARY).read_text("utf-8"))
PAGE = (REPOSITORY / open_claims.PAGE).read_text("utf-8")


# With so many at least, of which the ledger has more of one kind than of the other.
@pytest.mark.parametrize(("verdict", "least"), [("not testable", 3), ("inconclusive", 11)])
def test_every_open_claim_is_named_with_its_verdict(verdict, least):
    named = [claim["id"] for claim in LEDGER if claim["verdict"] == verdict]
    assert len(named) >= least
    for name in named:
        (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
        assert row.split(" | ")[-2] == verdict
        assert row.removesuffix(" |").split(" | ")[-1], f"{name}: nothing says why"


def test_no_decided_claim_is_among_them():
    rows = open_claims.section(LEDGER).splitlines()
    named = {line.split("`")[1] for line in rows if line.startswith("| `")}
    assert named == {it["id"] for it in LEDGER if it["verdict"] in ("not testable", "inconclusive")}


def test_why_a_claim_is_open_is_said():
    few = "with labels; 16 networks are too few"
    entries = [
        ENTRY | dict(id="few", verdict="not testable", caveat=few, more_replicas=48),
        ENTRY | dict(id="never", verdict="not testable", kind="T", caveat="no density; not finite"),
        ENTRY | dict(id="wide", verdict="inconclusive", caveat=few, more_replicas=1200),
        ENTRY | dict(id="decided", verdict="refuted"),
    ]
    rows = [line for line in open_claims.section(entries).splitlines() if line.startswith("| `")]
    assert [row.removesuffix(" |").split(" | ")[-1] for row in rows] == [
        "16 networks are too few; 48 more networks",
        "no density; not finite",
        "1,200 more networks",
    ]


def test_a_page_without_marks_is_refused():
    with pytest.raises(UserError, match=r"docs/limitations\.md: lacks the marks"):
        readme.replace_section("# Title", open_claims.section(LEDGER), open_claims.PAGE)
