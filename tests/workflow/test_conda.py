"""``--sdm conda``: every rule runs with its own environment's packages, and gives the same numbers.

Neither conda nor its channels are needed: a test double builds the environments from their pins as
Python packages. That conda can solve them is not shown here.
"""

import json
import re
import shutil
import subprocess
from collections import Counter
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import yaml
from PIL import Image

from thermophoresis.provenance import netcdf

pytestmark = pytest.mark.skipif(
    shutil.which("uv") is None, reason="without uv nothing can build the environments"
)

DOUBLE = Path(__file__).parents[1] / "conda"

# The fewest jobs among which is one of every rule.
CONFIGURATION = """\
device: cpu
claims: [claims.yaml]
datasets:
  digits: {source: digits, size: 8}
experiments:
  images:
    network: {hidden: 3}
    data: {kind: images, dataset: digits}
    labels: true
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 4
    probe_size: 16
    measure: {hessian_chain: {}}
figures:
  bound: {kind: curvature, experiment: images, batch_size: 1, learning_rate: 0.1}
"""
CLAIMS = """\
claims:
  bound:
    source: Eq. 64
    statement: The bound holds.
    experiment: images
    figure: bound
    statistic: violated_fraction
    inequality: bound
    criterion: {at_most: 0}
    because: It is claimed without exception.
"""
# What the command line is called with, and in which environment.
JOBS = {
    ("prepare", "data"): 1,
    ("simulate", "train-cpu"): 2,
    ("measure", "train-cpu"): 2,
    ("gather", "analysis"): 2,
    ("judge", "claims"): 1,
    ("ledger", "claims"): 1,
    ("draw", "figures"): 1,
    ("report", "figures"): 1,
}
# What comes along of the packages that this project names, because another one needs it.
BROUGHT_ALONG = {"data": {"jinja2", "scipy"}, "train-cpu": {"jinja2"}}
PYPI_BY_CONDA = {"matplotlib-base": "matplotlib", "pytorch-cpu": "torch"}

# Every Python in an environment writes down at its end who it was and what it had imported.
WITNESS = """\
import atexit, json, os, sys, sysconfig

def file_of(module):
    return getattr(module, "__file__", None) or ""

def testify():
    folder = os.path.join(sys.prefix, "testimonies")
    os.makedirs(folder, exist_ok=True)
    testimony = {
        "arguments": sys.orig_argv,
        "prefix": sys.prefix,
        "library": sysconfig.get_path("stdlib"),
        "no_user_site": sys.flags.no_user_site,
        # Some have no file, and PyTorch has objects that pose as modules of a file without folder.
        "files": [file for file in map(file_of, list(sys.modules.values())) if os.path.isabs(file)],
    }
    with open(os.path.join(folder, f"{os.getpid()}.json"), "w") as file:
        json.dump(testimony, file)

atexit.register(testify)
"""


def make(project):
    project.path("config/claims.yaml").write_text(CLAIMS)
    return project


def run(project, environments, *arguments):
    """Run Snakemake as in a shell where another environment of conda is active."""
    command = project.command("--sdm", "conda", "--conda-prefix", str(environments), *arguments)
    environment = command["env"]
    environment |= {
        "PATH": f"{DOUBLE}/bin:{environment['PATH']}",
        "CONDA_PREFIX": str(DOUBLE),
        "CONDA_SHLVL": "1",
    }
    # The environments are made anew for each session of tests, and so is their bytecode.
    del environment["PYTHONPYCACHEPREFIX"]
    return subprocess.run(**command, timeout=600)


@pytest.fixture(scope="module")
def plain_once(make_once, clone):
    """The pipeline after one run without conda; to be copied, never changed."""

    def run_plain(folder):
        project = make(clone(folder, CONFIGURATION))
        result = project.run("--cores", "2")
        assert result.returncode == 0, result.stdout
        return project

    return make_once("without-conda", run_plain)


@pytest.fixture(scope="module")
def conda_once(make_once, clone):
    """The pipeline after one run with conda; to be copied, never changed."""

    def run_conda(folder):
        project = make(clone(folder, CONFIGURATION))
        environments = environments_of(project)
        result = run(project, environments, "--conda-create-envs-only")
        assert result.returncode == 0, result.stdout
        for packages in environments.glob("*/lib/python*/site-packages"):
            (packages / "sitecustomize.py").write_text(WITNESS)
        result = run(project, environments, "--cores", "2")
        assert result.returncode == 0, result.stdout
        return project

    return make_once("with-conda", run_conda)


def environments_of(project):
    """Return the folder of environments, which is too large to be copied with the project."""
    return project.folder.with_name(f"{project.folder.name}-environments")


@pytest.fixture
def environments(conda_once):
    """The folders of the environments by name."""
    # Snakemake keeps a copy of the file beside the folder, which it names by a checksum.
    names = {path.read_text(): path.stem for path in conda_once.path("envs").glob("*.yaml")}
    return {
        names[path.read_text()]: path.with_suffix("")
        for path in environments_of(conda_once).glob("*.yaml")
    }


@pytest.fixture
def testimonies(environments):
    """What each job of the run testified, with the name of its environment."""
    found = [
        (name, json.loads(path.read_text()))
        for name, folder in environments.items()
        for path in (folder / "testimonies").glob("*.json")
    ]
    return [(name, job) for name, job in found if "thermophoresis" in job["arguments"]]


def test_every_rule_runs_in_its_own_environment(testimonies):
    ran = Counter(
        (job["arguments"][job["arguments"].index("thermophoresis") + 2], name)
        for name, job in testimonies
    )
    assert ran == JOBS


