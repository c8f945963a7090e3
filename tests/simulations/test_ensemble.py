"""An ensemble, from settings to what is recorded of it."""

import numpy as np
import pytest
import torch
import xarray as xr
from reference import train_reference
from runs import settings
from scipy.stats import norm
from training import train

from thermophoresis.config.grid import record_steps
from thermophoresis.config.networks.two_layer import TwoLayerNetwork
from thermophoresis.config.observable import every
from thermophoresis.data import gaussian
from thermophoresis.data.source import open_source
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.activation import gaussian_activation_rate
from thermophoresis.simulations.dynamics import sgd
from thermophoresis.simulations.progress import Progress
from thermophoresis.simulations.sgd.chains import stepper as chains

RECORDED_HERE = TwoLayerNetwork.records


@pytest.mark.parametrize("batch_size", [1, 3])
def test_the_recorded_curve_is_that_of_the_reference(batch_size):
    chosen = settings(precision="float64", batch_size=batch_size)
    dataset = train(chosen).run
    network = TwoLayer(6, 4)
    options = {"learning_rate": 0.1, "batch_size": batch_size, "seed": 3}
    for replica in (0, 4):
        for record, step in enumerate(record_steps(chosen).tolist()):
            expected = train_reference(network, gaussian, replica=replica, steps=step, **options)
            found = dataset.isel(replica=replica, record=record)
            rate = gaussian_activation_rate(expected["W"][None], expected["b"][None]).item()
            assert found.activation_rate.item() == pytest.approx(rate, rel=1e-6)
            assert found.second_layer_norm.item() == pytest.approx(
                expected["V"].norm().item(), rel=1e-6
            )


def test_a_replica_does_not_depend_on_the_others():
    few = train(settings(replicas=2)).run
    many = train(settings(replicas=70)).run.isel(replica=slice(2))
    xr.testing.assert_identical(few.drop_attrs(), many.drop_attrs())


def test_blocks_of_replicas_join_up(monkeypatch):
    whole = train(settings()).run
    monkeypatch.setattr(chains, "block_replicas", lambda *_: 2)
    xr.testing.assert_identical(train(settings()).run, whole)


def test_how_often_is_recorded_changes_nothing_else():
    coarse = train(settings(records=2)).run
    fine = train(settings(records=11)).run
    xr.testing.assert_identical(coarse.drop_attrs(), fine.isel(record=[0, 10]).drop_attrs())


FINITE = {"sampling": "without_replacement", "training_set_size": 20, "labels": "shuffled"}
NETWORKS = {
    "two_layer": {"kind": "two_layer", "inputs": 6, "hidden": 4},
    "deep": {"kind": "mlp", "inputs": 6, "hidden": [5, 4]},
    "linear": {"kind": "mlp", "inputs": 6, "hidden": []},
}


@pytest.mark.parametrize("name", NETWORKS)
def test_what_else_is_recorded_changes_nothing(name):
    chosen = settings(network=NETWORKS[name], **FINITE)
    of_units = ("activation", "silent", "bias", "second")
    # Budgets of drifts need samples that are new at every step.
    names = [it for it in every() if not it.startswith("drift_budget")]
    # Labels can be wrong where the data have their own.
    names = [it for it in names if it not in ("memorised_share", "clean_train_accuracy")]
    if name == "linear":
        names = [it for it in names if not it.startswith((*of_units, "mean", "moved"))]
    alone, beside = train(chosen), train(settings(network=NETWORKS[name], **FINITE, record=names))
    assert {*beside.run.data_vars} == {*names, "diverged"}
    xr.testing.assert_identical(
        beside.run[[*alone.run.data_vars]].drop_attrs(), alone.run.drop_attrs()
    )
    xr.testing.assert_identical(beside.snapshots.drop_attrs(), alone.snapshots.drop_attrs())
    few = train(settings(network=NETWORKS[name], **FINITE, record=names, replicas=2)).run
    xr.testing.assert_identical(beside.run.isel(replica=slice(2)).drop_attrs(), few.drop_attrs())
    for observable in names:
        if observable != "activation_rate_unit":  # with NaN behind the units of a layer
            assert beside.run[observable].notnull().all(), observable


