"""Whether the noise of batches is Gaussian, white and slow to change, along one run.

Jastrzębski et al. (2018) take the noise of a batch gradient, g_B = g + Δg/√|B|, for Gaussian with
the covariance C of the gradient of one sample, white in time, and for slow to change with θ.

**Gaussian.** Batches are drawn, see `noise_moments`: how skewness and kurtosis go with |B| is a
theorem, how large they are is not.

**White.** From each snapshot trajectories go on as the run does, with each of three samplers, and
the noise ξ_t = g_B(θ_t) − g(θ_t) of all parameters is correlated with itself, see
`further_training.correlations`. The 99 % band of a network is that of white noise of the size that
its own has. Of reshuffled epochs see `theory.langevin_limit`.

**Slow to change.** See `noise_premise`. ≪ is less than a tenth; g is the gradient of what is
minimised, with weight decay.

**Minimum.** Where there is weight decay, gradient descent with momentum goes on from the last
snapshot until |g| is small. Excess losses of the late snapshots are over the loss there, beside
(η/4|B|) Tr C of the same snapshots (`theory.langevin_limit`, Eq. 4).
"""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.measurements.noise_statistics import SAMPLERS, NoiseStatistics
from thermophoresis.config.run import RunSettings
from thermophoresis.data.order import Order
from thermophoresis.draws.streams import key
from thermophoresis.errors import UserError
from thermophoresis.measurements.each_snapshot import opened, parameters_at
from thermophoresis.measurements.further_training import (
    REST,
    Task,
    correlations,
    descend,
    excess,
    flat,
    noises,
    ordered_gradients,
    training_sets,
)
from thermophoresis.measurements.noise_moments import cumulants, directions_of, exact
from thermophoresis.measurements.noise_premise import noise_gradient, premises
from thermophoresis.measurements.origin import origin_of
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Parameters
from thermophoresis.theory.langevin_limit import excess_loss
from thermophoresis.theory.stationary_covariance import variance_factor

TITLE = "statistics of the noise of batches along one run"
PURPOSE = "measurement noise_statistics"
MUCH_LESS = 0.1  # what ≪ means
BAND = 2.5758293035489004  # deviations of a normal variate, 99 %
LATE = 0.5  # of the steps, after which a snapshot is late
KINDS = ("top", "random")

OF_RECORDS = {
    **{f"kurtosis_{it}_largest": f"excess kurtosis, {it} directions, largest |B|" for it in KINDS},
    **{f"skewness_{it}_largest": f"skewness, {it} directions, largest |B|" for it in KINDS},
    "premise_ratio": "eta |grad sigma^2|/(2|B||g|)",
    "premise_printed_ratio": "|grad sigma^2|/(2|B||g| eta)",
    "premise_holds": "1 where eta |grad sigma^2|/(2|B||g|) is below a tenth, else 0",
    "premise_printed_holds": "1 where |grad sigma^2|/(2|B||g| eta) is below a tenth, else 0",
    "premise_trace_holds": "1 where eta |grad Tr C|/(2|B||g|) is below a tenth, else 0",
    "gradient_norm": "|g|, with weight decay",
}
OF_SIZES = {
    **{f"kurtosis_{it}": f"excess kurtosis of the noise, {it} directions" for it in KINDS},
    **{f"skewness_{it}": f"skewness of the noise, {it} directions" for it in KINDS},
}
OF_LAGS = {
    "correlation": "correlation of the noise along a trajectory with itself",
    "deviation": "standard deviation of it if the noise is white",
}
OF_NETWORKS = {
    **{f"lag_one_{it}": f"correlation of the noise of consecutive steps, {it}" for it in SAMPLERS},
    **{f"outside_{it}": f"share of lags outside the 99 % band, {it}" for it in SAMPLERS},
    "batches_per_epoch": "number of batches of an epoch of the trajectories",
    "premise_at_minimum": "eta |grad sigma^2|/(2|B||g|) at the end of the descent",
    "premise_printed_at_minimum": "|grad sigma^2|/(2|B||g| eta) at the end of the descent",
    "gradient_at_minimum": "|g| at the end of the descent",
    "premise_holds_at_minimum": "1 where premise_at_minimum is below a tenth, else 0",
    "late_excess": "excess of the late loss over that of the minimum",
    "late_excess_predicted": "(eta/4|B|) Tr C at the same snapshots",
    "small_rate_excess": "the same of SGD that goes on from the minimum at a smaller eta",
    "small_rate_excess_predicted": "(eta/4|B|) Tr C at the minimum, with that eta",
}
# What there is of networks of which the descent has come to rest.
AT_MINIMUM = tuple(it for it in OF_NETWORKS if "minimum" in it or "excess" in it)


