"""Every setting of training, with every other, against torch.nn, autograd and torch.optim."""

from pathlib import Path

import numpy as np
import own_network
import pytest
import torch_sgd
from pairwise import complete, cover, pairs_of
from pydantic import ValidationError
from training import train

from thermophoresis.config import kinds
from thermophoresis.config.experiment import Experiment
from thermophoresis.config.run import RunSettings, Training
from thermophoresis.config.source import DatasetSettings
from thermophoresis.data import image_file
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.data.prepare import prepare
from thermophoresis.data.source import open_source

STEPS = 200
RATE = 0.01
REPLICAS = 2
SIZE = 12  # of finite training sets
STORED = 15  # training samples in data files, of which so many are chosen
INPUTS, EDGE, CLASSES = 6, 11, 3


def rate_of(**schedule):
    """Settings with a schedule of η."""
    return {"dynamics": {"schedule": {"learning_rate": schedule}}}


# What each value of a factor adds to the settings of an experiment. A further value, or a further
# factor, is a line; see also what torch makes of it in `torch_sgd`.
FACTORS = {
    "network": {
        "two_layer": {"network": {"kind": "two_layer", "hidden": 5}},
        "no_bias": {"network": {"kind": "two_layer", "hidden": 4, "bias": False}},
        "linear": {"network": {"kind": "linear"}},
        "mlp": {"network": {"kind": "mlp", "hidden": [5, 3], "bias": [True, False, True]}},
        "cnn": {
            "network": {
                "kind": "cnn",
                "channels": [2, 3, 2],
                "kernel": [3, 2, 1],
                "stride": [2, 1, 1],
                "padding": [1, 1, 0],
                "pooling": [{"kind": "max"}, {"kind": "average"}, "none"],
                "hidden": [4],
                "bias": [True, False, True, True, True],
            }
        },
        "module": {
            "network": {"kind": "module", "file": str(Path(own_network.__file__)), "name": "Own"}
        },
    },
    "activation": {
        name: {"network": {"activation": name}} for name in ("relu", "tanh", "gelu", "identity")
    },
    "init": {
        "torch_default": {},
        "he_normal": {"network": {"init": {"kind": "he_normal"}}},
        "xavier_uniform": {"network": {"init": {"kind": "xavier_uniform"}}},
        "scaled_normal": {
            "network": {"init": {"kind": "normal", "std": 0.5, "scale": {"last": 0.5}}}
        },
        "orthogonal": {"network": {"init": {"kind": "orthogonal"}}},
    },
    "data": {
        "gaussian": {"data": {"kind": "gaussian"}},
        "uniform": {"data": {"kind": "uniform"}},
        "teacher": {"data": {"kind": "teacher", "outputs": "bernoulli"}},
        "xor": {"data": {"kind": "xor"}},
        "regression": {"data": {"kind": "regression"}},
        "images": {"data": {"kind": "images", "dataset": "noise", "samples": {"train": SIZE}}},
        "arrays": {"data": {"kind": "arrays", "dataset": "mine", "samples": {"train": SIZE}}},
    },
    "spectrum": {
        "white": {},
        "power": {"data": {"spectrum": {"kind": "power", "exponent": 1.0}}},
    },
    "shared": {"own_sets": {}, "shared": {"data": {"shared": True}}},
    "loss": {
        "cross_entropy": {},
        "squared": {"loss": "squared"},
        "signed": {"loss": {"kind": "squared", "targets": [-0.5, 0.5]}},
    },
    "momentum": {
        "no_momentum": {},
        "momentum": {"dynamics": {"momentum": 0.9}},
        "nesterov": {"dynamics": {"momentum": 0.8, "nesterov": True}},
    },
    "weight_decay": {"no_decay": {}, "decay": {"dynamics": {"weight_decay": 0.1}}},
    "freeze": {"free": {}, "frozen": {"dynamics": {"freeze": ["first"]}}},
    "noise": {
        "batch": {},
        "louder": {"dynamics": {"noise_scale": 2.0}},
        "noiseless": {"dynamics": {"noise_scale": 0.0}},
    },
    "sampling": {
        name: {"sampling": name}
        for name in (
            "online",
            "with_replacement",
            "fresh_subset",
            "without_replacement",
            "fixed_order",
        )
    },
    "labels": {
        "resampled": {"labels": "resampled"},
        "shuffled": {"labels": "shuffled"},
        "true": {"labels": "true"},
        "partly_shuffled": {"labels": {"shuffled": 0.5}},
        "partly_resampled": {"labels": {"resampled": 0.5}},
    },
    "batch_size": {name: {"batch_size": it} for name, it in (("1", 1), ("3", 3), ("full", "full"))},
    "rate": {
        "constant": {},
        "step": rate_of(kind="step", unit="epochs", at=[2, 4.5], factor=0.5),
        "cosine": rate_of(kind="cosine", unit="run", floor=0.1),
        "cyclic": rate_of(kind="cyclic", period=50, factors=[0.5, 2]),
        "warmup": rate_of(kind="warmup", over=70, start=0.2),
    },
    "batches": {
        "equal": {},
        "growing": {
            "dynamics": {"schedule": {"batch_size": {"kind": "step", "at": [40, 90], "factor": 2}}}
        },
    },
}
DRAWN = ("gaussian", "uniform", "teacher", "xor", "regression")
WITHOUT_LABELS = ("gaussian", "uniform")
STORED_DATA = ("images", "arrays")
# Pairs that the configuration refuses.
REFUSED = [
    *[(("network", "linear"), ("activation", it)) for it in ("relu", "tanh", "gelu")],
    *[(("network", "cnn"), ("data", it)) for it in (*DRAWN, "arrays")],
    *[(("data", it), ("spectrum", "power")) for it in ("uniform", "teacher", "xor", *STORED_DATA)],
    *[(("data", it), ("shared", "shared")) for it in STORED_DATA],
    *[(("data", it), ("sampling", "online")) for it in STORED_DATA],
    *[
        (("data", it), ("labels", labels))
        for it in WITHOUT_LABELS
        for labels in ("true", "partly_shuffled", "partly_resampled")
    ],
    *[(("data", "regression"), ("loss", it)) for it in ("cross_entropy", "signed")],
    *[(("data", "regression"), ("labels", it)) for it in FACTORS["labels"] if it != "true"],
    (("shared", "shared"), ("sampling", "online")),
    *[(("sampling", "online"), ("labels", it)) for it in ("shuffled", "partly_shuffled")],
    (("sampling", "online"), ("batch_size", "full")),
    (("sampling", "online"), ("rate", "step")),  # in epochs
    *[
        (("noise", noise), other)
        for noise in ("louder", "noiseless")
        for other in (
            ("sampling", "online"),
            ("labels", "resampled"),
            ("labels", "partly_resampled"),
        )
    ],
    (("batch_size", "full"), ("batches", "growing")),
    (("sampling", "fresh_subset"), ("batches", "growing")),
]
# Pairs that go with nothing, as each of them needs another one that is refused: images.
IMPOSSIBLE = [
    (("network", "cnn"), ("spectrum", "power")),
    (("network", "cnn"), ("shared", "shared")),
    (("network", "cnn"), ("sampling", "online")),
    *[(("spectrum", "power"), ("labels", f"partly_{it}")) for it in ("shuffled", "resampled")],
]
ROWS = cover(FACTORS, REFUSED)


