"""What `new` writes is a configuration that holds, and nothing is written over."""

import pytest

from thermophoresis import cli
from thermophoresis.config.beginning import begin
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import load
from thermophoresis.errors import UserError


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
