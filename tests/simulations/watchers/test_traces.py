"""Traces: what they hold, when they are taken, and that nobody who looks changes anything."""

import itertools
import json

import numpy as np
import pytest
import torch
import xarray as xr
from runs import settings as run_settings
from torch.nn.functional import binary_cross_entropy_with_logits

from thermophoresis.data.source import open_source
from thermophoresis.draws.streams import generator
from thermophoresis.errors import UserError
from thermophoresis.provenance import seal
from thermophoresis.simulations.checkpoint import Checkpoints
from thermophoresis.simulations.journal import Journal
from thermophoresis.simulations.run import train_run
from thermophoresis.simulations.sgd import engine
from thermophoresis.simulations.sgd.chains import stepper as chains
from thermophoresis.simulations.watchers import traces

NAMES = ("run", "snapshots", "traces")
FINITE = {"training_set_size": 24, "sampling": "without_replacement", "labels": "shuffled"}
NETWORKS = {
    "replica_last": {"kind": "two_layer", "inputs": 6, "hidden": 4},
    "deferred_update": {"kind": "two_layer", "inputs": 40, "hidden": 40},
    "mlp": {"kind": "mlp", "inputs": 6, "hidden": [4, 3]},
}


def settings(**changes):
    return run_settings(**{"traces": {"every": 7}, "snapshot_replicas": 3} | changes)


def write(folder, chosen, **options):
    """Train to files; return their paths by name."""
    paths = {name: folder / f"{name}.nc" for name in NAMES}
    kept = {name: path for name, path in paths.items() if name != "run"}
    train_run(chosen, fingerprint="abc", output=paths["run"], device="cpu", **kept, **options)
    return paths


def written(folder, chosen, **options):
    return {name: path.read_bytes() for name, path in write(folder, chosen, **options).items()}


@pytest.mark.parametrize("network", NETWORKS)
def test_it_is_of_the_parameters_that_snapshots_keep(tmp_path, network):
    chosen = settings(
        network=NETWORKS[network], traces={"every": 10, "weights": 5, "projections": 3}, snapshots=6
    )
    paths = write(tmp_path, chosen)
    with xr.open_dataset(paths["snapshots"]) as kept, xr.open_dataset(paths["traces"]) as traced:
        names = sorted(set(kept.data_vars) - {"diverged"})
        theta = np.concatenate([kept[name].values.reshape(3, 6, -1) for name in names], 2)
        assert traced.step.values.tolist() == list(range(0, 101, 10))
        np.testing.assert_allclose(traced.thermal_time, traced.step * 0.01, rtol=1e-12)
        assert traced.weights.dims == ("replica", "time", "weight")
        assert traced.projections.dims == ("replica", "time", "projection")
        both = traced.isel(time=slice(0, None, 2))
        assert both.step.values.tolist() == kept.step.values.tolist()
        for weight in range(5):
            name, index = str(traced.parameter.values[weight]), int(traced["index"][weight])
            expected = kept[name].values.reshape(3, 6, -1)[..., index]
            np.testing.assert_array_equal(both.weights[..., weight], expected)
        # NumPy's product with the directions as they are drawn one after the other.
        stream = generator(chosen.seed, 0, "traces/directions")
        for number in range(3):
            u = torch.randn(theta.shape[2], generator=stream, dtype=torch.float64).numpy()
            expected = theta.astype(float) @ u / np.linalg.norm(u)
            np.testing.assert_allclose(both.projections[..., number], expected, atol=1e-6)
        assert np.ptp(traced.weights.values, axis=1).max() > 0


def test_the_file_needs_no_project_code(tmp_path):
    chosen = settings(traces={"every": "step", "weights": 1000, "projections": 2, "replicas": 9})
    path = write(tmp_path, chosen)["traces"]
    assert seal.examine(path).state == "intact"
    with xr.open_dataset(path) as dataset:
        # All parameters, of all replicas, at all steps.
        assert dict(dataset.sizes) == {"replica": 5, "time": 101, "weight": 32, "projection": 2}
        assert set(dataset.data_vars) == {"weights", "projections"}
        assert dataset.coords.keys() == {
            *("replica", "step", "thermal_time", "parameter", "index", "projection"),
            *("learning_rate", "batch_size", "seed"),
        }
        for variable in dataset.variables.values():
            assert {"units", "long_name"} <= variable.attrs.keys()
        assert dataset.weights.dtype == dataset.projections.dtype == np.float32
        assert json.loads(dataset.configuration) == json.loads(chosen.model_dump_json())
        assert (dataset.code_fingerprint, dataset.made_by) == ("abc", "simulate")
        assert dataset.device == "cpu"
        assert dataset.title == "gaussian: traces of parameters"


