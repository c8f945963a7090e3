"""Appendix A.8 link by link, along one run, from the run's snapshots.

For one sample, with u^l what leaves layer l before σ, h^l = σ(u^l), D_l = diag σ'(u^l) and
S_l = diag σ(u^l)/u^l (for ReLU both are the mask of active units):

- **Masks** (after Eq. 64). "Activation rate and weight norm control" ‖σW‖_F²: if which units
  are active had nothing to do with how large their weights are, its mean over samples would be
  A_l ‖W^l‖_F² with the activation rate A_l. Rows of W^l are those of S_l W^l, columns those of
  W^{l+1} D_l, whose mean would be A_l ‖W^{l+1}‖_F². Of several
  layers, the geometric mean of their ratios.
- **Eq. 55**, Tr K = Σ_l Σ_i (δ_i^l)² Σ_j (h_j^{l−1})². It leaves out what biases add, Σ_l ‖δ^l‖²,
  and in a convolution, whose weights act at many pixels, a gradient is a sum of products, whose
  square is no product of sums.
- **Eqs. 56, 58 and 59**, δ^l = W^L D_{L−1} … W^{l+1} D_l and ‖δ^l‖_F² as a trace: the chain rule.
- **Eq. 57**, h^{l−1} = S W^{l−1} … S W¹ x: it leaves biases out, as inputs of later layers too.
- **Eq. 64** as derived: how tight it is, Tr K over its bound.
- The sentence after it takes a small trace for a small norm of H. In the two-layer network
  H = P J Jᵀ + r ∇²f, with r = p − y, J = ∇f and blocks of ∇²f between V_i and (w_i, b_i) alone,
  s_i (x, 1). So ‖∇²f‖_F² = 2 m A and Jᵀ ∇²f J = 2 m f with m = ‖x‖² + 1 (the 1 that of a bias) and
  A active units, hence ‖H‖_F² = P² ‖J‖⁴ + 4 P r m f + 2 r² m A, while Tr H = P ‖J‖².

Sensitivities δ come from automatic differentiation, what they are compared with from products.
"""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.measurements.bound_links import BoundLinks
from thermophoresis.config.run import RunSettings
from thermophoresis.measurements import each_snapshot
from thermophoresis.measurements.each_snapshot import of_each_snapshot
from thermophoresis.measurements.gauss_newton import curvature
from thermophoresis.measurements.hessian_trace_bound import kernel_trace_bound
from thermophoresis.networks.differentiable import run as run_chain
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.networks.two_layer import TwoLayer

TITLE = "links of Appendix A.8 along one run"
LONG_NAMES = {
    "mask_ratio_rows": "E||S W||_F^2 over activation rate times ||W||_F^2, rows of hidden layers",
    "mask_ratio_columns": "E||W D||_F^2 over activation rate times ||W||_F^2, columns behind them",
    "kernel_ratio": "right-hand side of Eq. 55 over Tr K",
    "backward_ratio": "right-hand side of Eq. 59 over the squared sensitivities, all layers",
    "forward_ratio": "squared norm of Eq. 57 over that of the last hidden layer",
    "tightness": "mean Tr K over the mean of its bound as derived",
    "hessian_norm_ratio": "E||H||_F over E Tr H, of single samples and both labels",
}


