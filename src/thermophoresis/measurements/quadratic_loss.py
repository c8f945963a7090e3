"""What SGD's diffusion does where the loss is quadratic and D constant, beside what is printed.

Hessians and diffusion matrices are drawn, and each closed form of `thermophoresis.theory` is held
against another way to the same number: Lyapunov's equation as linear equations, matrix
exponentials, samples. Nothing is simulated.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from scipy.linalg import expm

from thermophoresis.config.measurements.quadratic_loss import QuadraticLoss
from thermophoresis.config.run import RunSettings
from thermophoresis.theory import gaussian_flow, linear_potential, posterior_information
from thermophoresis.theory.stationary_covariance import continuous_drift, symmetrised

TITLE = "quadratic loss"
PURPOSE = "quadratic_loss"
PRIOR, NOISE = 1.0, 0.25  # variances of w₀ and of labels about it

Array = np.ndarray[Any, np.dtype[np.float64]]
Variables = dict[str, tuple[tuple[str, ...], Any, str]]


def measure(
    measurement: QuadraticLoss,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Evaluate closed forms.

    Parameters
    ----------
    measurement
        Which of them, and where.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        float64, of no dimension where none is told.
        ``potential_ratio`` (diffusion): Φ/f for D = cI, furthest from 1 of some directions.
        ``commuting_current``: the largest ‖J‖ with a D that is not isotropic and commutes with H.
        ``commuting_asymmetry``: antisymmetric part of the lagged covariance of such pairs, over its
        largest entry; ``asymmetry_error``: of Eq. A, of any pairs; ``asymmetry_over_bound``: their
        norm over that of 2β⁻¹(HD − DH) times the smallest k, the least of all pairs.
        ``rotation_error``: of Q at minima, against Lyapunov's equation; ``saddle_error``: of the
        symmetry of U at saddle points.
        ``sylvester_value`` (critical_point): smallest singular value of Q → HQ + QH over ‖H‖;
        ``sylvester_defect``: what no Q explains of HD − DH at a saddle with opposite eigenvalues,
        over its norm.
        ``jko_order`` (flow), of the error in the step h; ``jko_error`` (flow, step).
        ``information`` (temperature), I(w; y | X) in closed form, ``information_change`` from half
        the temperature; ``information_sampled`` with its standard error, ``information_gap`` of it
        to the closed form with the same error. ``network_information``: NaN, for there is none.
    """
    drawn = np.random.default_rng([*PURPOSE.encode(), measurement.seed])
    pairs = [_pair(drawn, measurement.weights) for _ in range(measurement.pairs)]
    variables: Variables = {
        **_isotropic(measurement, pairs),
        **_circulation(measurement, pairs),
        **_decomposition(measurement, pairs),
        **_flows(measurement, pairs[0], drawn),
        **_information(measurement, pairs[0], drawn),
    }
    errors = {
        f"information_{name}_standard_error": {"replicas": measurement.replicas}
        for name in ("sampled", "gap")
    }
    return xr.Dataset(
        {
            name: (dims, value, {"long_name": words, "units": "1", **errors.get(name, {})})
            for name, (dims, value, words) in variables.items()
        },
        {
            "diffusion": ("diffusion", list(measurement.diffusion), {"long_name": "c of D = cI"}),
            "critical_point": ("critical_point", list(critical_points(measurement.weights))),
            "flow": ("flow", list(FLOWS), {"long_name": "flow and metric"}),
            "step": ("step", [measurement.time / it for it in measurement.steps]),
            "temperature": ("temperature", list(measurement.temperatures), {"long_name": "β⁻¹"}),
        },
    )


def _positive(drawn: np.random.Generator, d: int) -> Array:
    """Draw a matrix with eigenvalues from 0.2 to 2 in a random basis."""
    basis, _ = np.linalg.qr(drawn.standard_normal((d, d)))
    return symmetrised(basis * drawn.uniform(0.2, 2, d) @ basis.T)


def _pair(drawn: np.random.Generator, d: int) -> tuple[Array, Array]:
    """Draw H and D, which do not commute."""
    return _positive(drawn, d), _positive(drawn, d)


def _isotropic(measurement: QuadraticLoss, pairs: Sequence[tuple[Array, Array]]) -> Variables:
    """Return Φ/f for isotropic D, and the current where D is not but commutes with H."""
    d, beta = measurement.weights, measurement.inverse_temperature
    ratios = []
    for c in measurement.diffusion:
        found = []
        for hessian, _ in pairs:
            covariance = continuous_drift(hessian, 2 / beta * c * np.eye(d))
            potential = linear_potential.potential_hessian(covariance, beta=beta)
            # The extreme values of xᵀUx/xᵀHx.
            found.append(np.linalg.eigvals(np.linalg.solve(hessian, potential)).real)
        every = np.concatenate(found)
        ratios.append(every[np.abs(every - 1).argmax()])
    hessian, diffusion = np.diag(np.arange(1.0, d + 1)), np.diag(np.arange(d, 0.0, -1))
    potential = np.asarray(np.linalg.solve(diffusion, hessian), dtype=np.float64)
    current = linear_potential.largest_current(
        linear_potential.rotation(hessian, diffusion),
        potential,
        beta=beta,
        places=np.linspace(-1, 1, 41)[:, None] * np.ones(d),
    )
    return {
        "potential_ratio": (("diffusion",), ratios, "Φ/f with isotropic D"),
        "commuting_current": ((), current, "largest current with a D that commutes with H"),
    }


