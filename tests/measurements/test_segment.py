"""What lies between two runs, against autograd, a quadratic and what runs record."""

import numpy as np
import pytest
import torch
import xarray as xr
from runs import settings as run_settings
from training import train

from thermophoresis.config.measurements.segment import Segment
from thermophoresis.errors import UserError
from thermophoresis.measurements import segment
from thermophoresis.measurements.each_snapshot import opened
from thermophoresis.measurements.segment import (
    ALPHA,
    STEPS,
    Line,
    Samples,
    at_ends,
    barrier,
    curves,
)
from thermophoresis.networks.differentiable import logits
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.losses.squared import Squared

RISE = 0.02
FINITE = {
    "network": {"kind": "mlp", "inputs": 3, "hidden": [4], "activation": "tanh"},
    "sampling": "with_replacement",
    "labels": "shuffled",
    "training_set_size": 12,
    "thermal_time_end": 4.0,
    "replicas": 3,
    "records": 3,
    "snapshots": 3,
}


def of_runs(precision="float64", between=(1, 2), **more):
    """Return what two runs left, and what is found on the segment between them."""
    runs, found = [], []
    for rate in (0.1, 0.2):
        run = run_settings(learning_rate=rate, precision=precision, **(FINITE | more))
        runs.append(run)
        found.append(train(run, device="cpu"))
    settings = Segment(kind="segment", between={"there": between}, rise=RISE)
    return found, segment.measure(settings, runs, [it[1] for it in found], ())


@pytest.mark.parametrize(("precision", "error"), [("float64", 1e-6), ("float32", 1e-6)])
@pytest.mark.parametrize("replicas", [1, 3])
def test_ends_have_the_recorded_losses_and_accuracies(precision, error, replicas):
    """Records are kept in float32."""
    found, measured = of_runs(precision, replicas=replicas, record=["accuracy", "train_loss",
                              "train_accuracy"])  # fmt: skip
    for (recorded, _), alpha in zip(found, (0, 1), strict=True):
        at = measured.sel(segment="there", alpha=alpha)
        for name in segment.CURVES:
            np.testing.assert_allclose(at[name], recorded[name], rtol=error, atol=error)


def test_ends_have_the_losses_of_autograd_in_float64():
    """What torch's own layers make of the parameters of both runs, and their second derivatives."""
    found, measured = of_runs()
    runs = [run_settings(learning_rate=rate, precision="float64", **FINITE) for rate in (0.1, 0.2)]
    source, network = opened(runs[0], ())
    x, y = source.training_set(range(3))
    for replica in range(3):
        ends = [
            {name: torch.from_numpy(it[name].values[replica, -1]) for name in ("W1", "b1", "W2")}
            | {"b2": torch.from_numpy(it["b2"].values[replica, -1])}
            for _, it in found
        ]

        def loss(alpha, ends=ends, replica=replica):
            own = {name: (1 - alpha) * ends[0][name] + alpha * ends[1][name] for name in ends[0]}
            z = logits(network, own, x[replica])
            return network.loss.of_samples(z, y[replica], network.classes).mean()

        at = measured.sel(segment="there").isel(replica=replica, record=-1)
        for index in (0, 7, STEPS, 2 * STEPS, 3 * STEPS):
            expected = float(loss(torch.tensor(ALPHA[index], dtype=torch.float64)))
            assert float(at["train_loss"][index]) == pytest.approx(expected, rel=1e-12)
        for end, name in enumerate(("first", "second")):
            place = torch.tensor(float(end), dtype=torch.float64)
            second = float(torch.autograd.functional.hessian(loss, place))
            assert float(at[f"curvature_{name}"]) == pytest.approx(second, rel=1e-10)
            step = 1e-3
            around = [float(loss(place + shift)) for shift in (-step, 0, step)]
            difference = (around[0] - 2 * around[1] + around[2]) / step**2
            assert float(at[f"curvature_{name}"]) == pytest.approx(difference, rel=1e-4)
        first, second = (float(at[f"curvature_{name}"]) for name in ("first", "second"))
        contrast = (second - first) / (abs(second) + abs(first))
        assert float(at["curvature_contrast"]) == pytest.approx(contrast)


def test_a_network_of_two_layers_has_the_curvature_of_its_losses():
    """Its parameters have other names and shapes than those of a chain of layers."""
    network = {"kind": "two_layer", "inputs": 3, "hidden": 4}
    _, measured = of_runs(network=network, thermal_time_end=0.1)
    at = measured.sel(segment="there").isel(record=-1)
    for alpha, name in ((STEPS, "first"), (2 * STEPS, "second")):
        losses = at["train_loss"].isel(alpha=slice(alpha - 1, alpha + 2)).values
        difference = np.diff(losses, 2, axis=-1)[:, 0] * STEPS**2
        np.testing.assert_allclose(at[f"curvature_{name}"], difference, rtol=0.02)


def quadratic(ends):
    """Return the line between two linear networks on samples whose mean square is h."""
    network = Layered((Linear(2, 1, bias=False),), None, loss=Squared((0.0, 1.0)))
    return Line(network, *({"W1": torch.tensor([[[*end]]], dtype=torch.float64)} for end in ends))


