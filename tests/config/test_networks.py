"""What can be said of convolutional networks, and what is short for something else."""

import json

import pytest

from thermophoresis.config.canonical import canonical_json, essential_json
from thermophoresis.config.configuration import ConfigError, parse
from thermophoresis.config.networks.cnn import CNNNetwork
from thermophoresis.config.run import RunSettings

CNN = {"kind": "cnn", "channels": [8, 16], "kernel": 3}


def settings(network, **changes):
    """Return settings of an experiment on images, or on other data."""
    experiment = {
        "network": network,
        "data": {"kind": "images", "dataset": "digits"},
        "labels": True,
        "sweeps": [{"learning_rate": [0.1, 0.05]}],
    }
    figure = {"kind": "learning_rate_sweep", "experiment": "it", "batch_size": 1}
    return {
        "datasets": {"digits": {"source": "digits", "size": 14}},
        "experiments": {"it": experiment | changes},
        "figures": {"loss": figure | {"observable": "loss"}},
    }


SYNTHETIC = {"data": {"kind": "gaussian"}, "labels": "resampled"}


def run_of(network, **changes):
    run = parse(settings(network, **changes), "file").runs()[0]
    assert RunSettings.model_validate_json(canonical_json(run)) == run
    assert RunSettings.model_validate_json(essential_json(run)) == run
    return run


def told(run):
    return json.loads(essential_json(run))["network"]


def problems(network, **changes):
    with pytest.raises(ConfigError) as caught:
        parse(settings(network, **changes), "file")
    return [str(problem).removeprefix("experiments.it.") for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"channels": []}, "channels: got []; must have at least one entry"),
        ({"channels": 8}, "channels: got 8; must be a list"),
        ({"channels": [8, 0]}, "channels[1]: got 0; must be >= 1"),
        ({"kernel": 0}, "kernel: got 0; must be a whole number >= 1, or a list of them with one "
         "entry for each convolution"),
        ({"kernel": [3, "5"]}, "kernel: got [3, '5']; must be a whole number >= 1, or a list of "
         "them with one entry for each convolution"),
        ({"kernel": [3]}, "kernel: got [3]; must be a whole number >= 1, or a list of them with "
         "one entry for each convolution: 2"),
        ({"stride": True}, "stride: got True; must be a whole number >= 1, or a list of them with "
         "one entry for each convolution"),
        ({"padding": [0, -1]}, "padding: got [0, -1]; must be a whole number >= 0, or a list of "
         "them with one entry for each convolution"),
        ({"pooling": None}, "pooling: got nothing; must be none or a mapping such as {kind: max, "
         "size: 2}, or a list of them with one entry for each convolution"),
        ({"pooling": "max"}, "pooling: got 'max'; must be none or a mapping such as {kind: max, "
         "size: 2}, or a list of them with one entry for each convolution"),
        ({"pooling": {"kind": "mean"}}, "pooling.kind: got 'mean'; must be one of max, average"),
        ({"pooling": ["none", {"kind": "max", "size": 1}]}, "pooling[1].size: got 1; must be >= 2"),
        ({"pooling": ["none"]}, "pooling: got ['none']; must be none or a mapping such as {kind: "
         "max, size: 2}, or a list of them with one entry for each convolution: 2"),
        ({"hidden": 32}, "hidden: got 32; must be a list"),
        ({"bias": [True, False]}, "bias: got [True, False]; must be true, false, or a list of them "
         "with one entry for each weight layer: 3"),
        ({"init": {"kind": "he_normal", "scale": {"W4": 2.0}}}, "init.scale.W4: is no parameter of "
         "this network; must be one of W1, b1, W2, b2, W3, b3"),
        ({"kernel": 8}, ": got a cnn that needs images of 15×15 pixels or more; must leave "
         "something of 14×14 (datasets.digits.size)"),
    ],
)  # fmt: skip
def test_what_no_convolutional_network_has_is_refused_in_one_line(changes, line):
    (found,) = problems(CNN | changes)
    assert found == f"network{'' if line.startswith(':') else '.'}{line}"


def test_convolutions_must_be_given():
    assert problems({"kind": "cnn"}) == [
        "network.channels: got nothing; must be given: a list of whole numbers >= 1, one for each "
        "convolution",
        "network.kernel: got nothing; must be given: a whole number >= 1, or a list of them with "
        "one entry for each convolution",
    ]


@pytest.mark.parametrize(
    "different",
    [
        {"kernel": [3, 2]},
        {"stride": [2, 1], "padding": 1},
        {"pooling": ["none", {"kind": "max", "size": 3}], "hidden": [4]},
        {"bias": [True, False, True]},
    ],
)
def test_convolutional_networks_have_one_text(different):
    assert told(run_of(CNN | different)) == CNN | different
    max_pooling = {"kind": "max", "size": 2}
    same = {"kernel": [3, 3], "stride": [1, 1], "padding": [0, 0], "hidden": []}
    assert told(run_of(CNN | same | {"pooling": ["none"] * 2, "bias": [True] * 3})) == CNN
    pooled = told(run_of(CNN | {"pooling": [max_pooling] * 2}))
    assert pooled == CNN | {"pooling": {"kind": "max"}}


