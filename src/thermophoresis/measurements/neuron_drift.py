"""How hidden units drift along a run, by expectations over fresh samples, beside what is said.

At every snapshot the drift of b and V is that of the next step in the mean, given the parameters:
fair labels being averaged over, a step moves b_i by −η E[(p − ½) V_i s_i] and V_i by
−η E[(p − ½) h_i], exactly and whatever |B|. Of the unbiased walk it is 0. Between snapshots, b
has changed by what it has changed.

Beside that is what Eq. 38 says, by components and along g, with the true r² = (p − ½)² + ¼ of fair
labels, and the slow flow of label noise (`theory.neuron`, `theory.slow_flow`). Of all these
expectations the part with ¼ is in closed form and that with (p − ½)², much the smaller, is sampled.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.measurements.neuron_drift import NeuronDrift
from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import open_source
from thermophoresis.errors import UserError
from thermophoresis.measurements.origin import origin_of
from thermophoresis.theory import neuron, slow_flow

TITLE = "drift of the hidden units along one run"
PURPOSE = "measurement neuron_drift"
BLOCK_REPLICAS = 32  # what they need at a time stays small

Values = dict[str, np.ndarray]

PER_TAU = "per thermal time η²t/|B|"
OF_UNITS = {
    "output_weight": "output weight V",
    "bias": "bias b",
    "weight_norm": "norm n of the input weights",
    "drift_V": f"mean step of V given the parameters, {PER_TAU}",
    "drift_b": f"mean step of b given the parameters, {PER_TAU}",
    "component_V": f"drift of V by Eq. 38 by components, {PER_TAU}",
    "component_b": f"drift of b by Eq. 38 by components, {PER_TAU}",
    "projected_b": f"drift of b by Eq. 38 as a flux along g, {PER_TAU}",
    "slow_b": f"drift of b by the slow flow of label noise, {PER_TAU}",
    "change_b": "change of b since the snapshot before; 0 at the first",
    "drift_b_integral": "integral of drift_b over τ since the snapshot before; 0 at the first",
    "component_b_before": (
        "component_b at the snapshot before times the τ since then; 0 at the first"
    ),
    "slow_b_before": "slow_b at the snapshot before times the τ since then; 0 at the first",
}
OF_NETWORKS = {
    "rms_over_deviation": (
        "g, root mean square of the gradient of a sample, over its standard deviation, mean over V "
        "and b of all units"
    ),
    "premise_holds": "share of units with all slopes of g in (|V|, b) not negative (Eq. 4)",
    "step_correlation_unit": "correlation of the steps of |V| and b, mean over units",
    "step_correlation_units": (
        "correlation of the steps of two units' |V|, and of their b, mean over pairs of units"
    ),
    "noise_elasticity_V": "|∂ ln g_V / ∂ ln V|, mean over units",
    "neglected_share": (
        "size of the terms of Σ g g ∂g that Eq. 38 lacks over size of those that it has, each "
        "summed over units"
    ),
    "skewness_squared": "product of the skewness of f from two halves of the samples",
    "third_moment_squared": "product of E r³ from two halves of the samples",
}
FORETOLD = ("component_b", "slow_b")


class Parameters(NamedTuple):
    """Parameters of some networks, float64: W (replica, unit, input), b and V (replica, unit)."""

    W: Tensor
    b: Tensor
    V: Tensor


class Setting(NamedTuple):
    """What a mean step depends on beside parameters and samples.

    Attributes
    ----------
    learning_rate, batch_size
        η and |B|.
    walks
        Whether coins ±½ stand for residuals, as in the unbiased walk.
    """

    learning_rate: float
    batch_size: int
    walks: bool


def evaluate(at: Parameters, x: Tensor, setting: Setting) -> Values:
    """Evaluate everything that depends on one snapshot alone.

    Parameters
    ----------
    at
        The parameters.
    x
        Samples of N(0, I), (replica, sample, input), float64, an even number.
    setting
        What made the steps.

    Returns
    -------
    dict
        Names of `OF_UNITS` as arrays (replica, unit), and of `OF_NETWORKS` (replica,).
    """
    before = torch.baddbmm(at.b[:, None], x, at.W.transpose(1, 2))
    logits = torch.einsum("rsn,rn->rs", before.clamp(min=0), at.V)
    excess = torch.zeros_like(logits) if setting.walks else torch.tanh(logits / 2) / 2  # p − ½
    norm = at.W.norm(dim=2)
    V, b, n = (it.numpy() for it in (at.V, at.b, norm))
    moments, mean_hidden, mean_active = _moments(at, before, excess, norm)
    unit = neuron.unit(V, moments)
    rate = setting.batch_size / setting.learning_rate
    component_v, component_b = neuron.component_drift(unit)
    found = {
        "output_weight": V,
        "bias": b,
        "weight_norm": n,
        "drift_V": -rate * mean_hidden.mean,
        "drift_b": -rate * V * mean_active.mean,
        "component_V": component_v,
        "component_b": component_b,
        "projected_b": neuron.projected_drift(unit),
        "slow_b": slow_flow.bias_rate(n, b / n),
    }
    deviations = (
        (unit.phi_1, mean_hidden.square),
        (unit.phi_2, mean_active.square),  # V is in both and cancels
    )
    ratios = [_ratio(g, np.sqrt(np.maximum(g**2 - it, 0.0))) for g, it in deviations]
    printed = np.abs(np.asarray(sum(neuron.printed_terms(unit)))).sum(1)
    of_step = _ratio(moments.hidden, unit.phi_1 * unit.phi_2)
    return found | {
        "rms_over_deviation": np.nanmean(np.stack(ratios), axis=(0, 2)),
        "premise_holds": np.mean(np.stack(unit.slopes).min(0) >= 0, axis=1),
        "step_correlation_unit": np.nanmean(of_step, axis=1),
        "step_correlation_units": _between_units(before, excess, unit),
        "noise_elasticity_V": np.abs(_ratio(unit.size * unit.phi_1_v, unit.phi_1)).mean(1),
        "neglected_share": _ratio(np.abs(neuron.neglected_terms(unit)).sum(1), printed),
        **_asymmetry(logits, excess),
    }


class Mean(NamedTuple):
    """A mean over samples, and an estimate of its square that is right in the mean."""

    mean: np.ndarray
    square: np.ndarray


def _mean(values: Tensor) -> Mean:
    """Return the mean over samples of values (replica, sample, unit)."""
    count = values.shape[1]
    total, squares = values.sum(1).numpy(), (values**2).sum(1).numpy()
    return Mean(total / count, (total**2 - squares) / (count * (count - 1)))


def _moments(
    at: Parameters, before: Tensor, excess: Tensor, norm: Tensor
) -> tuple[neuron.Moments, Mean, Mean]:
    """Return the moments with the true r², and the means of (p − ½)h and (p − ½)s."""
    quarter = neuron.gaussian_moments(norm.numpy(), at.b.numpy())
    active, hidden = (before > 0).to(before), before.clamp(min=0)
    further = excess**2
    slope = (2 * excess * (0.25 - further))[..., None]  # of r² in f

    def sampled(weights: Tensor, values: Tensor) -> np.ndarray:
        return (weights * values).mean(1).numpy()

    moments = neuron.Moments(
        quarter.active + sampled(further[..., None], active),
        quarter.hidden + sampled(further[..., None], hidden),
        quarter.square + sampled(further[..., None], hidden**2),
        quarter.kink * (1 + 4 * _at_kinks(at, before, norm) * bool(excess.any())),
        (
            sampled(slope, active),
            sampled(slope, hidden),
            sampled(slope, hidden**2),
            sampled(slope, hidden**3),
        ),
    )
    return moments, _mean(excess[..., None] * hidden), _mean(excess[..., None] * active)


def _at_kinks(at: Parameters, before: Tensor, norm: Tensor) -> np.ndarray:
    """Return E[(p − ½)² | u_i = 0] of every unit.

    Given x, its projection on the plane u_i = 0 has the conditional distribution, and moves every
    other u_j by −(w_i·w_j / n_i²) u_i.
    """
    overlap = torch.bmm(at.W, at.W.transpose(1, 2)) / (norm**2)[..., None]
    found = []
    for i in range(before.shape[2]):
        moved = before - overlap[:, None, i] * before[..., i : i + 1]
        logits = torch.einsum("rsn,rn->rs", moved.clamp_(min=0), at.V)
        found.append((torch.tanh(logits / 2) ** 2 / 4).mean(1))
    return torch.stack(found, 1).numpy()


def _between_units(before: Tensor, excess: Tensor, unit: neuron.Unit) -> np.ndarray:
    """Return the correlation of steps of |V|, and of b, over pairs of units, (replica,)."""
    square = (0.25 + excess**2)[..., None]
    sign, total = torch.from_numpy(unit.sign), np.zeros(len(before))
    for values in (before.clamp(min=0), (before > 0).to(before)):
        signed = values * sign[:, None]
        together = torch.bmm((signed * square).transpose(1, 2), signed).numpy()
        of_each = np.sqrt(np.diagonal(together, axis1=1, axis2=2))
        correlations = _ratio(together, of_each[:, :, None] * of_each[:, None])
        first, second = np.triu_indices(of_each.shape[1], 1)
        pairs = correlations[:, first, second]
        there = np.isfinite(pairs).sum(1)
        total = total + _ratio(np.nansum(pairs, axis=1), there) / 2
    return total


def _asymmetry(logits: Tensor, excess: Tensor) -> Values:
    """Return squares of what vanishes if the law of r is symmetric, without the samples' noise."""
    half = logits.shape[1] // 2
    skewness, third = [], []
    for own in (slice(half), slice(half, 2 * half)):
        f, q = logits[:, own], excess[:, own]
        centred = f - f.mean(1, keepdim=True)
        skewness.append((centred**3).mean(1) / (centred**2).mean(1) ** 1.5)
        third.append((q**3 + 0.75 * q).mean(1))  # E r³ over fair labels, r = q ± ½
    products = {"skewness_squared": skewness, "third_moment_squared": third}
    return {name: (one * other).numpy() for name, (one, other) in products.items()}


