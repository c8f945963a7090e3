"""Curves files with a drift budget that is known, made without training."""

import numpy as np
import xarray as xr

from thermophoresis.config.observables.drift_budget_sampled import COORDINATES

NAME = "drift_budget_sampled"
OF, TERM = "sampled_of", "sampled_term"
AXES = ("learning_rate", "batch_size", "seed", "replica", "record", OF, TERM)
RATES, BATCHES, END = np.array([0.05, 0.1]), np.array([1, 2]), 9.0
QUANTITIES, TERMS = (COORDINATES[it] for it in (OF, TERM))


def parts_of(rate, batch):
    """Return the terms of a cell, each with its size and the time in which it dies out."""
    return {
        "first": (-0.08, 4.0),
        "noise": (-0.4 * rate / batch, 2.0),
        "mean_square": (0.05 * (batch - 1), 1.0),
        "remainder": (0.002, 3.0),
    }


def sum_of(size, time, tau):
    """Return what a term size · exp(−τ/time) has added up to."""
    return size * time * (1 - np.exp(-tau / time))


def make(rng, *, replicas=8, seeds=2, records=31, walk=0.05, noise=0.5):
    """Content of a curves file of which `parts_of` is the budget of each quantity.

    Networks have martingales of variance walk² τ on top, and rates errors of their own, the same in
    all cells but for the latter. Only E r² has blocks, of which V has first order and noise.
    """
    root = np.linspace(0, np.sqrt(END), records)
    tau = root**2
    shape = (len(RATES), len(BATCHES), seeds, replicas, records)
    steps = np.sqrt(np.diff(tau, prepend=0.0))
    martingale = walk * np.cumsum(steps * rng.normal(size=(1, 1, seeds, replicas, records)), -1)
    values = np.full((*shape, len(QUANTITIES), len(TERMS)), np.nan)
    offset = rng.normal(size=(1, 1, seeds, replicas, 1))
    for at, rate in enumerate(RATES):
        for batch_at, batch in enumerate(BATCHES):
            cell = values[at, batch_at]
            parts = parts_of(rate, batch)
            change = sum(sum_of(*part, tau) for part in parts.values())
            cell[..., 0] = (2 + offset + martingale + change)[0, 0, ..., np.newaxis]
            for term, (size, time) in parts.items():
                exact = (size * np.exp(-tau / time))[:, np.newaxis]
                error = noise * abs(size) * rng.normal(size=cell.shape[:-1])
                cell[..., TERMS.index(term)] = exact + error
            for block, whole in (("first_V", "first"), ("noise_VV", "noise")):
                cell[..., 1, TERMS.index(block)] = cell[..., 1, TERMS.index(whole)]
    rate_of, batch_of = RATES[:, None, None], BATCHES[None, :, None]
    grid = ("learning_rate", "batch_size", "record")
    return xr.Dataset(
        {NAME: (AXES, values), "trained": (AXES[:2], np.ones(shape[:2], np.int8))},
        {
            "learning_rate": RATES,
            "batch_size": BATCHES,
            "seed": np.arange(seeds),
            "replica": np.arange(replicas),
            "record": np.arange(records),
            "step": (grid, tau * batch_of / rate_of**2),
            "thermal_time": (grid, np.broadcast_to(tau, (len(RATES), len(BATCHES), records))),
            OF: list(QUANTITIES),
            TERM: list(TERMS),
        },
    )
