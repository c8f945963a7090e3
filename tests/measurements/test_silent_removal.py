"""Outputs with and without units that no sample activates."""

import numpy as np
import pytest
import torch
from runs import settings as run_settings
from training import train

from thermophoresis.config.measurements.silent_removal import SilentRemoval
from thermophoresis.config.network import NetworkSettings
from thermophoresis.measurements import silent_removal
from thermophoresis.measurements.silent_removal import LONG_NAMES, removal
from thermophoresis.networks.two_layer import TwoLayer

HIDDEN, SAMPLES = 12, 400


def draw(bias):
    stream = torch.Generator().manual_seed(4)
    network = TwoLayer(3, HIDDEN, bias=bias)
    parameters = {
        "W": torch.randn(1, HIDDEN, 3, generator=stream, dtype=torch.float64) - 0.8,
        "V": torch.randn(1, HIDDEN, generator=stream, dtype=torch.float64),
    }
    if bias:
        parameters["b"] = 0.5 * torch.randn(1, HIDDEN, generator=stream, dtype=torch.float64)
    return network, parameters, torch.rand(1, SAMPLES, 3, generator=stream, dtype=torch.float64)


@pytest.mark.parametrize("bias", [True, False])
def test_what_is_lost_is_what_the_removed_units_gave(bias):
    network, parameters, x = draw(bias)
    x[:, : SAMPLES // 2] = 0.45 + 0.1 * x[:, : SAMPLES // 2]  # some are active elsewhere alone
    W, V = (parameters[name][0].numpy() for name in ("W", "V"))
    b = parameters["b"][0].numpy() if bias else 0
    units = np.maximum(x[0].numpy() @ W.T + b, 0) * V  # what each unit gives, (sample, unit)
    halves = units[: SAMPLES // 2], units[SAMPLES // 2 :]
    silent = (halves[0] == 0).all(axis=0)
    lost = halves[1][:, silent].sum(axis=1)
    assert 0 < silent.sum() < HIDDEN
    assert np.abs(lost).max() > 0
    found = removal(*network.as_layered(parameters), x)
    assert found["removed_units"] == silent.mean()
    assert found["output_change"] < 1e-12
    elsewhere = (lost**2).mean() / (halves[1].sum(axis=1) ** 2).mean()
    assert found["output_change_elsewhere"] == pytest.approx(elsewhere**0.5, rel=1e-9)


def test_the_change_is_the_largest_over_the_root_mean_square(monkeypatch):
    network, parameters, x = draw(True)
    chain, views = network.as_layered(parameters)
    outputs = chain.activations(views, x)[1][0, : SAMPLES // 2]
    first = silent_removal.Layered.activations

    def spoilt(self, *arguments):
        inputs, found = first(self, *arguments)
        return inputs, found + 0.25 * (len(arguments[0]["W1"][0]) < HIDDEN)

    monkeypatch.setattr(silent_removal.Layered, "activations", spoilt)
    size = outputs.square().mean().sqrt().item()
    assert removal(chain, views, x)["output_change"] == pytest.approx(0.25 / size)


def test_nothing_is_lost_where_no_unit_is_silent():
    network, parameters, x = draw(True)
    parameters["b"] = parameters["b"] + 10
    assert removal(*network.as_layered(parameters), x) == {"removed_units": 0.0}


def test_it_makes_what_it_declares_along_a_run():
    network = {"kind": "two_layer", "inputs": 3, "hidden": 6, "bias": False}
    run = run_settings(
        replicas=4, snapshots=3, probe_size=8, network=network, data={"kind": "uniform"}
    )
    snapshots = train(run).snapshots.assign_attrs(
        configuration=run.model_dump_json(), code_fingerprint=""
    )
    snapshots["diverged"][1, 2:] = 1
    chosen = SilentRemoval().of(run)
    assert chosen.samples == 8
    found = silent_removal.measure(chosen, [run], [snapshots], [])
    assert {*LONG_NAMES} == {*SilentRemoval.variables}
    removed = found["removed_units"].values
    assert np.isnan(removed[1, 2:]).all()
    assert np.isfinite(np.delete(removed, 1, axis=0)).all()
    assert 0 < np.nanmean(removed) < 1
    for name in ("output_change", "output_change_elsewhere"):
        some = (removed > 0) & (removed < 1)
        assert np.isfinite(found[name].values[some]).all()
        assert np.isnan(found[name].values[removed == 0]).all()
    assert np.nanmax(found["output_change"]) < 1e-9
    assert "removed_units" in silent_removal.describe(found)


@pytest.mark.parametrize(
    ("network", "samples", "words"),
    [
        ({"kind": "two_layer", "hidden": 4, "activation": "tanh"}, 8, "activation: relu"),
        ({"kind": "mlp", "hidden": [4]}, 8, "kind: two_layer"),
        ({"kind": "two_layer", "hidden": 4}, 9, "got 9; must be <= probe_size (8)"),
        ({"kind": "two_layer", "hidden": 4}, 8, None),
    ],
)
def test_what_it_cannot_be_with_is_refused(network, samples, words):
    run = run_settings(network={"inputs": 3, **network}, probe_size=8)
    training = {"network": run.network, "probe_size": 8}
    assert isinstance(run.network, NetworkSettings)
    told = [it.message for it in SilentRemoval(samples=samples).problems(training)]
    assert all(words in it for it in told)
    assert len(told) == (words is not None)
