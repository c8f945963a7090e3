"""A kind is two files of one name: adding one of each sort changes nothing that exists."""

import json

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


def draw(drawing, size, dtype):
    x = drawing.uniform(size, dtype).mul_(2).sub_(1)
    return -x.sign() * (1 - x.abs()).clamp(min=1e-6).log()
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

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear


def build(settings, sample_shape, classes):
    widths = [math.prod(sample_shape), settings.hidden, settings.hidden, classes or 1]
    return Layered(tuple(map(Linear, widths, widths[1:])), classes, settings.activation)
""",
    "config/dynamics/still.py": """
from typing import ClassVar, Literal

from thermophoresis.config.evolution import Dynamics


class Still(Dynamics):
    adjective: ClassVar[str] = "still"

    kind: Literal["still"]
""",
    "simulations/dynamics/still.py": """
import torch

from thermophoresis.draws.streams import generator


class Evolution:
    stepper = "none"

    def __init__(self, settings, source, network, *, record_steps, device):
        self.seed, self.network, self.records = settings.seed, network, len(record_steps)
        self.blocks = (range(settings.replicas),)

    def start(self, replicas):
        streams = [generator(self.seed, replica, "still") for replica in replicas]
        return Block(self.network.initialise(streams, torch.float32), self.records)


class Block:
    def __init__(self, parameters, records):
        self.parameters, self.records = parameters, records

    def train(self, *, start, record, before_draw):
        for index in range(self.records):
            record(index, self.parameters)
""",
    "config/schedules/halved.py": """
from typing import Literal

from thermophoresis.config.schedule import Stretch


class Halved(Stretch):
    kind: Literal["halved"]

    @property
    def largest(self):
        return 0.5

    def multiplier(self, place, length, cos):
        return 0.5 + 0 * place
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
    diverged = snapshots[0]["diverged"]
    return xr.Dataset(
        {"replicas": xr.full_like(diverged, diverged.sizes["replica"]), "diverged": diverged}
    )


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
    measure: {sizes: {}}
  pictures:
    network: {kind: two_layer, hidden: 3}
    data: {kind: images, dataset: noise}
    dynamics: {schedule: {learning_rate: {kind: halved}}}
    labels: true
    sweeps: [{learning_rate: [0.1, 0.2], batch_size: [1]}]
    seeds: [0]
    replicas: 2
    thermal_time_end: 1.0
    records: 6
    probe_size: 8
  resting:
    network: {kind: mlp3}
    data: {kind: laplace}
    dynamics: {kind: still}
    sweeps: [{learning_rate: [0.1], batch_size: [1]}]
    seeds: [0]
    replicas: 3
    thermal_time_end: 1.0
    records: 6
    snapshots: 0
    probe_size: 16
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
        *(f"Measuring sizes of mine/lr={rate}_batch=1_seed=0" for rate in (0.1, 0.2)),
        "Training resting/lr=0.1_batch=1_seed=0",
        "Drawing dots",
    }
    result = finished.run("--cores", "2")
    assert result.returncode == 0, result.stdout
    verdicts = {it["id"]: it for it in json.loads(finished.path("results/claims.json").read_text())}
    assert verdicts["mine"]["verdict"] == "not testable"  # with so few networks
    assert verdicts["mine"]["estimate"] > 0
    curves = netcdf.read(finished.path("results/curves/mine.nc"))
    weight = curves["largest_weight"]
    assert weight.attrs == {"long_name": "largest weight of a unit", "units": "1"}
    assert weight["unit"].values.tolist() == [1, 2, 3, 4]

    weights = netcdf.read(finished.path("results/curves/resting.nc"))["largest_weight"]
    assert (weights == weights.isel(record=0)).all()
    assert weights.std() > 0
    assert not finished.path("results/snapshots/resting").exists()

    measured = netcdf.read(
        finished.path("results/measurements/sizes/mine/lr=0.1_batch=1_seed=0.nc")
    )
    assert measured["replicas"].values.tolist() == [[3] * 6] * 3


CELLS = [(name, rate) for name in ("mine", "pictures") for rate in (0.1, 0.2)]
