"""What `new` writes is a configuration that holds, and nothing is written over."""

import pytest

from thermophoresis import cli
from thermophoresis.config.beginning import LONGEST, TAKEN, begin
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load
from thermophoresis.errors import UserError
from thermophoresis.products import Products


def test_what_is_written_can_be_run(tmp_path, capsys):
    assert cli.main(["new", "mine", "--folder", str(tmp_path / "deep")]) == 0
    path = tmp_path / "deep/mine.yaml"
    assert f"snakemake --cores all --configfile {path}" in capsys.readouterr().out
    config = load(path)
    assert {run.experiment for run in config.runs()} == {"mine"}
    assert (len(config.runs()), list(config.figures), config.results) == (
        4,
        ["mine"],
        "results/mine",
    )
    assert load_claims(config).ledger().order == ("mine-falls",)
    # A minute: steps of the longest run.
    assert max(run.steps for run in config.runs()) <= 20_000


@pytest.mark.parametrize("name", ["no", "null", "on", "true", "a" * LONGEST])
def test_words_of_yaml_and_long_names_are_names(tmp_path, name):
    path, _ = begin(name, tmp_path)
    config = load(path)
    assert ({run.experiment for run in config.runs()}, list(config.figures)) == ({name}, [name])
    assert load_claims(config).ledger().order == (f"{name}-falls",)


def test_a_longer_name_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(UserError, match=f"NAME: got {LONGEST + 1} characters; must have at most"):
        begin("a" * (LONGEST + 1), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", [*TAKEN, "Curves"])
def test_no_results_go_into_a_folder_of_results(tmp_path, name):
    with pytest.raises(UserError, match=f"NAME: got '{name}'; results/{name} is part of"):
        begin(name, tmp_path)
    assert not list(tmp_path.iterdir())


def test_all_folders_of_results_are_known():
    config = load("config/smoke.yaml")
    made = Products(config, load_claims(config)).needed
    folders = {path.split("/")[0].split(".")[0] for it in made for path in it.outputs}
    assert len(folders) > 5
    assert folders <= set(TAKEN)


def test_a_folder_of_any_name_leaves_the_comment_a_comment(tmp_path, capsys):
    folder = tmp_path / "a\nresults: elsewhere\n\x1b[31m"
    assert cli.main(["new", "mine", "--folder", str(folder)]) == 0
    assert "\x1b" not in capsys.readouterr().out
    assert load(folder / "mine.yaml").results == "results/mine"


@pytest.mark.parametrize("there", ["mine.yaml", "mine_claims.yaml"])
def test_nothing_is_written_over(tmp_path, there):
    (tmp_path / there).write_text("of mine")
    with pytest.raises(UserError, match=rf"{there}: there is such a file already"):
        begin("mine", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "of mine"


@pytest.mark.parametrize("name", ["", "a b", "../a", "1st", "é", "a-b"])
def test_refuses_what_cannot_be_a_name(tmp_path, name):
    with pytest.raises(UserError, match="NAME: got"):
        begin(name, tmp_path)
    assert not list(tmp_path.iterdir())
