"""Curves to draw, made without training, and what can become of them."""

import json

import numpy as np
import xarray as xr

from thermophoresis.config.figure import FigureSettings

RATES = np.array([0.025, 0.05, 0.1])
BATCHES = np.array([1, 2, 3])
SEEDS, REPLICAS, RECORDS = 2, 20, 31


def settings(kind="learning_rate_sweep", note="", **other):
    fixed = {"batch_size": 1} if kind == "learning_rate_sweep" else {"learning_rate": 0.05}
    return FigureSettings(
        name="fig",
        note=note,
        figure={
            "kind": kind,
            "experiment": "toy",
            "observable": "activation_rate",
            **fixed,
            **other,
        },
    )


def make_curves(rates=RATES, batches=BATCHES):
    """Curves that are one function of thermal time, up to the spread of the replicas."""
    dimensions = ("learning_rate", "batch_size", "seed", "replica", "record")
    grid = ("learning_rate", "batch_size", "record")
    rate, batch, tau = np.ix_(rates, batches, np.linspace(0.0, 60.0, RECORDS))
    step = np.round(tau * batch / rate**2)
    exact = (step * rate**2 / batch)[:, :, np.newaxis, np.newaxis]
    rng = np.random.default_rng(3)
    offset = rng.normal(0, 0.03, (len(rates), len(batches), SEEDS, REPLICAS, 1))
    values = (0.5 / (1 + exact / 15) ** 0.8 + offset).astype(np.float32)
    experiment = {
        "experiment": "toy",
        "network": {
            "kind": "two_layer",
            "inputs": 10,
            "hidden": 12,
            "bias": False,
            "activation": "relu",
        },
        "data": {"kind": "uniform"},
        "labels": "resampled",
        "sampling": "online",
    }
    return xr.Dataset(
        {
            "activation_rate": (dimensions, values),
            "second_layer_norm": (dimensions, 1 + 0.1 * values),
            "trained": (dimensions[:2], np.ones((len(rates), len(batches)), np.int8)),
        },
        {
            "learning_rate": rates,
            "batch_size": batches,
            "step": (grid, step),
            "thermal_time": (grid, exact[:, :, 0, 0]),
        },
        {"configuration": json.dumps(experiment), "code_fingerprint": "curves-1"},
    )


def some_diverged(curves):
    curves["activation_rate"][2, 0, 0, 4, 10:] = np.nan
    curves["activation_rate"][2, 0, 1, 7, 20:] = np.nan


def all_of_one_diverged(curves):
    curves["activation_rate"][2, 0] = np.nan


def everything_diverged(curves):
    curves["activation_rate"][:] = np.nan
