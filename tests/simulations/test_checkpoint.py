"""Interrupted training goes on to the same bits; a checkpoint that does not fit is refused."""

import io
import pickle

import numpy as np
import pytest
import torch
import xarray as xr
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from runs import settings as run_settings
from training import train

from thermophoresis import cli
from thermophoresis.config.canonical import canonical_json
from thermophoresis.data import gaussian, image_file
from thermophoresis.data.image_file import TEST, TRAIN, Images
from thermophoresis.data.samples import SampleStream
from thermophoresis.provenance import record
from thermophoresis.provenance.files import write_sealed
from thermophoresis.simulations import checkpoint, ensemble
from thermophoresis.simulations.checkpoint import Checkpoints
from thermophoresis.simulations.progress import Progress
from thermophoresis.simulations.run import train_run
from thermophoresis.simulations.sgd import engine
from thermophoresis.simulations.sgd.chains import stepper as chains

IDENTITY = {"settings": "{}", "code": "abc", "package versions": "{}"}
FINITE = {"training_set_size": 24}
CASES = {
    "replica_last": {},
    "batches": {"batch_size": 3},
    "deferred_update": {"network": {"kind": "two_layer", "inputs": 40, "hidden": 40}},
    "without_replacement": {**FINITE, "sampling": "without_replacement", "labels": "shuffled"},
    "with_replacement": {**FINITE, "sampling": "with_replacement"},
    "everything_recorded": {
        **FINITE,
        "sampling": "without_replacement",
        "labels": "shuffled",
        "record": [
            *("accuracy", "train_accuracy", "train_loss", "silent_units", "activation_rate_unit"),
            *("parameter_norm", "distance_from_start", "update_size", "tic", "norm_test"),
            *("gradient_noise_scale", "largest_eigenvalue"),
        ],
    },
    "diverging": {"learning_rate": 50.0, "thermal_time_end": 1e6, "records": 4},
    "mlp6": {"network": {"kind": "mlp6", "inputs": 6, "hidden": 4}},
    "momentum": {"dynamics": {"momentum": 0.9, "weight_decay": 0.1, "freeze": ["V"]}},
    "scaled_noise": {
        **FINITE,
        "sampling": "without_replacement",
        "labels": "shuffled",
        "loss": "squared",
        "dynamics": {"momentum": 0.9, "nesterov": True, "noise_scale": 0.5},
    },
    "one_replica": {"replicas": 1, "network": {"kind": "mlp6", "inputs": 6, "hidden": 4}},
    "images": {
        "network": {"kind": "mlp6", "hidden": 4},
        "data": {"kind": "images", "dataset": "tiny"},
        "sampling": "without_replacement",
        "labels": "true",
    },
}


def settings(**changes):
    shorter = {
        "thermal_time_end": 1.5,
        "record_spacing": "quadratic",
        "snapshots": 3,
        "probe_size": 8,
    }
    return run_settings(**shorter | changes)


@pytest.fixture
def data(tmp_path):
    """A data file of a few images of noise."""
    drawn = np.random.default_rng(0)
    path = tmp_path / "images.nc"
    content = Images(
        drawn.integers(0, 256, (40, 1, 3, 3), dtype=np.uint8),
        drawn.integers(0, 2, 40).astype(np.int16),
        np.where(np.arange(40) % 4, TRAIN, TEST).astype(np.int8),
        ("a", "b"),
        "noise",
        "none",
    )
    image_file.write(content, path, mean=(0.5,), std=(0.25,), attributes={"title": "t"})
    return path


class Killed(BaseException):
    """Stands for a kill: nothing in the training may catch it."""


class Killing(Checkpoints):
    """Saves at the second opportunity, and is killed right after."""

    opportunities = 0

    @property
    def due(self):
        # The first is where it has just resumed: saving there, it would stand still for ever.
        self.opportunities += 1
        return self.opportunities > 1

    def save(self, content):
        super().save(content)
        raise Killed


def train_with_kills(path, chosen, **options):
    """Train, killed after every checkpoint; return what comes of it and how often it was killed."""
    for kills in range(1000):
        checkpoints = Killing(path, seconds=0, identity=IDENTITY)
        try:
            return train(chosen, checkpoints=checkpoints, **options), kills
        except Killed:
            continue
    raise AssertionError("it gets nowhere")


@pytest.mark.parametrize("blocks", [1, 2])
@pytest.mark.parametrize("case", CASES)
def test_killed_at_every_checkpoint_it_ends_with_the_same_bits(
    monkeypatch, tmp_path, data, case, blocks
):
    monkeypatch.setattr(engine, "DRAW_BYTES", 2**10)  # a few steps: it offers to save at each draw
    if blocks > 1:
        monkeypatch.setattr(chains, "block_replicas", lambda *_: 2)
        monkeypatch.setattr("thermophoresis.simulations.sgd.general.BLOCK_REPLICAS", 2)
    chosen = settings(**CASES[case])
    images = {"data": data} if case == "images" else {}
    whole = train(chosen, **images)
    resumed, kills = train_with_kills(tmp_path / "checkpoint.npz", chosen, **images)
    assert kills >= 3
    for found, expected in zip(resumed, whole, strict=True):
        xr.testing.assert_identical(found, expected)


