"""A crate tells of a run what its profile asks for, and only of files that are there."""

import json
import os
import re
import shutil
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
from rocrate.rocrate import ROCrate

from thermophoresis import cli
from thermophoresis.config.network import NetworkSettings
from thermophoresis.errors import UserError
from thermophoresis.provenance import crate
from thermophoresis.provenance.comparison import compare, summarise
from thermophoresis.provenance.completeness import complete
from thermophoresis.provenance.seal import checksum

PROFILE = "https://w3id.org/ro/wfrun/workflow/0.5"


def write(whole):
    return crate.write(complete(whole.results, whole.config), whole.config)


def kinds(entity):
    return {entity.type} if isinstance(entity.type, str) else {*entity.type}


def test_it_has_what_the_profile_asks_for(whole):
    assert write(whole) == whole.results / "ro-crate-metadata.json"
    found = ROCrate(whole.results)
    root, workflow = found.root_dataset, found.mainEntity
    assert found.metadata["conformsTo"] == [
        "https://w3id.org/ro/crate/1.1",
        found.get("https://w3id.org/workflowhub/workflow-ro-crate/1.0"),
    ]
    assert {it.id for it in root["conformsTo"]} >= {PROFILE, PROFILE.replace("workflow", "process")}
    assert all(it.type == "CreativeWork" and it["version"] for it in root["conformsTo"])
    assert root["license"].id == "https://spdx.org/licenses/MIT"
    assert root["author"]["name"] == "The thermophoresis developers"
    assert root["name"]
    assert "Small" not in root["description"]
    assert "small: for tests." in root["description"]
    assert kinds(workflow) == {"File", "SoftwareSourceCode", "ComputationalWorkflow"}
    assert workflow.id == "source/workflow/Snakefile"
    assert workflow["programmingLanguage"].id.endswith("#snakemake")
    assert {it["name"] for it in workflow["input"]} == {"configuration", "device", "error_rate"}
    for parameter in (*workflow["input"], *workflow["output"]):
        assert parameter.type == "FormalParameter"
        assert parameter["additionalType"] in ("File", "Text")
        assert parameter["workExample"]["exampleOfWork"] == parameter
    numpy = next(it for it in workflow["softwareRequirements"] if it["name"] == "numpy")
    assert numpy["softwareVersion"] == __import__("numpy").__version__
    action = root["mentions"]
    assert action.type == "CreateAction"
    assert action["instrument"] == workflow
    assert action["actionStatus"] == "http://schema.org/CompletedActionStatus"
    (given,) = (it for it in action["object"] if "File" in kinds(it))
    assert (whole.results / given.id).read_bytes() == whole.config.read_bytes()
    values = {it["name"]: it["value"] for it in action["object"] if it.type == "PropertyValue"}
    assert values == {"device": "auto", "error_rate": "0.05"}


def test_every_file_is_there_with_its_checksum_and_every_product_is_a_result(whole):
    write(whole)
    found = ROCrate(whole.results)
    files = {unquote(it.id): it for it in found.data_entities if "File" in kinds(it)}
    for name, entity in files.items():
        assert checksum(whole.results / name) == f"sha256:{entity['sha256']}"
        assert (whole.results / name).stat().st_size == int(entity["contentSize"])
    results = {unquote(it.id) for it in found.get("#run")["result"]}
    assert results == {*complete(whole.results, whole.config).checksums}
    assert files.keys() - results == {
        it.relative_to(whole.results).as_posix() for it in (whole.results / "source").rglob("*.*")
    } | {it for it in files if it.startswith("source/")}
    assert files["figures/loss.svg"]["encodingFormat"] == "image/svg+xml"
    assert files["curves/small.nc"]["description"].startswith("What was gathered")
    context = json.loads((whole.results / crate.NAME).read_text())["@context"]
    assert {"sha256"} == {*context[-1]}
    assert {"source/own/small.yaml", "source/own/claims.yaml"} <= {*files}