def _circulation(measurement: QuadraticLoss, pairs: Sequence[tuple[Array, Array]]) -> Variables:
    """Return how asymmetric lagged covariances are, by matrix exponentials and by Eq. A."""
    beta, lag = measurement.inverse_temperature, measurement.lag
    commuting, errors, over_bound = [], [], []
    for hessian, diffusion in pairs:
        asymmetry, scale = _lagged(hessian, diffusion, beta, lag)
        formula = linear_potential.lagged_asymmetry(hessian, diffusion, beta=beta, lag=lag)
        errors.append(np.abs(asymmetry - formula).max() / scale)
        commutator = 2 / beta * (hessian @ diffusion - diffusion @ hessian)
        eigenvalues, vectors = np.linalg.eigh(hessian)
        kernel = linear_potential.asymmetry_kernel(eigenvalues, lag)
        bound = np.abs(kernel).min() * np.linalg.norm(commutator)
        over_bound.append(np.linalg.norm(asymmetry) / bound)
        # D of the same eigenvectors as H, in another order of its own eigenvalues.
        aligned = symmetrised(vectors * np.linalg.eigvalsh(diffusion)[::-1] @ vectors.T)
        asymmetry, scale = _lagged(hessian, aligned, beta, lag)
        commuting.append(np.abs(asymmetry).max() / scale)
    return {
        "commuting_asymmetry": ((), max(commuting), "asymmetry of the lagged covariance, HD = DH"),
        "asymmetry_error": ((), max(errors), "error of the asymmetry of the lagged covariance"),
        "asymmetry_over_bound": ((), min(over_bound), "asymmetry over what HD − DH makes it least"),
    }


def _lagged(hessian: Array, diffusion: Array, beta: float, lag: float) -> tuple[Array, float]:
    """Return e^{−Hτ}Σ minus its transpose, and its largest entry."""
    covariance = continuous_drift(hessian, 2 / beta * diffusion)
    lagged = expm(-hessian * lag) @ covariance
    return lagged - lagged.T, float(np.abs(lagged).max())


def critical_points(d: int) -> dict[str, Array]:
    """Return the eigenvalues of H at minima and saddle points, by name.

    ``opposite`` has two with the sum 0, ``flat`` has two that are 0.
    """
    rising = np.arange(1.0, d + 1)
    saddle, opposite, flat = rising.copy(), rising.copy(), rising.copy()
    saddle[0], opposite[:2], flat[:2] = -0.5, (-1.0, 1.0), 0.0
    return {"minimum": rising, "saddle": saddle, "opposite": opposite, "flat": flat}


def _decomposition(measurement: QuadraticLoss, pairs: Sequence[tuple[Array, Array]]) -> Variables:
    """Return errors of Lemma 20's Q where there is one, and where it is not unique."""
    d, beta = measurement.weights, measurement.inverse_temperature
    points = critical_points(d)
    errors, at_saddles, values = [], [], []
    for hessian, diffusion in pairs:
        covariance = continuous_drift(hessian, 2 / beta * diffusion)
        turned = linear_potential.rotation(hessian, diffusion)
        exact = beta * hessian @ covariance - diffusion
        errors.append(np.abs(turned - exact).max() / np.abs(diffusion).max())
        _, vectors = np.linalg.eigh(hessian)
        saddle = symmetrised(vectors * points["saddle"] @ vectors.T)
        whole = diffusion + linear_potential.rotation(saddle, diffusion)
        potential = np.linalg.solve(whole, saddle)
        at_saddles.append(np.abs(potential - potential.T).max() / np.abs(potential).max())
    hessian, diffusion = pairs[0]
    _, vectors = np.linalg.eigh(hessian)
    for eigenvalues in points.values():
        point = symmetrised(vectors * eigenvalues @ vectors.T)
        operator = linear_potential.sylvester_operator(point)
        least = np.linalg.svd(operator, compute_uv=False)[-1]
        # What is below rounding is 0.
        values.append(least / d if least > 1e-12 * d else 0.0)
    return {
        "rotation_error": ((), max(errors), "error of Q against Lyapunov's equation"),
        "saddle_error": ((), max(at_saddles), "asymmetry of U at saddle points"),
        "sylvester_value": (("critical_point",), values, "smallest singular value of Q → HQ + QH"),
        "sylvester_defect": ((), _defect(vectors, points["opposite"], diffusion), "no Q explains"),
    }


