"""The spectrum of the covariance D of single-sample gradients, along one run.

D(x) = (1/N) Σ ∇f_k ∇f_kᵀ − ∇f ∇fᵀ over the training set (Chaudhari & Soatto 2018, Eq. 2) has d × d
entries, which are never made: its non-zero eigenvalues are those of the centred Gram matrix of N
gradients over N (`gram`), its leading eigenvectors combinations of these. At most N − 1 eigenvalues
are not zero, whatever the network: that D is of low rank is a finding only where d < N.

Subspaces of k leading eigenvectors are compared by ‖UᵀV‖_F²/k, which is 1 for equal ones and k/d in
the mean for random ones. The empirical Fisher matrix is not compared with: it is D but for ∇f ∇fᵀ.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.measurements.noise_spectrum import NoiseSpectrum
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import generator
from thermophoresis.measurements.each_snapshot import opened, parameters_at
from thermophoresis.measurements.gram import Factors, centred, combinations, factors, gram
from thermophoresis.measurements.leading_curvature import gauss_newton_subspace, hessian_subspace
from thermophoresis.measurements.origin import origin_of
from thermophoresis.measurements.spectrum import (
    RANKS,
    ROUNDING,
    above,
    moments,
    participation_ratio,
    ranks,
)
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Parameters
from thermophoresis.numerics.lanczos import leading_eigenvectors

TITLE = "spectrum of the gradients' covariance along one run"
PURPOSE = "measurement noise_spectrum"
# Numbers of parameters at which float32's threshold is applied to one spectrum.
DIMENSIONS = (100, 300, 1000, 3000, 10_000, 30_000, 100_000)
# Of leading eigenvectors, in units of the largest eigenvalue; and products with the matrix.
TOLERANCE = 1e-9
STEPS = 400

_BY = {
    "float32": "λ_max · d · 1.2e-7, the rounding of float32",
    "float64": "λ_max · d · 2.2e-16, the rounding of float64",
    "thousandth": "a thousandth of λ_max",
    "trace99": "as many as have 99 % of the trace",
}
LONG_NAMES = {
    **{f"rank_share_{name}": f"rank of D over d, by {words}" for name, words in _BY.items()},
    "participation_share": "(Tr D)² / Tr D² / d",
    "trace": "Tr D",
    "largest_eigenvalue": "largest eigenvalue of D",
    "eigenvalue_mean_all": "mean of the eigenvalues of D, all d",
    "eigenvalue_deviation_all": "their standard deviation",
    "deviation_over_mean_all": "that over their mean",
    "eigenvalue_mean_nonzero": "mean of the eigenvalues of D above λ_max · d · 2.2e-16",
    "eigenvalue_deviation_nonzero": "their standard deviation",
    "deviation_over_mean_nonzero": "that over their mean",
    "rank_and_variance": "rank of D over d by float32's rounding, plus variance of all eigenvalues",
    "parameter_count": "number of parameters d",
    "class_count": "number of outputs",
    "overlap_hessian": "overlap of leading subspaces of D and of the Hessian",
    "overlap_gauss_newton": "overlap of leading subspaces of D and of the Gauss-Newton matrix",
    "overlap_random": "mean overlap of random subspaces, k/d",
}
_COMPARED = {
    "trace_ratio": "Tr D over that at {}",
    "overlap": "overlap of the leading subspace of D with that at {}",
    "distance": "Frobenius distance of D from that at {}, over the norm of the latter",
    "distance_normalised": "the same of D over its trace, at {}",
}
for _key, _where in (("first", "the first snapshot"), ("previous", "the snapshot before")):
    LONG_NAMES |= {f"{name}_{_key}": it.format(_where) for name, it in _COMPARED.items()}
SQUARES = (  # which have the unit of a squared gradient
    "trace",
    "largest_eigenvalue",
    "eigenvalue_mean_all",
    "eigenvalue_deviation_all",
    "eigenvalue_mean_nonzero",
    "eigenvalue_deviation_nonzero",
)


class Covariance(NamedTuple):
    """D at one snapshot of one replica, as far as it is known.

    Attributes
    ----------
    parts
        What the gradients are made of.
    eigenvalues
        All that need not be zero, largest first.
    leading
        Coefficients of the leading unit eigenvectors in the centred gradients, (sample, direction).
    """

    parts: list[Factors]
    eigenvalues: np.ndarray
    leading: Tensor

    @property
    def samples(self) -> int:
        """Number of samples N."""
        return len(self.leading)


def covariance(
    network: Layered, parameters: Parameters, x: Tensor, y: Tensor, start: Tensor, directions: int
) -> Covariance:
    """Return D of one replica.

    Parameters
    ----------
    network, parameters
        One replica, its parameters stacked, float64.
    x, y
        Inputs (sample, …) and labels (sample,).
    start
        A random vector, (sample,).
    directions
        Number of leading eigenvectors.
    """
    parts = factors(network, parameters, x, y)
    matrix = centred(gram(parts)).div_(len(x))
    count = min(len(x) - 1, network.parameter_count)
    values = torch.linalg.eigvalsh(matrix).flip(0)[:count].clamp_(min=0)
    vectors = leading_eigenvectors(
        lambda vector: matrix @ vector, start, directions, tolerance=TOLERANCE, steps=STEPS
    )
    # An eigenvector v of the matrix makes Σ v_n (g_n − ḡ)/√(N λ), of length 1.
    largest = (vectors * (matrix @ vectors)).sum(0).clamp(min=0)
    return Covariance(parts, values.numpy(), vectors / (len(x) * largest).sqrt())


def alone(of: Covariance, dimension: int) -> dict[str, float]:
    """Return what the eigenvalues of one D say, by names of `LONG_NAMES`."""
    values = of.eigenvalues
    rank = ranks(values, dimension)
    every, some = moments(values, dimension), moments(values, rank["float64"])
    share = {f"rank_share_{name}": rank[name] / dimension for name in RANKS}
    return share | {
        "participation_share": participation_ratio(values) / dimension,
        "trace": float(values.sum()),
        "largest_eigenvalue": float(values[0]),
        "eigenvalue_mean_all": every.mean,
        "eigenvalue_deviation_all": every.deviation,
        "deviation_over_mean_all": every.deviation / every.mean if every.mean else float("nan"),
        "eigenvalue_mean_nonzero": some.mean,
        "eigenvalue_deviation_nonzero": some.deviation,
        "deviation_over_mean_nonzero": some.deviation / some.mean if every.mean else float("nan"),
        "rank_and_variance": rank["float32"] / dimension + every.deviation**2,
        "parameter_count": float(dimension),
    }


def compared(of: Covariance, other: Covariance) -> dict[str, float]:
    """Return how one D differs from another of the same network, by names of `LONG_NAMES`."""
    products = centred(gram(of.parts, other.parts))
    between = float(products.square().sum()) / (of.samples * other.samples)  # Tr(D D')
    squares = [float((it.eigenvalues**2).sum()) for it in (of, other)]
    traces = [float(it.eigenvalues.sum()) for it in (of, other)]
    overlap = float((of.leading.T @ products @ other.leading).square().sum())
    if not all(traces):
        return dict.fromkeys(_COMPARED, float("nan"))
    one, two = (square / trace**2 for square, trace in zip(squares, traces, strict=True))
    normalised = one + two - 2 * between / (traces[0] * traces[1])
    # Differences of squares: where matrices are equal, rounding may leave less than nothing.
    return {
        "trace_ratio": traces[0] / traces[1],
        "overlap": overlap / of.leading.shape[1],
        "distance": (max(sum(squares) - 2 * between, 0.0) / squares[1]) ** 0.5,
        "distance_normalised": (max(normalised, 0.0) / two) ** 0.5,
    }


def with_curvature(
    of: Covariance, network: Layered, parameters: Parameters, x: Tensor, y: Tensor, start: Tensor
) -> dict[str, float]:
    """Return overlaps with the leading subspaces of Hessian and Gauss–Newton matrix.

    Parameters
    ----------
    of
        D there.
    network, parameters, x, y
        As of `covariance`.
    start
        A random vector, (parameter,).
    """
    weights = of.leading - of.leading.mean(0)
    directions = combinations(network, parameters, x, y, weights)
    count = weights.shape[1]
    found = {
        "hessian": hessian_subspace(network, parameters, x, y, start, count),
        "gauss_newton": gauss_newton_subspace(network, parameters, x, start, count),
    }
    return {
        f"overlap_{name}": float((directions @ vectors).square().sum()) / count
        for name, vectors in found.items()
    }


def measure(
    measurement: NoiseSpectrum,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Evaluate D at every snapshot of the one run.

    Parameters
    ----------
    measurement
        Over how many samples, and how many leading directions are compared.
    runs, snapshots
        The run, and the content of its file of snapshots.
    data
        Data file of the images, or none.

    Returns
    -------
    xarray.Dataset
        Dimensions (replica, record): what `LONG_NAMES` has, NaN where the replica has diverged;
        with a further one, ``eigenvalues`` (eigenvalue), largest first, and
        ``rank_share_at`` (dimension), the share of eigenvalues above float32's threshold if
        there were so many parameters.

    Raises
    ------
    UserError
        The data cannot be used.
    """
    (run,), (found,) = runs, snapshots
    torch.set_num_threads(1)
    source, network = opened(run, data)
    replicas, records = found.sizes["replica"], found.sizes["record"]
    present = found["diverged"].transpose("replica", "record").values == 0
    values = {name: np.full((replicas, records), np.nan) for name in LONG_NAMES}
    spectra: dict[tuple[int, int], np.ndarray] = {}
    for replica in range(replicas):
        own = range(replica, replica + 1)
        x, y = (it[:, : measurement.samples] for it in source.training_set(own))
        x = x[0].double()
        labels = y[0].double() if y.is_floating_point() else y[0]
        stream = generator(run.seed, replica, PURPOSE)
        start = torch.empty(len(x), dtype=torch.float64).normal_(generator=stream)
        before: list[Covariance] = []
        for record in map(int, np.flatnonzero(present[replica])):
            chain, parameters = network.as_layered(parameters_at(network, found, own, record))
            here = covariance(chain, parameters, x, labels, start, measurement.directions)
            dimension = chain.parameter_count
            told = alone(here, dimension)
            told |= {"class_count": float(chain.classes or 1)}
            told |= {"overlap_random": min(1.0, measurement.directions / dimension)}
            told |= {f"{name}_first": it for name, it in compared(here, [*before, here][0]).items()}
            if len(before) == 1:  # the first is the one before
                told |= {f"{name}_previous": told[f"{name}_first"] for name in _COMPARED}
            elif before:
                told |= {f"{name}_previous": it for name, it in compared(here, before[1]).items()}
            if replica < measurement.curvature_replicas:
                begin = torch.empty(dimension, dtype=torch.float64).normal_(generator=stream)
                told |= with_curvature(here, chain, parameters, x, labels, begin)
            for name, value in told.items():
                values[name][replica, record] = value
            spectra[replica, record] = here.eigenvalues
            before = [*before[:1], here]
    return _dataset(found, values, spectra, "nat" if run.loss == "cross_entropy" else "1")


