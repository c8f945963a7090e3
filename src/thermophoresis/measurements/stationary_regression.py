"""SGD on one finite linear regression at stationarity, beside what theory says of each sampler.

Runs are those of experiments: the same data, samplers and steps. With δ = θ − θ*, θ* the minimum on
the training set, twice the excess loss is δᵀHδ, whose mean is Tr(HΣ). It is taken at every step of
some epochs, evenly after the burn-in, so that what changes within an epoch is seen.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import xarray as xr

from thermophoresis.config.dynamics import sgd as _sgd
from thermophoresis.config.measurements.stationary_regression import StationaryRegression
from thermophoresis.config.networks import linear as _linear
from thermophoresis.config.run import RunSettings
from thermophoresis.data import regression as _regression
from thermophoresis.data.source import Source, open_source
from thermophoresis.networks import mlp as _mlp
from thermophoresis.networks.load import build
from thermophoresis.networks.losses import squared as _squared
from thermophoresis.networks.network import Parameters
from thermophoresis.simulations.dynamics.sgd import Evolution
from thermophoresis.simulations.sgd.chains import stepper as _stepper
from thermophoresis.theory import sampled_regression as theory
from thermophoresis.theory.stationary_covariance import regression as independent
from thermophoresis.theory.stationary_covariance import variance_factor

# What settings of the runs name is found by name: named here, it counts.
FOUND_BY_NAME = (_sgd, _linear, _regression, _mlp, _squared, _stepper)

TITLE = "stationary state of SGD on a linear regression"
WITH = "with_replacement"
EPOCHS = 400  # that are looked at, step by step
LONG_NAMES = {
    "temperature_ratio": "Tr(H Sigma) over (eta/2|B|) phi Tr D, phi as enumerated",
    "printed_ratio": "Tr(H Sigma) over (eta/2|B|) phi Tr D, phi as printed",
    "exact_ratio": "Tr(H Sigma) over that of the exact second moments",
}


def measure(
    measurement: StationaryRegression,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Train each cell, and compare what is left with theory.

    Parameters
    ----------
    measurement
        The regression, samplers, learning rates, and how long.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        Dimensions ``sampling`` and ``learning_rate``, float64, with standard errors over replicas:
        Tr(HΣ), averaged over the steps of an epoch, over the temperature η/2|B| times Tr D and the
        factor of the sampler as enumerated (``temperature_ratio``), as printed, 1 − |B|/N
        (``printed_ratio``), and over the exact second moments (``exact_ratio``); along ``sampling``
        alone ``vanishing_exponent``, the power of η in the first ratio. For the figure, with
        ``step``, the number of steps since the epoch began: ``energy``, Tr(HΣ) over η/2|B| times
        Tr D, and ``exact_energy``, the same of theory.
    """
    torch.set_num_threads(1)
    cells = [
        [_cell(measurement, sampling, eta) for eta in measurement.learning_rates]
        for sampling in measurement.samplings
    ]
    # (sampling, learning_rate, replica, step) and the same without replicas
    energy = np.stack([[it[0] for it in row] for row in cells])
    exact = np.stack([[it[1] for it in row] for row in cells])
    axes = ("sampling", "learning_rate")
    N, size = measurement.training_set_size, measurement.batch_size
    factors = np.array([size * factor_of(it, size, N) for it in measurement.samplings])
    printed = np.where(np.array(measurement.samplings) == WITH, 1.0, 1 - size / N)
    whole = energy.mean(-1)
    ratios = {
        "temperature_ratio": whole / factors[:, None, None],
        "printed_ratio": whole / printed[:, None, None],
        "exact_ratio": whole / exact.mean(-1)[..., None],
    }
    found: dict[str, xr.Variable] = {}
    for name, ratio in ratios.items():
        found |= _with_error(name, axes, ratio, LONG_NAMES[name])
    words = "power of eta in temperature_ratio"
    powers = _exponents(whole, np.array(measurement.learning_rates))
    found |= _with_error("vanishing_exponent", axes[:1], powers, words)
    found |= _with_error(
        "energy", (*axes, "step"), np.moveaxis(energy, 2, -1), "Tr(H Sigma) over (eta/2|B|) Tr D"
    )
    told = {"long_name": "the same of the exact second moments", "units": "1"}
    found["exact_energy"] = xr.Variable((*axes, "step"), exact, told)
    coordinates = {
        "sampling": ("sampling", list(measurement.samplings), {"long_name": "sampling"}),
        "learning_rate": ("learning_rate", list(measurement.learning_rates), {"units": "1"}),
        "step": ("step", np.arange(exact.shape[-1]), {"long_name": "steps since the epoch began"}),
    }
    return xr.Dataset(found, coordinates)


def describe(dataset: xr.Dataset) -> str:
    """Say how the temperatures compare at the smallest learning rate."""
    least = dataset["temperature_ratio"].sel(learning_rate=float(dataset["learning_rate"].min()))
    return "Tr(HΣ) over theory: " + ", ".join(
        f"{name} {value:.3g}" for name, value in zip(least["sampling"].values, least, strict=True)
    )


