"""Where the user's folder of caches cannot be written to, Snakemake has another one."""

import os
from pathlib import Path

import pytest

from thermophoresis.config.start import OF_SNAKEMAKE, provide_cache

NOWHERE = "/proc/nowhere"


@pytest.fixture
def here(monkeypatch, tmp_path):
    """An empty folder to run in, and an environment whose changes are taken back."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path


def test_a_folder_that_can_be_written_to_is_kept(here, capsys):
    provide_cache(["snakemake", "-n"])
    assert os.environ["XDG_CACHE_HOME"] == str(here / "caches")
    assert capsys.readouterr().err == ""


def no_home(here, monkeypatch):
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", NOWHERE)


def nobody(here, monkeypatch):
    no_home(here, monkeypatch)
    monkeypatch.setattr("os.path.expanduser", lambda path: path)  # without home and entry


def a_file(here, monkeypatch):
    (here / "caches").write_text("")


def of_somebody_else(here, monkeypatch):
    (here / "caches" / OF_SNAKEMAKE).parent.mkdir(parents=True)
    (here / "caches" / OF_SNAKEMAKE).write_text("")


def nowhere(here, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", NOWHERE)


CASES = [no_home, nobody, a_file, of_somebody_else, nowhere]


@pytest.mark.parametrize("make", CASES)
@pytest.mark.parametrize("arguments", [[], ["--directory", "other"], ["-d", "other"]])
def test_one_that_cannot_is_replaced_by_one_beside_snakemakes_records(
    here, monkeypatch, capsys, make, arguments
):
    make(here, monkeypatch)
    provide_cache(["snakemake", "--cores", "1", *arguments])
    own = Path(here, *arguments[1:], ".snakemake", "caches")
    assert os.environ["XDG_CACHE_HOME"] == str(own)
    assert (own / OF_SNAKEMAKE).is_dir()
    (line,) = capsys.readouterr().err.splitlines()
    assert f"caches are in {own} now, set XDG_CACHE_HOME for another folder" in line
    assert "nothing can be kept there" in line


def test_where_nothing_can_be_written_at_all_one_line_says_so(here, monkeypatch):
    no_home(here, monkeypatch)
    with pytest.raises(SystemExit, match=r"^/proc/nowhere/\.cache: .*; set XDG_CACHE_HOME to a"):
        provide_cache(["snakemake", "--directory", NOWHERE])
