"""What makes five quantities of a two-layer network drift: what a step changes them by, in terms.

With |B| independent samples in a batch, r = p − y, μ = E r∇f and S = E r²∇f∇fᵀ,

    E ΔQ = −η ∇Q·μ + ½η² Tr[∇²Q (S/|B| + (1 − 1/|B|) μμᵀ)] + O(η³),

with no remainder for the mean bias, ‖V‖² and ‖W‖². Over η²/|B|, so that it is a rate in thermal
time τ = η²t/|B|, the terms are

    first_β = −(|B|/η) ∂_βQ·μ_β,    noise_βγ = ½ Tr(∂_β∂_γQ S_γβ), twice that where β ≠ γ,
    mean_square = ½(|B| − 1) μᵀ∇²Qμ.

μ and S are means over fresh samples, as training draws them; labels are averaged given x: with
ρ = p − E y, μ = E ρ∇f and S = E ρ²∇f∇fᵀ + Var y E ∇f∇fᵀ, the last of these in closed form for
x ~ N(0, I). The square of μ is taken over pairs of different samples. ∇Q and ∇²Q are exact
(`theory`).

``flux`` is −½∇Q·div C with C = S − μμᵀ: the part of the noise terms that goes with the flow
−½(η²/|B|) div C of Wei & Schwab; the other part is that of diffusion.
"""

from typing import NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from thermophoresis.config.observables.drift_budget import OF, TERMS
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.networks.network import Loss
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.context import Context
from thermophoresis.observables.kernels import divergence, sampled
from thermophoresis.theory import gaussian_units, uniform_rate, unit_sums
from thermophoresis.theory.unit_sums import Derivatives

OF_PARAMETERS = True

# Fresh samples of each network at each record. Their chance adds less than a twentieth to the
# variance that sums over records have from the steps in between.
SAMPLES = 256
# Of them for the flux, which is no difference of large numbers.
FLUX_SAMPLES = 128
# Replicas whose samples are held at a time.
TOGETHER = 64
NOISE = tuple(it for it in TERMS if it.startswith("noise_"))
FIRST = tuple(it for it in TERMS if it.startswith("first_"))


class Parts(NamedTuple):
    """Parameters of replicas, and what labels are.

    Attributes
    ----------
    w, b, v
        Weights (replica, unit, input), biases and second weights (replica, unit); float64.
    bias
        Whether there are biases; otherwise b is 0.
    squared
        Whether the loss is the squared error.
    variance
        Var y given x.
    """

    w: np.ndarray
    b: np.ndarray
    v: np.ndarray
    bias: bool
    squared: bool
    variance: float


class Sampled(NamedTuple):
    """Means over samples, see `kernels.sampled.moments`, and a matrix for each unit if any."""

    first: np.ndarray
    squares: np.ndarray
    force: np.ndarray
    forms: np.ndarray


class Second(NamedTuple):
    """Second moments of the gradients of a unit's parameters, (replica, unit).

    Attributes
    ----------
    VV, Vb, Vw, bb, bw
        Those with w are their inner products with the weights.
    trace, ww
        Trace of those among w, and their product with the weights from both sides.
    """

    VV: np.ndarray
    Vb: np.ndarray
    Vw: np.ndarray
    bb: np.ndarray
    bw: np.ndarray
    trace: np.ndarray
    ww: np.ndarray


def observe(context: Context) -> Tensor:
    """Return the budget of every replica, (replica, budget_of, budget_term)."""
    found = [_budget(it) for it in context.parts(TOGETHER)]
    return torch.from_numpy(np.concatenate(found)).to(context.x.device)