def test_it_says_where_it_goes_on(monkeypatch, tmp_path):
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)
    monkeypatch.setattr(chains, "block_replicas", lambda *_: 3)
    path = tmp_path / "checkpoint.npz"
    checkpoints = Killing(path, seconds=0, identity=IDENTITY)
    with pytest.raises(Killed):
        train(settings(), checkpoints=checkpoints)
    lines = []
    again = Checkpoints(path, seconds=np.inf, identity=IDENTITY, report=lines.append)
    train(settings(), checkpoints=again, progress=Progress(settings(), lines.append))
    assert lines[1].endswith("gaussian lr=0.1 batch=1 seed=3: resumed at step 1 of replicas 0 to 2")


def write(path, checkpoint, report=lambda line: None):
    """Train to a file, offering to save at every draw; return all bytes that come of it."""
    outputs = {"output": path / "run.nc", "snapshots": path / "snapshots.nc"}
    train_run(
        settings(),
        fingerprint="abc",
        checkpoints=Checkpoints(checkpoint, seconds=0, identity=IDENTITY, report=report),
        device="cpu",
        **outputs,
    )
    return [output.read_bytes() for output in outputs.values()]


def test_the_checkpoint_is_gone_when_the_results_are_there(tmp_path):
    write(tmp_path, tmp_path / "checkpoint.npz")
    assert {path.name for path in tmp_path.iterdir()} == {"run.nc", "snapshots.nc"}


