"""What captions say of what was trained."""

import json

import pytest
from drawn import written
from toy_sweeps import make_curves, settings

from thermophoresis.config import kinds
from thermophoresis.config.dynamics import surgery
from thermophoresis.figures import learning_rate_sweep
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.caption import (
    describe_data,
    describe_setup,
    describe_training,
    settings_in_common,
)
from thermophoresis.figures.parts.network_words import describe_beginning
from thermophoresis.figures.parts.setting_words import DYNAMICS, MODES


@pytest.fixture
def curves():
    return make_curves()


@pytest.mark.parametrize(
    ("dynamics", "words"),
    [
        ({"kind": "sgd"}, []),
        ({"kind": "surgery", "all": "mean", "modes": {}},
         ["all parameters by the mean gradient (no label noise)"]),
        ({"kind": "surgery", "all": "sgd", "modes": {"W": "noise", "V": "frozen", "b": "noise"}},
         ["V frozen", "W, b by label noise alone", "others by SGD"]),
        ({"kind": "surgery"}, ["surgery on SGD"]),
        ({"kind": "gradient_flow", "step": 0.25},
         ["gradient flow: the mean gradient of one set of samples, without steps"]),
        ({"kind": "langevin"}, ["Langevin steps: Gaussian noise with the covariance of SGD's"]),
        ({"kind": "unbiased_walk"}, ["unbiased walk: a coin ±½ in place of every p − y"]),
        ({"kind": "sign_sgd"}, ["sign sgd"]),
    ],
)  # fmt: skip
def test_what_makes_parameters_move_is_told(curves, dynamics, words):
    assert describe_training({"dynamics": dynamics}) == words
    experiment = json.loads(curves.attrs["configuration"]) | {"dynamics": dynamics}
    curves.attrs["configuration"] = json.dumps(experiment)
    with style.context():
        caption = written(learning_rate_sweep.compose(settings(), [curves]))
    assert all(it in " ".join(caption.split()) for it in words)
    # A flow has no samples at every step.
    assert ("fresh samples" in caption) == (dynamics["kind"] != "gradient_flow")


def test_a_data_set_of_which_cells_take_other_samples_is_named_once(curves):
    sources = [f"the digits; {size} and 1,297 samples of 10 classes" for size in (125, 500)]
    curves.attrs["data_source"] = json.dumps(sources)
    expected = (
        "the digits; 125 and 1,297 samples of 10 classes; 500 and 1,297 samples of 10 classes"
    )
    assert describe_data({"kind": "images"}, curves) == expected
    curves.attrs["data_source"] = "[]"
    assert describe_data({"kind": "images"}, curves) == "images"


def test_every_kind_of_dynamics_has_words():
    assert {*kinds.names("dynamics")} == {"sgd", "surgery", *DYNAMICS}
    assert {*MODES} == {*surgery.MODES}


def test_what_several_kinds_of_dynamics_have_in_common_is_no_surgery_of_its_own():
    one = {"dynamics": {"kind": "surgery", "all": "mean", "modes": {}}}
    other = {"dynamics": {"kind": "surgery", "all": "mean", "modes": {"V": "noise"}}}
    for each, words in (([one, other], ["surgery on SGD"]), ([one, {"dynamics": {}}], [])):
        assert describe_training(settings_in_common(each)) == words
    assert settings_in_common([other, other]) == other


@pytest.mark.parametrize(
    ("init", "words"),
    [
        ("torch_default", []),
        ({"kind": "torch_default", "std": None, "scale": {"V": 0.0}}, ["V(0) = 0"]),
        ({"kind": "torch_default", "scale": {"V": 3.0, "W": 1.0}}, ["V(0) × 3"]),
        ({"kind": "torch_default", "scale": {"V": "plateau"}}, ["‖V(0)‖² = Nη/(2|B|)"]),
        ({"kind": "normal", "std": 0.5, "scale": {"b": 0.0}},
         ["weights N(0, 0.5²) at the start", "b(0) = 0"]),
        ({"kind": "he_normal", "std": None, "scale": {}}, ["He-normal weights at the start"]),
    ],
)  # fmt: skip
def test_where_parameters_start_is_told(curves, init, words):
    assert describe_beginning(init) == words
    experiment = json.loads(curves.attrs["configuration"])
    experiment["network"]["init"] = init
    curves.attrs["configuration"] = json.dumps(experiment)
    told = describe_setup(curves, "|B| = 1")
    assert all(it in told for it in words)
    assert not any(it in describe_setup(curves, "|B| = 1", "init") for it in words)
