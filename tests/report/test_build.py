"""The report as it is made from files: notes, provenance, rule of verdicts, table."""

import json
import re
from html import unescape
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
import toy_sweeps
import xarray as xr

from thermophoresis.config import kinds
from thermophoresis.config.ledger import Family, ReportSettings, RescaledCurves, Retired
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf, seal
from thermophoresis.report.build import build
from thermophoresis.report.explanations import CAPTIONS, EXPLANATIONS, HOLDS_RULE, KIND_RULES

REPOSITORY = Path(__file__).parents[2]
# Those of Fig. 2, which are all empirical.
CLAIMS = [
    claim
    for claim in json.loads((REPOSITORY / "docs/claims.json").read_text("utf-8"))
    if claim["id"].startswith("fig2-") and not claim["id"].startswith("fig2-top-rate")
][:6]
SETTINGS = ReportSettings(
    reads=("curves/mine",),
    explanations={claim["id"]: f"Why {claim['id']}." for claim in CLAIMS},
    titles=("Stand-in: digits",),
    error_rate=0.05,
    note="a trial",
)


FOREIGN = '<svg xmlns="http://www.w3.org/2000/svg" width="10pt" height="5pt"/>'


def drawn(inputs=("../curves/mine.nc",), **figure):
    """Return an SVG file that says of what settings and files it is."""
    origin = {
        **{"made_by": "draw", "code_fingerprint": "", "package_versions": {}, "seeds": []},
        "configuration": {"figure": figure},
        "inputs": dict.fromkeys(inputs, ""),
    }
    text = f"<description xmlns='http://purl.org/dc/elements/1.1/'>{escape(json.dumps(origin))}"
    return FOREIGN.replace("/>", f">{text}</description></svg>")


PLAIN = xr.Dataset(
    attrs={
        "configuration": json.dumps(
            {"experiment": "mine", "cells": [[0.1, 2]], "seeds": [7], "replicas": 64}
        ),
        "run_fingerprints": json.dumps(["0123abcd"]),
        "run_devices": json.dumps(["cpu"]),
        "data_source": json.dumps(["synthetic: x ~ N(0, I)"]),
    }
)


def run(folder, claims=CLAIMS, settings=SETTINGS, curves=PLAIN, drawing=FOREIGN):
    netcdf.write(curves, folder / "mine.nc")
    (folder / "claims.json").write_text(json.dumps(claims), "utf-8")
    (folder / "fig2_top.svg").write_text(drawing)
    table = build(
        settings,
        fingerprint="feed",
        claims=folder / "claims.json",
        figures=[folder / "fig2_top.svg"],
        read=[folder / "mine.nc"],
        page=folder / "report.html",
        summary=folder / "claims.md",
    )
    return table, *((folder / name).read_text("utf-8") for name in ("report.html", "claims.md"))


def test_everything_comes_from_the_files(tmp_path):
    table, page, summary = run(tmp_path)
    for claim in CLAIMS:
        assert claim["statement"].rstrip(".") in page
        assert f">Why {claim['id']}.<" in page
        assert claim["id"].split("-")[0] in table
    assert "a trial" in page
    assert "Stand-in: digits" in page
    for origin in ("experiment mine", "η=0.1 |B|=2", "seeds 7", "0123abcd", "feed", "N(0, I)"):
        assert origin in page
    assert summary.count("| supported |") + summary.count("| refuted |") == len(CLAIMS)
    for name in {claim["statistic"] for claim in CLAIMS}:
        assert EXPLANATIONS[name].partition(".")[0].partition("'")[0] in page


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        pytest.param(
            {"kind": "learning_rate_sweep", "title": "", "observable": "activation_rate"},
            "learning rate sweep of activation rate; from mine",
            id="as-new-writes-it",
        ),
        pytest.param(
            {"kind": "dots", "observable": "rate", "at": {"layer": 2}, "inputs": ["b/a.nc"]},
            "dots of rate, layer 2; from a",
            id="own-kind",
        ),
        pytest.param(
            {"kind": "well_odds", "title": 'Odds "as <i>printed</i>" & measured', "inputs": []},
            'Odds "as <i>printed</i>" & measured; well odds',
            id="title-with-quotes-and-tags",
        ),
        pytest.param(
            {"kind": "early_phase", "inputs": [f"../curves/{it}.nc" for it in "abcde"]},
            "early phase; from a, b, c and 2 more",
            id="of-many-experiments",
        ),
    ],
)
def test_a_figure_is_told_to_those_who_cannot_see_it(tmp_path, figure, words):
    _, page, _ = run(tmp_path, drawing=drawn(**figure))
    (told,) = re.findall(r' alt="([^"]*)"', page)
    assert unescape(told) == f"Fig.\u00a02, top: {words}"


def test_a_figure_from_elsewhere_has_its_name(tmp_path):
    _, page, _ = run(tmp_path)
    assert 'alt="Fig.\u00a02, top"' in page


def test_captions_are_those_of_kinds_that_there_are(tmp_path):
    assert CAPTIONS.keys() <= {*kinds.names("figures")}
    _, page, _ = run(tmp_path, drawing=drawn(kind="controls"))
    assert CAPTIONS["controls"] in page
    _, page, _ = run(tmp_path)  # whatever its name is
    assert "<figcaption>" not in page


def test_images_in_pages_are_told_to_those_who_cannot_see_them():
    pages = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
    told = {
        file: words
        for page in pages
        for words, file in re.findall(r"!\[([^]]*)\]\(([^)]*)\)", page.read_text("utf-8"))
    }
    assert len(told) > 40
    assert {file: words for file, words in told.items() if len(words.split()) < 5} == {}


