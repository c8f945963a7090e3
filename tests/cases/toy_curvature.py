"""Curves and curvature to draw, made without training, and what can become of them."""

import json

import numpy as np
import xarray as xr

from thermophoresis.config.figure import FigureSettings
from thermophoresis.figures import curvature
from thermophoresis.figures.parts.chain.quantities import CHAIN

RATES = np.array([0.025, 0.05, 0.1])
BATCHES = np.array([1, 4])
RECORDS = np.arange(0, 61, 6)
SEEDS, REPLICAS, RECORDED_REPLICAS = 2, 12, 20
PROBES = 32
DIMENSIONS = ("learning_rate", "batch_size", "seed", "replica", "record")
GRID = ("learning_rate", "batch_size", "record")
KINDS = ("two_layer", "tanh", "mlp6")
NETWORKS = {
    "two_layer": {"kind": "two_layer", "inputs": 10, "hidden": 10, "activation": "relu"},
    "tanh": {"kind": "two_layer", "inputs": 10, "hidden": 10, "activation": "tanh"},
    "mlp6": {"kind": "mlp", "inputs": 100, "hidden": [100] * 5, "activation": "relu"},
}


def settings(note="", **other):
    return FigureSettings(
        name="curvature_toy",
        note=note,
        figure={
            "kind": "curvature",
            "experiment": "toy",
            "batch_size": 1,
            "learning_rate": 0.05,
            **other,
        },
    )


def make_datasets(kind="two_layer", rates=RATES):
    """Curves, and curvature of some of their networks at some of their records."""
    rng = np.random.default_rng(5)
    tau = 60.0 * (np.arange(61) / 60) ** 2
    step = np.round(tau * BATCHES[:, np.newaxis] / rates[:, np.newaxis, np.newaxis] ** 2)
    exact = step * (rates[:, np.newaxis] ** 2 / BATCHES)[:, :, np.newaxis]
    shape = (len(rates), len(BATCHES), SEEDS, RECORDED_REPLICAS, len(tau))
    time = exact[:, :, np.newaxis, np.newaxis]
    eta = rates.reshape(-1, 1, 1, 1, 1)
    individual = rng.normal(size=(*shape[:2], *shape[2:4], 1)) + 0.3 * rng.normal(size=shape)
    rate = (0.5 / (1 + time / 15) ** 0.8 * np.exp(0.2 * individual)).astype(np.float32)
    norm = (0.6 + 6 * eta * (1 - np.exp(-time / 10)) + 0.05 * individual).astype(np.float32)
    configuration = json.dumps(
        {
            "experiment": "toy",
            "network": NETWORKS[kind],
            "data": {"kind": "gaussian"},
            "labels": "resampled",
            "sampling": "online",
        }
    )
    coordinates = {
        "learning_rate": rates,
        "batch_size": BATCHES,
        "seed": np.arange(SEEDS),
        "replica": np.arange(RECORDED_REPLICAS),
        "record": np.arange(61),
        "step": (GRID, step),
        "thermal_time": (GRID, exact),
    }
    trained = (DIMENSIONS[:2], np.ones(shape[:2], np.int8))
    attributes = {"configuration": configuration, "code_fingerprint": "curves-1"}
    variables = {"activation_rate": (DIMENSIONS, rate), "trained": trained}
    if kind != "mlp6":
        variables["second_layer_norm"] = (DIMENSIONS, norm)
    curves = xr.Dataset(variables, coordinates, attributes)

    chosen = curves.isel(replica=slice(REPLICAS), record=RECORDS)
    rate, norm, time = (
        np.float64(array[..., :REPLICAS, RECORDS])
        for array in (rate, norm, np.broadcast_to(time, shape))
    )
    ggn = 0.25 * rate * (10 + 10 * norm**2)
    product = ggn if kind != "mlp6" else 1.3 * ggn
    hessian = {
        "two_layer": ggn,
        "tanh": ggn * (1 - time / 20 + 0.5 * rng.normal(size=ggn.shape)),
        "mlp6": ggn * (1 + 0.1 * rng.normal(size=ggn.shape)),
    }[kind]
    spread = np.exp((1.2 if kind == "mlp6" else 0.2) * rng.normal(size=ggn.shape))
    bound = product * spread * (3.0 if kind != "mlp6" else 1e15)
    values = {
        "hessian_trace": hessian,
        "ggn_trace": ggn,
        "trace_P": 0.24 + 0 * ggn,
        "trace_K": product / 0.24,
        "trace_product": product,
        "trace_bound": bound,
        "trace_bound_printed": bound * (0.6 if kind != "mlp6" else 1e-3),
    }
    nothing = np.zeros(ggn.shape)
    errors = {f"{name}_standard_error": 0.1 * np.abs(value) for name, value in values.items()}
    errors["hessian_trace_estimator_error"] = 0.03 * np.abs(hessian) if kind == "mlp6" else nothing
    violations = {
        "violations_product": nothing,
        "violations_bound": nothing,
        "violations_kernel_printed": nothing + 2,
        "violations_bound_printed": nothing + (np.arange(SEEDS) == 0)[:, np.newaxis, np.newaxis],
    }
    everything = values | errors | violations | {"weight_norm": 3 * norm}
    result = xr.Dataset(
        {
            **{name: (DIMENSIONS, value) for name, value in everything.items()},
            "diverged": (DIMENSIONS, nothing.astype(np.int8)),
            "trained": trained,
        },
        {name: chosen[name] for name in coordinates},
        attributes
        | {
            "hessian_method": "stochastic" if kind == "mlp6" else "exact",
            "probe_samples": PROBES,
            "code_fingerprint": "curvature-1",
        },
    )
    return curves, result


