"""Curves and curvature that obey the paper, made without training."""

import numpy as np
import xarray as xr

from thermophoresis.claims.cells import Cells

RATES = np.array([0.025, 0.05, 0.1])
BATCHES = np.array([1, 2, 3])
DIMENSIONS = ("learning_rate", "batch_size", "seed", "replica", "record")
SNAPSHOTS = np.arange(0, 31, 3)
PROBES = 32
END = 40.0
RELAXATION = 12.0  # thermal time in which the synthetic observables relax


def generator(*seed):
    return np.random.default_rng([20, *seed])


def make_curves(
    rng, *, rate_exponent=2.0, batch_exponent=1.0, replicas=32, seeds=1, records=31, noise=0.03
):
    """Content of a curves file that obeys the paper, with replicas as training yields them.

    Every observable relaxes in s = t η^α / |B|^β, which is thermal time with the exponents of the
    paper, and the drift follows E(p − y)². The loss falls in η t instead. Each replica has an
    offset that all cells share and a path of its own in each cell.
    """
    rate, batch = RATES[:, np.newaxis, np.newaxis], BATCHES[:, np.newaxis].astype(float)
    tau = END * np.linspace(0, 1, records) ** 2
    step = np.round(tau * batch / rate**2)
    s = step * rate**rate_exponent / batch**batch_exponent * 0.05 ** (2 - rate_exponent)
    decay = np.exp(-s / RELAXATION)
    master = {
        "activation_rate": 0.2 + 0.3 * decay,
        "second_layer_norm": 1 + 0.5 * decay,
        "mean_bias": -0.3 * (1 - decay),
        "squared_error": 0.05 + 0.2 * decay,
        "loss": 0.3 + 0.4 * np.exp(-step * rate / batch / 300),
    }
    shape = (len(RATES), len(BATCHES), seeds, replicas)
    shared = rng.normal(size=(1, 1, seeds, replicas, 1))
    variables = {}
    for name, mean in master.items():
        own = rng.normal(size=(*shape, 1)) * np.sqrt(s / (s + 5))[:, :, np.newaxis, np.newaxis]
        single = 0.2 * rng.normal(size=(*shape, records)) * (np.arange(records) > 0)
        size = noise * np.ptp(mean)
        values = mean[:, :, np.newaxis, np.newaxis] + size * (shared + own + single)
        variables[name] = (DIMENSIONS, values)
    variables["trained"] = (DIMENSIONS[:2], np.ones(shape[:2], np.int8))
    return xr.Dataset(
        variables,
        {
            "learning_rate": RATES,
            "batch_size": BATCHES,
            "seed": np.arange(seeds),
            "replica": np.arange(replicas),
            "record": np.arange(records),
            "step": (("learning_rate", "batch_size", "record"), step),
        },
    )


def make_curvature(rng, curves, *, replicas=16, noise=0.03):
    """Content of a curvature file whose bound follows the activation rate, and the trace that."""
    at = curves.sel(record=SNAPSHOTS, replica=slice(0, replicas - 1))
    shape = at["activation_rate"].shape

    def noisy(values):
        return DIMENSIONS, values * np.exp(noise * rng.normal(size=shape))

    bound = 8 * at["activation_rate"].values
    ggn = 0.25 * bound
    variables = {
        "trace_bound": noisy(bound),
        "trace_product": noisy(0.5 * bound),
        "ggn_trace": noisy(ggn),
        "hessian_trace": noisy(ggn),
        "trained": at["trained"],
        **{
            f"violations_{name}": (DIMENSIONS, np.zeros(shape))
            for name in ("product", "bound", "kernel_printed", "bound_printed")
        },
    }
    return xr.Dataset(variables, at.coords, {"probe_samples": PROBES})


def make_cells(*values, rates=None, batches=None, step=None):
    """Cells with given curves (K, replicas, records), of neighbouring rates unless it is said."""
    values = tuple(np.asarray(array, dtype=float) for array in values)
    count, _, records = values[0].shape
    rates = 0.05 * 2.0 ** np.arange(count) if rates is None else np.asarray(rates, float)
    batches = np.ones(count) if batches is None else np.asarray(batches, float)
    step = np.tile(np.arange(records, dtype=float), (count, 1)) if step is None else step
    view = xr.Dataset(
        {f"observable {k}": (("cell", "network", "record"), it) for k, it in enumerate(values)},
        {
            "learning_rate": ("cell", rates),
            "batch_size": ("cell", batches),
            "step": (("cell", "record"), np.asarray(step, float)),
        },
    )
    return Cells(view, 0)


def noisy_cells(rng, means, replicas=32, own=0.05, shared=0.1):
    """Replicas around mean curves (K, records): an offset for all cells, one for each of them."""
    means = np.asarray(means, float)[:, np.newaxis]
    offset = shared * rng.normal(size=(1, replicas, 1))
    return means + offset + own * rng.normal(size=(len(means), replicas, 1))
