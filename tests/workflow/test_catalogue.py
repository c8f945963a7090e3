"""What the Snakemake workflow catalogue asks of a workflow, and that what it is told is so."""

import re
import shutil
import subprocess
import zipfile

import pytest
import yaml


@pytest.fixture(scope="module")
def usage(repository):
    return yaml.safe_load(repository.path(".snakemake-workflow-catalog.yml").read_text())["usage"]


def test_all_that_standard_usage_asks_for_is_there(repository, usage):
    for name in ("workflow/Snakefile", "config/README.md", "config/config.yaml", "LICENSE"):
        assert repository.path(name).is_file()
    readme = repository.path("README.md").read_text().lower()
    assert "snakemake" in readme
    assert "workflow" in readme
    # Which entries there are, and of which form.
    assert set(usage) == {"mandatory-flags", "software-stack-deployment"}
    assert isinstance(usage["mandatory-flags"]["desc"], str)
    assert usage["mandatory-flags"]["flags"] == []
    deployment = usage["software-stack-deployment"]
    assert set(deployment) == {"conda", "apptainer", "apptainer+conda", "report"}
    assert all(isinstance(it, bool) for it in deployment.values())


def test_software_is_deployed_in_the_ways_that_it_says(repository, usage):
    rules = "".join(it.read_text() for it in repository.path("workflow/rules").glob("*.smk"))
    deployment = usage["software-stack-deployment"]
    jobs = re.findall(r"^    shell:$", rules, re.MULTILINE)
    environments = re.findall(r"^    conda:$", rules, re.MULTILINE)
    # `compute` uses another rule with another environment.
    assert deployment["conda"] == (len(environments) == len(jobs) + 1)
    containers = "container:" in rules or "containerized:" in rules
    assert deployment["apptainer"] == deployment["apptainer+conda"] == containers


def test_snakemake_makes_a_report(finished, usage):
    assert usage["software-stack-deployment"]["report"]
    result = finished.run("--report", "report.zip")
    assert result.returncode == 0, result.stdout
    with zipfile.ZipFile(finished.path("report.zip")) as archive:
        names = {name.rpartition("/")[2] for name in archive.namelist()}
    # Whole pages and figures, as files of their own.
    assert {"report.html", "fig3.svg", "fig7.svg", "claims.md"} <= names


def test_without_a_clone_the_package_is_missed_in_one_line(repository, tmp_path):
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    project = repository.clone(tmp_path / "project")
    git = ["git", "-c", "user.name=nobody", "-c", "user.email=nobody@localhost"]
    for words in ("init --quiet", "add workflow", "commit --quiet --message all"):
        subprocess.run([*git, *words.split()], cwd=project.folder, check=True)
    host = type(project)(tmp_path / "host")
    host.folder.mkdir()
    snakefile = f'gitfile("{project.folder}", path="workflow/Snakefile", ref="HEAD")'
    host.path("Snakefile").write_text(
        f"module remote:\n    snakefile: {snakefile}\n\nuse rule * from remote as remote_*\n"
    )
    result = host.run("--dry-run")
    assert result.returncode != 0
    assert "has no src/thermophoresis, the package that all rules call" in result.stdout