@hypothesis_settings(max_examples=25)
@given(
    before=st.integers(0, 70),
    between=st.integers(0, 60),
    size=st.integers(1, 40),
    sampling=st.sampled_from(
        ["online", "with_replacement", "without_replacement", "fixed_order", "fresh_subset"]
    ),
)
def test_a_stream_goes_on_from_its_state(before, between, size, sampling):
    def make():
        finite = {} if sampling == "online" else {"training_set_size": size, "labels": "shuffled"}
        return SampleStream(
            gaussian,
            seed=5,
            replicas=range(2, 4),
            inputs=3,
            sampling=sampling,
            batch_size=max(1, size // 3),
            **finite,
        )

    first, second = make(), make()
    first.take(before)
    state = first.state()
    expected = first.take(17)
    second.take(between)
    second.restore(state)
    for found, wanted in zip(second.take(17), expected, strict=True):
        assert torch.equal(found, wanted)


class Explosive:
    """Unpickling it makes a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def load(path, identity=IDENTITY, **more):
    lines = []
    return Checkpoints(path, seconds=0, identity=identity, report=lines.append).load(**more), lines


@pytest.fixture
def saved(tmp_path):
    path = tmp_path / "checkpoint.npz"
    checkpoints = Checkpoints(path, seconds=0, identity=IDENTITY)
    assert checkpoints.load(device="cpu") == {}
    checkpoints.save({"step": np.array(7), "parameters/W": np.arange(6.0).reshape(2, 3)})
    return path


def test_what_was_saved_comes_back(saved):
    found, lines = load(saved, device="cpu")
    assert lines == []
    assert found.keys() == {"step", "parameters/W"}
    np.testing.assert_array_equal(found["parameters/W"], np.arange(6.0).reshape(2, 3))


@pytest.mark.parametrize(
    ("identity", "device", "told"),
    [
        ({**IDENTITY, "code": "def"}, "cpu", "code"),
        ({**IDENTITY, "settings": '{"seed":1}'}, "cpu", "settings"),
        ({**IDENTITY, "package versions": '{"torch":"1"}', "code": "d"}, "cpu", "code, package"),
        (IDENTITY, "cuda", "device"),
    ],
)
def test_one_that_belongs_to_something_else_is_refused(saved, identity, device, told):
    found, (line,) = load(saved, identity, device=device)
    assert found == {}
    assert f"{saved} is from other {told}" in line
    assert line.endswith("; starting over")


def test_training_on_another_device_starts_over(monkeypatch, tmp_path):
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)
    path = tmp_path / "checkpoint.npz"
    with pytest.raises(Killed):
        train(settings(), checkpoints=Killing(path, seconds=0, identity=IDENTITY))
    found, (line,) = load(path, device="cuda", stepper="chains.lanes", data="sha256:0")
    assert found == {}
    assert "is from other device, data; starting over" in line


def test_training_on_another_model_of_gpu_starts_over(monkeypatch, tmp_path):
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "H100")
    # No test may need a GPU: the CPU stands for two of them.
    monkeypatch.setattr(ensemble, "model_of", lambda device: engine.model_of(torch.device("cuda")))
    path = tmp_path / "checkpoint.npz"
    with pytest.raises(Killed):
        train(settings(), checkpoints=Killing(path, seconds=0, identity=IDENTITY))
    lines = []
    checkpoints = Checkpoints(path, seconds=np.inf, identity=IDENTITY, report=lines.append)
    train(settings(), checkpoints=checkpoints)
    assert lines == []
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: "A100")
    train(settings(), checkpoints=checkpoints)
    assert lines == [f"the checkpoint {path} is from other device; starting over"]


def test_training_in_blocks_of_another_width_starts_over(monkeypatch, tmp_path):
    path, lines = tmp_path / "checkpoint.npz", []
    whole = train(settings())
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)
    monkeypatch.setattr(chains, "block_replicas", lambda *_: 3)
    with pytest.raises(Killed):
        train(settings(), checkpoints=Killing(path, seconds=0, identity=IDENTITY))
    monkeypatch.setattr(chains, "block_replicas", lambda *_: 2)
    checkpoints = Checkpoints(path, seconds=np.inf, identity=IDENTITY, report=lines.append)
    again = train(settings(), checkpoints=checkpoints)
    assert lines == [f"the checkpoint {path} is from other blocks; starting over"]
    for found, expected in zip(again, whole, strict=True):
        xr.testing.assert_identical(found, expected)


def test_a_truncated_one_is_refused(saved):
    content = saved.read_bytes()
    for length in {0, 1, 10, len(content) // 2, len(content) - 1}:
        saved.write_bytes(content[:length])
        assert load(saved, device="cpu") == (
            {},
            [f"the checkpoint {saved} is damaged; starting over"],
        )


def test_a_flipped_byte_is_refused(saved):
    content = saved.read_bytes()
    for position in range(0, len(content), 7):
        flipped = bytearray(content)
        flipped[position] ^= 0x41
        saved.write_bytes(flipped)
        found, (line,) = load(saved, device="cpu")
        assert found == {}
        assert "is damaged; starting over" in line


@pytest.mark.parametrize("as_archive", [True, False])
def test_nothing_is_unpickled(tmp_path, saved, as_archive):
    bomb = Explosive(tmp_path / "exploded")
    content = io.BytesIO()
    if as_archive:
        np.savez(content, step=np.array([bomb], dtype=object), allow_pickle=True)
    else:
        pickle.dump(bomb, content)
    write_sealed(saved, content.getvalue())
    found, (line,) = load(saved, device="cpu")
    assert found == {}
    assert "is damaged; starting over" in line
    assert not bomb.path.exists()


def test_one_that_cannot_be_written_ends_no_training(tmp_path):
    expected = write(tmp_path / "whole", tmp_path / "checkpoint.npz")
    (tmp_path / "file").touch()
    path = tmp_path / "file" / "checkpoint.npz"  # its folder is a file
    lines = []
    assert write(tmp_path, path, lines.append) == expected
    assert lines
    assert all(line.startswith(f"no checkpoint: cannot write {path}") for line in lines)


def test_one_that_cannot_be_deleted_ends_no_training(tmp_path):
    expected = write(tmp_path / "whole", tmp_path / "checkpoint.npz")
    path = tmp_path / "checkpoint.npz"
    path.mkdir()
    lines = []
    assert write(tmp_path, path, lines.append) == expected
    first, *_, last = [line for line in lines if str(path) in line]
    assert first == f"the checkpoint {path} cannot be read (Is a directory); starting over"
    assert last == f"the checkpoint {path} cannot be deleted (Is a directory)"


@pytest.mark.parametrize(
    ("changes", "code", "versions", "told"),
    [
        ({}, "abc", {}, "resumed at step 1"),
        ({"divergence_loss": 19.0}, "abc", {}, "is from other settings; starting over"),
        ({}, "def", {}, "is from other code; starting over"),
        ({}, "abc", {"torch": "1"}, "is from other package versions; starting over"),
    ],
)
def test_a_job_goes_on_from_its_own_checkpoint_alone(
    monkeypatch, tmp_path, capsys, changes, code, versions, told
):
    monkeypatch.setattr(engine, "DRAW_BYTES", 1)
    monkeypatch.setattr("thermophoresis.provenance.fingerprint.confirm", lambda *given: None)

    def job(chosen, code):
        """Run the command of a run's rule."""
        options = {
            "settings": canonical_json(chosen),
            "fingerprint": code,
            "device": "cpu",
            "checkpoint": tmp_path / "checkpoint.npz",
            "checkpoint-seconds": 0,
        }
        arguments = [f"--{name}={value}" for name, value in options.items()]
        outputs = [str(tmp_path / "run.nc"), str(tmp_path / "snapshots.nc")]
        return cli.main(["make", "simulate", *arguments, "--outputs", *outputs])

    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "Checkpoints", Killing)
        with pytest.raises(Killed):
            job(settings(), "abc")
    capsys.readouterr()
    present = record.package_versions()
    monkeypatch.setattr(record, "package_versions", lambda: present | versions)
    assert job(settings(**changes), code) == 0
    assert told in capsys.readouterr().err
