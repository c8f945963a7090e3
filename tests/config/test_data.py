"""Settings of data, labels, samplers and batch sizes: what they mean, and what is refused."""

import copy
import json

import pytest

from thermophoresis.config.canonical import canonical_json, essential_json
from thermophoresis.config.configuration import parse
from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.config.grid import rate_at, record_steps, snapshot_records
from thermophoresis.config.problems import ConfigError
from thermophoresis.config.run import RunSettings
from thermophoresis.products import data_of
from thermophoresis.simulations.estimate import trace_bytes

MINE = {"source": "arrays", "path": "mine.npz"}
FINITE = {"sampling": "without_replacement", "training_set_size": 10}


def configuration(data, datasets=None, **changes):
    """Return settings of one experiment on some data; None leaves a setting out."""
    experiment = {"data": data, "sweeps": [{"learning_rate": [0.1, 0.05]}], "seeds": [0]} | changes
    figure = {"kind": "learning_rate_sweep", "observable": "loss", "batch_size": 1}
    return {
        "datasets": {"mine": MINE, "digits": {"source": "digits"}} | (datasets or {}),
        "experiments": {"e": {key: it for key, it in experiment.items() if it is not None}},
        "figures": {"f": figure | {"experiment": "e"}},
    }


def run_of(data, **changes):
    """Return the first run, which jobs read as it is."""
    run = parse(configuration(data, **changes), "file").runs()[0]
    assert RunSettings.model_validate_json(canonical_json(run)) == run
    assert RunSettings.model_validate_json(essential_json(run)) == run
    return run


def problems(data, **changes):
    with pytest.raises(ConfigError) as caught:
        parse(configuration(data, **changes), "file")
    return [line.removeprefix("file: ") for line in str(caught.value).splitlines()]


ARRAYS = {"kind": "arrays", "dataset": "mine"}
IMAGES = {"kind": "images", "dataset": "digits"}
SHARED = "got true; must be false (or left out) with sampling online: there is no set"