def _with_error(
    name: str, axes: tuple[str, ...], values: np.ndarray, words: str
) -> dict[str, xr.Variable]:
    """Return the mean over the last axis, of replicas, and its standard error."""
    replicas = values.shape[-1]
    error = values.std(-1, ddof=1) / np.sqrt(replicas)
    told = {"long_name": words, "units": "1"}
    of_error = {"long_name": "its standard error", "units": "1", "replicas": replicas}
    return {
        name: xr.Variable(axes, values.mean(-1), told),
        f"{name}_standard_error": xr.Variable(axes, error, of_error),
    }


def _exponents(whole: np.ndarray, rates: np.ndarray) -> np.ndarray:
    """Return the slope of the logarithm of means on that of η, spread over replicas linearly.

    Parameters
    ----------
    whole
        Shape (sampling, learning_rate, replica).
    rates
        η.

    Returns
    -------
    Of each replica (sampling, replica), such that their mean is the slope of the means and their
    deviation that of its first order in each.
    """
    mean = whole.mean(-1, keepdims=True)
    x = np.log(rates) - np.log(rates).mean()
    weights = x / (x**2).sum() if len(rates) > 1 else np.full(1, np.nan)
    return np.asarray(np.einsum("l,slr->sr", weights, np.log(mean) + whole / mean - 1))


def _cell(
    measurement: StationaryRegression, sampling: str, eta: float
) -> tuple[np.ndarray, np.ndarray]:
    """Train one cell; return δᵀHδ over (η/2|B|) Tr D, (replica, step), and what theory says."""
    run = run_of(measurement, sampling, eta)
    source = open_source(run, None)
    x, y = (it[0].numpy() for it in source.training_set(range(1)))
    regression = theory.regression_set(x, y)
    size = run.batch_size
    unit = eta / (2 * size) * float(np.trace(regression.noise))
    moments = exact_moments(regression, sampling, eta, size)
    exact = np.einsum("ij,tji->t", regression.hessian, moments) / unit
    return _energies(measurement, run, source, regression) / unit, exact


def run_of(measurement: StationaryRegression, sampling: str, eta: float) -> RunSettings:
    """Return the settings of the run of one cell."""
    return RunSettings.model_validate(
        {
            "experiment": "stationary_regression",
            "learning_rate": eta,
            "batch_size": measurement.batch_size,
            "seed": measurement.seed,
            "replicas": measurement.replicas,
            "network": {"kind": "linear", "inputs": measurement.inputs, "bias": False},
            "data": {"kind": "regression", "noise": measurement.noise, "shared": True},
            "loss": "squared",
            "sampling": sampling,
            "training_set_size": measurement.training_set_size,
            "precision": "float64",
            "until": {"steps": max(1, round(measurement.training_time / eta))},
            "records": 2,
        }
    )


def exact_moments(
    regression: theory.RegressionSet, sampling: str, eta: float, batch_size: int
) -> np.ndarray:
    """Return E δδᵀ after each number of steps since an epoch began, (step, input, input)."""
    N = len(regression.x)
    if sampling == "without_replacement":
        return theory.reshuffled(regression, eta, batch_size)
    if sampling == "fixed_order":
        return theory.fixed_orders(regression, eta, batch_size)
    factor = factor_of(sampling, batch_size, N)
    always = independent(regression.x, regression.residual, learning_rate=eta, factor=factor)
    return np.broadcast_to(always, (N // batch_size, *always.shape))


def factor_of(sampling: str, batch_size: int, samples: int) -> float:
    """Return κ, the covariance of a batch's gradient over that of the gradient of one sample."""
    return variance_factor(batch_size, None if sampling == WITH else samples)


def _energies(
    measurement: StationaryRegression,
    run: RunSettings,
    source: Source,
    regression: theory.RegressionSet,
) -> np.ndarray:
    """Train, and return the mean of δᵀHδ over epochs, (replica, step of an epoch)."""
    steps = measurement.training_set_size // measurement.batch_size
    last = run.steps // steps
    chosen = np.unique(np.linspace(measurement.burn_in * last, last - 1, EPOCHS).astype(int))
    times = (chosen[:, None] * steps + np.arange(steps)).ravel().tolist()
    network = build(run.network, source.sample_shape, source.classes, run.loss)
    evolution = Evolution(run, source, network, record_steps=times, device=torch.device("cpu"))
    total = np.zeros((run.replicas, steps))
    for block in evolution.blocks:

        def record(index: int, parameters: Parameters, block: range = block) -> None:
            delta = parameters["W1"][:, 0].numpy() - regression.minimum
            energy = np.einsum("ri,ij,rj->r", delta, regression.hessian, delta)
            total[block.start : block.stop, index % steps] += energy

        evolution.start(block).train(start=0, record=record, before_draw=lambda step: None)
    return total / len(chosen)
