"""Where the code and the results are, and how their folders are named."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from thermophoresis.config.configuration import parse
from thermophoresis.config.given import refuse_folders
from thermophoresis.errors import UserError

RUN = "results/runs/uniform/lr=0.1_batch=1_seed=0.nc"
# What Snakemake, shells, Python and files of settings take for something else.
NAME = """-{ {x} %s 'a' "b" $HOME $(id), k=v ü #?;&*~"""


def test_a_clone_works_in_a_folder_of_any_name(clone, tmp_path):
    project = clone(tmp_path / NAME)
    result = project.run("--cores", "1", RUN)
    assert result.returncode == 0, result.stdout
    assert project.path(RUN).exists()


def test_a_name_that_cannot_be_had_is_refused_before_any_job(clone, tmp_path):
    project = clone(tmp_path / "a:b")
    result = project.run("--cores", "1")
    assert result.returncode != 0
    assert result.stdout.splitlines()[1:] == [
        f"{project.folder}: the folder's path has a ':'; must have none"
    ]
    assert not project.path("results").exists()


@pytest.mark.parametrize(
    ("folders", "line"),
    [
        (("/a:b", "/c", "/d"), "/a:b: the folder's path has a ':'; must have none"),
        (("/a", "/c:d", "/d"), "/c:d: the folder's path has a ':'; must have none"),
        (("/a", "/c", "/d\\e"), "/d\\e: the folder's path has a '\\'; must have none"),
    ],
)
def test_which_names_of_folders_are_refused(folders, line):
    with pytest.raises(UserError, match=f"^{re.escape(line)}$"):
        refuse_folders(*map(Path, folders))


def test_no_other_name_of_a_folder_is_refused():
    refuse_folders(Path("/a\\b"), Path("/c\\d"), Path("/e:f"))


@pytest.fixture
def elsewhere(fresh, tmp_path):
    """Run Snakemake in a folder beside the clone, of which there is a link as well."""
    (tmp_path / "scratch").mkdir()
    (tmp_path / "link").symlink_to(fresh.folder)

    def run(*arguments, start="scratch", wrapper=()):
        command = fresh.command(*arguments)
        command["args"] = [*wrapper, *command["args"]]
        return subprocess.run(**command | {"cwd": tmp_path / start}, timeout=600)

    return run


def test_a_clone_that_nobody_can_write_to_serves_another_folder(elsewhere, fresh, tmp_path):
    unshare = ["unshare", "--mount", "--map-root-user"]
    if shutil.which("unshare") is None or subprocess.run([*unshare, "true"]).returncode:
        pytest.skip("mounting a file system is not allowed here")
    mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
    wrapper = [*unshare, "sh", "-c", mount, "sh", str(fresh.folder)]
    result = elsewhere("-s", "../link/Snakefile", "--cores", "1", RUN, wrapper=wrapper)
    assert result.returncode == 0, result.stdout
    assert (tmp_path / "scratch" / RUN).exists()
    # However one gets there, it is the same: what was made has been made with the same settings.
    arguments = ("--directory", "../scratch", RUN, "--configfile", "config/config.yaml")
    again = elsewhere("--dry-run", *arguments, start="project")
    assert "Nothing to be done" in again.stdout, again.stdout


def test_a_configuration_where_snakemake_runs_comes_before_that_of_the_clone(
    elsewhere, fresh, tmp_path
):
    own = tmp_path / "scratch/config/config.yaml"
    own.parent.mkdir()
    shutil.copy(fresh.path("config/claims.yaml"), own.parent)
    text = fresh.path("config/config.yaml").read_text()
    own.write_text(text.replace("  uniform:\n", "  other:\n"))
    result = elsewhere("-s", "../project/Snakefile", "--dry-run")
    assert result.returncode != 0
    assert "config/config.yaml: figures.fig7.experiment: got 'uniform'" in result.stdout


@pytest.mark.parametrize(
    "name", ["{x}", "{", "%s", "a b", "it's", "$HOME", "~/made", "a,b", "k=v", "ü", "-x", ""]
)
def test_results_are_refused_where_their_name_could_mean_something_else(name):
    with pytest.raises(UserError, match="results: got ") as caught:
        parse({"results": name, "experiments": {}, "figures": {}}, "mine.yaml")
    (line,) = [it for it in str(caught.value).splitlines() if "results" in it]
    assert "must " in line
