"""Every setting of training, with every other, against torch.nn, autograd and torch.optim.SGD."""

import numpy as np
import pytest
import torch_sgd
from pairwise import cover
from pydantic import ValidationError
from training import train

from thermophoresis.config.run import RunSettings
from thermophoresis.data import image_file
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.data.source import open_source

STEPS = 200
RATE = 0.01
REPLICAS = 2
SIZE = 12  # of finite training sets
EDGE = 7  # of images

# What each value of a factor adds to the settings of a run. The first is that of the pairs below.
# A further value, or a further factor, is a line; see also what torch makes of it in `torch_sgd`.
FACTORS = {
    "network": {
        "two_layer": {"network": {"kind": "two_layer", "hidden": 5}},
        "no_bias": {"network": {"kind": "two_layer", "hidden": 4, "bias": False}},
        "linear": {"network": {"kind": "mlp", "hidden": []}},
        "mlp": {"network": {"kind": "mlp", "hidden": [5, 3], "bias": [True, False, True]}},
        "cnn6": {"network": {"kind": "cnn6", "channels": 2, "kernel": 2}},
    },
    "activation": {
        name: {"network": {"activation": name}} for name in ("relu", "tanh", "identity")
    },
    "init": {
        "default": {},
        "he_normal": {"network": {"init": {"kind": "he_normal"}}},
    },
    "data": {
        "gaussian": {"data": {"kind": "gaussian"}},
        "uniform": {"data": {"kind": "uniform"}},
        "images": {"data": {"kind": "images", "dataset": "noise"}},
    },
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
        "online": {"sampling": "online"},
        "with_replacement": {"sampling": "with_replacement"},
        "without_replacement": {"sampling": "without_replacement"},
    },
    "labels": {
        "resampled": {"labels": "resampled"},
        "shuffled": {"labels": "shuffled"},
        "true": {"labels": "true"},
    },
    "batch_size": {"one": {"batch_size": 1}, "three": {"batch_size": 3}},
}
# Pairs that the configuration refuses.
REFUSED = [
    *[(("network", "cnn6"), ("data", data)) for data in ("gaussian", "uniform")],
    *[(("data", data), ("labels", "true")) for data in ("gaussian", "uniform")],
    *[
        ((factor, it), ("sampling", "online"))
        for factor, it in [("data", "images"), ("network", "cnn6")]
    ],
    *[(("sampling", "online"), ("labels", labels)) for labels in ("shuffled", "true")],
    *[(("noise", noise), ("sampling", "online")) for noise in ("louder", "noiseless")],
    *[(("noise", noise), ("labels", "resampled")) for noise in ("louder", "noiseless")],
]
ROWS = cover(FACTORS, REFUSED)


def merged(one, other):
    """Return the union of two mappings, of those within them, too."""
    both = {key for key in one if isinstance(one[key], dict) and key in other}
    return one | other | {key: merged(one[key], other[key]) for key in both}


def settings_of(row):
    found = {
        "experiment": "acceptance",
        "learning_rate": RATE,
        "seed": 5,
        "replicas": REPLICAS,
        "precision": "float64",
        "records": 2,
        "probe_size": 4,
        "divergence_loss": 1e9,
    }
    for factor, value in row.items():
        found = merged(found, FACTORS[factor][value])
    if row["data"] != "images":
        found["network"]["inputs"] = 6
        if row["sampling"] != "online":
            found["training_set_size"] = SIZE
    found["thermal_time_end"] = STEPS * RATE**2 / found["batch_size"]
    if found.get("dynamics", {}).get("freeze") == ["first"]:
        plain = RunSettings(**found | {"dynamics": {}})
        names = plain.network.parameter_names(several_classes=plain.data.are_images)
        found["dynamics"]["freeze"] = [names[0]]
    return RunSettings(**found)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    """A data file of a few images of noise, of three classes."""
    drawn = np.random.default_rng(0)
    path = tmp_path_factory.mktemp("acceptance") / "images.nc"
    content = Images(
        drawn.integers(0, 256, (SIZE + 4, 1, EDGE, EDGE), dtype=np.uint8),
        np.arange(SIZE + 4, dtype=np.int16) % 3,
        np.where(np.arange(SIZE + 4) < SIZE, TRAIN, TEST).astype(np.int8),
        ("a", "b", "c"),
        "noise",
        "none",
    )
    image_file.write(content, path, mean=(0.5,), std=(0.25,), attributes={"title": "t"})
    return path


@pytest.mark.parametrize("row", ROWS, ids=lambda row: "-".join(row.values()))
def test_training_is_that_of_torch(row, images):
    chosen = settings_of(row)
    assert chosen.steps == STEPS
    data = images if row["data"] == "images" else None
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
    assert 12 <= len(ROWS) <= 30
    possible = {frozenset(pair) for pair in REFUSED}
    seen = {
        frozenset(((one, row[one]), (other, row[other])))
        for row in ROWS
        for one in FACTORS
        for other in FACTORS
        if one != other
    }
    every = {
        frozenset(((one, a), (other, b)))
        for one in FACTORS
        for other in FACTORS
        if one != other
        for a in FACTORS[one]
        for b in FACTORS[other]
    }
    assert every - seen == possible


@pytest.mark.parametrize("pair", REFUSED, ids=lambda pair: "-".join(value for _, value in pair))
def test_pairs_that_are_not_in_the_table_are_refused(pair):
    usual = {name: next(iter(values)) for name, values in FACTORS.items()}
    finite = {"sampling": "with_replacement"} if ("noise" in dict(pair)) else {}
    with pytest.raises(ValidationError):
        settings_of(usual | finite | dict(pair))
