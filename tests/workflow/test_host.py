"""The workflow as a module of another one, in another folder: nothing of the host is touched."""

import json
import re

import pytest
from leaving import LEAVING

RUN = "made/runs/uniform/lr=0.1_batch=1_seed=0.nc"
HOST = """\
import json, os, sys

shell.prefix("set +euo pipefail; ")


def state():
    return {
        "environment": dict(os.environ),
        "prefix": shell._process_prefix,
        "hooks": str([workflow._onstart, workflow._onsuccess, workflow._onerror]),
        "target": workflow.default_target,
        "local": sorted(workflow._localrules),
        "results": workflow.pathvars.apply("<results>"),
        "packages": [path for path in sys.path if path.endswith("src")],
        "config": config,
    }


rule gather:
    output:
        "host.txt",
    message:
        "A job of the host"
    shell:
        "touch {output}"


before = state()


module thermophoresis:
    snakefile:
        "../project/workflow/Snakefile"
    config:
        config["thermophoresis"]


use rule * from thermophoresis as thermophoresis_*


with open("states.json", "w") as file:
    json.dump([before, state()], file)
"""
SETTINGS = {"configfile": "../project/config/config.yaml", "results": "made", "note": "of a host"}


@pytest.fixture
def host(fresh):
    """A folder beside the repository with a workflow of its own."""
    folder = fresh.folder.parent / "host"
    folder.mkdir()
    (folder / "Snakefile").write_text(HOST)
    host = type(fresh)(folder)

    def configure(**settings):
        host.path("config.json").write_text(json.dumps({"thermophoresis": SETTINGS | settings}))
        return host

    return configure


def test_a_host_has_its_environment_prefix_hooks_and_target_afterwards(host, fresh):
    project = host()
    configured = ("--configfile", "config.json")
    assert project.pending(*configured) == {"A job of the host"}
    before, after = json.loads(project.path("states.json").read_text())
    assert before.pop("local") == []
    local = after.pop("local")
    assert "thermophoresis_gather" in local
    assert all(name.startswith("thermophoresis_") for name in local)
    assert after == before
    # All of it is there, in the host's folder of results, with the settings that the host gives.
    (fresh.folder / "config/config.yaml").write_text(
        (fresh.folder / "config/config.yaml").read_text() + "note: of a host\nresults: made\n"
    )
    assert project.pending("thermophoresis_all", *configured) == fresh.pending()


def test_jobs_of_a_module_need_nothing_of_the_host(host):
    project = host()
    result = project.run("--configfile", "config.json", "--cores", "1", RUN)
    assert result.returncode == 0, result.stdout
    assert project.path(RUN).exists()
    assert project.path(RUN.replace("/runs/", "/logs/runs/").replace(".nc", ".log")).exists()


def test_a_job_of_a_module_that_fails_fails_whatever_the_prefix_of_the_host(host, fresh):
    project = host()
    fresh.append("src/thermophoresis/simulations/run.py", "\nraise SystemExit('broken')\n")
    result = project.run("--configfile", "config.json", "--cores", "1", RUN)
    assert result.returncode != 0
    assert "broken" in result.stdout.splitlines()
    assert "MissingOutputException" not in result.stdout


def test_a_bad_configuration_of_a_module_is_one_line_of_the_error(host):
    result = host(device="gpu").run("--configfile", "config.json", "--dry-run")
    assert result.returncode != 0
    line = "device: got 'gpu'; must be one of auto, cpu, cuda (did you mean 'cpu'?)"
    assert f"config of the module: {line}" in result.stdout.splitlines()
    assert "WorkflowError" in result.stdout


@pytest.fixture
def documented(fresh, repository):
    """The workflow that docs/running.md shows, with this repository in a folder of it."""
    page = repository.path("docs/running.md").read_text()
    (example,) = re.findall(r"```python\n(rule mine:\n.*?)```", page, re.DOTALL)
    host = type(fresh)(fresh.folder.parent / "host")
    host.path("config").mkdir(parents=True)
    host.path("Snakefile").write_text(example)
    fresh.path("workflow/scripts/make.sh").write_text(LEAVING)
    fresh.folder.rename(host.path("thermophoresis"))
    text = host.path("thermophoresis/config/config.yaml").read_text().replace("[claims.yaml]", "[]")
    for old, new in [("  uniform:", "  mine:"), ("experiment: uniform", "experiment: mine")]:
        text = text.replace(old, new)
    host.path("config/mine.yaml").write_text(text)
    return host


def test_the_example_of_the_documentation_makes_what_it_says(documented):
    result = documented.run("--cores", "2")
    assert result.returncode == 0, result.stdout
    assert "results/sgd/curves/mine.nc" in documented.path("results/mine.txt").read_text()
    assert len(list(documented.path("results/sgd/runs/mine").iterdir())) == 2


def test_a_host_runs_elsewhere_with_results_on_another_disk(documented, tmp_path):
    scratch, disk = tmp_path / "scratch", tmp_path / "disk"
    scratch.mkdir()
    text = documented.path("Snakefile").read_text()
    documented.path("Snakefile").write_text(text.replace("results/sgd", f"{disk}/sgd"))
    result = documented.run("--cores", "2", "--directory", str(scratch))
    assert result.returncode == 0, result.stdout
    assert f"{disk}/sgd/curves/mine.nc" in (scratch / "results/mine.txt").read_text()
    assert not documented.path("results").exists()


def test_a_prefix_of_the_module_comes_before_its_results(documented):
    documented.edit("Snakefile", '    config: {"', '    prefix: "before"\n    config: {"')
    documented.edit("Snakefile", 'input: "', 'input: "before/')
    pending = documented.run("--dry-run").stdout
    assert "Missing output files: before/results/sgd/curves/mine.nc" in pending
    assert "before/results/sgd/runs/mine/lr=0.1_batch=1_seed=0.nc" in pending
