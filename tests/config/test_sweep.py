"""Sweeps: which cells they mean, and what is refused in which words."""

import copy
import json

import pytest

from thermophoresis.config import kinds
from thermophoresis.config.canonical import canonical_json, essential_json
from thermophoresis.config.claims import load_claims
from thermophoresis.config.configuration import parse
from thermophoresis.config.problems import ConfigError, Problem
from thermophoresis.config.run import RunSettings
from thermophoresis.config.sweep_cells import axis_names
from thermophoresis.products import Products

RATES = {"learning_rate": [0.05, 0.1]}
WIDTHS = {"network.hidden": {"narrow": [8], "wide": [64, 64]}}


def settings(sweep, key="sweep", figures=None, **more):
    experiment = {
        "data": {"kind": "gaussian"},
        "network": {"kind": "mlp", "hidden": [4]},
        "seeds": [0],
        "replicas": 4,
        key: sweep,
        **more,
    }
    plain = {"kind": "learning_rate_sweep", "experiment": "other", "observable": "loss"}
    return {
        "experiments": {
            "x": experiment,
            "other": {"data": {"kind": "gaussian"}, "sweep": RATES},
        },
        "figures": {"f": plain | {"batch_size": 1}, **(figures or {})},
    }


def cells(*arguments, **more):
    config = parse(settings(*arguments, **more), "file")
    return [str(cell) for cell in config.experiments["x"].cells()]


def problems(given):
    with pytest.raises(ConfigError) as caught:
        parse(given, "file")
    return [line.removeprefix("file: ") for line in str(caught.value).splitlines()]


# --- Cells ----------------------------------------------------------------------------------------


def test_a_mapping_is_a_product():
    assert cells({**RATES, "batch_size": [2], "bias": [True, False], **WIDTHS}) == [
        f"{rate} with 2, bias={bias}, hidden={hidden}"
        for rate in (0.05, 0.1)
        for bias in ("true", "false")
        for hidden in ("narrow", "wide")
    ]


def test_a_list_is_a_union_and_what_is_left_out_is_that_of_the_experiment():
    union = [
        {**RATES, "activation": ["relu", "tanh"]},
        {"learning_rate": [0.1], "batch_size": [1, 3]},
    ]
    expected = [
        "0.05 with 1, activation=relu",
        "0.05 with 1, activation=tanh",
        "0.1 with 1, activation=relu",
        "0.1 with 1, activation=tanh",
        "0.1 with 3, activation=relu",
    ]
    assert cells(union) == cells(union, "sweeps") == expected


def test_numbers_are_in_their_order_and_names_in_that_of_the_file():
    finite = {"sampling": "with_replacement", "labels": "shuffled"}
    sizes = {"learning_rate": [0.1], "training_set_size": [9, 100, 20]}
    assert [it.rpartition("=")[2] for it in cells(sizes, **finite)] == ["9", "20", "100"]
    names = {"learning_rate": [0.1], "hidden": {"wide": [9], "deep": [2, 2]}}
    assert [it.rpartition("=")[2] for it in cells(names)] == ["wide", "deep"]


def test_each_run_has_the_settings_of_its_cell():
    networks = {"deep": {"kind": "mlp", "hidden": [4, 4]}, "two": {"kind": "two_layer"}}
    inits = {"plain": "torch_default", "small": {"kind": "he_normal"}}
    sweep = {"learning_rate": [0.1], "network": networks, "init": inits}
    config = parse(settings(sweep), "file")
    runs = {run.name: run for run in config.runs() if run.experiment == "x"}
    assert list(runs) == [
        f"x/lr=0.1_batch=1_init={init}_network={network}_seed=0"
        for init in ("plain", "small")
        for network in ("deep", "two")
    ]
    small = runs["x/lr=0.1_batch=1_init=small_network=two_seed=0"]
    assert (small.network.kind, small.network.init.kind) == ("two_layer", "he_normal")
    assert "networks.two_layer" in small.modules
    assert "networks.two_layer" not in next(iter(runs.values())).modules
    for text in (essential_json(small), canonical_json(small)):
        assert RunSettings.model_validate_json(text) == small
    plain = next(run for run in config.runs() if run.experiment == "other")
    assert "axes" not in canonical_json(plain)


def test_products_of_cells():
    config = parse(settings({**RATES, **WIDTHS}), "file")
    made = Products(config, load_claims(config))
    gathered = made.gather["curves/x"].settings
    assert gathered.axes == ({"hidden": "narrow"}, {"hidden": "wide"}) * 2
    assert (gathered.paths, gathered.varied) == ({"hidden": "network.hidden"}, ("network",))
    told = json.loads(essential_json(made.gather["curves/other"].settings))
    assert told.keys() == {"experiment", "cells", "seeds", "records", "replicas"} - {"note"}


