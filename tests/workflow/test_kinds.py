"""A kind is two files of one name: adding one of each sort changes nothing that exists."""

import json
import os
import subprocess
import sys

from thermophoresis.provenance import netcdf

PACKAGE = "src/thermophoresis"
FILES = {
    "config/data/laplace.py": """
from typing import Literal

from thermophoresis.config.inputs import InputSettings


class Laplace(InputSettings):
    kind: Literal["laplace"]
""",
    "data/laplace.py": """
SOURCE = "synthetic: x from the Laplace distribution"


def fill(row, stream):
    row.uniform_(-1, 1, generator=stream)
    row.copy_(-row.sign() * (1 - row.abs()).clamp(min=1e-6).log())
""",
    "config/networks/mlp3.py": """
from typing import ClassVar, Literal

from thermophoresis.config.fields import Count
from thermophoresis.config.network import VectorNetworkSettings


class MLP3(VectorNetworkSettings):
    records: ClassVar[tuple[str, ...]] = ("activation_rate", "largest_weight", "loss")
    steppers: ClassVar[tuple[str, ...]] = ("layered",)

    kind: Literal["mlp3"]
    inputs: Count | None = 3
    hidden: Count = 4

    @property
    def products(self):
        return self.inputs * self.hidden
""",
    "networks/mlp3.py": """
import math

from thermophoresis.networks.layered import Layered, Linear


def build(settings, sample_shape, classes):
    widths = [math.prod(sample_shape), settings.hidden, settings.hidden, classes or 1]
    return Layered(tuple(map(Linear, widths, widths[1:])), classes, settings.activation)
""",
    "config/observables/largest_weight.py": """
LONG_NAME = "largest weight of a unit"
UNITS = "1"
DIMENSIONS = {"unit": "number of the unit in the first layer"}
""",
    "observables/largest_weight.py": """
OF_PARAMETERS = True


def observe(context):
    return context.layers["W1"].abs().amax(2)
""",
    "config/measurements/sizes.py": """
from typing import Literal

from thermophoresis.config.measurement import Measurement


class Sizes(Measurement):
    kind: Literal["sizes"]
""",
    "measurements/sizes.py": """
import xarray as xr

TITLE = "sizes"


def measure(measurement, runs, snapshots, data):
    return xr.Dataset({"replicas": ((), snapshots[0].sizes["replica"])})


def describe(dataset):
    return "measured"
""",
    "config/statistics/last_value.py": """
from typing import Literal

from thermophoresis.config.claim import ObservableClaim


class LastValue(ObservableClaim):
    statistic: Literal["last_value"]
""",
    "claims/statistics/last_value.py": """
from thermophoresis.claims.cells import cells_of, of_each


def estimate(claim, read, rng):
    cells = cells_of(claim, read)
    return of_each(cells.names, cells, lambda mean: mean[:, -1], rng)
""",
    "config/figures/dots.py": """
from typing import Literal

from thermophoresis.config.fields import Count
from thermophoresis.config.figure import SweepFigure


class Dots(SweepFigure):
    kind: Literal["dots"]
    batch_size: Count
""",
    "figures/dots.py": """
from thermophoresis.figures.learning_rate_sweep import compose
from thermophoresis.figures.parts import files


def draw(settings, fingerprint, curves, outputs):
    files.draw(compose, settings, fingerprint, curves, outputs)
""",
    "config/sources/noise.py": """
from typing import Literal

from thermophoresis.config.fields import Settings


class Noise(Settings):
    source: Literal["noise"]
""",
    "data/sources/noise.py": """
import numpy as np

from thermophoresis.data.image_file import TEST, TRAIN, Images


def read(settings, *, download):
    images = np.random.default_rng(0).integers(0, 256, (40, 1, 8, 8)).astype(np.uint8)
    split = np.where(np.arange(40) < 30, TRAIN, TEST).astype(np.int8)
    labels = (np.arange(40) % 2).astype(np.int16)
    return Images(images, labels, split, ("a", "b"), "noise", "none")
""",
}
EXPERIMENT = """\
  mine:
    network: {kind: mlp3}
    data: {kind: laplace}
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 3
    thermal_time_end: 1.0
    records: 6
    probe_size: 16
  pictures:
    network: {kind: two_layer, hidden: 3}
    data: {kind: images, dataset: noise}
    labels: true
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 8
figures:
  dots: {kind: dots, experiment: mine, observable: largest_weight, at: {unit: 4}, batch_size: 1}
"""
CLAIM = """\
  mine:
    source: Here
    statement: Weights are positive.
    experiment: mine
    figure: dots
    statistic: last_value
    observable: largest_weight
    at: {unit: 4}
    batch_size: 1
    criterion: {above: -100}
    because: It is an absolute value, and three networks leave a wide interval.
"""
MEASURE = """
import json, sys
from thermophoresis import cli
from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.configuration import load
from thermophoresis.config.measurement import MeasureSettings
from thermophoresis.provenance.fingerprint import fingerprint

run = load("config/config.yaml").runs()[0]
settings = MeasureSettings(measurement={"kind": "sizes"}, runs=[run])
arguments = ["make", "measure", "--settings", canonical_json(settings)]
arguments += ["--fingerprint", fingerprint(*settings.modules)]
arguments += ["--inputs", f"results/snapshots/{run.name}.nc", "--outputs", "sizes.nc"]
sys.exit(cli.main(arguments))
"""


def test_a_new_kind_of_every_sort_is_files_alone(finished):
    for name, text in FILES.items():
        assert not finished.path(f"{PACKAGE}/{name}").exists()
        finished.path(f"{PACKAGE}/{name}").write_text(text)
    assert finished.pending() == set()

    finished.edit("config/config.yaml", "figures:\n", EXPERIMENT)
    finished.edit(
        "config/config.yaml", "experiments:\n", "datasets: {noise: {source: noise}}\nexperiments:\n"
    )
    finished.append("config/claims.yaml", CLAIM)
    pending = finished.pending()
    # More claims share out the probability of error, so that all are judged again.
    assert not {job for job in pending if job.startswith(("Training", "Measuring", "Drawing"))} - {
        *(f"Training {name}/lr={rate}_batch=1_seed=0" for name, rate in CELLS),
        *(f"Measuring hessian_chain of {name}/lr={rate}_batch=1_seed=0" for name, rate in CELLS),
        "Drawing dots",
    }
    result = finished.run("--cores", "2")
    assert result.returncode == 0, result.stdout
    verdicts = {it["id"]: it for it in json.loads(finished.path("results/claims.json").read_text())}
    assert verdicts["mine"]["verdict"] == "supported"
    curves = netcdf.read(finished.path("results/curves/mine.nc"))
    weight = curves["largest_weight"]
    assert weight.attrs == {"long_name": "largest weight of a unit", "units": "1"}
    assert weight["unit"].values.tolist() == [1, 2, 3, 4]

    done = subprocess.run(
        [sys.executable, "-c", MEASURE],
        cwd=finished.folder,
        env=os.environ | {"PYTHONPATH": str(finished.path("src"))},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert netcdf.read(finished.path("sizes.nc"))["replicas"] == 5


CELLS = [(name, rate) for name in ("mine", "pictures") for rate in (0.1, 0.2)]