def _budget(context: Context) -> np.ndarray:
    """Return the budget of some replicas."""
    moment = context.moment
    drawn, own = context.fresh("drift_budget", SAMPLES)
    x = drawn.numpy()
    network = cast(TwoLayer, context.network)
    targets, variance = _labels(network.loss, own, moment.random_labels)
    target = np.broadcast_to(targets, x.shape[:2]).astype(float)
    parts = _parts(context, network, variance)
    found = np.zeros((len(x), len(OF), len(TERMS)))
    with np.errstate(all="ignore"):  # of replicas that diverge
        quantities = _quantities(parts, gaussian=context.gaussian)
        rate = None if context.gaussian else uniform_rate.activation_rate(parts.w)
        means = _means(parts, x, target, rate, force=moment.batch_size > 1)
        if context.gaussian:
            means.squares[:, :, 1] = np.stack(gaussian_units.moments(parts.w, parts.b), -1)
        for number, derivatives in enumerate(quantities):
            terms = _terms(derivatives, parts, means, moment.batch_size)
            _fill(found[:, number], terms, derivatives.value)
        if rate is not None:
            terms = _uniform_terms(rate, parts, means, moment.batch_size)
            _fill(found[:, 0], terms, rate.value.mean(1))
            found[:, OF.index("gradient_square")] = np.nan
        for name in FIRST:
            found[:, :, TERMS.index(name)] *= -moment.batch_size / moment.learning_rate
        flux = _flux(parts, quantities, x, target, context.gaussian, moment.random_labels)
        found[:, :, TERMS.index("flux")] = flux
    return found


def _labels(loss: Loss, own: Tensor | None, random: float) -> tuple[np.ndarray | float, float]:
    """Return E y, of all samples or of each, and Var y, both given x and on the loss's scale."""
    low, high = loss.targets if isinstance(loss, Squared) else (0.0, 1.0)
    share: np.ndarray | float = random / 2
    if random < 1:
        assert own is not None  # they are what labels would be otherwise
        share = share + (1 - random) * own.numpy()
    # Of a label that is its own with the other probability: at 0 and at 1 it is the same.
    variance = random / 2 * (1 - random / 2) * (high - low) ** 2
    return low + (high - low) * share, variance


def _parts(context: Context, network: TwoLayer, variance: float) -> Parts:
    """Return parameters as arrays."""
    given = {name: it.cpu().double().numpy() for name, it in context.parameters.items()}
    w, v = np.ascontiguousarray(given["W"]), np.ascontiguousarray(given["V"])
    b = np.ascontiguousarray(given["b"]) if network.bias else np.zeros_like(v)
    return Parts(w, b, v, network.bias, isinstance(network.loss, Squared), variance)


def _quantities(parts: Parts, *, gaussian: bool) -> list[Derivatives]:
    """Return what drifts, in order; in place of what has other derivatives, zero."""
    w, b, v = parts.w, parts.b, parts.v
    none = unit_sums.nothing(v)
    return [
        gaussian_units.activation_rate(w, b) if gaussian else none,
        unit_sums.mean_bias(b),
        unit_sums.second_layer_square(v),
        unit_sums.first_layer_square(w),
        gaussian_units.gradient_square(w, b, v, bias=parts.bias) if gaussian else none,
    ]


def _means(
    parts: Parts, x: np.ndarray, target: np.ndarray, rate: uniform_rate.Rate | None, *, force: bool
) -> Sampled:
    """Return means over the samples; of forces only where something asks for them."""
    shape, inputs = parts.v.shape, parts.w.shape[-1]
    some = len(x) if force or rate is not None else 0
    matrices = np.empty((0, *shape[1:], inputs, inputs)) if rate is None else rate.hessian
    found = Sampled(
        np.empty((*shape, 2)),
        np.empty((*shape, 2, 4)),
        np.empty((some, shape[1], inputs)),
        np.empty((len(matrices), shape[1], 2)),
    )
    w, b, v = parts.w, parts.b, parts.v
    sampled.moments(w, b, v, x, target, parts.squared, matrices, *found)
    return found


def _second(parts: Parts, means: np.ndarray) -> Second:
    """Return second moments from E c s, E c s u, E c s u² and E c s ‖x‖², of any weights c."""
    zero, one, two, inputs = np.moveaxis(means, -1, 0)
    b, v = parts.b, parts.v
    v2, along, own = v**2, one - b * zero, float(parts.bias)
    return Second(
        VV=two,
        Vb=own * v * one,
        Vw=v * (two - b * one),
        bb=own * v2 * zero,
        bw=own * v2 * along,
        trace=v2 * inputs,
        ww=v2 * (two - 2 * b * one + b**2 * zero),
    )


def _contracted(derivatives: Derivatives, second: Second) -> dict[str, np.ndarray]:
    """Return ½ Tr(∇²Q S) of each pair of blocks, both orders together, by term."""
    d, s = derivatives, second
    of_units = {
        "noise_VV": d.VV * s.VV / 2,
        "noise_VW": d.Vw * s.Vw,
        "noise_Vb": d.Vb * s.Vb,
        "noise_WW": (d.identity * s.trace + d.ww * s.ww) / 2,
        "noise_Wb": d.bw * s.bw,
        "noise_bb": d.bb * s.bb / 2,
    }
    return {name: value.sum(1) for name, value in of_units.items()}


