"""The chain from the Hessian's trace to its bound, along one run, from the run's snapshots."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.measurements.hessian_chain import HessianChain
from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import open_source
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.measurements.gauss_newton import curvature
from thermophoresis.measurements.hessian_trace import (
    exact_hessian_trace,
    is_small,
    stochastic_hessian_trace,
)
from thermophoresis.measurements.hessian_trace_bound import kernel_trace_bound
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution
from thermophoresis.networks.load import build
from thermophoresis.networks.network import Parameters

# Both sides of an inequality are rounded; they are equal for a single logit (Tr PK = Tr P Tr K).
ROUNDING = 1e-9

TRACES = {
    "hessian_trace": ("trace of the Hessian of the loss, Tr H", "nat"),
    "ggn_trace": ("trace of its Gauss-Newton part, Tr(P K) (Eq. 50)", "nat"),
    "trace_P": ("Tr P, trace of the Hessian with respect to the logits (Eq. 52)", "nat"),
    "trace_K": ("Tr K, trace of the kernel of logit gradients (Eq. 53)", "1"),
    "trace_product": ("Tr P Tr K (Eq. 51)", "nat"),
    "trace_bound": ("upper bound of Tr P Tr K, as derived from Eqs. 55-61", "nat"),
    "trace_bound_printed": ("right-hand side of Eq. 64, literally", "nat"),
}
VIOLATIONS = {
    "violations_product": "samples with Tr(P K) > Tr P Tr K (Eq. 51)",
    "violations_bound": "samples with Tr P Tr K > the bound as derived",
    "violations_kernel_printed": "samples with Tr K > the right-hand side of Eq. 63, literally",
    "violations_bound_printed": "samples with Tr(P K) > the right-hand side of Eq. 64, literally",
}


TITLE = "curvature and its bound along one run"


class Snapshot(NamedTuple):
    """The chain at one snapshot.

    Attributes
    ----------
    traces
        For each name of `TRACES` an array (replica, sample).
    violations
        For each name of `VIOLATIONS` an array (replica,).
    hessian_estimator_error
        Standard error of the mean over samples of ``hessian_trace`` that comes from the random
        vectors, (replica,); 0 where the trace is exact.
    weight_norm
        √Σ_l ‖W_l‖_F², (replica,).
    """

    traces: dict[str, Tensor]
    violations: dict[str, Tensor]
    hessian_estimator_error: Tensor
    weight_norm: Tensor


def evaluate(
    measurement: HessianChain,
    run: RunSettings,
    snapshots: xr.Dataset,
    data: str | Path | None = None,
) -> xr.Dataset:
    """Evaluate the chain at every snapshot of a run.

    Parameters
    ----------
    measurement
        On how many samples and with how many random vectors.
    run
        The run.
    snapshots
        Content of the run's file of snapshots.
    data
        Data file of the images; None for synthetic data.

    Returns
    -------
    xarray.Dataset
        Dimensions (replica, record): means over the samples and their standard errors, NaN where
        the replica has diverged; counts of violated inequalities. Dimensions (replica, record,
        sample): the Gauss–Newton trace, both factors and both bounds of every sample.

    Raises
    ------
    UserError
        The data have too few samples.
    """
    torch.set_num_threads(1)
    samples, vectors = measurement.samples, measurement.vectors
    source = open_source(run.model_copy(update={"probe_size": samples}), data)
    network = build(run.network, source.sample_shape, source.classes, run.loss)
    names = tuple(network.parameter_dimensions)
    replicas, records = snapshots.sizes["replica"], snapshots.sizes["record"]
    # The activations of one replica of a convolutional network fill the cache.
    layers = getattr(network, "layers", ())
    width = 1 if any(isinstance(layer, Convolution) for layer in layers) else replicas
    blocks = []
    exact = False
    for first in range(0, replicas, width):
        block = range(first, min(first + width, replicas))
        x, y = source.probe(block)
        streams = [generator(run.seed, replica, Purpose.TRACE_VECTORS) for replica in block]
        of_block = []
        for record in range(records):
            stacked = {
                name: torch.from_numpy(
                    snapshots[name].values[block.start : block.stop, record].astype(np.float64)
                )
                for name in names
            }
            layered, stacked = network.as_layered(stacked)
            exact = is_small(layered)
            of_block.append(_evaluate_snapshot(layered, stacked, x, y, streams, vectors))
        blocks.append(of_block)
    # A loss without a unit has curvature without one.
    nat = "nat" if run.loss == "cross_entropy" else "1"
    return _dataset(snapshots, blocks, nat).assign_attrs(
        hessian_method="exact" if exact else "stochastic",
        probe_samples=samples,
        **{
            name: snapshots.attrs[name]
            for name in ("device", "stepper", "data_source", "data_checksum")
        },
        run_fingerprint=snapshots.attrs["code_fingerprint"],
    )


def measure(
    measurement: HessianChain,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Evaluate the chain at every snapshot of the one run; see `evaluate`."""
    (run,), (of_run,) = runs, snapshots
    return evaluate(measurement, run, of_run, next(iter(data), None))