def merged(one, other):
    """Return the union of two mappings, of those within them, too."""
    both = {key for key in one if isinstance(one[key], dict) and isinstance(other.get(key), dict)}
    return one | other | {key: merged(one[key], other[key]) for key in both}


def settings_of(row):
    """Return the only run of an experiment."""
    found = {
        "replicas": REPLICAS,
        "precision": "float64",
        "until": {"steps": STEPS},
        "records": 2,
        "probe_size": 4,
        "divergence_loss": 1e9,
        "seeds": [5],
    }
    for factor, value in row.items():
        found = merged(found, FACTORS[factor][value])
    found["sweep"] = {"learning_rate": [RATE], "batch_size": [found.pop("batch_size")]}
    network, is_stored = found["network"], row["data"] in STORED_DATA
    if not is_stored:
        network["inputs"] = INPUTS
        if row["sampling"] != "online":
            found["training_set_size"] = SIZE
    if network["kind"] == "module":
        sizes = {"images": EDGE**2, "arrays": INPUTS}
        network["arguments"] = {
            "inputs": sizes.get(row["data"], INPUTS),
            "outputs": CLASSES if is_stored else 1,
            "activation": network.pop("activation"),
        }
    named_parameters(found, is_stored)
    experiment = Experiment(**found)
    (cell,) = experiment.cells()
    return RunSettings(
        experiment="acceptance",
        learning_rate=cell.learning_rate,
        batch_size=cell.batch_size,
        seed=experiment.seeds[0],
        **{name: getattr(cell.training, name) for name in Training.model_fields},
    )