def test_what_is_recorded_has_its_axes_and_is_that_of_the_snapshots():
    record = ["parameter_norm", "activation_rate_unit", "distance_from_start"]
    chosen = settings(network=NETWORKS["deep"], record=record, snapshots=6, precision="float64")
    run, snapshots = train(chosen)
    assert run.parameter_norm.dims == ("replica", "record", "block")
    assert run.block.values.tolist() == ["W1", "b1", "W2", "b2", "W3", "b3"]
    assert run.activation_rate_unit.dims == ("replica", "record", "layer", "unit")
    assert run.activation_rate_unit.isnull().any(("replica", "record")).values.tolist() == [
        [False] * 5,
        [False] * 4 + [True],
    ]
    moved = 0
    for name in run.block.values:
        axes = snapshots[name].dims[2:]
        norm = np.sqrt((snapshots[name] ** 2).sum(axes))
        np.testing.assert_allclose(run.parameter_norm.sel(block=name), norm, rtol=1e-6)
        moved = moved + ((snapshots[name] - snapshots[name].isel(record=0)) ** 2).sum(axes)
    np.testing.assert_allclose(run.distance_from_start, np.sqrt(moved), rtol=1e-6)
    assert (run.distance_from_start[:, 0] == 0).all()


def test_divergence_is_not_decided_by_what_else_is_recorded():
    options = {"learning_rate": 0.9, "thermal_time_end": 200.0, "records": 8, "replicas": 8}
    options["divergence_loss"] = 2.0
    more = ["gradient_norm", "tic", "largest_eigenvalue", *RECORDED_HERE]
    found = train(settings(record=more, **options)).run
    expected = train(settings(**options)).run
    assert expected.diverged.any()
    xr.testing.assert_identical(found[[*expected.data_vars]].drop_attrs(), expected.drop_attrs())
    assert (found.gradient_norm.isnull() == (found.diverged == 1)).all()


def test_snapshots_are_the_parameters_of_the_reference():
    chosen = settings(precision="float64", snapshots=2)
    snapshots = train(chosen).snapshots
    expected = train_reference(
        TwoLayer(6, 4), gaussian, replica=2, steps=100, learning_rate=0.1, batch_size=1, seed=3
    )
    for name, value in expected.items():
        found = snapshots[name].isel(replica=2, record=-1)
        np.testing.assert_allclose(found, value, rtol=1e-10)


def test_snapshots_are_of_the_first_replicas_across_blocks(monkeypatch):
    whole = train(settings()).snapshots
    monkeypatch.setattr(chains, "block_replicas", lambda *_: 2)
    few = train(settings(snapshot_replicas=3))
    assert few.snapshots.sizes["replica"] == 3
    assert few.run.sizes["replica"] == 5
    xr.testing.assert_identical(few.snapshots, whole.isel(replica=slice(3)))


def test_snapshots_change_nothing_else():
    few = train(settings(snapshots=2, snapshot_replicas=1)).run
    xr.testing.assert_identical(few, train(settings()).run)


def test_a_run_without_snapshots_is_the_same_run():
    without = train(settings(snapshots=0))
    assert without.snapshots is None
    xr.testing.assert_identical(without.run, train(settings()).run)


def test_finite_sets_and_fixed_labels_can_be_learned():
    options = {"thermal_time_end": 30.0, "records": 2, "precision": "float64"}
    finite = {"sampling": "without_replacement", "training_set_size": 4, "labels": "shuffled"}
    memorised = train(settings(**options, **finite)).run
    online = train(settings(**options)).run
    # Four samples can be fitted, and the output grows for it; pure noise cannot.
    assert memorised.second_layer_norm[:, -1].mean() > 2 * online.second_layer_norm[:, -1].mean()


def test_diverged_replicas_are_marked_and_never_come_back():
    chosen = settings(
        learning_rate=0.9, thermal_time_end=200.0, records=20, replicas=64, divergence_loss=2.0
    )
    dataset = train(chosen).run
    diverged = dataset.diverged.values
    assert 0 < diverged[:, -1].sum() < 64
    assert (np.diff(diverged, axis=1) >= 0).all()
    for name in RECORDED_HERE:
        np.testing.assert_array_equal(dataset[name].isnull(), diverged == 1)
    assert dataset.loss.max() <= 2.0


