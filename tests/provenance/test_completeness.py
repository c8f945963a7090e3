"""Results are handed on only if they are all that a configuration asks for, made by this code."""

import pytest

from thermophoresis.errors import UserError
from thermophoresis.provenance.completeness import complete
from thermophoresis.provenance.seal import checksum

RUN = "runs/small/lr=0.1_batch=1_seed=0.nc"


def test_all_that_was_made_is_there_with_its_checksum(whole):
    found = complete(whole.results, whole.config)
    made = {
        it.relative_to(whole.results).as_posix(): checksum(it)
        for it in whole.results.rglob("*")
        if it.is_file() and "benchmarks" not in it.parts and it.name[0] != "."
    }
    assert found.checksums == made
    assert {it.partition("/")[0] for it in made} == {
        *("runs", "snapshots", "measurements", "curves", "claims", "figures"),
        *("claims.json", "claims.md", "report.html"),
    }
    assert found.versions["numpy"] == {__import__("numpy").__version__}


@pytest.mark.parametrize("name", [RUN, "figures/loss.png", "claims.json", "claims/small.json"])
def test_what_is_missing_is_named(whole, name):
    (whole.results / name).unlink()
    words = rf"is not complete: 1 of \d+ files are not there, {name} is the first; run Snakemake"
    with pytest.raises(UserError, match=words) as caught:
        complete(whole.results, whole.config)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [RUN, "figures/loss.png", "report.html", "claims.md"])
def test_what_is_altered_is_refused(whole, name):
    content = bytearray((whole.results / name).read_bytes())
    content[len(content) // 2] ^= 1
    (whole.results / name).write_bytes(content)
    with pytest.raises(UserError, match=r"cannot be handed on: .*(altered|doubtful)"):
        complete(whole.results, whole.config)


def test_edited_verdicts_are_refused(whole):
    path = whole.results / "claims.json"
    path.write_text(path.read_text().replace("The loss falls.", "The loss rises."))
    with pytest.raises(UserError, match=r"is stale: .*edited or made anew: .*claims\.json"):
        complete(whole.results, whole.config)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("replicas: 8", "replicas: 9", "settings are others"),
        ("batch_size: [1]", "batch_size: [1, 2]", "is not complete: 9 of 27 files are not there"),
        ("probe_size: 8", "probe_size: 9", r"of measurements/\S+, its settings are others"),
        ("[0.1, 0.2, 0.3]", "[0.1, 0.2]", r"seed=0\.nc is among its inputs there or here alone"),
        ("small: for tests", "large", "settings are others"),
    ],
)
def test_results_of_another_configuration_are_refused(whole, old, new, words):
    text = whole.config.read_text()
    assert old in text
    whole.config.write_text(text.replace(old, new))
    with pytest.raises(UserError, match=words):
        complete(whole.results, whole.config)


def test_there_must_be_a_folder(whole, tmp_path):
    with pytest.raises(UserError, match="no such folder; must be one of results"):
        complete(tmp_path / "none", whole.config)
