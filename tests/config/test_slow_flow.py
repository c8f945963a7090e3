"""Where the curve of the slow flow can be drawn, and from which law its units start."""

import pytest

from thermophoresis.config.canonical import canonical_json
from thermophoresis.config.configuration import parse
from thermophoresis.config.figure import FigureSettings
from thermophoresis.config.problems import ConfigError
from thermophoresis.config.slow_flow import law

FIGURE = {
    "kind": "learning_rate_sweep",
    "experiment": "it",
    "observable": "activation_rate",
    "batch_size": 1,
    "theory": "slow_flow",
}


def settings(figure=None, **changes):
    experiment = {
        "network": {"kind": "two_layer", "inputs": 10, "hidden": 10},
        "data": {"kind": "gaussian"},
        "sweep": {"learning_rate": [0.05, 0.1], "batch_size": [1]},
    }
    return {"experiments": {"it": experiment | changes}, "figures": {"f": FIGURE | (figure or {})}}


def problem(**changes):
    with pytest.raises(ConfigError) as caught:
        parse(settings(**changes), "file")
    (line,) = str(caught.value).splitlines()
    return line.removeprefix("file: ")


def test_it_can_be_drawn_where_it_is_derived():
    assert parse(settings(), "file").figures["f"].theory == "slow_flow"


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"kind": "uniform"}},
        {"data": {"kind": "gaussian", "spectrum": [1.0] * 9 + [2.0]}},
        {"network": {"kind": "two_layer", "inputs": 10, "bias": False}},
        {"network": {"kind": "two_layer", "inputs": 10, "activation": "tanh"}},
        {"network": {"kind": "mlp", "inputs": 10, "hidden": [10]}},
        {"labels": "shuffled", "sampling": "with_replacement", "training_set_size": 100},
        {"loss": "squared"},
        {"dynamics": {"kind": "unbiased_walk"}},
        {"dynamics": {"kind": "sgd", "freeze": ["V"]}},
        {"dynamics": {"kind": "sgd", "momentum": 0.5}},
    ],
)
def test_it_is_refused_where_it_is_not(changes):
    assert problem(**changes) == (
        "figures.f.theory: got slow_flow, which is not of experiment it; must be left out, or "
        "drawn with activation_rate of two_layer ReLU networks with biases, trained by plain sgd "
        "with cross entropy and resampled labels on white Gaussian inputs"
    )


def test_it_is_refused_with_other_observables_and_several_laws():
    words = problem(figure={"observable": "loss"})
    assert words.startswith("figures.f.theory: got slow_flow with loss; must be left out")
    swept = {
        "learning_rate": [0.05],
        "batch_size": [1],
        "init": {"default": "torch_default", "he": {"kind": "he_normal"}},
    }
    figure = {"kind": "sweep", "compare": "init"}
    assert problem(figure=figure, sweep=swept) == (
        "figures.f.theory: got slow_flow; must be left out: cells of it start from several laws"
    )
    # The level of V is no part of the law of z.
    of_v = {"kind": "torch_default", "scale": {"V": 0.0}}
    swept["init"] = {"default": "torch_default", "zero": of_v}
    parse(settings(figure=figure, sweep=swept), "file")


def test_a_figure_without_a_theory_is_told_nothing_new():
    given = {key: value for key, value in FIGURE.items() if key != "theory"}
    assert "theory" not in canonical_json(FigureSettings(name="f", figure=given))
    assert "theory" in canonical_json(FigureSettings(name="f", figure=FIGURE))


def test_the_law_has_the_factors_of_weights_and_biases():
    init = {"kind": "he_normal", "std": None, "scale": {"W": 0.5, "V": 3.0}}
    assert law({"inputs": 7, "init": init}) == {
        "kind": "he_normal",
        "inputs": 7,
        "weight_scale": 0.5,
        "bias_scale": 1.0,
    }
    assert law({"inputs": 7})["kind"] == "torch_default"