def describe(dataset: xr.Dataset) -> str:
    """Say how often each inequality is violated, of how many samples."""
    evaluated = int((dataset["diverged"] == 0).sum()) * dataset.sizes["sample"]
    counts = [f"{int(dataset[name].sum()):,} {words}" for name, words in VIOLATIONS.items()]
    return f"of {evaluated:,} samples, " + "; ".join(counts)


def _evaluate_snapshot(
    network: Layered,
    parameters: Parameters,
    x: Tensor,
    y: Tensor,
    streams: Sequence[torch.Generator],
    vectors: int,
) -> Snapshot:
    probe = x.expand(len(streams), *x.shape[1:])
    found = curvature(network, parameters, probe)
    bound = kernel_trace_bound(network, parameters, probe)
    if is_small(network):
        hessian_trace = exact_hessian_trace(network, parameters, x, y)
        estimator_error = hessian_trace.new_zeros(len(streams))
    else:
        # Far more precise than the estimates are, and twice as fast.
        single = {name: value.float() for name, value in parameters.items()}
        labels = y.float() if y.is_floating_point() else y
        estimates = stochastic_hessian_trace(network, single, x.float(), labels, streams, vectors)
        estimates = estimates.double()
        hessian_trace = estimates.mean(2)
        estimator_error = estimates.mean(1).std(1) / vectors**0.5
    traces = {
        "hessian_trace": hessian_trace,
        **found._asdict(),
        "trace_product": found.trace_P * found.trace_K,
        "trace_bound": found.trace_P * bound.derived,
        "trace_bound_printed": found.trace_P * bound.printed,
    }

    def count(smaller: Tensor, larger: Tensor) -> Tensor:
        return (smaller > larger * (1 + ROUNDING)).sum(1)

    return Snapshot(
        traces,
        {
            "violations_product": count(traces["ggn_trace"], traces["trace_product"]),
            "violations_bound": count(traces["trace_product"], traces["trace_bound"]),
            "violations_kernel_printed": count(found.trace_K, bound.printed),
            "violations_bound_printed": count(traces["ggn_trace"], traces["trace_bound_printed"]),
        },
        estimator_error,
        sum(
            (value**2).flatten(1).sum(1)
            for name, value in parameters.items()
            if name.startswith("W")
        )
        ** 0.5,
    )


def _dataset(snapshots: xr.Dataset, blocks: list[list[Snapshot]], nat: str) -> xr.Dataset:
    """Join blocks of replicas and records; average over samples. ``nat`` is the loss's unit."""
    present = snapshots["diverged"].transpose("replica", "record").values == 0

    def join(part: Callable[..., Tensor]) -> np.ndarray:
        rows = [torch.stack([part(found) for found in block], 1) for block in blocks]
        return torch.cat(rows).numpy()

    def variable(
        values: np.ndarray, long_name: str, units: str
    ) -> tuple[tuple[str, ...], np.ndarray, dict[str, str]]:
        dims = ("replica", "record", "sample")[: values.ndim]
        where = present.reshape(*present.shape, *[1] * (values.ndim - 2))
        kept = np.where(where, values.astype(np.float64), np.nan)
        return (dims, kept, {"long_name": long_name, "units": units})

    found: dict[str, object] = {}
    for name, (long_name, given) in TRACES.items():
        units = nat if given == "nat" else given
        values = join(lambda snapshot, name=name: snapshot.traces[name])
        mean, error = values.mean(2), values.std(2, ddof=1) / values.shape[2] ** 0.5
        found[name] = variable(mean, f"{long_name}, mean over samples", units)
        found[f"{name}_standard_error"] = variable(
            error, f"standard error over samples of {name}", units
        )
        # Estimates of single samples of the Hessian's trace are too noisy to be of use.
        if name != "trace_product" and name != "hessian_trace":
            found[f"{name}_of_sample"] = variable(values, long_name, units)
    found["hessian_trace_estimator_error"] = variable(
        join(lambda snapshot: snapshot.hessian_estimator_error),
        "standard error of hessian_trace that comes from random vectors; 0 where it is exact",
        nat,
    )
    found["weight_norm"] = variable(
        join(lambda snapshot: snapshot.weight_norm), "L2 norm of the weights of all layers", "1"
    )
    for name, long_name in VIOLATIONS.items():
        counts = join(lambda snapshot, name=name: snapshot.violations[name])
        found[name] = variable(counts, long_name, "1")
    found["diverged"] = snapshots["diverged"]
    return xr.Dataset(found, snapshots.coords).transpose("replica", "record", ...)