def test_widths_of_a_parabola_are_known():
    """Of ½ h θ² with h = 9, 1: from θ₁ outwards ½ h (|v| s)² + h θ₁ |v| s = rise."""
    x = torch.tensor([[[3.0, 0.0], [0.0, 1.0]]]).double() * 2**0.5
    samples = Samples(x, torch.zeros(1, 2).double())
    line = quadratic(((0.2, 0.1), (-0.1, 0.3)))
    found = at_ends(line, samples, RISE)
    h = np.array([9.0, 1.0])
    ends = np.array([[0.2, 0.1], [-0.1, 0.3]])
    v = ends[1] - ends[0]
    for end, sign, name in ((0, -1, "first"), (1, 1, "second")):
        bend, slope = h @ v**2, sign * (h * ends[end]) @ v
        width = (-slope + np.sqrt(slope**2 + 2 * bend * RISE)) / bend
        assert float(found[f"width_{name}"]) == pytest.approx(width, rel=4e-5)
        assert float(found[f"curvature_{name}"]) == pytest.approx(bend, rel=1e-12)
        assert float(found[f"train_loss_{name}"]) == pytest.approx(h @ ends[end] ** 2 / 2)
    assert float(found["log_curvature_ratio"]) == pytest.approx(0, abs=1e-12)
    ratio = float(found["width_second"] / found["width_first"])
    assert float(found["log_width_ratio"]) == pytest.approx(np.log(ratio))
    norms = np.linalg.norm(ends, axis=1)
    relative = np.log(ratio * norms[0] / norms[1])
    assert float(found["log_relative_width_ratio"]) == pytest.approx(relative)
    assert float(found["distance"]) == pytest.approx(np.linalg.norm(v))
    # A parabola is nowhere above the line through two of its points, and its mirror image is.
    curve = curves(line, samples, samples)["train_loss"]
    assert float(barrier(curve)) == pytest.approx(0, abs=1e-15)
    assert float(barrier(-curve)) == pytest.approx(bend / 8, rel=1e-9)


def test_where_the_loss_does_not_rise_there_is_no_width():
    x = torch.zeros(1, 2, 2).double()
    line = quadratic(((0.2, 0.1), (-0.1, 0.3)))
    found = at_ends(line, Samples(x, torch.zeros(1, 2).double()), RISE)
    assert all(bool(found[name].isnan()) for name in ("width_first", "log_width_ratio"))
    # Nor is there a ratio of curvatures that are zero.
    assert bool(found["log_curvature_ratio"].isnan())


def test_the_other_way_round_ratios_change_their_sign():
    _, there = of_runs()
    _, back = of_runs(between=(2, 1))
    ratios = ("log_curvature_ratio", "log_width_ratio", "log_relative_width_ratio")
    for name in (*ratios, "curvature_contrast"):
        np.testing.assert_allclose(back[name], -there[name], rtol=1e-9)
    np.testing.assert_allclose(back["loss"][..., ::-1], there["loss"], rtol=1e-12)


def test_it_makes_what_it_declares_of_the_replicas_that_are_whole():
    found, measured = of_runs()
    assert measured.data_vars.keys() >= set(Segment.variables)
    dimensions = ("segment", "replica", "record")
    assert {measured[name].dims for name in Segment.variables} == {dimensions}
    runs = [run_settings(learning_rate=rate, precision="float64", **FINITE) for rate in (0.1, 0.2)]
    snapshots = [it[1].copy(deep=True) for it in found]
    snapshots[1]["diverged"][1, 2] = 1
    settings = Segment(kind="segment", between={"there": (1, 2)}, rise=RISE)
    without = segment.measure(settings, runs, snapshots, ())
    assert np.isnan(without["loss"].isel(replica=1, record=2)).all()
    kept = measured.where(~np.isnan(without["distance"]))
    xr.testing.assert_equal(kept, without)
    assert "there: ln of curvatures" in segment.describe(measured)


def test_the_first_replicas_alone_have_curves():
    found, measured = of_runs()
    runs = [run_settings(learning_rate=rate, precision="float64", **FINITE) for rate in (0.1, 0.2)]
    fewer = {"replicas": 2, "curve_replicas": 1}
    settings = Segment(kind="segment", between={"there": (1, 2)}, rise=RISE, **fewer)
    some = segment.measure(settings, runs, [it[1] for it in found], ())
    for name in ("log_width_ratio", "curvature_first", "train_loss_second"):
        np.testing.assert_allclose(some[name], measured[name].isel(replica=slice(2)), rtol=1e-12)
    for name in ("loss", "train_accuracy", "barrier"):
        np.testing.assert_allclose(some[name][:, 0], measured[name][:, 0], rtol=1e-12)
        assert np.isnan(some[name][:, 1]).all()


def test_other_networks_are_refused():
    found, _ = of_runs()
    runs = [run_settings(learning_rate=rate, **FINITE) for rate in (0.1, 0.2)]
    fewer = found[1][1].isel(record=slice(2))
    settings = Segment(kind="segment", between={"there": (1, 2)})
    with pytest.raises(UserError, match="keep other parameters, replicas or numbers of records"):
        segment.measure(settings, runs, [found[0][1], fewer], ())