def describe(dataset: xr.Dataset) -> str:
    """Say how large ranks are in the end, by each threshold."""
    last = dataset.isel(record=-1).mean("replica")
    listed = ", ".join(f"{float(last[f'rank_share_{name}']):.3g} ({name})" for name in RANKS)
    return f"rank over d {listed}; participation {float(last['participation_share']):.3g}"


def _dataset(
    snapshots: xr.Dataset,
    values: dict[str, np.ndarray],
    spectra: dict[tuple[int, int], np.ndarray],
    nat: str,
) -> xr.Dataset:
    """Return what was found of each replica and record, with spectra padded to one length."""
    dimensions = ("replica", "record")
    square = f"{nat}2" if nat != "1" else "1"
    units = {name: square if name in SQUARES else "1" for name in LONG_NAMES}
    variables: dict[str, tuple[tuple[str, ...], np.ndarray, dict[str, str]]] = {
        name: (dimensions, it, {"long_name": LONG_NAMES[name], "units": units[name]})
        for name, it in values.items()
    }
    shape = next(iter(values.values())).shape
    length = max((len(it) for it in spectra.values()), default=1)
    every = np.full((*shape, length), np.nan)
    moved = np.full((*shape, len(DIMENSIONS)), np.nan)
    for at, spectrum in spectra.items():
        every[at][: len(spectrum)] = spectrum
        if spectrum[0] > 0:
            counts = [above(spectrum, it * ROUNDING["float32"]) for it in DIMENSIONS]
            moved[at] = np.array(counts) / values["parameter_count"][at]
    words = "eigenvalues of D, largest first, without those that must be zero"
    variables["eigenvalues"] = (
        (*dimensions, "eigenvalue"), every, {"long_name": words, "units": square},
    )  # fmt: skip
    words = "share of the eigenvalues of D above λ_max · dimension · 1.2e-7"
    variables["rank_share_at"] = (
        (*dimensions, "dimension"), moved, {"long_name": words, "units": "1"},
    )  # fmt: skip
    own = {
        "eigenvalue": (
            "eigenvalue",
            np.arange(1, length + 1),
            {"long_name": "index", "units": "1"},
        ),
        "dimension": (
            "dimension",
            np.array(DIMENSIONS),
            {"long_name": "number of parameters in the threshold", "units": "1"},
        ),
    }
    return xr.Dataset(
        variables | {"diverged": snapshots["diverged"].transpose(*dimensions)},
        {str(name): it for name, it in snapshots.coords.items()} | own,
    ).assign_attrs(origin_of(snapshots))