def measure(
    measurement: BoundLinks,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Evaluate every link at every snapshot of the one run.

    Parameters
    ----------
    measurement
        On how many samples.
    runs, snapshots
        The run, and the content of its file of snapshots.
    data
        Data file of the images, or none.

    Returns
    -------
    xarray.Dataset
        Dimensions (replica, record): ratios, NaN where the replica has diverged or where a link
        does not exist; a mean or sum over samples each, over another.

    Raises
    ------
    UserError
        The data have too few samples.
    """
    (run,) = runs

    def links(network: Network, parameters: Parameters, x: Tensor) -> dict[str, float]:
        found = links_of(*network.as_layered(parameters), x)
        if isinstance(network, TwoLayer) and run.loss == "cross_entropy":
            found["hessian_norm_ratio"] = hessian_norm_ratio(network, parameters, x)
        return found

    return of_each_snapshot(runs, snapshots, data, measurement.samples, LONG_NAMES, links)


def describe(dataset: xr.Dataset) -> str:
    """Say how far the links are from equalities in the end."""
    return each_snapshot.describe(dataset, LONG_NAMES)


def links_of(network: Layered, parameters: Parameters, x: Tensor) -> dict[str, float]:
    """Return the links of one replica that exist for every chain, by name.

    Parameters
    ----------
    network
        The network, with a hidden layer at least.
    parameters
        Stacked parameters of one replica, float64.
    x
        Inputs, (1, sample, …), float64.
    """
    own = {name: value[0] for name, value in parameters.items()}
    # Gradients with respect to what is added to u are δ^l; of the last layer, the identity.
    shapes = [u.shape for _, u in run_chain(network, own, x[0])]
    offsets = [x.new_zeros(shape, requires_grad=True) for shape in shapes]
    seen, before = zip(*run_chain(network, own, x[0], offsets), strict=True)
    squares = [x.new_zeros(x.shape[1]) for _ in offsets]
    for logit in before[-1].unbind(1):
        of_logit = torch.autograd.grad(logit.sum(), offsets, retain_graph=True)
        squares = [
            total + (delta**2).flatten(1).sum(1)
            for total, delta in zip(squares, of_logit, strict=True)
        ]
    hidden = [_Hidden.of(network, u.detach()) for u in before[:-1]]
    product = [
        square * (a.detach() ** 2).flatten(1).sum(1)
        for square, a in zip(squares, seen, strict=True)
    ]
    kernel = curvature(network, parameters, x).trace_K[0]
    bound = kernel_trace_bound(network, parameters, x).derived[0]
    return {
        **_masks(network, own, hidden),
        "kernel_ratio": _ratio(torch.stack(product), kernel),
        "backward_ratio": _backward(network, own, hidden, squares),
        "forward_ratio": _forward(network, parameters, x, hidden),
        "tightness": _ratio(kernel, bound),
    }


class _Hidden(NamedTuple):
    """A hidden layer: h = σ(u), σ'(u) and σ(u)/u, each (sample, …)."""

    output: Tensor
    slope: Tensor
    secant: Tensor

    @classmethod
    def of(cls, network: Layered, u: Tensor) -> "_Hidden":
        """Return that with pre-activations u."""
        h = network.sigma.apply_(u.clone())
        return cls(h, network.sigma.slope(u, h), network.sigma.secant(u, h))


def _ratio(of: Tensor, to: Tensor) -> float:
    """Return the sum of one over that of the other; NaN for nothing over nothing."""
    return float(of.sum() / to.sum())


def _masks(network: Layered, own: Parameters, hidden: list[_Hidden]) -> dict[str, float]:
    """Return the two ratios of masks, geometric means over hidden layers."""
    rows, columns = [], []
    for number, units in enumerate(hidden, start=1):
        rate = units.slope.mean()
        # How often, in squares, a row or a column counts: that of a channel at each of its pixels.
        squares = [(it**2).flatten(2) if it.ndim > 2 else it**2 for it in units[1:]]
        of_columns, of_rows = (it.mean((0, 2)) if it.ndim > 2 else it.mean(0) for it in squares)
        weights = (own[f"W{number}"] ** 2).flatten(1).sum(1)
        rows.append(_ratio(of_rows * weights, rate * weights))
        behind, layer = own[f"W{number + 1}"] ** 2, network.layers[number]
        if type(layer) is Convolution:  # pixels alike, but for those at edges
            weights = behind.sum((0, 2, 3))
        elif isinstance(layer, Linear):
            weights = behind.sum(0)
            of_columns = (units.slope**2).flatten(1).mean(0)
        else:
            columns.append(math.nan)
            continue
        columns.append(_ratio(of_columns * weights, rate * weights))
    return {
        "mask_ratio_rows": float(np.exp(np.mean(np.log(rows)))),
        "mask_ratio_columns": float(np.exp(np.mean(np.log(columns)))),
    }


def _backward(
    network: Layered, own: Parameters, hidden: list[_Hidden], squares: list[Tensor]
) -> float:
    """Return Σ_l of the trace of Eq. 59 over Σ_l ‖δ^l‖_F², l < L; NaN with convolutions."""
    if not all(isinstance(layer, Linear) for layer in network.layers):
        return math.nan
    last = own[f"W{len(network.layers)}"]
    chain = last.expand(len(squares[0]), *last.shape)  # W^L D_{L−1} …, (sample, class, unit)
    total = torch.zeros_like(squares[0])
    for number in range(len(hidden), 0, -1):
        chain = chain * hidden[number - 1].slope[:, None]
        total = total + (chain @ chain.mT).diagonal(dim1=1, dim2=2).sum(1)
        chain = chain @ own[f"W{number}"]
    return _ratio(total, torch.stack(squares[:-1]))


def _forward(network: Layered, parameters: Parameters, x: Tensor, hidden: list[_Hidden]) -> float:
    """Return ‖S W … S W x‖² over ‖h‖² of the last hidden layer, both summed over samples."""
    h = x
    for number, (layer, units) in enumerate(zip(network.layers, hidden, strict=False), start=1):
        h = units.secant * layer.forward(h, parameters[f"W{number}"], None)
    return _ratio(h**2, hidden[-1].output ** 2)


def hessian_norm_ratio(network: TwoLayer, parameters: Parameters, x: Tensor) -> float:
    """Return E ‖H‖_F / E Tr H of a two-layer network, over samples and both labels alike.

    Parameters
    ----------
    network, parameters, x
        As for `links_of`.
    """
    hidden, f = network.hidden_units(parameters, x)[0], network.forward(parameters, x)[0]
    active = (hidden > 0).to(x)
    m = (x[0] ** 2).sum(1) + network.bias
    square = (hidden**2).sum(1) + m * (active * parameters["V"][0] ** 2).sum(1)  # ‖J‖²
    p = torch.sigmoid(f)
    P = p * (1 - p)
    norms = []
    for y in (0, 1):
        r = p - y
        norms.append((P * square) ** 2 + 4 * P * r * m * f + 2 * r**2 * m * active.sum(1))
    return float(torch.stack(norms).clamp(min=0).sqrt().mean() / (P * square).mean())
