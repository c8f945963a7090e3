"""Results of other versions, and files that are none: one line that says what to do."""

import json
import shutil
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr
from bounds import answers

from thermophoresis import cli
from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.gathering import GatherSettings
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf, past, record
from thermophoresis.provenance.fingerprint import closure, files, fingerprint
from thermophoresis.provenance.origin import shown as named
from thermophoresis.provenance.verification import verify

REPOSITORY = Path(__file__).parents[2]


def test_files_tell_the_version_and_another_one_makes_nothing_anew(tmp_path, monkeypatch):
    def made():
        return record.metadata({}, "00", made_by="gather", seeds=[], inputs=[], output="out.nc")

    modules = ("provenance.record", "simulations.run", "report.build")
    before, told = fingerprint(*modules), made()
    assert json.loads(told["package_versions"])["thermophoresis"] == record.version()
    (tmp_path / "version.txt").write_text("9.9.9\n")
    monkeypatch.setattr(record, "VERSION", tmp_path / "version.txt")
    assert json.loads(made()["package_versions"])["thermophoresis"] == "9.9.9"
    assert fingerprint(*modules) == before
    read = {file for name in closure(*modules) for file in files(name)}
    assert read
    assert REPOSITORY / "src/thermophoresis/version.txt" not in read


SETTINGS = {
    "experiment": "toy",
    "cells": [[0.1, 1]],
    "seeds": [0],
    "replicas": 2,
    "records": 3,
}


def write(path, **versions):
    """Write a file with a seal that says of itself what a run says, and has nothing of a run."""
    attributes = record.metadata(
        {"experiment": "toy"}, "00", made_by="simulate", seeds=[0], inputs=[], output=path
    )
    versions = json.loads(attributes["package_versions"]) | versions
    present = {name: it for name, it in versions.items() if it is not None}
    attributes["package_versions"] = canonical_json(present)
    netcdf.write(xr.Dataset({"loss": ("wrong", np.zeros(4))}, attrs=attributes), path)


def job(path, folder):
    """Run the job that gathers a file, and return its exit status."""
    settings = GatherSettings.model_validate_json(json.dumps(SETTINGS))
    arguments = ["make", "gather", "--settings", canonical_json(settings)]
    arguments += ["--fingerprint", fingerprint(*settings.modules)]
    arguments += ["--inputs", str(path), "--outputs", str(folder / "out.nc")]
    return cli.main(arguments)


MEND = "delete it and run Snakemake again, which makes it anew"


@pytest.mark.parametrize(
    ("version", "shown"), [("0.0.7", "0.0.7"), (None, "0.1.0 or before"), ("99.0", "99.0")]
)
def test_a_job_that_fails_names_the_version_that_made_its_input(tmp_path, capsys, version, shown):
    path = tmp_path / "lr=0.1_batch=1_seed=0.nc"
    write(path, thermophoresis=version)
    assert job(path, tmp_path) == 1
    *_, last = capsys.readouterr().err.splitlines()
    assert last == (
        f"thermophoresis: error: {named(path)} was made by version {shown}, "
        f"this is {record.version()}; "
        f"{MEND}"
    )
    assert [it.name for it in tmp_path.iterdir()] == [path.name]


def test_of_this_version_nothing_is_said():
    assert past.remark([Path("none.nc"), Path("claims.json")]) is None


def test_verification_tells_the_version(tmp_path):
    write(tmp_path / "a.nc", thermophoresis="0.0.7")
    (finding,) = verify([tmp_path])
    assert finding.status == "stale"
    assert finding.reasons[0].endswith(f": by version 0.0.7, this is {record.version()}")
    write(tmp_path / "a.nc")
    (finding,) = verify([tmp_path])
    assert "by version" not in finding.reasons[0]


