"""Images: prepared once, an input of the runs that use them, and made again with their settings."""

import os

import numpy as np
import pytest

from thermophoresis.provenance import netcdf

CONFIGURATION = "config/config.yaml"
PACKAGE = "src/thermophoresis"

# The files of ``unused`` do not exist.
IMAGES = """\
device: cpu
datasets:
  clothes: {source: torchvision, name: FashionMNIST, root: ../copy}
  unused: {source: image_folder, root: ../nowhere}
experiments:
  images:
    network: {hidden: 3}
    data: {kind: images, dataset: clothes}
    labels: true
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    measure: {hessian_chain: {}}
  gaussian:
    network: {inputs: 3, hidden: 4}
    data: {kind: gaussian}
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
    measure: {hessian_chain: {}}
figures:
  rates: {kind: learning_rate_sweep, experiment: images, observable: loss, batch_size: 1}
"""


def runs(experiment):
    names = [f"{experiment}/lr={rate}_batch=1_seed=0" for rate in (0.1, 0.2)]
    return {
        f"{verb} {name}" for verb in ("Training", "Measuring hessian_chain of") for name in names
    }


def gathering(experiment):
    return {
        f"Gathering the {kind} of {experiment}" for kind in ("curves", "measurements/hessian_chain")
    }


RUNS = runs("images")
REST = gathering("images") | {"Drawing rates"}
GAUSSIAN = runs("gaussian") | gathering("gaussian")
PREPARE = {"Preparing the images of clothes"}


@pytest.fixture(scope="module")
def prepared_once(make_once, clone):
    """The pipeline with images after one complete run; to be copied, never changed."""
    return make_once("prepared", lambda folder: prepare(clone(folder, IMAGES)))


def prepare(project):
    folder = project.path("copy/FashionMNIST/raw")
    folder.mkdir(parents=True)
    random = np.random.default_rng(0)
    for prefix, count in (("train", 30), ("t10k", 20)):
        for part, shape in (("images", (count, 4, 3)), ("labels", (count,))):
            header = [0x800 + len(shape), *shape]
            content = random.integers(0, 256 if part == "images" else 10, shape, np.uint8)
            path = folder / f"{prefix}-{part}-idx{len(shape)}-ubyte"
            path.write_bytes(np.array(header, ">u4").tobytes() + content.tobytes())
    assert project.pending() == PREPARE | RUNS | REST | GAUSSIAN
    result = project.run("--cores", "2")
    assert result.returncode == 0, result.stdout
    return project


@pytest.fixture
def prepared(prepared_once, tmp_path):
    return prepared_once.copy(tmp_path / "project")


def test_runs_say_what_they_were_trained_on(prepared):
    data = netcdf.read(prepared.path("results/data/clothes.nc"))
    run = netcdf.read(prepared.path("results/runs/images/lr=0.1_batch=1_seed=0.nc"))
    assert "50 of the 70,000 images of Fashion-MNIST" in data.attrs["source"]
    assert run.attrs["data_source"] == data.attrs["source"]
    assert not prepared.path("results/data/unused.nc").exists()
    for kind, suffix in (("logs", "log"), ("benchmarks", "tsv")):
        assert prepared.path(f"results/{kind}/data/clothes.{suffix}").exists()


def test_nothing_reruns_if_nothing_changes(prepared):
    for path in prepared.path("src").rglob("*"):
        os.utime(path)
    os.utime(prepared.path("results/data/clothes.nc"))
    assert prepared.pending() == set()


@pytest.mark.parametrize(
    ("old", "new", "jobs"),
    [
        pytest.param("root: ../copy", "root: ../moved", PREPARE | RUNS | REST, id="data-set"),
        pytest.param(
            "root: ../copy", "root: ../copy, download: true", set(), id="leave-to-download"
        ),
        pytest.param("root: ../nowhere", "root: ../elsewhere", set(), id="unused-data-set"),
        pytest.param("labels: true", "labels: shuffled", RUNS | REST, id="labels"),
    ],
)
def test_a_change_of_settings_reruns_what_depends_on_them(prepared, old, new, jobs):
    prepared.edit(CONFIGURATION, old, new)
    assert prepared.pending() == jobs


@pytest.mark.parametrize(
    ("module", "jobs"),
    [
        pytest.param("data/images.py", RUNS | REST, id="samples"),
        pytest.param("data/prepare.py", PREPARE | RUNS | REST, id="preparation"),
        pytest.param("data/sources/torchvision.py", PREPARE | RUNS | REST, id="source"),
        pytest.param("data/sources/image_folder.py", set(), id="other-source"),
    ],
)
def test_a_change_of_code_reruns_what_runs_it(prepared, module, jobs):
    prepared.append(f"{PACKAGE}/{module}", "\nCHANGED = True\n")
    assert prepared.pending() == jobs


def test_a_source_that_fails_is_one_line_and_leaves_no_data(prepared):
    prepared.edit(CONFIGURATION, "dataset: clothes", "dataset: unused")
    result = prepared.run("--cores", "2")
    assert result.returncode != 0
    line = "thermophoresis: error: datasets.unused.root: got 'nowhere', which is no folder\n"
    assert prepared.path("results/logs/data/unused.log").read_text() == line
    assert line in result.stdout
    assert "Traceback" not in result.stdout
    assert os.listdir(prepared.path("results/data")) == ["clothes.nc"]


def test_what_replaces_a_file_that_has_become_corrupt_is_no_data(prepared):
    labels = prepared.path("copy/FashionMNIST/raw/t10k-labels-idx1-ubyte")
    labels.write_bytes(labels.read_bytes()[:-1] + b"\x0a")
    result = prepared.run("--cores", "1", "--forcerun", "prepare")
    assert result.returncode != 0
    assert "datasets.clothes.source: image 49 has the label 10, outside" in result.stdout
    assert not prepared.path("results/data/clothes.nc").exists()