def compose(kind="two_layer", change=lambda curves, curvature: None, **other):
    """Compose a figure of datasets after a change, within `style.context`."""
    datasets = make_datasets(kind)
    change(*datasets)
    return curvature.compose(settings(**other), datasets)


def forget(dataset, chosen):
    """Make every quantity of the chosen networks and records NaN, as where they diverged."""
    for quantity in CHAIN:
        dataset[quantity.name][chosen] = np.nan


def some_diverged(_, curvature):
    forget(curvature, np.s_[2, 0, 0, 4, 6:])
    forget(curvature, np.s_[2, 0, 1, 7, 8:])


def cell_diverged(_, curvature):
    forget(curvature, np.s_[1, 0])


def everything_diverged(_, curvature):
    forget(curvature, np.s_[:])


def some_dead(_, curvature):
    for quantity in curvature_names(curvature):
        curvature[quantity][1, 0, 0, :3, 5:] = 0.0


def all_dead_in_the_end(_, curvature):
    for quantity in curvature_names(curvature):
        curvature[quantity][:, 0, :, :, 8:] = 0.0


def all_dead(_, curvature):
    for quantity in curvature_names(curvature):
        curvature[quantity][:] = 0.0


def curvature_names(dataset):
    return [quantity.name for quantity in CHAIN if quantity.name in dataset]


def controlled(_, curvature):
    """Leave a control in one cell, at three of the snapshots."""
    for name in ("hessian_trace", "hessian_trace_estimator_error"):
        curvature[name] = curvature[name].isel(record=[0, 5, 10]).rename(record="control")
        curvature[name][np.s_[[0, 2]]] = np.nan
        curvature[name][:, 1] = np.nan
    count = np.array([[0, 0], [3, 0], [0, 0]])
    curvature.coords["control_count"] = (DIMENSIONS[:2], count)


def without_control(_, curvature):
    del curvature["hessian_trace"], curvature["hessian_trace_estimator_error"]


def large(_, curvature):
    for quantity in curvature_names(curvature):
        curvature[quantity] = 3e6 * curvature[quantity]


def small(_, curvature):
    for quantity in curvature_names(curvature):
        curvature[quantity] = 3e-6 * curvature[quantity]


CHANGES = (
    lambda *_: None,
    some_diverged,
    cell_diverged,
    everything_diverged,
    some_dead,
    all_dead_in_the_end,
    all_dead,
    large,
    small,
    controlled,
    without_control,
)


def networks(dataset, name, rate_index=1):
    """Values of all networks of one cell with |B| = 1, shape (records, networks)."""
    values = dataset[name].values[rate_index, 0]
    return np.array([values[:, :, record].ravel() for record in range(values.shape[-1])])