def test_times_are_those_of_files_and_benchmarks_and_then_those_of_the_crate(whole):
    made = [it for it in whole.results.rglob("*") if it.is_file()]
    for number, path in enumerate(sorted(made)):
        os.utime(path, (2e9 + number, 2e9 + number))
    text = write(whole).read_text()
    run = ROCrate(whole.results).get("#run")
    ends = [path.stat().st_mtime for path in made if path.suffix != ".tsv"]
    assert datetime.fromisoformat(run["endTime"]) == datetime.fromtimestamp(max(ends), UTC)
    began = datetime.fromisoformat(run["startTime"]).timestamp()
    # Claims come first, and are of one file each: 2.5 s.
    assert began == int(min(e for e in ends if e >= 2e9) - 2.5)
    assert write(whole).read_text() == text
    copied = shutil.copytree(
        whole.results, whole.results.parent / "copy", copy_function=shutil.copy
    )
    os.utime(copied / "claims.json", (3e9, 3e9))
    found = complete(copied, whole.config)
    assert crate.times(found) == crate.Times(run["startTime"], run["endTime"])
    # A crate of other files is not believed.
    (copied / crate.NAME).write_text(re.sub(r'"sha256": "..', '"sha256": "zz', text))
    assert crate.times(found).end.startswith("2065")
    shutil.rmtree(copied / "benchmarks")
    (copied / crate.NAME).write_text("{}")
    assert crate.times(found).start is None
    assert "startTime" not in crate.text(crate.contents_of(found, whole.config), crate.times(found))


def test_incomplete_results_have_no_crate(whole, capsys):
    (whole.results / "figures/loss.png").unlink()
    status = cli.main(["crate", str(whole.results), "--config", str(whole.config)])
    said = capsys.readouterr().err
    assert status == 1
    assert "is not complete: 1 of" in said
    assert said.count("\n") == 1
    assert not (whole.results / crate.NAME).exists()
    assert not (whole.results / "source").exists()


def test_a_crate_is_told_of_and_changes_no_comparison(whole, capsys):
    before = shutil.copytree(whole.results, whole.results.parent / "before")
    # The folder is that of the configuration, where none is named.
    text = whole.config.read_text()
    whole.config.write_text(re.sub("^results: .*", f"results: {whole.results}", text))
    assert cli.main(["crate", "--config", str(whole.config)]) == 0
    assert (
        f"{crate.NAME}: a run of the workflow with 18 files of results" in capsys.readouterr().out
    )
    for pair in ((before, whole.results), (whole.results, before)):
        findings = compare(*pair)
        products, *_ = summarise(findings).split(";")
        assert products.endswith("0 different, 0 only in A, 0 only in B")


def test_files_of_a_configuration_keep_their_places_to_each_other(whole, monkeypatch):
    folder = whole.config.parent
    (folder / "more").mkdir()
    (folder / "claims.yaml").rename(folder / "more/claims.yaml")
    text = whole.config.read_text().replace("[claims.yaml]", "[more/claims.yaml]")
    (folder / "more/small.yaml").write_text("error_rate: 0.05\n")
    whole.config.write_text(f"include: [more/small.yaml]\n{text}")
    (folder / "net.py").write_text("import part\n")
    (folder / "part.py").write_text("")
    found = complete(whole.results, whole.config)
    monkeypatch.setattr(NetworkSettings, "files", (str(folder / "net.py"),))
    own = {name: it for name, it in crate.sources(found, whole.config).items() if "/own/" in name}
    places = ("small.yaml", "more/small.yaml", "more/claims.yaml", "net.py", "part.py")
    assert own == {f"source/own/{it}": (folder / it).read_bytes() for it in places}
    # Of the repository itself, they keep their place in it.
    monkeypatch.setattr(crate, "REPOSITORY", folder)
    assert crate._places([folder / "more/claims.yaml"]) == {
        folder / "more/claims.yaml": "source/more/claims.yaml"
    }


def test_a_repository_without_a_workflow_is_refused(whole, tmp_path, monkeypatch):
    monkeypatch.setattr(crate, "REPOSITORY", tmp_path / "elsewhere")
    with pytest.raises(UserError, match="Snakefile is not there; must be beside the package"):
        write(whole)
    assert not (whole.results / "source").exists()