class Place(NamedTuple):
    """Networks at one snapshot, and what they minimise.

    Attributes
    ----------
    task, parameters
        Of these networks, float64.
    replicas, record
        Which they are.
    run
        The run.
    """

    task: Task
    parameters: Parameters
    replicas: np.ndarray
    record: int
    run: RunSettings

    def single(self, index: int) -> tuple[Layered, Parameters, Tensor, Tensor]:
        """Return one network of them, with its samples."""
        own = {name: it[index : index + 1] for name, it in self.parameters.items()}
        return self.task.chain, own, self.task.x[index], self.task.y[index]

    def centred(self) -> Iterator[Tensor]:
        """Yield the gradients of single samples less their mean, of each network."""
        for index in range(len(self.replicas)):
            gradients = ordered_gradients(*self.single(index))
            yield gradients - gradients.mean(0)

    def traces(self) -> list[float]:
        """Return Tr C of each network."""
        return [float(it.square().sum(1).mean()) for it in self.centred()]

    def premises(self) -> np.ndarray:
        """Return both readings of the premise, and |g|, (3, network)."""
        norms = flat(self.task.gradient(self.parameters)).norm(dim=1)
        found = []
        for index, norm in enumerate(map(float, norms)):
            slope = noise_gradient(*self.single(index))
            rate, size = self.run.learning_rate, self.run.batch_size
            both = premises(float(slope.norm()), norm, len(slope), rate=rate, batch_size=size)
            found.append((*both, norm))
        return np.array(found).T


