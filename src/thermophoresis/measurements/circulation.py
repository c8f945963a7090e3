"""Whether a network's weights circulate, and how much of the force is the current.

Areas that the leading principal components of what is traced sweep are compared with reversible
Gaussian noise and with reversed time (`numerics.circulation`). Where it is asked for, gradients and
curvature at the snapshots tell how large the current of linear noise is (`stationary_force`).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from thermophoresis.config.measurements.circulation import OF_CURVATURE, Circulation
from thermophoresis.config.run import RunSettings
from thermophoresis.errors import UserError
from thermophoresis.measurements import stationary_force, traced
from thermophoresis.measurements.each_snapshot import opened
from thermophoresis.numerics import circulation

TITLE = "circulation of weights"
PURPOSE = b"circulation"

# In moments; lags are looked at up to a hundredth of the trace.
LAGS = (1, 2, 5, 10, 20, 50, 100, 200)
LONGEST_LAG = 0.01
FEWEST_LATE = 10  # snapshots of which a covariance is taken

OF_TRACES = {
    "area_p": "mid-p-value of the largest area swept in a moment, in reversible Gaussian noise",
    "lagged_p": "mid-p-value of the largest antisymmetric lagged covariance, all lags, in the same",
    "reversal_p": "mid-p-value of the largest area swept in a moment, with time of parts reversed",
    "null_p": "area_p of a simulated reversible process with the same spectrum",
    "largest_area": "largest area swept in a moment over its deviation in reversible noise",
    "entropy_production": (
        "entropy production per training time ηt, in nats: Gaussian and Markov, from successive "
        "moments of leading components, less that of reversible noise; a lower bound"
    ),
    "current_square": (
        "mean square of the current QΣ⁻¹x over that of the force, of leading components, less the "
        "same of a reversible process with their spectrum"
    ),
}
OF_GRADIENTS = {
    "gradient_fall": "‖∇f‖ at the start over its root mean square in the stationary state",
    "gradient_ratio": "root mean square of ‖∇f‖ over √Tr(H²Σ)",
    "linear_current_share": (
        "root mean square of QΣ⁻¹x over that of Hx in leading eigenvectors of H, Σ from H and D"
    ),
    "plain_gradient": "√(Tr(H²Σ)/d)",
}


def measure(
    measurement: Circulation,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
    *,
    traces: Sequence[Path],
) -> xr.Dataset:
    """Look at the leading components of every network of a run.

    Parameters
    ----------
    measurement
        Burn-in, components, surrogates, and whether gradients are evaluated.
    runs, snapshots, traces
        One run with what it has left.
    data
        Its data file, if it has one.

    Returns
    -------
    xarray.Dataset
        `OF_TRACES` and `traced.STATIONARITY` (replica,), ``area`` of each plane at each lag over
        its deviation in reversible noise (replica, plane, lag); with curvature also `OF_GRADIENTS`
        and ``gradient_norm`` (replica, record). NaN of networks that are not stationary.

    Raises
    ------
    UserError
        Too few moments or snapshots are left after the burn-in.
    """
    torch.set_num_threads(1)
    (run,), (of_run,) = runs, snapshots
    weights, projections = traced.series(run, traces[0], measurement.burn_in)
    replicas, moments = weights.shape[:2]
    lags = np.array([it for it in LAGS if it <= max(1.0, LONGEST_LAG * moments)])
    planes = len(circulation.planes(measurement.directions))
    arrays = {name: np.full(replicas, np.nan) for name in (*OF_TRACES, *traced.STATIONARITY)}
    area = np.full((replicas, planes, len(lags)), np.nan)
    every = traced.networks(weights, projections, measurement.directions)
    for replica, (_, components, p) in enumerate(every):
        arrays["stationarity_p"][replica] = p
        arrays["stationary"][replica] = p >= traced.LEAST_P
        if p < traced.LEAST_P or np.isnan(p):
            continue
        found = circulation.look(
            components,
            lags=lags,
            half_width=measurement.half_width,
            count=measurement.surrogates,
            parts=measurement.parts,
            rng=np.random.default_rng([run.seed, replica, *PURPOSE]),
        )
        area[replica] = found.areas
        for name in OF_TRACES.keys() - {"largest_area", "entropy_production"}:
            arrays[name][replica] = getattr(found, name)
        arrays["largest_area"][replica] = np.abs(found.areas[:, 0]).max()
        arrays["entropy_production"][replica] = found.entropy_production / _moment(run)
    words = OF_TRACES | traced.STATIONARITY
    values: dict[str, traced.Value] = {
        name: (("replica",), array, words[name]) for name, array in arrays.items()
    }
    long_name = "area over its deviation in reversible Gaussian noise"
    values["area"] = (("replica", "plane", "lag"), area, long_name)
    if measurement.curvature:
        values |= _of_gradients(measurement, run, of_run, data)
    units = {"units": "1"}
    coordinates = {
        "plane": ("plane", np.arange(planes), {"long_name": "pair of components"} | units),
        "lag": ("lag", lags, {"long_name": "lag in moments of the trace"} | units),
    }
    return traced.file(values, of_run, run, coordinates)


def _every(run: RunSettings) -> float:
    """Return the steps between two moments of the traces."""
    every = run.traces.every
    if every != "epoch":
        return float(every)
    return (run.epoch_samples or np.nan) / run.batch_size


def _moment(run: RunSettings) -> float:
    """Return the training time ηt between two moments of the traces."""
    return run.learning_rate * _every(run)


def _of_gradients(
    measurement: Circulation, run: RunSettings, snapshots: xr.Dataset, data: Sequence[Path]
) -> dict[str, traced.Value]:
    """Return what the gradients at the snapshots are."""
    late = snapshots["step"].values >= measurement.burn_in * _every(run)
    if late.sum() < FEWEST_LATE:
        raise UserError(
            f"curvature: {run.name} keeps {late.sum()} snapshots after the burn-in; must keep at "
            f"least {FEWEST_LATE}"
        )
    source, network = opened(run, data)
    replicas = range(snapshots.sizes["replica"])
    loss = stationary_force.loss_of(run, network, source.training_set(replicas))
    theta = stationary_force.parameters(snapshots, loss)
    found = stationary_force.evaluate(loss, theta, late, measurement.curvature)
    norm = found.pop("gradient_norm")
    words = "norm of the gradient of f, weight decay included, over √d"
    values: dict[str, traced.Value] = {"gradient_norm": (("replica", "record"), norm, words)}
    return values | {name: (("replica",), it, OF_GRADIENTS[name]) for name, it in found.items()}


def describe(dataset: xr.Dataset) -> str:
    """Say how many networks are stationary, and how large the current is."""
    stationary = int(dataset["stationary"].sum())
    shares = [name for name in ("current_square", OF_CURVATURE[-1]) if name in dataset]
    told = ", ".join(f"{name} {float(dataset[name].mean()):.3g}" for name in shares)
    return f"{stationary} of {dataset.sizes['replica']} networks are stationary; {told}"
