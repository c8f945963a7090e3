"""The chain from the Hessian's trace to its bound, along one run, from the run's snapshots."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

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
from thermophoresis.measurements.origin import origin_of
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution
from thermophoresis.networks.load import build
from thermophoresis.networks.network import Network, Parameters

# Both sides of an inequality are rounded; they are equal for a single logit (Tr PK = Tr P Tr K).
ROUNDING = 1e-9

HESSIAN = "trace of the Hessian of the loss, Tr H"
TRACES = {
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


class Control(NamedTuple):
    """The trace of the Hessian at one snapshot, by automatic differentiation.

    Attributes
    ----------
    trace
        Shape (replica, sample).
    estimator_error
        Standard error of its mean over samples that comes from random vectors, (replica,); 0 where
        it is exact.
    """

    trace: Tensor
    estimator_error: Tensor


class Snapshot(NamedTuple):
    """The chain at one snapshot, in closed form.

    Attributes
    ----------
    traces
        For each name of `TRACES` an array (replica, sample).
    violations
        For each name of `VIOLATIONS` an array (replica,).
    weight_norm
        √Σ_l ‖W_l‖_F², (replica,).
    """

    traces: dict[str, Tensor]
    violations: dict[str, Tensor]
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
        On how many samples, where there is a control, and with how many random vectors.
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
        sample): the Gauss–Newton trace, both factors and both bounds of every sample. The trace of
        the Hessian has the dimension ``control`` in place of ``record`` where settings say at which
        snapshots it is taken; it is left out where that is at none.

    Raises
    ------
    UserError
        The data have too few samples.
    """
    torch.set_num_threads(1)
    source = open_source(run.model_copy(update={"probe_size": measurement.samples}), data)
    network = build(run.network, source.sample_shape, source.classes, run.loss)
    records = snapshots.sizes["record"]
    control = measurement.control
    controlled = control.chosen(records) if control else tuple(range(records))
    chains, controls = [], []
    for block in _blocks(network, snapshots.sizes["replica"]):
        x, y = source.probe(block)
        streams = [generator(run.seed, replica, Purpose.TRACE_VECTORS) for replica in block]
        # As a chain, with the parameters at each snapshot.
        at = [
            network.as_layered(_parameters(network, snapshots, block, it)) for it in range(records)
        ]
        chains.append([_chain(*it, x.expand(len(block), *x.shape[1:])) for it in at])
        controls.append(
            [_control(*at[it], x, y, streams, measurement.vectors) for it in controlled]
        )
        exact = is_small(at[0][0])
    # A loss without a unit has curvature without one.
    nat = "nat" if run.loss == "cross_entropy" else "1"
    variables = _in_closed_form(snapshots, chains, nat)
    coordinates: dict[str, Any] = {str(name): it for name, it in snapshots.coords.items()}
    if controlled:
        axis = "control" if control else "record"
        variables |= _of_control(snapshots, controls, controlled, axis, nat)
    if controlled and control:
        of_records = snapshots["record"].values[list(controlled)]
        long_name = "index of the run's record of a snapshot at which there is a control"
        coordinates["control"] = ("control", of_records, {"long_name": long_name, "units": "1"})
    dataset = xr.Dataset({**variables, "diverged": snapshots["diverged"]}, coordinates)
    return dataset.transpose("replica", "record", ...).assign_attrs(
        hessian_method="exact" if exact else "stochastic",
        probe_samples=measurement.samples,
        **origin_of(snapshots),
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


def _blocks(network: Network, replicas: int) -> Iterator[range]:
    """Yield the replicas that are evaluated together."""
    # The activations of one replica of a convolutional network fill the cache.
    layers = getattr(network, "layers", ())
    width = 1 if any(isinstance(layer, Convolution) for layer in layers) else replicas
    for first in range(0, replicas, width):
        yield range(first, min(first + width, replicas))


def _parameters(network: Network, snapshots: xr.Dataset, block: range, record: int) -> Parameters:
    """Return the parameters of some replicas at a snapshot, stacked, in float64."""
    replicas = slice(block.start, block.stop)
    return {
        name: torch.from_numpy(snapshots[name].values[replicas, record].astype(np.float64))
        for name in network.parameter_dimensions
    }


def _control(
    network: Layered,
    parameters: Parameters,
    x: Tensor,
    y: Tensor,
    streams: Sequence[torch.Generator],
    vectors: int,
) -> Control:
    """Return the trace of the Hessian of every replica, with streams of its own."""
    if is_small(network):
        trace = exact_hessian_trace(network, parameters, x, y)
        return Control(trace, trace.new_zeros(len(streams)))
    # Far more precise than the estimates are, and twice as fast.
    single = {name: value.float() for name, value in parameters.items()}
    labels = y.float() if y.is_floating_point() else y
    estimates = stochastic_hessian_trace(network, single, x.float(), labels, streams, vectors)
    estimates = estimates.double()
    # Every sample has vectors of its own.
    of_samples = estimates.var(2) / vectors
    return Control(estimates.mean(2), of_samples.sum(1) ** 0.5 / of_samples.shape[1])


def _chain(network: Layered, parameters: Parameters, x: Tensor) -> Snapshot:
    """Return the closed forms of every replica, given the inputs of each."""
    found = curvature(network, parameters, x)
    bound = kernel_trace_bound(network, parameters, x)
    traces = {
        **found._asdict(),
        "trace_product": found.trace_P * found.trace_K,
        "trace_bound": found.trace_P * bound.derived,
        "trace_bound_printed": found.trace_P * bound.printed,
    }

    def count(smaller: Tensor, larger: Tensor) -> Tensor:
        return (smaller > larger * (1 + ROUNDING)).sum(1)

    violations = {
        "violations_product": count(traces["ggn_trace"], traces["trace_product"]),
        "violations_bound": count(traces["trace_product"], traces["trace_bound"]),
        "violations_kernel_printed": count(found.trace_K, bound.printed),
        "violations_bound_printed": count(traces["ggn_trace"], traces["trace_bound_printed"]),
    }
    weights = (value for name, value in parameters.items() if name.startswith("W"))
    norm = sum((value**2).flatten(1).sum(1) for value in weights) ** 0.5
    return Snapshot(traces, violations, norm)


Variable = tuple[tuple[str, ...], np.ndarray, dict[str, str]]


def _in_closed_form(
    snapshots: xr.Dataset, blocks: list[list[Snapshot]], nat: str
) -> dict[str, Variable]:
    """Join blocks of replicas and records; average over samples. ``nat`` is the loss's unit."""
    present = _present(snapshots)
    found: dict[str, Variable] = {}
    for name, (long_name, given) in TRACES.items():
        units = nat if given == "nat" else given
        values = _join(blocks, lambda snapshot, name=name: snapshot.traces[name])
        found |= _averaged(name, values, present, long_name, units)
        if name != "trace_product":
            found[f"{name}_of_sample"] = _variable(values, present, long_name, units)
    norm = _join(blocks, lambda snapshot: snapshot.weight_norm)
    found["weight_norm"] = _variable(norm, present, "L2 norm of the weights of all layers", "1")
    for name, long_name in VIOLATIONS.items():
        counts = _join(blocks, lambda snapshot, name=name: snapshot.violations[name])
        found[name] = _variable(counts, present, long_name, "1")
    return found


def _of_control(
    snapshots: xr.Dataset,
    blocks: list[list[Control]],
    controlled: Sequence[int],
    axis: str,
    nat: str,
) -> dict[str, Variable]:
    """Join blocks of replicas and of those records at which there is a control."""
    present = _present(snapshots)[:, list(controlled)]
    # Estimates of single samples are too noisy to be of use.
    trace = _join(blocks, lambda control: control.trace)
    error = _join(blocks, lambda control: control.estimator_error)
    long_name = (
        "standard error of hessian_trace that comes from random vectors; 0 where it is exact"
    )
    found = _averaged("hessian_trace", trace, present, HESSIAN, nat)
    found["hessian_trace_estimator_error"] = _variable(error, present, long_name, nat)
    return {name: (("replica", axis), it, attrs) for name, (_, it, attrs) in found.items()}


def _present(snapshots: xr.Dataset) -> np.ndarray:
    """Return which replicas have not diverged, (replica, record)."""
    present: np.ndarray = snapshots["diverged"].transpose("replica", "record").values == 0
    return present


def _join(blocks: Sequence[Sequence[Any]], part: Callable[..., Tensor]) -> np.ndarray:
    """Return a part of what was found, (replica, record, …)."""
    rows = [torch.stack([part(found) for found in block], 1) for block in blocks]
    return torch.cat(rows).numpy()


def _averaged(
    name: str, values: np.ndarray, present: np.ndarray, long_name: str, units: str
) -> dict[str, Variable]:
    """Return the mean over samples of values (replica, record, sample), and its standard error."""
    mean, error = values.mean(2), values.std(2, ddof=1) / values.shape[2] ** 0.5
    of_error = f"standard error over samples of {name}"
    return {
        name: _variable(mean, present, f"{long_name}, mean over samples", units),
        f"{name}_standard_error": _variable(error, present, of_error, units),
    }


def _variable(values: np.ndarray, present: np.ndarray, long_name: str, units: str) -> Variable:
    """Return values (replica, record, …) as a variable, NaN where a replica is not present."""
    where = present.reshape(*present.shape, *[1] * (values.ndim - 2))
    kept = np.where(where, values.astype(np.float64), np.nan)
    dims = ("replica", "record", "sample")[: values.ndim]
    return (dims, kept, {"long_name": long_name, "units": units})
