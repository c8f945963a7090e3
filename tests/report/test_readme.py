"""The README's findings are those of the committed summary, and the summary that of the claims."""

import json
import shutil
from pathlib import Path

import pytest
import yaml
from synthetic_experiments import generator, make_curves

from thermophoresis import cli
from thermophoresis.config.claim import Criterion
from thermophoresis.errors import UserError
from thermophoresis.provenance import seal
from thermophoresis.report import readme
from thermophoresis.report.claims import headline, read_claims
from thermophoresis.report.numbers import written

REPOSITORY = Path(__file__).parents[2]
README = (REPOSITORY / "README.md").read_text("utf-8")


def summary():
    return json.loads((REPOSITORY / readme.SUMMARY).read_text("utf-8"))


def test_the_readme_matches_the_committed_summary():
    assert readme.section(summary()) in README


@pytest.mark.parametrize(
    ("published", "of"),
    [
        (readme.SUMMARY, "claims.yaml"),
        (readme.BESIDE.format("fashion_mnist"), "claims_fashion_mnist.yaml"),
        (readme.BESIDE.format("cifar10"), "claims_images.yaml"),
    ],
)
def test_the_summary_is_of_the_claims_as_they_stand(published, of):
    claims = yaml.safe_load((REPOSITORY / "config" / of).read_text("utf-8"))["claims"]
    entries = json.loads((REPOSITORY / published).read_text("utf-8"))
    found = {entry["id"]: entry for entry in entries}
    claims = {name: claim for name, claim in claims.items() if not claim.get("retired")}
    assert [name for name in found if name in claims] == list(claims)
    for name, claim in claims.items():
        for key in ("statement", "source", "experiment", "statistic"):
            assert found[name][key] == claim[key], name
        assert found[name]["figure"] == claim.get("figure"), name
        assert found[name]["criterion"] == str(Criterion(**claim["criterion"])), name
        assert found[name]["caveat"].startswith(claim.get("caveat", "")), name
        assert found[name].get("kind", "E") == claim.get("kind", "E"), name


def test_every_figure_that_is_shown_is_there():
    for page in ("README.md", "docs/gallery.md", "docs/findings.md", "docs/mechanism.md"):
        text = (REPOSITORY / page).read_text("utf-8")
        for link in (part.split(")")[0] for part in text.split("](")[1:]):
            if link.endswith(".svg"):
                assert (REPOSITORY / page).parent.joinpath(link).is_file(), (page, link)


def test_another_verdict_is_another_section():
    claims = summary()
    refuted = next(entry for entry in claims if entry["verdict"] == "refuted")
    changed = [dict(entry) for entry in claims]
    changed[claims.index(refuted)]["verdict"] = "supported"
    assert readme.section(changed) not in README


@pytest.fixture
def results(tmp_path):
    """Return a function that makes a folder of results with five verdicts and one figure."""

    def make(**configuration):
        folder = tmp_path / "results"
        (folder / "figures").mkdir(parents=True)
        (folder / "figures/fig3.svg").write_text("<svg/>")
        (folder / "claims.json").write_text(json.dumps(summary()[:5]))
        record = {
            "made_by": "report",
            "configuration": configuration,
            "code_fingerprint": "abc",
            "package_versions": {},
            "seeds": [0],
            "inputs": {"claims.json": seal.checksum(folder / "claims.json")},
        }
        page = f'<script type="application/json" id="record">{json.dumps(record)}</script></html>'
        (folder / "report.html").write_text(page)
        return folder

    return make


@pytest.fixture
def repository(tmp_path):
    folder = tmp_path / "repository"
    (folder / "docs/figures").mkdir(parents=True)
    shutil.copyfile(REPOSITORY / "README.md", folder / "README.md")
    return folder


def publish(results, repository, *options):
    where = ["--results", str(results), "--repository", str(repository)]
    return cli.main(["publish", *where, *options])


def test_publish_copies_and_writes(results, repository):
    claims = summary()[:5]
    assert publish(results(note=""), repository) == 0
    written = (repository / "README.md").read_text("utf-8")
    assert readme.section(claims) in written
    assert written.partition(readme.BEGIN)[0] == README.partition(readme.BEGIN)[0]
    assert written.partition(readme.END)[2] == README.partition(readme.END)[2]
    assert (repository / "docs/figures/fig3.svg").read_text() == "<svg/>"
    assert json.loads((repository / readme.SUMMARY).read_text()) == claims


def test_publish_fills_in_the_pages(results, repository):
    first = summary()[0]
    page, wanted = repository / "docs/page.md", repository / readme.WANTED
    page.write_text(
        f"<!--claim {first['id']} estimate .3f-->0<!--/--> <!--number loss value .1f-->0<!--/-->"
    )
    wanted.write_text("numbers: {loss: {source: [curves/toy], variable: loss, take: last}}\n")
    folder = results()
    assert publish(folder, repository) == 1  # there are no curves
    assert ">0<" in page.read_text()
    assert not (repository / readme.SUMMARY).exists()
    (folder / "curves").mkdir()
    curves = make_curves(generator(0), replicas=2, seeds=1)
    curves = curves.assign(loss=0 * curves["loss"] + 1.5)
    curves.to_netcdf(folder / "curves/toy.nc")
    assert publish(folder, repository) == 0
    assert f"-->{written(first['estimate'], '.3f')}<" in page.read_text()
    assert "-->1.5<" in page.read_text()
    numbers = json.loads((repository / readme.NUMBERS).read_text())
    assert numbers == {"loss": {"low": 1.5, "high": 1.5, "n": 2}}