def _defect(vectors: Array, eigenvalues: Array, diffusion: Array) -> float:
    """Return what is left of HD − DH for the best Q, over its norm."""
    hessian = symmetrised(vectors * eigenvalues @ vectors.T)
    commutator = hessian @ diffusion - diffusion @ hessian
    basis = linear_potential.antisymmetric_basis(len(hessian))
    wanted = np.einsum("kij,ij->k", basis, commutator)
    operator = linear_potential.sylvester_operator(hessian)
    best, *_ = np.linalg.lstsq(operator, wanted, rcond=1e-12)
    return float(np.linalg.norm(operator @ best - wanted) / np.linalg.norm(wanted))


# D = I; D ≠ I where HD = DH, in the metric D⁻¹ and in the plain one; and any D in the metric D⁻¹.
FLOWS = ("isotropic", "commuting", "commuting_plain", "general")


def _flows(
    measurement: QuadraticLoss, pair: tuple[Array, Array], drawn: np.random.Generator
) -> Variables:
    """Return how far steps of JKO end from the Fokker–Planck equation, and the order in h."""
    d, beta, time = measurement.weights, measurement.inverse_temperature, measurement.time
    hessian, general = pair
    eigenvalues, vectors = np.linalg.eigh(hessian)
    aligned = symmetrised(vectors * eigenvalues[::-1] @ vectors.T)
    start = gaussian_flow.Gaussian(drawn.standard_normal(d), _positive(drawn, d))
    errors = []
    for diffusion, metric in (
        (np.eye(d), None),
        (aligned, aligned),
        (aligned, None),
        (general, general),
    ):
        noise = 2 / beta * diffusion
        exact = gaussian_flow.ornstein_uhlenbeck(start, hessian, noise, time=time)
        potential = hessian  # of f; of Φ where distances know D
        if metric is not None:
            covariance = continuous_drift(hessian, noise)
            potential = linear_potential.potential_hessian(covariance, beta=beta)
        ends = (
            gaussian_flow.jko(start, potential, beta=beta, time=time, steps=steps, diffusion=metric)
            for steps in measurement.steps
        )
        errors.append([gaussian_flow.wasserstein_squared(end, exact) ** 0.5 for end in ends])
    logarithms = np.log(time / np.array(measurement.steps, dtype=np.float64))
    orders = np.polyfit(logarithms, np.log(np.array(errors)).T, 1)[0]
    return {
        "jko_error": (("flow", "step"), errors, "distance W₂ from the Fokker–Planck equation"),
        "jko_order": (("flow",), orders, "order of the distance in the step"),
    }


def _information(
    measurement: QuadraticLoss, pair: tuple[Array, Array], drawn: np.random.Generator
) -> Variables:
    """Return I(w; y | X) of stationary states about the least squares solution."""
    d, count = measurement.weights, measurement.labels
    _, diffusion = pair
    inputs = drawn.standard_normal((count, d))
    # At β⁻¹ = 1, with the Hessian that the inputs give.
    unit = continuous_drift(inputs.T @ inputs / count, 2 * diffusion)
    signal = posterior_information.estimate_covariance(inputs, prior=PRIOR, noise=NOISE)
    found = [posterior_information.information(signal, t * unit) for t in measurement.temperatures]
    halves = [
        posterior_information.information(signal, t / 2 * unit) for t in measurement.temperatures
    ]
    sampled = np.array(
        [
            [
                _sampled(measurement.samples, inputs, temperature * unit, drawn)
                for _ in range(measurement.replicas)
            ]
            for temperature in measurement.temperatures
        ]
    )
    means = sampled.mean(axis=1)
    errors = sampled.std(axis=1, ddof=1) / measurement.replicas**0.5
    along = ("temperature",)
    words = "information in weights about labels, nats"
    return {
        "information": (along, found, words),
        "information_change": (along, np.subtract(found, halves), f"{words}, as β⁻¹ is doubled"),
        "information_sampled": (along, means, f"{words}, from samples"),
        "information_sampled_standard_error": (along, errors, "its standard error"),
        "information_gap": (along, means - found, f"{words}, from samples less in closed form"),
        "information_gap_standard_error": (along, errors, "its standard error"),
        "network_information": ((), np.nan, "information in the weights of a network"),
    }


def _sampled(samples: int, inputs: Array, covariance: Array, drawn: np.random.Generator) -> float:
    """Return I(w; y | X) from labels and weights that are drawn."""
    count, d = inputs.shape
    teachers = PRIOR**0.5 * drawn.standard_normal((samples, d))
    labels = teachers @ inputs.T + NOISE**0.5 * drawn.standard_normal((samples, count))
    about = drawn.standard_normal((samples, d)) @ np.linalg.cholesky(covariance).T
    solutions = labels @ np.linalg.pinv(inputs).T
    return posterior_information.sampled_information(solutions + about, labels)


def describe(dataset: xr.Dataset) -> str:
    """Say which orders the steps of JKO have."""
    orders = dataset["jko_order"]
    told = ", ".join(f"{it} {float(orders.sel(flow=it)):.2f}" for it in FLOWS)
    return f"order of steps of JKO: {told}"