def test_verdicts_of_another_version_are_one_line(tmp_path, capsys):
    claims = json.loads((REPOSITORY / "docs/claims.json").read_text("utf-8"))
    (tmp_path / "claims.json").write_text(json.dumps([it | {"explanation": ""} for it in claims]))
    assert cli.main(["claims", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(
        f"thermophoresis: error: {tmp_path}/claims.json is not what version {record.version()} "
        f"writes (claim {claims[0]['id']!r}: explanation is no key of a claim; the keys are"
    )
    assert line.endswith(f"…, and {len(claims) - 1} more); {MEND}")
    (tmp_path / "claims.json").write_text(json.dumps(claims))
    assert cli.main(["claims", str(tmp_path), "--verdict", "not testable"]) == 0


# --- Files from strangers -----------------------------------------------------------------------


def foreign(path, **attributes):
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("x", 3)
        file.createVariable("loss", "f8", ("x",))[:] = [1, 2, 3]
        file.setncatts(attributes)


def empty(path):
    with netCDF4.Dataset(path, "w"):
        pass


def enormous(path):
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("x", 2**40)
        file.createVariable("loss", "f8", ("x",), chunksizes=(2**20,), zlib=True)


def packed(path):
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("x", 3)
        file.createVariable("loss", "i4", ("x",)).scale_factor = "a text"
        file.createVariable("time", "f8", ("x",)).units = "days since ever"


def coordinates(path):
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("x", 3)
        file.createVariable("loss", "f8", ("x",)).coordinates = np.arange(3)


def vectors(path):
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("x", 2)
        kind = file.createVLType(np.int32, "ragged")
        file.createVariable("loss", kind, ("x",))


def text(path):
    path.write_text("CDF\x01 is how another format begins")


HARMS = (foreign, empty, enormous, packed, coordinates, vectors, text)
# Which of them can be read, and are not what a job wants.
READABLE = ("foreign", "empty", "vectors")


@pytest.fixture
def strange(tmp_path):
    folder = tmp_path / "strange"
    folder.mkdir()
    for harm in HARMS:
        harm(folder / f"{harm.__name__}.nc")
    return folder


def test_netcdf_files_from_strangers_are_refused_at_once(strange):
    imports = "from pathlib import Path\nfrom thermophoresis.errors import UserError\n"
    imports += "from thermophoresis.analysis.run_files import read_run"
    said = answers(imports, "read_run(Path(path))", sorted(strange.iterdir()))
    for name, words in said.items():
        assert words is not None, name
        assert "\n" not in words, name
        assert f"{name}" in words
        known = "is not a run file" if Path(name).stem in READABLE else "as netCDF: "
        assert known in words, (name, words)


@pytest.mark.parametrize("name", READABLE)
def test_a_job_says_that_it_is_not_what_a_job_has_written(strange, capsys, name):
    path = strange / f"{name}.nc"
    assert job(path, strange) == 1
    *_, last = capsys.readouterr().err.splitlines()
    told = f"is not what a job has written, since it has not its seal; {MEND}"
    assert last == f"thermophoresis: error: {named(path)} {told}"


def test_verification_and_explanation_take_any_file(strange, capsys):
    foreign(strange / "attributes.nc", configuration=np.arange(3), made_by="[" * 10_000, seeds="{")
    foreign(strange / "nested.nc", configuration="[" * 100_000, made_by="gather")
    (strange / "pipe.nc").symlink_to("/dev/zero")
    (strange / "a\x1b[31m\nb.nc").write_bytes(b"")
    (strange / "\udcff.nc").write_bytes(b"")  # a byte that is no UTF-8
    foreign(strange / "made.nc", **record.metadata(
        {}, "00", made_by="gather", seeds=[], inputs=[], output="x.nc"
    ) | {"inputs": '{"/dev/zero": "sha256:00"}'})  # fmt: skip
    assert cli.main(["verify", str(strange)]) == 1
    out = capsys.readouterr().out
    assert all(line.isprintable() for line in out.splitlines())
    assert "pipe.nc: is no regular file" in out
    assert r"a\x1b[31m\nb.nc: is empty" in out
    assert r"\udcff.nc: is empty" in out
    assert f"{len(HARMS) + 6} files: " in out
    for path in strange.glob("*.nc"):
        assert cli.main(["explain", str(path)]) in (0, 1)
    assert "Traceback" not in capsys.readouterr().err


def test_what_is_no_file_was_not_read(tmp_path):
    attributes = record.metadata({}, "00", made_by="gather", seeds=[], inputs=[], output="x.nc")
    dataset = xr.Dataset(attrs=attributes | {"inputs": '{"/dev/zero": "sha256:00"}'})
    netcdf.write(dataset, tmp_path / "a.nc")
    (finding,) = verify([tmp_path])
    assert finding.status == "missing"
    assert "what it was made from is not there: /dev/zero" in finding.reasons


def test_a_file_of_many_equal_numbers_is_read(tmp_path):
    netcdf.write(xr.Dataset({"loss": ("x", np.full(2**21, np.nan))}), tmp_path / "a.nc")
    assert np.isnan(netcdf.read(tmp_path / "a.nc").loss).all()
    enormous(tmp_path / "b.nc")
    with pytest.raises(UserError, match=r"it says that it holds 8,796,093,022,208 bytes, and does"):
        netcdf.read(tmp_path / "b.nc")


def test_folders_from_strangers_are_compared(strange, tmp_path, capsys):
    shutil.copytree(strange, tmp_path / "other")
    assert cli.main(["compare", str(strange), str(tmp_path / "other")]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert "enormous.nc: cannot be compared: it says that it holds 8,796,093,022,208 bytes" in out
    assert "text.nc: cannot be compared: " in out
    assert f"{len(HARMS)} products: {len(HARMS) - 2} identical" in out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[" * 100_000, "claims.json as verdicts: maximum recursion depth exceeded"),
        ("{}", f"is not what version {record.version()} writes (got dict, not a list); {MEND}"),
        ("[1, 2]", "(claim number 1: got 1; input should be a valid dictionary or instance"),
        ("[" + "1" * 5000 + "]", "claims.json as verdicts: Exceeds the limit"),
    ],
)  # fmt: skip
def test_verdicts_from_strangers_are_refused_in_one_line(tmp_path, capsys, content, words):
    (tmp_path / "claims.json").write_text(content)
    assert cli.main(["claims", str(tmp_path)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