def test_names_of_axes_are_not_those_of_something_else():
    assert axis_names([("network", "hidden"), ("labels",)]) == {
        ("network", "hidden"): "hidden",
        ("labels",): "labels",
    }
    twice = axis_names([("data", "kind"), ("network", "kind")])
    assert [*twice.values()] == ["data_kind", "network_kind"]
    # An observable, a dimension of files, and an axis of observables.
    assert axis_names([("loss",)]) == {("loss",): "loss_setting"}
    schedule = ("dynamics", "learning_rate")
    assert axis_names([schedule]) == {schedule: "dynamics_learning_rate"}
    assert axis_names([("layer",)]) == {("layer",): "layer_setting"}


@pytest.mark.parametrize(
    ("sweep", "lines"),
    [
        (3, ["sweep: got 3; must be a mapping, or a list of mappings"]),
        ([], ["sweep: got []; must have at least one entry"]),
        ([3], ["sweep[0]: got 3; must be a mapping"]),
        ({"bias": [True]}, ["sweep.learning_rate: got nothing; must be given: a list of numbers "
                            "> 0"]),
        ({**RATES, "bias": []}, ["sweep.bias: got []; must have at least one entry"]),
        ({**RATES, "bias": True}, ["sweep.bias: got True; must be a list of values, or a mapping "
                                   "from names to values"]),
        ({**RATES, "activation": ["relu", "tan"]},
         ["sweep.activation[1]: got 'tan'; must be one of relu, tanh, gelu, identity (did you mean "
          "'tanh'?)"]),
        ({**RATES, "network.hidden": {"a": [8], "b": [8, 0]}},
         ["sweep.network.hidden.b[1]: got 0; must be >= 1"]),
        ({**RATES, "hidden": [[8], [9]]},
         [f"sweep.hidden[{index}]: got [{size}]; must have a name: a mapping from names, as in "
          "hidden: {small: …, large: …}" for index, size in enumerate((8, 9))]),
        ({**RATES, "hidden": {"a/b": [8]}},
         ["sweep.hidden: got 'a/b' as a name; must consist of letters, digits and _ . + -"]),
        ({**RATES, "hidden": {"a": [8], "b": [8]}},
         ["sweep.hidden.b: must not repeat an earlier entry"]),
        ({**RATES, "activation": ["relu", "relu"]},
         ["sweep.activation[1]: must not repeat an earlier entry"]),
        ({**RATES, "divergence_loss": [20, 20.0]},
         ["sweep.divergence_loss[1]: must not repeat an earlier entry"]),
        ({**RATES, "kind": ["mlp"]}, ["sweep.kind: is the name of several settings; must be one of "
                                      "data.kind, dynamics.kind, network.kind"]),
        ({**RATES, "network.hiden": [1]},
         ["sweep.network.hiden: unknown setting; must be one of kind, activation, init, inputs, "
          "hidden, bias (did you mean 'hidden'?)"]),
        ({**RATES, "nothing.hidden": [1]},
         ["sweep.nothing.hidden: unknown setting; must be one of learning_rate, batch_size, "
          "activation"]),
        ({**RATES, "labels.share": [1]},
         ["sweep.labels.share[0]: must be within a mapping: labels is 'resampled'"]),
        *(({**RATES, name: [1, 2]}, [f"sweep.{name}: must be the same in all cells: say it beside "
                                     "the sweep"]) for name in ("replicas", "records", "seeds")),
        ({**RATES, "sampling": ["online", "with_replacement"]},
         ["training_set_size: got nothing; must be a whole number >= 1 with sampling "
          "with_replacement (with sampling=with_replacement)"]),
        ([{**RATES, "hidden": {"a": [8]}}, RATES],
         ["sweep[1]: got nothing for network.hidden; must be given in every mapping: its values "
          "have names"]),
        ([{**RATES, "hidden": {"a": [8]}}, {**RATES, "hidden": {"a": [9]}}],
         ["sweep[1].hidden.a: must be what hidden=a is in the mapping before it"]),
        ({"learning_rate": [0.5], "bias": [True]},
         ["sweep.learning_rate[0]: got 0.5; must take at least 3600 steps for 61 records"]),
    ],
)  # fmt: skip
def test_what_cannot_be_swept_is_refused_in_one_line(sweep, lines):
    found = problems(settings(sweep, labels="resampled"))
    assert len(found) == len(lines)
    for line, start in zip(found, lines, strict=True):
        assert line.startswith(f"experiments.x.{start}")


def test_a_batch_must_fit_into_the_training_set_of_its_cell():
    finite = {"sampling": "with_replacement", "labels": "shuffled"}
    sweep = {**RATES, "batch_size": [1, 4], "training_set_size": [2, 8]}
    assert problems(settings(sweep, **finite)) == [
        "experiments.x.sweep.batch_size[1]: got 4; must be <= training_set_size (2)"
    ]


def test_what_is_measured_must_be_so_in_every_cell(monkeypatch):
    def only_wide(self, training):
        if training["network"].hidden != (64, 64):
            yield Problem((), "must be of wide networks")

    monkeypatch.setattr(kinds.model("measurements", "hessian_chain"), "problems", only_wide)
    sweep = {**RATES, "network.hidden": {"wide": [64, 64], "narrow": [8]}}
    (line,) = problems(settings(sweep, measure={"hessian_chain": {}}))
    assert line == "experiments.x.measure.hessian_chain: must be of wide networks"