def _ratio(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Return a quotient, NaN where the denominator is 0: of units that are never active."""
    there = denominator > 0
    return np.where(there, numerator / np.where(there, denominator, 1.0), np.nan)


def integral(rates: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """Return ∫ rates dτ from each record to the next by the trapezoid in √τ, 0 before the first.

    Parameters
    ----------
    rates
        Shape (replica, record, unit).
    tau
        Thermal time of each record.
    """
    root = np.sqrt(tau)
    weighted = rates * root[:, None]  # dτ = 2√τ d√τ
    found = np.zeros_like(rates)
    found[:, 1:] = (weighted[:, 1:] + weighted[:, :-1]) * np.diff(root)[:, None]
    return found


def foretold(rates: np.ndarray, tau: np.ndarray) -> np.ndarray:
    """Return what rates at each record say of the time up to the next, 0 before the first.

    A slope of changes on it has no part of the rate that the changes themselves have brought about:
    by the trapezoid, martingales would seem to drift (the difference of Itô and Stratonovich).

    Parameters
    ----------
    rates
        Shape (replica, record, unit).
    tau
        Thermal time of each record.
    """
    found = np.zeros_like(rates)
    found[:, 1:] = rates[:, :-1] * np.diff(tau)[:, None]
    return found


def measure(
    measurement: NeuronDrift,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Evaluate the drift of all units at all snapshots of the one run.

    Parameters
    ----------
    measurement
        On how many samples.
    runs, snapshots, data
        The run, what was kept of it, and no data.

    Returns
    -------
    xarray.Dataset
        Of units, (replica, record, unit), and of networks, (replica, record); NaN where a replica
        has diverged.

    Raises
    ------
    UserError
        Its samples are not drawn.
    """
    torch.set_num_threads(1)
    (run,), (kept,) = runs, snapshots
    source = open_source(run, None)
    if source.fresh is None:
        raise UserError("neuron_drift needs samples that are drawn")
    setting = Setting(run.learning_rate, run.batch_size, run.dynamics.kind == "unbiased_walk")
    count = measurement.samples // 2 * 2
    blocks = []
    for first in range(0, kept.sizes["replica"], BLOCK_REPLICAS):
        replicas = range(first, min(first + BLOCK_REPLICAS, kept.sizes["replica"]))
        each = []
        for record in range(kept.sizes["record"]):
            x, _ = source.fresh(replicas, PURPOSE, record * count, count)
            at = _parameters(kept.isel(replica=slice(first, replicas.stop), record=record))
            each.append(evaluate(at, x, setting))
        blocks.append({name: np.stack([it[name] for it in each], axis=1) for name in each[0]})
    found = {name: np.concatenate([it[name] for it in blocks]) for name in blocks[0]}
    tau = kept["thermal_time"].values
    found["drift_b_integral"] = integral(found["drift_b"], tau)
    found |= {f"{name}_before": foretold(found[name], tau) for name in FORETOLD}
    found["change_b"] = np.diff(found["bias"], axis=1, prepend=found["bias"][:, :1])
    return _dataset(found, kept, measurement, run)


def _parameters(kept: xr.Dataset) -> Parameters:
    """Return the parameters of some replicas at one snapshot."""
    names = Parameters._fields
    return Parameters(*(torch.from_numpy(kept[it].values.astype(np.float64)) for it in names))


def _dataset(
    found: Values, kept: xr.Dataset, measurement: NeuronDrift, run: RunSettings
) -> xr.Dataset:
    """Return what was found with names, NaN where a replica is not present."""
    present = kept["diverged"].transpose("replica", "record").values == 0
    variables = {}
    for names, dims in ((OF_UNITS, 3), (OF_NETWORKS, 2)):
        for name, long_name in names.items():
            where = present.reshape(*present.shape, *[1] * (dims - 2))
            value = np.where(where, found[name], np.nan)
            attributes = {"long_name": long_name, "units": "1"}
            axes = ("replica", "record", "unit")[:dims]
            variables[name] = (axes, value.astype(np.float32 if dims == 3 else float), attributes)
    coordinates: dict[str, Any] = {str(name): it for name, it in kept.coords.items()}
    numbers = np.arange(1, found["bias"].shape[2] + 1)
    about = {"long_name": "number of the hidden unit", "units": "1"}
    coordinates["unit"] = ("unit", numbers, about)
    return xr.Dataset({**variables, "diverged": kept["diverged"]}, coordinates).assign_attrs(
        probe_samples=measurement.samples,
        **origin_of(kept),
    )


def describe(dataset: xr.Dataset) -> str:
    """Say how the drift of biases compares with Eq. 38 by components."""
    drift, said = (dataset[name].values.astype(float) for name in ("drift_b", "component_b"))
    slope = np.nansum(drift * said) / np.nansum(said**2)
    return f"the drift of b is {slope:.3g} of that of Eq. 38 by components (slope over units)"