@pytest.mark.parametrize(
    ("data", "changes", "line"),
    [
        ({"kind": "gaussian", "spectrum": "pink"}, {}, "data.spectrum: got 'pink'; must be white, "
         "{kind: power, exponent: α}, or a list of variances > 0, one an input"),
        ({"kind": "gaussian", "spectrum": []}, {}, "data.spectrum: got []; must be white, "
         "{kind: power, exponent: α}, or a list of variances > 0, one an input"),
        ({"kind": "gaussian", "spectrum": {"kind": "power"}}, {}, "data.spectrum.exponent: got "
         "nothing; must be given: α, a number"),
        ({"kind": "gaussian", "spectrum": [1.0, 0.0]}, {}, "data.spectrum[1]: got 0.0; must be a "
         "number > 0"),
        ({"kind": "gaussian", "spectrum": [1.0, 2.0]}, {}, "data.spectrum: got 2 variances; must "
         "be one for each of the 10 inputs"),
        ({"kind": "gaussian", "shared": True}, {}, f"data.shared: {SHARED}"),
        ({"kind": "teacher", "hidden": 0}, {}, "data.hidden: got 0; must be >= 1"),
        ({"kind": "teacher", "outputs": "sine"}, {}, "data.outputs: got 'sine'; must be one of "
         "sign, bernoulli, real (did you mean 'sign'?)"),
        ({"kind": "teacher", "scale": 2.0}, {}, "data.scale: got 2.0; must be 1 (or left out) with "
         "outputs sign, which ignores it"),
        ({"kind": "teacher", "outputs": "real"}, {}, "loss: got 'cross_entropy'; must be squared "
         "with teacher data, whose labels are real"),
        ({"kind": "xor", "noise": 0}, {}, "data.noise: got 0; must be > 0"),
        ({"kind": "xor"}, {"network": {"inputs": 1}}, "data.kind: got 'xor'; must be another kind "
         "for a network of 1 input: it needs 2"),
        ({"kind": "regression"}, {}, "loss: got 'cross_entropy'; must be squared with regression "
         "data, whose labels are real"),
        ({"kind": "regression"}, {"loss": {"kind": "squared", "targets": [0, 2]}}, "loss: got "
         "'squared with targets [0.0, 2.0]'; must be squared with regression data, whose labels "
         "are real"),
        ({"kind": "regression", "noise": -1}, {"loss": "squared"}, "data.noise: got -1; must be >= "
         "0.0"),
        ({"kind": "regression"}, {"loss": "squared", "labels": {"resampled": 0.1}}, "labels: got "
         "{resampled: 0.1}; must be true: regression data have real labels, not classes"),
        ({"kind": "gaussian"}, {"labels": {"resampled": 0.1}}, "labels: got {resampled: 0.1}; must "
         "be resampled or shuffled: gaussian data have no labels"),
        ({"kind": "xor"}, {"labels": {"shuffled": 0.5}}, "labels: got {shuffled: 0.5}; must be "
         "resampled with sampling online: a fixed labelling needs a finite set of samples"),
        ({"kind": "xor"}, {"labels": {"resampled": 1.5}}, "labels.resampled: got 1.5; must be <= "
         "1"),
        ({"kind": "xor"}, {"labels": {"resampled": 0.5, "shuffled": 0.5}}, "labels: got "
         "{'shuffled': 0.5, 'resampled': 0.5}; must have one of shuffled and resampled"),
        ({"kind": "xor"}, {"labels": {"random": 0.5}}, "labels.random: unknown setting; must be "
         "one of shuffled, resampled"),
        ({"kind": "xor"}, {"labels": "random"}, "labels: got 'random'; must be one of true, "
         "shuffled, resampled, or a share, as {shuffled: 0.25}"),
        ({"kind": "xor"}, {"sampling": "fresh_subsets"}, "sampling: got 'fresh_subsets'; must be "
         "one of online, with_replacement, fresh_subset, without_replacement, fixed_order (did you "
         "mean 'fresh_subset'?)"),
        ({"kind": "xor"}, {"sampling": "fixed_order"}, "training_set_size: got nothing; must be a "
         "whole number >= 1 with sampling fixed_order"),
        (ARRAYS, {"sampling": "online"}, "sampling: got 'online'; must be without_replacement, "
         "with_replacement, fresh_subset or fixed_order with arrays, of which there is a finite "
         "set"),
        (ARRAYS, {"network": {"inputs": 3}}, "network.inputs: got 3; must be left out (or null) "
         "with arrays, which have the size that they have"),
        (ARRAYS | {"dataset": "other"}, {}, "data.dataset: got 'other'; must be one of mine, "
         "digits"),
        (ARRAYS, {"network": {"kind": "cnn6"}}, "network.kind: got 'cnn6'; must be linear or "
         "mlp or mlp6 or module or two_layer with arrays data: no images"),
        (ARRAYS | {"size": 7}, {}, "data.size: unknown setting; must be one of kind, dataset, "
         "classes, samples, choice_seed"),
        (IMAGES | {"classes": [3, 3]}, {"labels": "true"}, "data.classes: got [3, 3]; must be at "
         "least two distinct classes"),
        (IMAGES | {"classes": [3]}, {"labels": "true"}, "data.classes: got [3]; must be at "
         "least two distinct classes"),
        (IMAGES | {"samples": {"train": 0}}, {"labels": "true"}, "data.samples.train: got 0; must "
         "be >= 1"),
        (IMAGES | {"samples": 5}, {"labels": "true"}, "data.samples: got 5; must be a mapping"),
        (IMAGES | {"size": 6}, {"labels": "true"}, "data.size: got 6; must be >= 7"),
        (IMAGES | {"shift": -1}, {"labels": "true"}, "data.shift: got -1; must be >= 0"),
        (IMAGES | {"shift": 7, "size": 7}, {"labels": "true"}, "data.shift: got 7; must be < size "
         "(7), or nothing is left of an image"),
        (IMAGES | {"choice_seed": -1}, {"labels": "true"}, "data.choice_seed: got -1; must be >= "
         "0"),
        (IMAGES | {"size": 10}, {"labels": "true", "network": {"kind": "cnn6"}}, "network: got "
         "a cnn6 that needs images of 21×21 pixels or more; must leave something of 10×10 "
         "(data.size)"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_in_one_line(data, changes, line):
    assert problems(data, **changes) == [f"experiments.e.{line}"]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"path": 3}, "path: got 3; must be a text"),
        ({"path": None}, "path: got nothing; must be a text"),
        ({"standardise": "yes"}, "standardise: got 'yes'; must be true or false"),
    ],
)
def test_an_archive_that_is_not_allowed_is_refused_in_one_line(settings, line):
    assert problems(ARRAYS, datasets={"mine": MINE | settings}) == [f"datasets.mine.{line}"]