def named_parameters(found, several_classes):
    """Give the first and the last parameter their names where settings ask for them."""
    network = found["network"]
    others = {key: it for key, it in network.items() if key not in ("activation", "init")}
    names = ("first.weight", "last.weight")
    if network["kind"] != "module":
        if network["kind"] == "two_layer":
            others["activation"] = network["activation"]
        kind = kinds.model("networks", network["kind"])(**others).expanded
        names = kind.parameter_names(several_classes=several_classes)
    if found.get("dynamics", {}).get("freeze"):
        found["dynamics"] = found["dynamics"] | {"freeze": [names[0]]}
    if (init := network.get("init")) and "scale" in init:
        network["init"] = init | {"scale": {names[-1]: init["scale"]["last"]}}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Data files of a few samples of three classes: images of noise, and arrays."""
    drawn, folder = np.random.default_rng(0), tmp_path_factory.mktemp("acceptance")
    classes = np.arange(STORED + 4, dtype=np.int16) % CLASSES
    content = Images(
        drawn.integers(0, 256, (STORED + 4, 1, EDGE, EDGE), dtype=np.uint8),
        classes,
        np.where(np.arange(STORED + 4) < STORED, TRAIN, TEST).astype(np.int8),
        ("a", "b", "c"),
        "noise",
        "none",
    )
    images = folder / "images.nc"
    image_file.write(content, images, mean=(0.5,), std=(0.25,), attributes={"title": "t"})
    x = drawn.normal(size=(STORED + 4, INPUTS))
    split = {"x_train": x[:STORED], "y_train": classes[:STORED]}
    np.savez(folder / "mine.npz", **split, x_test=x[STORED:], y_test=classes[STORED:])
    source = {"source": "arrays", "path": str(folder / "mine.npz")}
    mine = DatasetSettings.model_validate({"dataset": "mine", "source": source})
    prepare(mine, fingerprint="f", output=folder / "mine.nc")
    return {"images": images, "arrays": folder / "mine.nc"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row.values()))
def test_training_is_that_of_torch(row, files):
    chosen = settings_of(row)
    assert chosen.steps == STEPS
    data = files.get(row["data"])
    found = train(chosen, data=data).snapshots.isel(record=-1)
    source = open_source(chosen, data)
    for replica in range(REPLICAS):
        expected = torch_sgd.train(chosen, source, replica=replica, steps=STEPS)
        assert set(expected) < set(found.data_vars)
        for name, value in expected.items():
            own = found[name].values[replica]
            value = value.numpy().reshape(own.shape)
            np.testing.assert_allclose(own, value, rtol=1e-10, atol=1e-13, err_msg=name)


def test_rows_have_all_values_and_pairs_but_those_that_are_refused():
    assert len(ROWS) <= 55
    seen = {
        frozenset(pair)
        for row in ROWS
        for pair in pairs_of({factor: [value] for factor, value in row.items()})
    }
    possible = {frozenset(pair) for pair in (*REFUSED, *IMPOSSIBLE)}
    assert pairs_of(FACTORS) - seen == possible


@pytest.mark.parametrize("pair", REFUSED, ids=lambda pair: "-".join(value for _, value in pair))
def test_pairs_that_are_not_in_the_table_are_refused(pair):
    row = complete(pair, FACTORS, REFUSED)
    with pytest.raises(ValidationError):
        settings_of(row)