@pytest.mark.parametrize(
    ("changes", "smallest", "layers"),
    [
        ({}, 5, 2),
        ({"kernel": [5, 2], "hidden": [4, 4]}, 6, 4),
        ({"padding": 1}, 1, 2),
        ({"stride": [2, 3]}, 7, 2),
        # 3 → 1, 6 → 3 and 8 → 6.
        ({"pooling": [{"kind": "max", "size": 2}, "none"]}, 8, 2),
        ({"pooling": [{"kind": "max", "size": 2}, {"kind": "average", "size": 3}]}, 12, 2),
    ],
)
def test_settings_tell_the_smallest_image_and_the_number_of_layers(changes, smallest, layers):
    network = CNNNetwork(**CNN | changes)
    assert network.smallest_image == smallest
    assert network.axes == {"layer": layers}
    assert len(network.biases) == layers + 1


def test_products_are_those_of_the_layers():
    # Images of 28×28, 26×26 behind the first convolution and 13×13 behind its pooling, then 11×11.
    pooled = CNNNetwork(**CNN | {"pooling": [{"kind": "max", "size": 2}, "none"], "hidden": [4]})
    expected = 8 * (3 * 26) ** 2 + 8 * 16 * (3 * 11) ** 2 + 16 * 11**2 * 4 + 4
    assert pooled.products == expected


# --- Aliases --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ({"kind": "mlp6"}, {"kind": "mlp", "inputs": 100, "hidden": [100] * 5}),
        (
            {"kind": "mlp6", "inputs": 10, "hidden": 7, "activation": "tanh"},
            {"kind": "mlp", "hidden": [7] * 5, "activation": "tanh"},
        ),
        (
            {"kind": "mlp6", "init": {"kind": "he_normal"}},
            {"kind": "mlp", "inputs": 100, "hidden": [100] * 5, "init": {"kind": "he_normal"}},
        ),
        ({"kind": "linear"}, {"kind": "mlp", "hidden": []}),
        (
            {"kind": "linear", "inputs": 3, "bias": False},
            {"kind": "mlp", "inputs": 3, "hidden": [], "bias": False},
        ),
    ],
)
def test_aliases_are_what_they_are_short_for(short, long):
    run = run_of(short, **SYNTHETIC)
    assert run == run_of(long, **SYNTHETIC)
    assert told(run) == long


def test_aliases_of_networks_on_images():
    assert told(run_of({"kind": "mlp6"})) == {"kind": "mlp", "inputs": None, "hidden": [100] * 5}
    small = {"kind": "cnn6", "channels": 3, "kernel": 2, "activation": "gelu"}
    long = {"kind": "cnn", "channels": [3] * 5, "kernel": 2, "activation": "gelu"}
    assert told(run_of(small)) == long
    assert CNNNetwork(kind="cnn", channels=[10] * 5, kernel=5).smallest_image == 21


@pytest.mark.parametrize(
    ("network", "changes", "line"),
    [
        ({"kind": "mlp6", "hidden": [7]}, SYNTHETIC, "hidden: got [7]; must be a whole number"),
        ({"kind": "mlp6", "bias": False}, SYNTHETIC, "bias: unknown setting; must be one of kind, "
         "activation, init, inputs, hidden"),
        ({"kind": "mlp6", "inputs": 9}, {}, "inputs: got 9; must be left out (or null) with "
         "images, which have the size that they have"),
        ({"kind": "mlp6", "inputs": None}, SYNTHETIC, "inputs: got nothing; must be a whole number "
         ">= 1 with gaussian data"),
        ({"kind": "linear", "activation": "relu"}, SYNTHETIC, "activation: got 'relu'; must be one "
         "of identity"),
        ({"kind": "linear", "init": {"kind": "he_normal", "scale": {"W2": 0.0}}}, SYNTHETIC,
         "init.scale.W2: is no parameter of this network; must be one of W1, b1"),
        ({"kind": "cnn6"}, SYNTHETIC, "kind: got 'cnn6'; must be linear or mlp or mlp6 or "
         "two_layer with gaussian data: no images"),
        ({"kind": "cnn6"}, {}, ": got a cnn6 that needs images of 21×21 pixels or more; must leave "
         "something of 14×14 (datasets.digits.size)"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_alias_is_said_in_its_words(network, changes, line):
    (found,) = problems(network, **changes)
    assert found == f"network{'' if line.startswith(':') else '.'}{line}"