def test_numbers_that_overflow_are_a_divergence():
    lines = []
    chosen = settings(learning_rate=50.0, thermal_time_end=1e6, records=3)
    dataset = train(chosen, progress=Progress(chosen, lines.append)).run
    assert dataset.diverged.values[:, -1].all()
    assert lines[-1].endswith("; 5 of 5 replicas diverged")


@pytest.mark.parametrize("bias", [True, False])
def test_logistic_regression_is_recorded_as_far_as_it_can_be(bias):
    chosen = settings(network={"kind": "mlp", "inputs": 6, "hidden": [], "bias": bias}, snapshots=6)
    run, snapshots = train(chosen)
    recorded = {"loss", "squared_error", "gradient_variance"}
    assert {name for name in run.data_vars if run[name].dims == ("replica", "record")} == {
        *recorded,
        "diverged",
    }
    assert {*snapshots.data_vars} == {"W1", "diverged"} | ({"b1"} if bias else set())
    for replica in range(5):
        x, y = (
            it[0].numpy() for it in open_source(chosen, None).probe(range(replica, replica + 1))
        )
        for record in range(6):
            own = snapshots.isel(replica=replica, record=record)
            z = x @ own.W1.values[0].astype(float) + (own.b1.item() if bias else 0)
            p = 1 / (1 + np.exp(-z))
            gradients = (p - y)[:, None] * np.hstack([x, np.ones((len(x), int(bias)))])
            expected = {
                "loss": (np.logaddexp(0, z) - y * z).mean(),
                "squared_error": ((p - y) ** 2).mean(),
                "gradient_variance": gradients.var(0, ddof=1).mean(),
            }
            for name, value in expected.items():
                at = {"replica": replica, "record": record}
                assert run[name].isel(at).item() == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu", "identity"])
def test_activation_rates_of_layers_are_those_of_a_forward_pass(activation):
    network = {"kind": "mlp6", "inputs": 6, "hidden": 8, "activation": activation}
    chosen = settings(network=network, snapshots=6)
    run, snapshots = train(chosen)
    assert run.activation_rate_layer.dims == ("replica", "record", "layer")
    assert run.layer.values.tolist() == [1, 2, 3, 4, 5]
    assert run.layer.attrs == {"long_name": "number of the hidden layer", "units": "1"}
    for replica in range(5):
        x = open_source(chosen, None).probe(range(replica, replica + 1))[0][0].numpy()
        for record in range(6):
            units, own = x, snapshots.isel(replica=replica, record=record)
            found = run.isel(replica=replica, record=record)
            for layer in range(1, 6):
                u = units @ own[f"W{layer}"].values.T.astype(float) + own[f"b{layer}"].values
                units, slope = {
                    "relu": (np.maximum(u, 0), u > 0),
                    "tanh": (np.tanh(u), np.cosh(u) ** -2),
                    "gelu": (u * norm.cdf(u), norm.cdf(u) + u * norm.pdf(u)),
                    "identity": (u, np.ones_like(u)),
                }[activation]
                rate = found.activation_rate_layer.sel(layer=layer).item()
                assert rate == pytest.approx(slope.mean(), rel=1e-6)
            mean = found.activation_rate_layer.mean("layer").item()
            assert found.activation_rate.item() == pytest.approx(mean, rel=1e-6)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
def test_cuda_records_what_the_cpu_records():
    chosen = settings(precision="float64")
    on_gpu = train(chosen, device="cuda").run.drop_attrs()
    xr.testing.assert_allclose(on_gpu, train(chosen).run.drop_attrs(), rtol=1e-6)


def test_large_training_sets_make_blocks_narrower_and_change_no_bit(monkeypatch):
    finite = {"training_set_size": 50, "sampling": "without_replacement", "labels": "shuffled"}
    chosen = settings(**finite)
    expected = train(chosen)
    starts = []
    start = sgd.Evolution.start

    def counted(self, replicas):
        starts.append(replicas)
        return start(self, replicas)

    monkeypatch.setattr(sgd.Evolution, "start", counted)
    # Two replicas, each of 50 samples of six numbers in single precision.
    monkeypatch.setattr(sgd, "SET_BYTES", 2 * 50 * (sgd.ORDER_BYTES + 6 * 4))
    found = train(chosen)
    assert starts == [range(2), range(2, 4), range(4, 5)]
    assert found.run.identical(expected.run)