def _terms(
    derivatives: Derivatives, parts: Parts, means: Sampled, batch_size: int
) -> dict[str, np.ndarray]:
    """Return the terms of a sum over units; those of first order without −|B|/η."""
    active, first = means.first[..., 0], means.first[..., 1]
    of_v, of_b = first, parts.v * active * float(parts.bias)
    of_w = parts.v * (first - parts.b * active)  # w·μ
    terms = {
        "first_V": (derivatives.V * of_v).sum(1),
        "first_W": (derivatives.w * of_w).sum(1),
        "first_b": (derivatives.b * of_b).sum(1),
    }
    of_own, of_every = (
        _contracted(derivatives, _second(parts, means.squares[:, :, it])) for it in (0, 1)
    )
    for name in NOISE:
        terms[name] = of_own[name] + parts.variance * of_every[name]
    if batch_size > 1:
        square = parts.v**2 * (means.force**2).sum(-1)
        outer = Second(of_v**2, of_v * of_b, of_v * of_w, of_b**2, of_b * of_w, square, of_w**2)
        of_outer = _contracted(derivatives, outer)
        product, alone = (np.sum([*it.values()], 0) for it in (of_outer, of_own))
        terms["mean_square"] = _of_pairs(product, alone, batch_size)
    return terms


def _of_pairs(product: np.ndarray, own: np.ndarray, batch_size: int) -> np.ndarray:
    """Return (|B| − 1) times a form of means, less what samples make with themselves."""
    per_pair: float = (batch_size - 1) / (SAMPLES - 1)
    return np.asarray((SAMPLES * product - own) * per_pair)


def _uniform_terms(
    rate: uniform_rate.Rate, parts: Parts, means: Sampled, batch_size: int
) -> dict[str, np.ndarray]:
    """Return the terms of the activation rate for uniform inputs; see `_terms`."""
    units, v2 = parts.v.shape[1], parts.v**2
    along = (rate.gradient * means.force).sum(-1)
    own, every = means.forms[..., 0], means.forms[..., 1]
    terms = {
        "first_W": (parts.v * along).sum(1) / units,
        "noise_WW": (v2 * (own + parts.variance * every)).sum(1) / (2 * units),
    }
    if batch_size > 1:
        turned = (rate.hessian * means.force[..., None, :]).sum(-1)
        product = (v2 * (turned * means.force).sum(-1)).sum(1) / (2 * units)
        of_own = (v2 * own).sum(1) / (2 * units)
        terms["mean_square"] = _of_pairs(product, of_own, batch_size)
    return terms


def _fill(found: np.ndarray, terms: dict[str, np.ndarray], value: np.ndarray) -> None:
    """Set the terms of one quantity, (replica, budget_term)."""
    for name, term in (terms | {"value": value}).items():
        found[:, TERMS.index(name)] = term


def _flux(
    parts: Parts,
    quantities: list[Derivatives],
    x: np.ndarray,
    target: np.ndarray,
    gaussian: bool,
    random: float,
) -> np.ndarray:
    """Return −½∇Q·div C, (replica, budget_of); NaN where it is not known."""
    found = np.full((len(x), len(OF)), np.nan)
    rate, bias = OF.index("activation_rate"), OF.index("mean_bias")
    if not parts.bias:  # for x ~ N(0, I) the rate is ½ then
        found[:, [rate, bias] if gaussian else [bias]] = 0.0
    elif gaussian and random == 1:
        own = [quantities[it] for it in (rate, bias)]
        constant = np.stack([it.b - it.w * parts.b for it in own], 1)
        linear = np.stack([it.w for it in own], 1)
        flow = np.empty((len(x), len(own)))
        divergence.flow(
            parts.w,
            parts.b,
            parts.v,
            np.ascontiguousarray(x[:, :FLUX_SAMPLES]),
            np.ascontiguousarray(target[:, :FLUX_SAMPLES]),
            parts.variance,
            parts.squared,
            own[0].b * parts.v.shape[1],
            constant,
            linear,
            flow,
        )
        found[:, [rate, bias]] = -flow / 2
    return found
