"""What figures of mechanisms and of the early phase can be drawn from."""

import copy

import pytest

from thermophoresis.config.canonical import essential_json
from thermophoresis.config.configuration import load, parse
from thermophoresis.config.figure import FigureSettings
from thermophoresis.config.problems import ConfigError

NETWORK = {"kind": "two_layer", "inputs": 10, "hidden": 10}
LEVEL = {
    "network": NETWORK,
    "data": {"kind": "gaussian"},
    "sweep": {"learning_rate": [0.05, 0.1]},
    "record": ["activation_rate", "activation_rate_unit", "second_layer_norm", "drift_budget"],
}
OTHER = LEVEL | {
    "record": ["activation_rate"],
    "sweep": {
        "learning_rate": [0.1],
        "dynamics": {"frozen": {"kind": "sgd", "freeze": ["V"]}, "walk": {"kind": "unbiased_walk"}},
    },
}
WALK = {"name": "walk", "experiment": "other", "cells": {"dynamics": "walk"}}
SETTINGS = {
    "experiments": {"level": LEVEL, "other": OTHER},
    "figures": {
        "m": {"kind": "mechanism", "curves": [WALK], "level": {"experiment": "level"}},
        "e": {
            "kind": "early_phase",
            "of": [{"name": "η = 0.1", "experiment": "level", "learning_rate": 0.1}],
        },
    },
}


def problems(*path, value):
    changed = copy.deepcopy(SETTINGS)
    place = changed
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    with pytest.raises(ConfigError) as caught:
        parse(changed, "file")
    return [line.removeprefix("file: ") for line in str(caught.value).splitlines()]


def test_they_are_drawn_from_the_curves_of_their_experiments():
    config = parse(SETTINGS, "file")
    assert config.figures["m"].inputs == ("curves/other.nc", "curves/level.nc")
    assert config.figures["e"].inputs == ("curves/level.nc",)
    # Jobs are told settings with sorted keys, and get files in this order.
    told = FigureSettings(name="m", figure=config.figures["m"])
    read = FigureSettings.model_validate_json(essential_json(told))
    assert read.figure.inputs == config.figures["m"].inputs


CELLS = "0.1 with 1, dynamics=frozen, 0.1 with 1, dynamics=walk"

CELL = {key: value for key, value in WALK.items() if key != "name"}


@pytest.mark.parametrize(
    ("path", "value", "line"),
    [
        (("m", "curves", 0, "experiment"), "others",
         "m.curves[0].experiment: got 'others'; must be one of level, other (did you mean "
         "'other'?)"),
        (("m", "curves", 0, "cells"), {"dynamics": "sgd"},
         "m.curves[0].cells.dynamics: got 'sgd', which experiment other does not have; must be "
         "one of frozen, walk"),
        (("m", "curves", 0, "cells"), {},
         f"m.curves[0]: got what 2 cells of experiment other have; must be of one cell: {CELLS}"),
        (("m", "curves"), [], "m.curves: got []; must have at least one entry"),
        (("m", "level", "learning_rate"), 0.1,
         "m.level: got what 1 cells of experiment level have; must be of 2 cells or more: "
         "0.05 with 1, 0.1 with 1"),
        (("m", "control"), CELL,
         "m.control: got what 1 cells of experiment other have; must be of 2 cells or more: "
         f"{CELLS}"),
        (("m", "level"), {"experiment": "other"},
         "m.level.experiment: got 'activation_rate_unit', which experiment other does not record; "
         "must be one of activation_rate, loss (did you mean 'activation_rate'?), or be added to "
         "its record"),
        (("e", "of", 0), WALK,
         "e.of[0].experiment: got 'other', which does not record second_layer_norm; must be "
         "one that does: add it to its record"),
    ],
)  # fmt: skip
def test_what_they_cannot_be_drawn_from_is_refused(path, value, line):
    assert f"figures.{line}" in problems("figures", *path, value=value)


def test_the_default_configuration_draws_both():
    config = load("config/config.yaml")
    assert {"mechanism", "early_phase"} <= config.figures.keys()
    # All rates of a line start from V at its level.
    init = config.experiments["small_rate"].network.init
    assert init.scale == {"V": "plateau"}