def test_the_rule_says_how_many_claims_are_allowed_for(tmp_path):
    page = run(tmp_path)[1]
    assert "6 claims are tested at once" in page
    assert "99.1667\u00a0%" in page  # 1 − 0.05/6
    assert "95\u00a0%" in page


def test_the_rule_says_how_families_share_the_error(tmp_path):
    families = {
        "flows": Family(claims=4, error_rate=0.025),
        "walks": Family(claims=1, error_rate=0.025),
    }
    settings = SETTINGS.model_copy(update={"families": families})
    kinds = ("E", "E", "E", "E", "E", "P")
    claims = [{**claim, "kind": kind} for claim, kind in zip(CLAIMS, kinds, strict=True)]
    page = run(tmp_path, claims, settings)[1]
    assert "5 claims are tested at once" in page
    assert "(flows: 4 claims, 99.375\u00a0%, walks: 1 claim, 97.5\u00a0%)" in page
    assert KIND_RULES["P"] in page
    assert KIND_RULES["T"] not in page


def test_the_rule_says_what_it_is_to_hold_a_number_where_one_is_asked_to(tmp_path):
    assert HOLDS_RULE not in run(tmp_path)[1]
    claims = [{**claim, "criterion": "holds 1, excludes 0"} for claim in CLAIMS]
    assert HOLDS_RULE in run(tmp_path, claims)[1]


def test_retired_claims_are_in_page_table_and_summary(tmp_path):
    gone = Retired(paper="thermophoresis", source="Fig. 3", statement="It was so.", reason="Twice.")
    table, page, summary = run(
        tmp_path, settings=SETTINGS.model_copy(update={"retired": {"gone": gone}})
    )
    assert table.endswith("\n1 retired\n")
    assert "It was so." in page
    assert "- It was so. (Fig. 3) *Retired:* Twice." in summary


def test_the_report_repeats_what_files_of_claims_say_of_themselves(tmp_path):
    settings = SETTINGS.model_copy(update={"remarks": ("Mended once.",)})
    assert "<p>Mended once.</p>" in run(tmp_path, settings=settings)[1]


def test_the_same_inputs_give_the_same_bytes(tmp_path, monkeypatch):
    # Commands name the folder of results as it is seen from where they are to be given.
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        made.append(run(Path()))
    assert made[0] == made[1]


def test_curves_whose_time_is_rescaled_are_in_the_page_with_their_fit(tmp_path):
    curves = toy_sweeps.make_curves()
    curves.attrs["configuration"] = json.dumps(
        {"experiment": "mine", "cells": [[0.05, 1]], "seeds": [7], "replicas": 20}
    )
    (fitted, *_) = CLAIMS
    row = {
        "reads": "curves/mine",
        "observable": "activation_rate",
        "confidence_level": 0.95,
        "cells": {"batch_size": 1},
        "compared": "learning_rate",
        "rate_exponent": fitted["id"],
    }
    alike = row | {"observable": "second_layer_norm", "cells": {"batch_size": 2}}
    settings = SETTINGS.model_copy(
        update={
            "rescaled": {
                "fig2_top": (RescaledCurves(**row), RescaledCurves(**alike)),
                "not_drawn": (RescaledCurves(**row | {"reads": "curves/other"}),),
            },
            "subjects": {fitted["experiment"]: ("curves/mine",)},
        }
    )
    page = run(tmp_path, settings=settings, curves=curves)[1]
    texts = re.findall('<script type="application/json">(.*)</script>', page)
    rows = [json.loads(text) for text in texts]
    assert [it["observable"].partition(" ")[0] for it in rows] == [
        "activation_rate",
        "second_layer_norm",
    ]
    assert rows[0]["alpha"]["fit"] == pytest.approx(fitted["estimate"], abs=1e-4)
    assert "const collapse = " in page
    assert "const collapse = " not in run(tmp_path)[1]
    # One of these claims is about what the file says how it was made.
    (again,) = {
        it for it in re.findall('<code class="command">(.*?)</code>', page) if "/claims/" in it
    }
    assert again == (
        f"uv run snakemake --cores all -- {tmp_path}/claims/{fitted['experiment']}.json"
    )


def test_report_and_summary_tell_what_they_were_made_from(tmp_path):
    _, page, summary = run(tmp_path)
    (record,) = re.findall(r'<script type="application/json" id="record">(.*)</script>', page)
    (comment,) = re.findall("^<!-- provenance: (.*) -->$", summary, re.MULTILINE)
    inputs = {"report.html": {"claims.json", "fig2_top.svg", "mine.nc"}}
    inputs["claims.md"] = inputs["report.html"] - {"fig2_top.svg"}
    for name, text in (("report.html", record), ("claims.md", comment)):
        found = json.loads(text)
        assert (found["made_by"], found["code_fingerprint"]) == ("report", "feed")
        assert found["seeds"] == [7]
        assert found["configuration"] == SETTINGS.model_dump(mode="json")
        assert found["inputs"] == {it: seal.checksum(tmp_path / it) for it in inputs[name]}
        assert seal.examine(tmp_path / name).state == "intact"
    # Nothing of it is seen by who reads the table.
    assert summary.startswith("<!--")
    assert summary.partition("-->")[2].lstrip().startswith("# Claims\n")


def test_an_unreadable_file_of_claims_is_one_line(tmp_path):
    (tmp_path / "claims.json").write_text("[")
    with pytest.raises(UserError, match=r"cannot read .*claims.json as verdicts"):
        build(
            SETTINGS.model_copy(update={"reads": ()}),
            fingerprint="",
            claims=tmp_path / "claims.json",
            figures=[],
            read=[],
            page=tmp_path / "page.html",
            summary=tmp_path / "claims.md",
        )
    assert not (tmp_path / "page.html").exists()
