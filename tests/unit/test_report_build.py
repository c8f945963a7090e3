"""The report as it is made from files: notes, provenance, rule of verdicts, table."""

import json
from pathlib import Path

import pytest
import xarray as xr

from thermophoresis import netcdf
from thermophoresis.analysis.claims import EXPLANATIONS
from thermophoresis.errors import UserError
from thermophoresis.ledger import LedgerSettings
from thermophoresis.report.build import build

REPOSITORY = Path(__file__).parents[2]
CLAIMS = json.loads((REPOSITORY / "docs/claims.json").read_text("utf-8"))[:6]
SETTINGS = LedgerSettings(
    order=tuple(claim["id"] for claim in CLAIMS),
    titles=("Stand-in: digits",),
    error_rate=0.05,
    note="a trial",
)


def run(folder, claims=CLAIMS, settings=SETTINGS):
    curves = xr.Dataset(
        attrs={
            "configuration": json.dumps(
                {"experiment": "mine", "cells": [[0.1, 2]], "seeds": [7], "replicas": 64}
            ),
            "run_fingerprints": json.dumps(["0123abcd"]),
            "run_devices": json.dumps(["cpu"]),
            "data_source": json.dumps(["synthetic: x ~ N(0, I)"]),
        }
    )
    netcdf.write(curves, folder / "mine.nc")
    (folder / "claims.json").write_text(json.dumps(claims), "utf-8")
    (folder / "fig2_top.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="10pt" height="5pt"/>'
    )
    table = build(
        settings,
        fingerprint="feed",
        claims=folder / "claims.json",
        figures=[folder / "fig2_top.svg"],
        curves=[folder / "mine.nc"],
        page=folder / "report.html",
        summary=folder / "claims.md",
    )
    return table, *((folder / name).read_text("utf-8") for name in ("report.html", "claims.md"))


def test_everything_comes_from_the_files(tmp_path):
    table, page, summary = run(tmp_path)
    for claim in CLAIMS:
        assert claim["statement"].rstrip(".") in page
        assert claim["id"].split("-")[0] in table
    assert "a trial" in page
    assert "Stand-in: digits" in page
    for origin in ("experiment mine", "η=0.1 |B|=2", "seeds 7", "0123abcd", "feed", "N(0, I)"):
        assert origin in page
    assert summary.count("| supported |") + summary.count("| refuted |") == len(CLAIMS)
    for name in {claim["statistic"] for claim in CLAIMS}:
        assert EXPLANATIONS[name].text.partition(".")[0].partition("'")[0] in page


def test_the_rule_says_how_many_claims_are_allowed_for(tmp_path):
    page = run(tmp_path)[1]
    assert "6 claims are tested at once" in page
    assert "99.1667\u00a0%" in page  # 1 − 0.05/6
    assert "95\u00a0%" in page


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    assert run(folders[0]) == run(folders[1])


def test_an_unreadable_file_of_claims_is_one_line(tmp_path):
    (tmp_path / "claims.json").write_text("[")
    with pytest.raises(UserError, match=r"cannot read .*claims.json as verdicts"):
        build(
            SETTINGS,
            fingerprint="",
            claims=tmp_path / "claims.json",
            figures=[],
            curves=[],
            page=tmp_path / "page.html",
            summary=tmp_path / "claims.md",
        )
    assert not (tmp_path / "page.html").exists()