def test_other_problems_are_not_hidden_and_two_sweeps_are_one_too_many():
    given = settings({"learning_rate": [-1], "bias": [1]}, seeds=[-1])
    assert [line.partition(":")[0] for line in problems(given)] == [
        "experiments.x.seeds[0]",
        "experiments.x.sweep.learning_rate[0]",
        "experiments.x.sweep.bias[0]",
    ]
    assert problems(settings(RATES, sweeps=[RATES])) == [
        "experiments.x.sweeps: must be left out: it is another name of sweep, which is given"
    ]


# --- What asks for cells --------------------------------------------------------------------------

FIGURE = {"kind": "sweep", "experiment": "x", "compare": "hidden", "observable": "loss",
          "learning_rate": 0.1}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"compare": "width"}, "compare: got 'width', which is no axis of experiment x; must be "
         "one of learning_rate, batch_size, activation, hidden"),
        ({"cells": {}}, "cells.activation: got nothing; the cells must share one: relu, tanh"),
        ({"learning_rate": None}, "learning_rate: got nothing; the cells must share "
         "one: 0.05, 0.1"),
        ({"cells": {"activation": "relu", "labels": 3}}, "cells.labels: is no axis of experiment "
         "x; must be one of activation, hidden"),
        ({"cells": {"activation": "gelu"}}, "cells.activation: got 'gelu', which experiment x does "
         "not have; must be one of relu, tanh"),
        ({"cells": {"activation": "relu", "hidden": ["wide"]}}, "cells: got ['wide']; must be a "
         "label, or two or more different ones"),
        ({"observable": "activation_rate_layer", "at": {"layer": 2}},
         "at.layer: got 2; must be one of 1, …, 1 in experiment x"),
        ({"panels": ["hours"]}, "panels[0]: got 'hours'; must be one of steps, training_time, "
         "thermal_time"),
        ({"compare": "learning_rate"}, "learning_rate must be left out: the curves differ in it"),
    ],
)  # fmt: skip
def test_a_figure_shows_cells_that_differ_along_one_axis(changes, line):
    sweep = {**RATES, **WIDTHS, "activation": ["relu", "tanh"]}
    good = FIGURE | {"cells": {"activation": "relu"}}
    parse(settings(sweep, figures={"widths": good}), "file")
    found = problems(settings(sweep, figures={"widths": good | changes}))
    assert len(found) == 1
    assert found[0].startswith(("figures.widths." + line, "figures.widths: " + line))


def test_true_and_false_are_labels_as_yaml_has_them():
    sweep = {**RATES, "bias": [True, False]}
    figure = FIGURE | {"compare": "learning_rate", "learning_rate": None, "cells": {"bias": True}}
    (found,) = (it for it in parse(settings(sweep, figures={"f": figure}), "file").figures.values())
    assert found.cells == {"bias": "true"}


def test_a_pair_names_its_cells():
    sweep = {**RATES, **WIDTHS}
    given = settings(sweep)
    cell = {"experiment": "x", "learning_rate": 0.1, "axes": {"hidden": "wide"}}
    other = copy.deepcopy(cell) | {"learning_rate": 0.05}
    given["pairs"] = {"p": {"measure": {"kind": "parameter_distance"}, "of": [cell, other]}}
    config = parse(given, "file")
    measured = Products(config, load_claims(config)).measure["parameter_distance/p/seed=0"]
    assert [run.name for run in measured.settings.runs] == [
        f"x/lr={rate}_batch=1_hidden=wide_seed=0" for rate in (0.1, 0.05)
    ]
    other["axes"] = {"hidden": "narrow"}
    assert problems(given) == ["pairs.p.of: must be cells of experiments with the same network"]
    other["axes"] = {}
    (line,) = problems(given)
    assert line.startswith(
        "pairs.p.of[1]: got learning_rate 0.05 with batch_size 1; must be a cell"
    )


def test_a_claim_on_pairs_of_experiments_needs_their_cells_to_have_the_same_labels(tmp_path):
    given = settings({**RATES, **WIDTHS})
    other = copy.deepcopy(given["experiments"]["x"])
    given["experiments"]["y"] = other | {"labels": "resampled"}
    claim = {
        "source": "Fig.",
        "statement": "So it is.",
        "experiment": "x",
        "against": "y",
        "statistic": "paired_gap",
        "observable": "loss",
        "cells": {"hidden": "wide"},
        "criterion": {"below": 0},
        "because": "It is.",
    }
    path = tmp_path / "claims.yaml"
    path.write_text(json.dumps({"claims": {"a": claim}}))
    given["claims"] = [str(path)]
    assert load_claims(parse(given, "file")).subjects == ("x+y",)
    given["experiments"]["y"]["sweep"] = {**RATES, "network.hidden": {"wide": [8], "deep": [8, 8]}}
    assert load_claims(parse(given, "file")).subjects == ("x+y",)
    given["experiments"]["y"]["sweep"] = {**RATES, "network.hidden": {"deep": [8, 8]}}
    with pytest.raises(
        ConfigError, match=r"claims\.a\.cells\.hidden: got 'wide', which experiment"
    ):
        load_claims(parse(given, "file"))