def measure(
    measurement: NoiseStatistics,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Look at the noise at snapshots of the one run, and on from them.

    Parameters
    ----------
    measurement
        Batches, directions, trajectories and descent.
    runs, snapshots
        The run, and the content of its file of snapshots.
    data
        Data file of the images, or none.

    Returns
    -------
    xarray.Dataset
        `OF_RECORDS` (replica, record), `OF_SIZES` (replica, record, size), ``correlation`` and
        ``deviation`` (replica, record, sampler, lag), see `further_training.correlations`, and
        `OF_NETWORKS` (replica,); NaN where the replica has diverged, and at snapshots that are not
        looked at.

    Raises
    ------
    UserError
        The data cannot be used, or have too few samples for a batch or no whole number of batches.
    """
    (run,), (found,) = runs, snapshots
    torch.set_num_threads(1)
    source, network = opened(run, data)
    replicas, records = found.sizes["replica"], found.sizes["record"]
    x, y = training_sets(source, replicas)
    _check_sizes(measurement, run, x.shape[1])
    present = found["diverged"].transpose("replica", "record").values == 0
    decay = float(getattr(run.dynamics, "weight_decay", 0.0))
    looks = np.rint(np.linspace(0, records - 1, min(measurement.looks, records))).astype(int)
    arrays = _empty(measurement, replicas, records)
    places = []
    for record in range(records):
        some = np.flatnonzero(present[:, record])
        if len(some):
            chain, parameters = network.as_layered(parameters_at(network, found, some, record))
            own = {name: it.contiguous() for name, it in parameters.items()}
            task = Task(chain, x[some].contiguous(), y[some], decay)
            places.append(Place(task, own, some, record, run))
    for place in places:
        _premises(place, arrays)
        if place.record in looks:
            _moments(measurement, place, arrays)
            _trajectories(measurement, place, arrays)
    _whiteness(arrays, looks)
    if decay and places and places[-1].record == records - 1:
        step = found["step"].values
        late = [it for it in places if step[it.record] >= LATE * step[-1]]
        _minimum(measurement, late, arrays)
    arrays["batches_per_epoch"][:] = x.shape[1] // measurement.trajectory_batch
    return _dataset(measurement, arrays, found, "nat" if run.loss == "cross_entropy" else "1")


def _check_sizes(measurement: NoiseStatistics, run: RunSettings, samples: int) -> None:
    """Refuse batches that samples do not fill."""
    if samples % measurement.trajectory_batch or samples == measurement.trajectory_batch:
        raise UserError(
            f"noise_statistics of {run.name}: trajectory_batch: got "
            f"{measurement.trajectory_batch}; must divide {samples} samples and be less"
        )


def _empty(measurement: NoiseStatistics, replicas: int, records: int) -> dict[str, np.ndarray]:
    """Return arrays for all numbers, NaN."""
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(OF_RECORDS, (replicas, records))
    shapes |= dict.fromkeys(OF_SIZES, (replicas, records, len(measurement.sizes)))
    shapes |= dict.fromkeys(OF_LAGS, (replicas, records, len(SAMPLERS), measurement.lags))
    shapes |= dict.fromkeys(OF_NETWORKS, (replicas,))
    return {name: np.full(shape, np.nan) for name, shape in shapes.items()}


def _premises(place: Place, arrays: dict[str, np.ndarray]) -> None:
    """Fill in the premise on ∇σ² at one snapshot."""
    at = place.replicas, place.record
    names = "premise_ratio", "premise_printed_ratio", "gradient_norm"
    for name, value in zip(names, place.premises(), strict=True):
        arrays[name][at] = value
    for name in ("premise", "premise_printed"):
        arrays[f"{name}_holds"][at] = arrays[f"{name}_ratio"][at] < MUCH_LESS
    dimension = flat(place.parameters).shape[1]
    arrays["premise_trace_holds"][at] = arrays["premise_ratio"][at] * dimension < MUCH_LESS


def _moments(measurement: NoiseStatistics, place: Place, arrays: dict[str, np.ndarray]) -> None:
    """Fill in skewness and kurtosis at one snapshot."""
    count = measurement.directions
    for replica, centred in zip(place.replicas, place.centred(), strict=True):
        rng = np.random.default_rng([place.run.seed, replica, place.record, *PURPOSE.encode()])
        gradients = centred.numpy()
        axes = directions_of(gradients.T @ gradients / len(gradients), count, rng)
        skewness, kurtosis = cumulants(
            gradients @ axes, measurement.sizes, measurement.batches, rng
        )
        largest = exact(gradients @ axes, measurement.largest)
        for kind, own in zip(KINDS, (slice(count), slice(count, None)), strict=True):
            at = replica, place.record
            arrays[f"kurtosis_{kind}"][at] = kurtosis[:, own].mean(axis=1)
            arrays[f"skewness_{kind}"][at] = skewness[:, own].mean(axis=1)
            told = dict(zip(("skewness", "kurtosis"), largest, strict=True))
            for name, value in told.items():
                arrays[f"{name}_{kind}_largest"][at] = value[own].mean()


def _draws(
    place: Place, replicas: int, sampler: str, size: int, purpose: str
) -> Callable[[int], Tensor]:
    """Return what draws the samples of each step, (network, sample)."""
    words = key(place.run.seed, f"{PURPOSE} {purpose} {sampler}")
    order = Order(words, range(replicas), place.task.x.shape[1], sampler, size)
    return lambda step: order.take(step * size, size)[place.replicas]


def _trajectories(
    measurement: NoiseStatistics, place: Place, arrays: dict[str, np.ndarray]
) -> None:
    """Fill in how the noise of trajectories from one snapshot on is correlated in time."""
    size, run, at = measurement.trajectory_batch, place.run, (place.replicas, place.record)
    for index, sampler in enumerate(SAMPLERS):
        take = _draws(place, len(arrays["late_excess"]), sampler, size, str(place.record))
        series = noises(
            place.task,
            place.parameters,
            take,
            rate=run.learning_rate,
            steps=measurement.trajectory_steps,
        )
        rho, deviation = (it.numpy() for it in correlations(series, measurement.lags))
        arrays["correlation"][(*at, index)] = rho
        arrays["deviation"][(*at, index)] = deviation


def _whiteness(arrays: dict[str, np.ndarray], looks: np.ndarray) -> None:
    """Fill in how white the noise of each sampler is over all trajectories of a network."""
    rho, deviation = (arrays[name][:, np.unique(looks)] for name in OF_LAGS)
    for index, sampler in enumerate(SAMPLERS):
        whole = np.isfinite(rho[:, :, index]).all(axis=(1, 2))
        outside = np.abs(rho[:, :, index]) > BAND * deviation[:, :, index]
        arrays[f"lag_one_{sampler}"][whole] = rho[whole, :, index, 0].mean(axis=1)
        arrays[f"outside_{sampler}"][whole] = outside[whole].mean(axis=(1, 2))


def _minimum(
    measurement: NoiseStatistics, late: Sequence[Place], arrays: dict[str, np.ndarray]
) -> None:
    """Fill in what is at the minimum below the last snapshot, and how far late ones are above."""
    last, run = late[-1], late[-1].run
    lowest = last._replace(
        parameters=descend(last.task, last.parameters, measurement.descent_steps)
    )
    names = "premise_at_minimum", "premise_printed_at_minimum", "gradient_at_minimum"
    for name, value in zip(names, lowest.premises(), strict=True):
        arrays[name][last.replicas] = value
    holds = (arrays["premise_at_minimum"] < MUCH_LESS).astype(float)
    arrays["premise_holds_at_minimum"] = np.where(
        np.isfinite(arrays["premise_at_minimum"]), holds, np.nan
    )
    losses, traces = np.full((2, len(late), len(arrays["late_excess"])), np.nan)
    for index, place in enumerate(late):
        losses[index, place.replicas] = place.task.losses(place.parameters)
        traces[index, place.replicas] = place.traces()
    lowest_loss = lowest.task.losses(lowest.parameters).numpy()
    arrays["late_excess"][last.replicas] = losses.mean(0)[last.replicas] - lowest_loss
    rate, factor = run.learning_rate, variance_factor(run.batch_size)
    arrays["late_excess_predicted"][:] = traces.mean(0) * excess_loss(
        1.0, learning_rate=rate, factor=factor
    )
    rate *= measurement.small_rate
    take = _draws(last, len(arrays["late_excess"]), "with_replacement", run.batch_size, "minimum")
    steps = max(2, round(measurement.small_rate_time / rate))
    found = excess(last.task, lowest.parameters, take, rate=rate, steps=steps)
    arrays["small_rate_excess"][last.replicas] = found
    arrays["small_rate_excess_predicted"][last.replicas] = [
        excess_loss(trace, learning_rate=rate, factor=factor) for trace in lowest.traces()
    ]
    restless = ~(arrays["gradient_at_minimum"] <= REST)
    for name in AT_MINIMUM:
        arrays[name][restless] = np.nan


def _dataset(
    measurement: NoiseStatistics, arrays: dict[str, np.ndarray], found: xr.Dataset, nat: str
) -> xr.Dataset:
    """Return what was found with its axes."""
    further: dict[str, tuple[str, ...]] = dict.fromkeys(OF_RECORDS, ("replica", "record"))
    further |= dict.fromkeys(OF_SIZES, ("replica", "record", "size"))
    further |= dict.fromkeys(OF_LAGS, ("replica", "record", "sampler", "lag"))
    further |= dict.fromkeys(OF_NETWORKS, ("replica",))
    words = OF_RECORDS | OF_SIZES | OF_LAGS | OF_NETWORKS
    of_loss = dict.fromkeys(
        ("gradient_norm", "gradient_at_minimum", *(it for it in OF_NETWORKS if "excess" in it)), nat
    )
    variables = {
        name: (
            further[name],
            array,
            {"long_name": words[name], "units": of_loss.get(name, "1")},
        )
        for name, array in arrays.items()
    }
    told = {"units": "1"}
    coordinates = {
        "size": ("size", list(measurement.sizes), {"long_name": "|B|", **told}),
        "sampler": ("sampler", list(SAMPLERS), {"long_name": "how batches are drawn"}),
        "lag": ("lag", np.arange(1, measurement.lags + 1), {"long_name": "lag in steps", **told}),
    }
    return xr.Dataset(
        variables | {"diverged": found["diverged"].transpose("replica", "record")},
        {str(name): it for name, it in found.coords.items()} | coordinates,
    ).assign_attrs(origin_of(found))


def describe(dataset: xr.Dataset) -> str:
    """Say how Gaussian, white and slow the noise is in the end."""
    last = dataset.isel(record=-1).mean("replica")
    correlations = ", ".join(f"{float(last[f'lag_one_{it}']):.2g} ({it})" for it in SAMPLERS)
    return (
        f"excess kurtosis {float(last['kurtosis_top_largest']):.2g} at the largest |B|; "
        f"correlation of consecutive steps {correlations}; premise on the noise's gradient "
        f"{float(last['premise_ratio']):.2g}"
    )