@pytest.mark.parametrize(
    ("batch_sizes", "changes", "line"),
    [
        (["full"], {}, "got 'full'; must be a whole number unless settings tell the size of the "
         "training set, in training_set_size, or data.samples.train of a data set"),
        (["all"], {}, "got 'all'; must be a whole number >= 1, or full"),
        ([0], {}, "got 0; must be a whole number >= 1, or full"),
        ([True], {}, "got True; must be a whole number >= 1, or full"),
        ([11], FINITE, "got 11; must be <= training_set_size (10)"),
        (["full"], {"data": IMAGES, "labels": "true"}, "got 'full'; must be a whole number unless "
         "settings tell the size of the training set, in training_set_size, or "
         "data.samples.train of a data set"),
        ([9], {"data": IMAGES | {"samples": {"train": 8}}, "labels": "true"}, "got 9; must be <= "
         "training_set_size (8)"),
    ],
)  # fmt: skip
def test_a_batch_has_a_size_that_there_is(batch_sizes, changes, line):
    changes = {"data": {"kind": "gaussian"}} | changes
    sweeps = [{"learning_rate": [0.1, 0.05], "batch_size": [*batch_sizes, 1]}]
    found = problems(**changes, sweeps=sweeps)
    assert found[0] == f"experiments.e.sweeps[0].batch_size[0]: {line}"


@pytest.mark.parametrize(
    ("data", "changes", "size"),
    [
        ({"kind": "teacher"}, FINITE, 10),
        (ARRAYS | {"samples": {"train": 30}}, {}, 30),
    ],
)
def test_a_full_batch_is_the_whole_set(data, changes, size):
    sweeps = [{"learning_rate": [0.1, 0.05], "batch_size": [1, "full", size]}]
    checked = parse(configuration(data, sweeps=sweeps, **changes), "file")
    found = [(cell.learning_rate, cell.batch_size) for cell in checked.experiments["e"].cells()]
    assert found == [(rate, batch) for rate in (0.05, 0.1) for batch in (1, size)]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "true"),
        (True, "true"),
        ({"resampled": 1}, "resampled"),
        ({"resampled": 0.25}, {"resampled": 0.25}),
        ({"shuffled": 0.5, "resampled": None}, {"shuffled": 0.5}),
        ({"shuffled": 1.0}, "shuffled"),
    ],
)
def test_labels_have_one_text(given, told):
    run = run_of({"kind": "xor"}, **FINITE, labels=given)
    assert json.loads(essential_json(run))["labels"] == told


def test_spectra_have_one_text():
    def told(spectrum):
        return json.loads(essential_json(run_of({"kind": "gaussian", "spectrum": spectrum})))[
            "data"
        ]

    assert told("white") == told({"kind": "power", "exponent": 0.0}) == {"kind": "gaussian"}
    assert told({"kind": "power", "exponent": 2})["spectrum"] == {"kind": "power", "exponent": 2.0}
    assert told([1] * 10) == told([1.0] * 10)


