"""Batches whose size changes, and rates that do, in whole runs."""

import numpy as np
import pytest
import torch
from runs import settings

from thermophoresis.config.grid import batch_size_at, rate_at, record_steps
from thermophoresis.data.source import open_source
from thermophoresis.simulations.callbacks import Checkpoints
from thermophoresis.simulations.ensemble import train

SCHEDULE = {
    "learning_rate": [
        {"kind": "warmup", "unit": "epochs", "over": 1, "start": 0.1},
        {"kind": "cosine", "unit": "epochs", "floor": 0.1},
    ],
    "batch_size": {"kind": "step", "unit": "epochs", "at": [0.5, 1, 2], "factor": 1.7},
}
CHOSEN = {
    "dynamics": {"kind": "sgd", "schedule": SCHEDULE, "momentum": 0.5},
    "sampling": "without_replacement",
    "training_set_size": 40,
    "batch_size": 3,
    "thermal_time_end": None,
    "until": {"epochs": 4},
    "records": {"every": {"epochs": 1}},
    "record_spacing": None,
    "snapshots": "epochs",
    "precision": "float64",
    "labels": "shuffled",
}


def stream_of(chosen):
    return open_source(chosen, None).stream(range(chosen.replicas))


def test_the_samples_of_a_stream_are_taken_each_once_and_in_order():
    chosen = settings(**CHOSEN)
    x, y = stream_of(chosen).take(160)
    cut = stream_of(chosen)
    taken = []
    for size in (3, 1, 16, 40, 7, 93):
        taken.append(cut.take(size))
        assert taken[-1][0].shape[1] == size
        state = cut.state()
        cut = stream_of(chosen)
        cut.restore(state)
    assert torch.equal(torch.cat([it[0] for it in taken], 1), x)
    assert torch.equal(torch.cat([it[1] for it in taken], 1), y)
    # Every epoch has every sample.
    first = torch.cat([it[0] for it in taken], 1)[0].view(4, 40, -1)
    for epoch in first:
        assert len(torch.unique(epoch, dim=0)) == 40


def test_a_run_with_schedules_is_that_of_torch():
    chosen = settings(**CHOSEN)
    trained = train(chosen, open_source(chosen, None), device="cpu")
    x, y = stream_of(chosen).take(200)
    snapshots = trained.snapshots.isel(replica=0)
    parameters = {
        name: torch.tensor(snapshots[name].values[0], requires_grad=True)
        for name in ("W", "b", "V")
    }
    optimiser = torch.optim.SGD(parameters.values(), lr=1.0, momentum=0.5)
    steps, drawn = record_steps(chosen).tolist(), 0
    sizes = set()
    for step in range(steps[-1] + 1):
        if step in steps:
            for name, value in parameters.items():
                np.testing.assert_allclose(
                    snapshots[name].values[steps.index(step)], value.detach(), rtol=1e-9
                )
        optimiser.param_groups[0]["lr"] = rate_at(chosen, step)
        size = batch_size_at(chosen, step)
        sizes.add(size)
        own = slice(drawn, drawn + size)
        drawn += size
        if step == steps[-1]:
            break
        optimiser.zero_grad()
        hidden = torch.relu(x[0, own] @ parameters["W"].T + parameters["b"])
        logits = hidden @ parameters["V"]
        torch.nn.functional.binary_cross_entropy_with_logits(logits, y[0, own]).backward()
        optimiser.step()
    assert len(sizes) == 4
    run = trained.run
    assert run["epoch"].values == pytest.approx([0, 1, 2, 3, 4], abs=0.15)
    assert run["scheduled_batch_size"].values.tolist()[0] == 3
    assert run["scheduled_learning_rate"].values[[0, -1]] == pytest.approx([0.01, 0.01], rel=0.1)
    eta = np.array([rate_at(chosen, step) for step in range(steps[-1])])
    sizes = np.array([batch_size_at(chosen, step) for step in range(steps[-1])])
    np.testing.assert_allclose(run["thermal_time"].values[-1], (eta**2 / sizes).sum())
    np.testing.assert_allclose(run["training_time"].values[-1], eta.sum())


class Stopping(Checkpoints):
    """Keeps everything, and stops after so many checkpoints."""

    def __init__(self, kept=None, after=10**9):
        self.kept, self.after = kept or {}, after

    due = True

    def load(self, **identity):
        return dict(self.kept)

    def save(self, content):
        self.kept = {name: np.array(value) for name, value in content.items()}
        self.after -= 1
        if not self.after:
            raise KeyboardInterrupt


def test_an_interrupted_run_ends_with_the_same_bits():
    chosen = settings(**CHOSEN)
    whole = train(chosen, open_source(chosen, None), device="cpu")
    for after in (1, 7, 20):
        stopped = Stopping(after=after)
        with pytest.raises(KeyboardInterrupt):
            train(chosen, open_source(chosen, None), device="cpu", checkpoints=stopped)
        resumed = train(
            chosen, open_source(chosen, None), device="cpu", checkpoints=Stopping(stopped.kept)
        )
        assert resumed.run.identical(whole.run)
        assert resumed.snapshots.identical(whole.snapshots)