def test_other_results_are_published_beside_the_default_ones(results, repository, capsys):
    folder = results()
    first = summary()[0]
    page = repository / "docs/page.md"
    page.write_text(f"<!--claim other/{first['id']} estimate .1f-->0<!--/-->")
    assert publish(folder, repository, "--beside", "other") == 1  # beside nothing
    shutil.copyfile(REPOSITORY / readme.SUMMARY, repository / readme.SUMMARY)
    changed = [{**first, "estimate": 12.25}]
    (folder / "claims.json").write_text(json.dumps(changed))
    assert publish(folder, repository, "--beside", "other") == 1  # of another report
    (folder / "claims.json").write_text(json.dumps(summary()[:5]))
    assert publish(folder, repository, "--beside", "../other") == 1
    assert "got --beside ../other; must be of small letters" in capsys.readouterr().err
    assert publish(folder, repository, "--beside", "other") == 0
    assert f"-->{written(first['estimate'], '.1f')}<" in page.read_text()
    assert readme.read_beside(repository) == {"other": summary()[:5]}
    assert (repository / "docs/figures/other_fig3.svg").is_file()
    assert not (repository / "docs/figures/fig3.svg").exists()
    # What stands there already stays.
    assert (repository / "README.md").read_text("utf-8") == README
    assert json.loads((repository / readme.SUMMARY).read_text("utf-8")) == summary()
    # And what the default configuration is published with does not need it again.
    assert publish(folder, repository) == 0
    assert f"-->{written(first['estimate'], '.1f')}<" in page.read_text()


def test_what_proves_nothing_is_not_published(results, repository, capsys):
    assert publish(results(note="far too small"), repository) == 1
    assert "its configuration says of itself: far too small" in capsys.readouterr().err
    assert (repository / "README.md").read_text("utf-8") == README


def test_verdicts_of_another_report_are_not_published(results, repository, capsys):
    folder = results()
    (folder / "claims.json").write_text("[]")
    assert publish(folder, repository) == 1
    assert "report.html is not of these claims.json" in capsys.readouterr().err
    (folder / "report.html").write_text("</html>")
    assert publish(folder, repository) == 1
    assert "report.html does not say what made it" in capsys.readouterr().err
    assert not (repository / readme.SUMMARY).exists()


def test_without_results_or_marks_nothing_is_written(tmp_path, capsys):
    assert cli.main(["publish", "--results", str(tmp_path)]) == 1
    assert "report.html cannot be read: No such file" in capsys.readouterr().err
    with pytest.raises(UserError, match="lacks the marks"):
        readme.replace_section("# Title", readme.section(summary()))


def test_papers_and_kinds_are_told_apart():
    first, second, *rest = (dict(entry) for entry in summary())
    first |= {"kind": "T", "verdict": "refuted"}
    second |= {"kind": "P", "verdict": "refuted", "paper": "limit_cycles"}
    last = [entry for entry in rest if entry.get("kind", "E") == "E"][-1]
    last["paper"] = "limit_cycles"
    for entry in (first, second):
        entry.pop("more_replicas", None)
    written = readme.section([first, second, *rest])
    for paper, authors in (
        ("thermophoresis", "Wei & Schwab"),
        ("limit_cycles", "Chaudhari & Soatto"),
    ):
        empirical = [
            entry
            for entry in rest
            if entry.get("kind", "E") == "E" and entry.get("paper", "thermophoresis") == paper
        ]
        assert f"**{authors}: " in written
        assert f"of {len(empirical)} claims**" in written
    printed = len([entry for entry in rest if entry.get("kind") == "P"]) + 1
    assert f" inconclusive of {printed} printed formulas and implications." in written


def test_without_empirical_claims_nothing_is_said_of_findings():
    entries = [dict(entry, kind="P") for entry in summary()[:2]]
    written = readme.section(entries)
    assert written.startswith(
        f"{readme.BEGIN}\n\n- {headline(read_claims(entries), 'P')}.\n\n{readme.END}"
    )
    assert " of 0 claims" not in written
    assert "**" not in written


def test_claims_that_open_the_report_have_a_table_for_each_paper():
    first, second, third = (
        {key: value for key, value in entry.items() if key != "opens"} for entry in summary()[:3]
    )
    first |= {"opens": "share of |B|", "estimate": 0.5, "ci_low": 0.25, "ci_high": 0.75}
    second |= {"opens": "exponent", "paper": "limit_cycles", "ci_level": None, "estimate": 2.0}
    written = readme.section([first, second, third]).splitlines()
    rows = [line for line in written if line.startswith("|")]
    assert rows[0] == "| Wei & Schwab say | measured | verdict |"
    number = r"0.500 [0.250, 0.750] – share of \|B\|"
    where = f"{first['statement']} ({first['source']})"
    assert rows[2] == f"| {where} | {number} | {first['verdict']} |"
    assert rows[3] == "| Chaudhari & Soatto say | measured | verdict |"
    assert rows[5].endswith(f"| 2.00 – exponent | {second['verdict']} |")
    assert len(rows) == 6
    assert not any(line.startswith("|") for line in readme.section([third]).splitlines())
