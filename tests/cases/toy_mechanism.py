"""Files of the shapes that training yields, with known shares and distances, made without it."""

import json

import numpy as np
import xarray as xr
from scipy.special import ndtr

from thermophoresis.config.figure import FigureSettings
from thermophoresis.theory import slow_flow

RATES = np.array([0.00625, 0.0125, 0.025, 0.05])
REPLICAS, UNITS, RECORDS, END, HIDDEN = 64, 10, 31, 10.0, 10
TERMS = (
    *("value", "first_V", "first_W", "first_b"),
    *("noise_VV", "noise_VW", "noise_Vb", "noise_WW", "noise_Wb", "noise_bb"),
    *("mean_square", "flux"),
)
OF = ("activation_rate", "mean_bias", "second_layer_square", "first_layer_square")
NETWORK = {
    "kind": "two_layer",
    "inputs": 10,
    "hidden": HIDDEN,
    "bias": True,
    "activation": "relu",
    "init": "torch_default",
}
DIMENSIONS = ("learning_rate", "batch_size", "seed", "replica", "record")
LEVEL = {"experiment": "level", "batch_size": 1}


def level(rates=RATES, fall=1.0, bend=0.5, ito=4.0, flux=(0.2, 1.0)):
    """Networks that have fallen as the slow flow does times `fall`, and a bend with η.

    Of the change, noise has the share `ito` × η by Itô's formula, and flux[0] + flux[1] × η as
    flux.
    """
    rng = np.random.default_rng(8)
    tau = END * np.linspace(0, 1, RECORDS) ** 2
    z = rng.uniform(-1, 1, (REPLICAS, UNITS, 1))
    units = ndtr(slow_flow.ratio(z, tau)).transpose(0, 2, 1)
    slow = units.mean(-1)
    # Its derivative, −φ(z)²/8.
    density = np.exp(-(slow_flow.ratio(z, tau) ** 2)) / (2 * np.pi)
    drift = fall * -density.mean(1) / 8
    shape = (len(rates), 1, 1, REPLICAS, RECORDS)
    eta = np.asarray(rates)[:, None, None]
    own = 0.05 * rng.normal(size=(1, REPLICAS, 1))
    rate = slow[:, :1] + fall * (slow - slow[:, :1]) + bend * eta * (tau / END)
    budget = np.zeros((*shape, len(OF), len(TERMS)))

    def put(of, term, values):
        at = OF.index(of), TERMS.index(term)
        budget[(..., *at)] = np.broadcast_to(values, shape[:1] + shape[3:])[:, None, None]

    drift = drift + bend * eta / END
    put("activation_rate", "value", rate)
    put("activation_rate", "noise_bb", ito * eta * drift * (1 + own))
    put("activation_rate", "first_b", (1 - ito * eta) * drift)
    put("activation_rate", "flux", (flux[0] + flux[1] * eta) * drift)
    relaxed = np.exp(-tau / eta / 12)
    square = HIDDEN * eta / 2 * (1 + (1 / 15 / eta - 1) * relaxed) * (1 + own)
    put("second_layer_square", "noise_VV", HIDDEN / 40)
    put("second_layer_square", "first_V", -HIDDEN / 40 * (1 + relaxed * 0.3) * (1 + own))
    norm = np.sqrt(square)
    return dataset(rates, tau, rate, norm, units, budget)


def dataset(rates, tau, rate, norm, units=None, budget=None):
    shape = (len(rates), 1, 1, REPLICAS, RECORDS)
    variables = {
        "activation_rate": (
            DIMENSIONS,
            np.broadcast_to(rate, shape[:1] + shape[3:]).copy()[:, None, None],
        ),
        "second_layer_norm": (
            DIMENSIONS,
            np.broadcast_to(norm, shape[:1] + shape[3:])[:, None, None],
        ),
        "trained": (DIMENSIONS[:2], np.ones(shape[:2], np.int8)),
    }
    coordinates = {
        "learning_rate": np.asarray(rates),
        "batch_size": [1],
        "seed": [0],
        "replica": np.arange(REPLICAS),
        "thermal_time": (
            ("learning_rate", "batch_size", "record"),
            np.broadcast_to(tau, (len(rates), 1, RECORDS)),
        ),
        "step": (
            ("learning_rate", "batch_size", "record"),
            tau / np.asarray(rates)[:, None, None] ** 2,
        ),
    }
    if units is not None:
        each = np.broadcast_to(units, (*shape, UNITS))[..., None, :]
        variables["activation_rate_unit"] = ((*DIMENSIONS, "layer", "unit"), each)
    if budget is not None:
        variables["drift_budget"] = ((*DIMENSIONS, "budget_of", "budget_term"), budget)
        coordinates |= {"budget_of": list(OF), "budget_term": list(TERMS)}
    settings = {
        "experiment": "toy",
        "network": NETWORK,
        "data": {"kind": "gaussian"},
        "labels": "resampled",
        "sampling": "online",
    }
    return xr.Dataset(variables, coordinates, {"configuration": json.dumps(settings)})


def control(rates=RATES):
    """The same networks without noise, of which half the change is left."""
    full = level(rates)
    rate = full["activation_rate"]
    return (
        full[["activation_rate", "trained"]]
        .assign(activation_rate=rate.isel(record=0) + 0.5 * (rate - rate.isel(record=0)))
        .transpose("learning_rate", "batch_size", "seed", "replica", "record")
    )


def variant(factor):
    """One cell whose fall is so many times that of the slow flow."""
    return level([0.05], fall=factor, bend=0.0)[["activation_rate", "trained"]]


def mechanism(note="", with_control=True, **other):
    names = ("V(0) = 0", "V(0) as drawn", "V(0) × 3", "V(0) at its level", "V frozen there", "walk")
    curves = [{"name": name, "experiment": f"variant{k}"} for k, name in enumerate(names)]
    figure = {"kind": "mechanism", "curves": curves, "level": LEVEL, **other}
    if with_control:
        figure["control"] = {"experiment": "without", "batch_size": 1}
    return FigureSettings(name="fig", note=note, figure=figure)


def mechanism_files(with_control=True):
    variants = [variant(it) for it in (0.5, 0.8, 1.7, 0.95, 0.9, 0.0)]
    return [*variants, level(), *([control()] if with_control else [])]


def early(note="", rates=(0.025, 0.05, 0.1), **other):
    of = [{"name": f"η = {it}", "experiment": "level", "learning_rate": it} for it in rates]
    return FigureSettings(name="fig", note=note, figure={"kind": "early_phase", "of": of, **other})


def early_files(rates=(0.025, 0.05, 0.1)):
    return [level(rates)]
