"""The README's findings are those of the committed summary, and the summary that of the claims."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from thermophoresis import cli
from thermophoresis.errors import UserError
from thermophoresis.ledger import Criterion
from thermophoresis.report import readme

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text("utf-8")


def summary():
    return json.loads((REPOSITORY / readme.SUMMARY).read_text("utf-8"))


def test_the_readme_matches_the_committed_summary():
    assert readme.section(summary()) in README


def test_the_summary_is_of_the_claims_as_they_stand():
    claims = yaml.safe_load((REPOSITORY / "config/claims.yaml").read_text("utf-8"))["claims"]
    found = {entry["id"]: entry for entry in summary()}
    assert list(found) == list(claims)
    for name, claim in claims.items():
        for key in ("statement", "source", "experiment", "statistic"):
            assert found[name][key] == claim[key], name
        assert found[name]["figure"] == claim.get("figure"), name
        assert found[name]["criterion"] == str(Criterion(**claim["criterion"])), name
        assert found[name]["explanation"] == claim["because"], name
        assert found[name]["caveat"].startswith(claim.get("caveat", "")), name


def test_every_figure_that_is_shown_is_there():
    for page in ("README.md", "docs/gallery.md", "docs/findings.md"):
        text = (REPOSITORY / page).read_text("utf-8")
        for link in (part.split(")")[0] for part in text.split("](")[1:]):
            if link.endswith(".svg"):
                assert (REPOSITORY / page).parent.joinpath(link).is_file(), (page, link)


def test_another_verdict_is_another_section():
    claims = summary()
    refuted = next(entry for entry in claims if entry["verdict"] == "refuted")
    assert refuted["statement"].rstrip(".").replace("|", r"\|") in readme.section(claims)
    changed = [dict(entry) for entry in claims]
    changed[claims.index(refuted)]["verdict"] = "supported"
    assert readme.section(changed) not in README


def test_publish_copies_and_writes(tmp_path):
    results, repository = tmp_path / "results", tmp_path / "repository"
    (results / "figures").mkdir(parents=True)
    (results / "figures/fig3.svg").write_text("<svg/>")
    claims = summary()[:5]
    (results / "claims.json").write_text(json.dumps(claims))
    (repository / "docs/figures").mkdir(parents=True)
    shutil.copyfile(REPOSITORY / "README.md", repository / "README.md")
    arguments = ["publish", "--results", str(results), "--repository", str(repository)]
    assert cli.main(arguments) == 0
    written = (repository / "README.md").read_text("utf-8")
    assert readme.section(claims) in written
    assert written.partition(readme.BEGIN)[0] == README.partition(readme.BEGIN)[0]
    assert written.partition(readme.END)[2] == README.partition(readme.END)[2]
    assert (repository / "docs/figures/fig3.svg").read_text() == "<svg/>"
    assert json.loads((repository / readme.SUMMARY).read_text()) == claims


def test_without_results_or_marks_nothing_is_written(tmp_path, capsys):
    assert cli.main(["publish", "--results", str(tmp_path)]) == 1
    assert "cannot publish" in capsys.readouterr().err
    with pytest.raises(UserError, match="lacks the marks"):
        readme.replace_section("# Title", readme.section(summary()))