@pytest.mark.parametrize(("finite", "over"), [({}, "probe set"), (FINITE, "whole training set")])
@pytest.mark.parametrize("network", ["replica_last", "mlp"])
def test_the_gradient_norm_is_that_of_autograd(tmp_path, monkeypatch, network, finite, over):
    monkeypatch.setattr(traces, "GRADIENT_SAMPLES", 10)  # nor do parts of a set matter
    options = {"every": 20, "weights": 0, "projections": 0, "gradient_norm": True}
    chosen = settings(network=NETWORKS[network], traces=options, snapshots=6, **finite)
    paths = write(tmp_path, chosen)
    kept, traced = (xr.load_dataset(paths[name]) for name in ("snapshots", "traces"))
    assert traced.gradient_norm.dims == ("replica", "time")
    assert traced.gradient_norm.attrs["long_name"].endswith(f"on the {over}")
    assert set(traced.data_vars) == {"gradient_norm"}
    source = open_source(chosen, None)
    x, y = (source.training_set if finite else source.probe)(range(3))
    two_layer = "V" in kept
    for replica, moment in itertools.product(range(3), range(6)):
        here = kept.isel(replica=replica, record=moment)
        theta = {
            name: torch.tensor(here[name].values, dtype=torch.float64, requires_grad=True)
            for name in set(kept.data_vars) - {"diverged"}
        }
        a = x[replica].double()
        if two_layer:
            logits = torch.relu(a @ theta["W"].T + theta["b"]) @ theta["V"]
        else:
            for k in (1, 2):
                a = torch.relu(a @ theta[f"W{k}"].T + theta[f"b{k}"])
            logits = (a @ theta["W3"].T + theta["b3"])[:, 0]
        binary_cross_entropy_with_logits(logits, y[replica].double()).backward()
        squares = sum(value.grad.square().sum() for value in theta.values())
        found = traced.gradient_norm.values[replica, moment]
        np.testing.assert_allclose(found, squares.sqrt().item(), rtol=1e-6)


def test_directions_have_length_one_and_fewer_are_the_first_of_more():
    many = traces.directions(3, 8, 50)
    np.testing.assert_allclose(many.norm(dim=1), 1, rtol=1e-12)
    assert torch.equal(traces.directions(3, 2, 50), many[:2])
    assert traces.directions(3, 0, 50).shape == (0, 50)
    assert not torch.equal(traces.directions(4, 2, 50), many[:2])


@pytest.mark.parametrize(
    ("every", "batch_size", "set_size", "expected"),
    [
        (1, 1, None, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (4, 1, None, [0, 4, 8]),
        (11, 1, None, [0]),
        ("epoch", 2, 10, [0, 5, 10]),
        ("epoch", 2, 7, [0, 4, 7]),  # 3.5 steps, to the even one
        ("epoch", 4, 24, [0, 6]),
        ("epoch", 5, 3, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),  # more than an epoch in a step
    ],
)
def test_moments_are_steps_or_ends_of_epochs(every, batch_size, set_size, expected):
    finite = (
        {} if set_size is None else {"training_set_size": set_size, "sampling": "with_replacement"}
    )
    chosen = settings(traces={"every": every}, batch_size=batch_size, **finite)
    steps = traces.trace_steps(chosen, last_step=10, set_size=set_size)
    assert steps.tolist() == expected


@pytest.mark.parametrize("size", [10, 11])
def test_epochs_end_where_their_samples_do_as_batches_grow(size):
    schedule = {"batch_size": {"kind": "step", "at": [4, 8], "factor": 2}}
    chosen = settings(
        traces={"every": "epoch"},
        batch_size=2,
        training_set_size=size,
        sampling="with_replacement",
        dynamics={"schedule": schedule},
    )
    # Samples after each step: 0, 2, 4, 6, 8, 12, 16, 20, 24, 32, 40, 48.
    steps = traces.trace_steps(chosen, last_step=11, set_size=size)
    assert steps.tolist() == {10: [0, 5, 7, 9, 10], 11: [0, 5, 8, 9, 11]}[size]


def test_epochs_end_earlier_when_batches_have_grown():
    grown = {"schedule": {"batch_size": {"kind": "step", "at": [4], "factor": 3}}}
    chosen = settings(traces={"every": "epoch"}, batch_size=2, dynamics=grown, **FINITE)
    # Samples after each step: 2, 4, 6, 8, 14, 20, 26, 32, 38, 44, 50.
    assert traces.trace_steps(chosen, last_step=11, set_size=24).tolist() == [0, 7, 11]


@pytest.mark.parametrize("network", NETWORKS)
def test_who_looks_changes_nothing(tmp_path, network):
    chosen = settings(network=NETWORKS[network])
    paths = write(tmp_path / "traced", chosen)
    plain = write(tmp_path / "plain", chosen.model_copy(update={"traces": None}))
    assert not plain["traces"].exists()
    for name in ("run", "snapshots"):
        with xr.open_dataset(paths[name]) as found, xr.open_dataset(plain[name]) as expected:
            xr.testing.assert_equal(found, expected)
    # Nor do other moments, and other replicas beside.
    again = write(tmp_path / "again", settings(network=NETWORKS[network], traces={"every": 14}))
    fewer = settings(network=NETWORKS[network], replicas=3)
    alone = write(tmp_path / "alone", fewer)
    with (
        xr.open_dataset(paths["traces"]) as found,
        xr.open_dataset(again["traces"]) as rarer,
        xr.open_dataset(alone["traces"]) as of_fewer,
    ):
        xr.testing.assert_equal(found.isel(time=slice(0, None, 2)), rarer)
        xr.testing.assert_equal(found, of_fewer)


class Killed(BaseException):
    """Stands for a kill: nothing in the training may catch it."""


class Killing(Checkpoints):
    """Saves at the second opportunity, and is killed some opportunities later."""

    def __init__(self, *arguments, later, **options):
        super().__init__(*arguments, **options)
        self.opportunities, self.later = 0, later

    @property
    def due(self):
        self.opportunities += 1
        if self.opportunities == 2 + self.later:
            raise Killed
        return self.opportunities == 2


@pytest.fixture
def in_small_pieces(monkeypatch):
    """Draws, and so opportunities to save, as often as can be; blocks of two replicas."""
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)
    monkeypatch.setattr(chains, "block_replicas", lambda *_: 2)


