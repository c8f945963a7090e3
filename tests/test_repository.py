"""The parts of a release agree with one another."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

from thermophoresis.provenance import record
from thermophoresis.report.papers import authors_of

REPOSITORY = Path(__file__).parents[1]
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]


def test_the_version_is_one_and_the_same_everywhere():
    citation = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())
    released = re.findall(r"^## (\d\S*)", (REPOSITORY / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert {PROJECT["version"], citation["version"], record.version()} == {released[0]}


def test_the_papers_that_are_judged_can_be_cited():
    references = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text())["references"]
    first_authors = {reference["authors"][0]["family-names"] for reference in references}
    for paper in ("thermophoresis", "limit_cycles", "three_factors"):
        assert re.split(r" &| et", authors_of(paper))[0] in first_authors


def test_the_workflow_of_checks_calls_the_checks_with_versions_that_are_allowed():
    (job,) = yaml.safe_load((REPOSITORY / ".github/workflows/checks.yml").read_text())[
        "jobs"
    ].values()
    assert ".ci/run" in [step.get("run") for step in job["steps"]]
    lowest, highest = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", PROJECT["requires-python"]).groups()
    versions = [int(version.removeprefix("3.")) for version in job["strategy"]["matrix"]["python"]]
    assert versions[0] == int(lowest)
    assert max(versions) < int(highest)


def test_the_readme_is_a_newcomers_first_ten_minutes():
    readme = (REPOSITORY / "README.md").read_text("utf-8")
    assert len(readme.splitlines()) <= 120
    assert "    pip install uv && uv run snakemake --cores all " in readme
    assert "    uv run pytest " in readme


@pytest.mark.parametrize(
    "page", sorted((REPOSITORY / "docs").glob("*.md")), ids=lambda page: page.name
)
def test_every_page_is_in_the_order_to_read_them_in(page):
    assert (
        page.name == "README.md" or f"({page.name})" in (REPOSITORY / "docs/README.md").read_text()
    )