def test_defaults_are_those_of_the_kind_of_data():
    run = run_of(ARRAYS)
    assert (run.sampling, run.labels, run.network.inputs) == ("without_replacement", "true", None)
    assert data_of(run) == ("data/mine.nc",)
    run = run_of({"kind": "teacher"})
    assert (run.sampling, run.labels, data_of(run)) == ("online", "true", ())
    assert run_of({"kind": "uniform"}).labels == "resampled"


def test_what_is_chosen_is_in_the_fingerprint_where_something_is():
    plain = run_of(IMAGES | {"choice_seed": 4}, labels="true").modules
    for choice in ({"size": 9}, {"shift": 1}, {"classes": [1, 2]}, {"samples": {"test": 9}}):
        chosen = run_of(IMAGES | choice, labels="true").modules
        assert {*chosen} - {*plain} == {"data.selection"}


def test_a_closed_form_needs_standard_normal_inputs():
    assert run_of({"kind": "gaussian"}).data.standard_normal
    for data in ({"kind": "gaussian", "spectrum": [2.0] * 10}, {"kind": "xor"}):
        assert not run_of(data).data.standard_normal


def test_noise_is_scaled_around_the_gradient_of_labels_that_stay():
    dynamics = {"kind": "sgd", "noise_scale": 2.0}
    run_of({"kind": "xor"}, **FINITE, dynamics=copy.copy(dynamics), labels={"shuffled": 0.5})
    assert problems({"kind": "xor"}, **FINITE, dynamics=dynamics, labels={"resampled": 0.5}) == [
        "experiments.e.dynamics.noise_scale: got 2.0; must be 1 (or left out) with labels "
        "resampled: the full gradient needs labels that stay"
    ]


@pytest.mark.parametrize("data", [{"kind": "teacher", "shared": True}, {"kind": "xor"}])
def test_noise_is_scaled_in_any_finite_set_and_order(data):
    for sampling in ("with_replacement", "fresh_subset", "without_replacement", "fixed_order"):
        finite = {"sampling": sampling, "training_set_size": 10}
        assert run_of(data, **finite, dynamics={"noise_scale": 0.5}).dynamics.noise_scale == 0.5


EPOCHS = {
    "thermal_time_end": None,
    "until": {"epochs": 6},
    "records": {"count": 4, "even_in": "epochs"},
    "record_spacing": None,
    "snapshots": {"at": {"epochs": [2]}},
    "traces": {"every": "epoch", "replicas": 2},
    "dynamics": {"schedule": {
        "learning_rate": {"kind": "step", "unit": "epochs", "at": [3], "factor": 0.5},
    }},
    "sweep": [{"learning_rate": [0.1, 0.05], "batch_size": [1, 3]}],
    "sweeps": None,
    "labels": "true",
}  # fmt: skip


@pytest.mark.parametrize("data", [ARRAYS, IMAGES])
def test_data_sets_have_epochs_where_settings_tell_their_size(data):
    parsed = parse(configuration(data | {"samples": {"train": 30}}, **EPOCHS), "file")
    run = next(run for run in parsed.runs() if run.batch_size == 3)
    assert (run.epoch_samples, run.steps) == (30, 60)
    assert record_steps(run).tolist() == [0, 20, 40, 60]
    assert snapshot_records(run) == (1,)
    assert [rate_at(run, step) for step in (29, 30)] == [0.05, 0.025]
    # At the start and after each epoch, (256 + 32) numbers of 4 bytes for each of two replicas.
    assert trace_bytes(run) == 7 * 2 * 288 * 4
    growing = {"batch_size": {"kind": "step", "unit": "epochs", "at": [1], "factor": 4}}
    grown = run.model_copy(update={"dynamics": SGD(schedule=growing)})
    assert trace_bytes(grown) == trace_bytes(run)
    wanted = "epochs need a training set of a size that the settings tell: that of a data set is "
    wanted += "known to its file alone, unless data.samples.train says it"
    assert problems(data, **EPOCHS)[0] == f"experiments.e.until.epochs: got 6.0; {wanted}"