@pytest.mark.usefixtures("in_small_pieces")
@pytest.mark.parametrize("later", [1, 2])
@pytest.mark.parametrize("case", [{}, {"network": NETWORKS["mlp"]}, {**FINITE, "every": "epoch"}])
def test_killed_again_and_again_it_ends_with_the_same_bytes(tmp_path, case, later):
    case = dict(case)
    chosen = settings(traces={"every": case.pop("every", 7)}, **case)
    expected = written(tmp_path / "whole", chosen)
    kills = 0
    while True:
        path = tmp_path / "checkpoint.npz"
        checkpoints = Killing(path, later=later, seconds=0, identity={"settings": "{}"})
        lines = []
        journal = Journal(tmp_path / "checkpoint.traces", report=lines.append)
        try:
            found = written(tmp_path, chosen, checkpoints=checkpoints, journal=journal)
        except Killed:
            kills += 1
            continue
        finally:
            assert lines == []
        break
    assert kills >= 3
    assert found == expected
    assert {path.name for path in tmp_path.iterdir()} == {"whole", *(f"{it}.nc" for it in NAMES)}


@pytest.mark.usefixtures("in_small_pieces")
@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(path.read_bytes()[:40]),
        lambda path: path.write_bytes(b"x" + path.read_bytes()[1:]),
    ],
)
def test_a_journal_that_does_not_belong_to_the_checkpoint_is_not_used(tmp_path, spoil):
    expected = written(tmp_path / "whole", settings())

    def attempt(later):
        path = tmp_path / "checkpoint.npz"
        checkpoints = Killing(path, later=later, seconds=0, identity={"settings": "{}"})
        journal = Journal(tmp_path / "checkpoint.traces", report=lines.append)
        return written(tmp_path, settings(), checkpoints=checkpoints, journal=journal)

    lines = []
    with pytest.raises(Killed):
        attempt(1)
    assert lines == []
    spoil(tmp_path / "checkpoint.traces")
    assert attempt(1000) == expected
    (line,) = lines
    assert line.endswith("checkpoint.traces is not what belongs to the checkpoint; starting over")


@pytest.mark.parametrize("deleted", [False, True])
def test_what_another_process_has_written_to_is_part_of_no_result(tmp_path, deleted):
    path, dtype, numbers = tmp_path / "run.traces", np.dtype("float32"), np.arange(9.0)
    left, next_one = Journal(path), Journal(path)
    left.open(dtype)
    left.append(numbers[:3])
    assert next_one.resume(dtype, 3, left.checksum())
    np.testing.assert_array_equal(next_one.read(0, 3), numbers[:3])
    # Both go on, as after the end of their Snakemake, and write the same.
    for journal, part in ((left, slice(3, 5)), (next_one, slice(3, 9)), (left, slice(5, 9))):
        journal.append(numbers[part])
        journal.checksum()
    if deleted:
        left.remove()
    with pytest.raises(UserError, match=r"cannot (use|read) .*run\.traces"):
        next_one.read(0, 9)
    # Whoever is alone then finds that it belongs to no checkpoint, and starts over.
    assert not Journal(path).resume(dtype, 9, next_one.checksum())


def test_how_much_is_written_at_once_changes_no_byte(tmp_path, monkeypatch):
    expected = written(tmp_path / "whole", settings())["traces"]
    monkeypatch.setattr(traces, "PART_BYTES", 1000)
    path = tmp_path / "journal"
    assert written(tmp_path, settings(), journal=Journal(path))["traces"] == expected


def test_a_journal_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=r"cannot write .*file/run\.traces"):
        written(tmp_path, settings(), journal=Journal(tmp_path / "file" / "run.traces"))


def test_precision_is_that_of_the_run(tmp_path):
    chosen = settings(precision="float64", traces={"every": 50})
    with xr.open_dataset(write(tmp_path, chosen)["traces"]) as traced:
        assert traced.weights.dtype == traced.projections.dtype == np.float64