def test_a_job_imports_nothing_but_its_environment_the_library_and_this_package(
    testimonies, conda_once
):
    for name, job in testimonies:
        elsewhere = [
            file
            for file in job["files"]
            if not file.startswith((f"{job['prefix']}/", f"{conda_once.folder}/src/"))
            and not (file.startswith(f"{job['library']}/") and "site-packages" not in file)
        ]
        assert elsewhere == [], name
        assert job["no_user_site"], name


def test_an_environment_holds_its_pins_and_what_they_need(environments, pins):
    ours = set(pins)
    assert environments.keys() == {name for _, name in JOBS}
    for name, folder in environments.items():
        (packages,) = folder.glob("lib/python*/site-packages")
        installed = metadata.distributions(path=[str(packages)])
        found = {package.name.lower(): package.version for package in installed}
        listed = yaml.safe_load(folder.with_suffix(".yaml").read_text())["dependencies"]
        wanted = {PYPI_BY_CONDA.get(key, key) for key in (entry.split()[0] for entry in listed)}
        wanted = wanted - {"python"} | BROUGHT_ALONG.get(name, set())
        assert found.keys() & ours == wanted, name
        assert {key: found[key] for key in wanted} == {key: pins[key] for key in wanted}, name


@pytest.fixture
def pins():
    """The versions of the packages that this project names."""
    return {
        requirement.partition("==")[0]: requirement.partition("==")[2]
        for requirement in metadata.requires("thermophoresis")
    }


def test_a_run_records_the_packages_of_its_environment(conda_once):
    runs = [netcdf.read(path) for path in conda_once.path("results/runs").rglob("*.nc")]
    assert len(runs) == JOBS["simulate", "train-cpu"]
    for run in runs:
        versions = json.loads(run.attrs["package_versions"])
        packages = {"netCDF4", "numpy", "scipy", "torch", "xarray"}
        assert versions.keys() == {"python", "thermophoresis", *packages}


def test_the_numbers_are_those_without_conda(conda_once, plain_once):
    files = [
        sorted(str(path.relative_to(project.folder)) for path in project.path("results").rglob("*"))
        for project in (conda_once, plain_once)
    ]
    assert files[0] == files[1]
    arrays = [name for name in files[0] if name.endswith(".nc")]
    assert len(arrays) == 9
    for name in arrays:
        one, other = (netcdf.read(project.path(name)) for project in (conda_once, plain_once))
        xr.testing.assert_identical(one.drop_attrs(deep=False), other.drop_attrs(deep=False))
    for name in ("results/claims.json", "results/claims.md"):
        one, other = (
            # Comments are about where a page comes from, installed packages included.
            re.sub("<!--.*?-->", "", project.path(name).read_text())
            for project in (conda_once, plain_once)
        )
        assert one == other
    pictures = [
        np.asarray(Image.open(project.path("results/figures/bound.png")))
        for project in (conda_once, plain_once)
    ]
    np.testing.assert_array_equal(*pictures)


@pytest.fixture
def finished(conda_once, tmp_path):
    """A copy of the finished pipeline for one test to change."""
    return conda_once.copy(tmp_path / "project")


def test_a_second_run_has_nothing_to_do(finished, conda_once):
    result = run(finished, environments_of(conda_once), "--dry-run")
    assert "Nothing to be done" in result.stdout, result.stdout


def test_a_missing_package_is_missed(finished, conda_once):
    finished.edit("envs/claims.yaml", "  - scipy =1.17\n", "")
    result = run(finished, environments_of(conda_once), "--cores", "1")
    assert result.returncode != 0
    assert "No module named 'scipy'" in finished.path("results/logs/claims/images.log").read_text()
    assert not finished.path("results/claims/images.json").exists()


@pytest.mark.parametrize(
    ("pin", "complaint"),
    [
        pytest.param("scipy =>1.17", "unable to parse version spec: =>1.17", id="malformed"),
        pytest.param("scipy =1.16", "scipy==1.17.1", id="other-than-in-pyproject"),
    ],
)
def test_a_wrong_pin_is_refused(finished, conda_once, pin, complaint):
    finished.edit("envs/claims.yaml", "scipy =1.17", pin)
    result = run(finished, environments_of(conda_once), "--conda-create-envs-only")
    assert result.returncode != 0
    assert "Could not create conda environment" in result.stdout
    assert complaint in re.sub(r"\s+", " ", result.stdout)


@pytest.mark.parametrize(
    ("device", "variants"),
    [
        pytest.param("cpu", {"train-cpu"}, id="cpu"),
        pytest.param("auto", {"train-cpu"}, id="auto"),
        # The GPU is for training alone.
        pytest.param("cuda", {"train-cpu", "train-gpu"}, id="cuda"),
    ],
)
def test_the_device_chooses_the_variant(clone, tmp_path, device, variants):
    project = make(clone(tmp_path / "project", CONFIGURATION))
    project.edit("config/config.yaml", "device: cpu", f"device: {device}")
    result = run(project, tmp_path / "environments", "--dry-run")
    assert result.returncode == 0, result.stdout
    created = re.findall(r"Conda environment \S*envs/(\S+)\.yaml will be created", result.stdout)
    assert sorted(created) == sorted({"analysis", "claims", "data", "figures"} | variants)


def test_without_conda_the_variant_is_no_change(plain_once, tmp_path):
    project = plain_once.copy(tmp_path / "project")
    project.edit("config/config.yaml", "device: cpu", "device: cuda")
    assert project.pending() == set()
