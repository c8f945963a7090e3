"""Gathered runs of experiments that sweep further settings, made without training."""

import json
from pathlib import Path

import numpy as np
import xarray as xr

from thermophoresis.analysis.gathering import assemble
from thermophoresis.analysis.run_files import Run
from thermophoresis.config.gathering import GatherSettings

NETWORK = {"kind": "mlp", "inputs": 10, "activation": "relu", "bias": True}


def run(cell, seed, mean, *, replicas=8, records=21, end=10.0, layers=None, settings=None, shared):
    """One run whose loss is a function of step, learning rate, batch size and labels, and noise."""
    rate, batch, axes = cell
    step = np.round(end * np.linspace(0, 1, records) ** 2 * batch / rate**2)
    rng = np.random.default_rng(
        [seed, round(1e4 * rate), batch, *map(len, map(str, axes.values()))]
    )
    noise = shared[seed][:, np.newaxis] + 0.02 * rng.normal(size=(replicas, records))
    loss = mean(step, rate, batch, **axes) + noise
    dims = ("replica", "record")
    variables = {
        "loss": (dims, loss, {"units": "nat", "long_name": "loss"}),
        "diverged": (dims, np.zeros(loss.shape, np.int8), {"units": "1", "long_name": "diverged"}),
    }
    coordinates = {
        "replica": np.arange(replicas),
        "step": ("record", step.astype(int), {"units": "1", "long_name": "step"}),
        "thermal_time": ("record", step * rate**2 / batch, {"units": "1", "long_name": "τ"}),
    }
    if layers is not None:
        of_layers = np.arange(1, layers + 1) + 0 * loss[..., np.newaxis]
        variables["activation_rate_layer"] = ((*dims, "layer"), of_layers, {"units": "1"})
        coordinates["layer"] = np.arange(1, layers + 1)
    configuration = {
        "experiment": "toy",
        "learning_rate": rate,
        "batch_size": batch,
        "seed": seed,
        "axes": axes,
        "data": {"kind": "gaussian"},
        "network": NETWORK,
        "labels": "resampled",
        "sampling": "online",
        **(settings or {}),
    }
    attributes = {"configuration": json.dumps(configuration), "code_fingerprint": "1"}
    dataset = xr.Dataset(variables, coordinates, attributes)
    return Run(Path(f"{cell}_{seed}.nc"), configuration, dataset)


def gathered(cells, mean, *, paths, seeds=(0, 1), layers=lambda **axes: None,
             settings=lambda **axes: {}, varied=("network",), replicas=8, **options):  # fmt: skip
    """What is gathered of all runs, and the settings with which it is."""
    wanted = GatherSettings(
        experiment="toy",
        cells=tuple(cell[:2] for cell in cells),
        axes=tuple(cell[2] for cell in cells),
        paths=paths,
        varied=varied,
        seeds=seeds,
        records=21,
        replicas=replicas,
    )
    shared = 0.1 * np.random.default_rng(5).normal(size=(max(seeds) + 1, replicas))
    runs = [
        run(
            cell,
            seed,
            mean,
            layers=layers(**cell[2]),
            settings=settings(**cell[2]),
            replicas=replicas,
            shared=shared,
            **options,
        )
        for cell in cells
        for seed in seeds
    ]
    return assemble(wanted, runs[::-1]), wanted
