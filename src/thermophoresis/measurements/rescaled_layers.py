"""The curvature of one function, written with other parameters (Dinh et al. 2017).

With ReLU, (W1, b1, W2) and (αW1, αb1, W2/α) are one function, since σ(αu) = α σ(u) for α > 0.
Blocks of the Hessian between parameters that are multiplied by α and by 1/α stay, those within are
divided or multiplied by α²: ‖H‖ is no property of the function. A small network is trained by
full-batch gradient descent, and every entry of its Hessian is made, in float64.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import xarray as xr
from torch import Tensor

from thermophoresis.config.measurements.rescaled_layers import RescaledLayers
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import generator
from thermophoresis.measurements.hessian_norm import hessian_products
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.network import Parameters
from thermophoresis.numerics.matrix_sums import MatrixSums, exact_sums

TITLE = "curvature of rescaled layers"
PURPOSE = "rescaled_layers"
# Four layers, as the networks have that are compared by their curvature.
NETWORK = Layered((Linear(8, 8), Linear(8, 8), Linear(8, 8), Linear(8, 4)), 4)

LONG_NAMES = {
    "outputs_error": "largest change of an output over the largest output",
    "hessian_norm_ratio": "‖H‖_F after rescaling over that before",
    "largest_eigenvalue_ratio": "largest eigenvalue of H after rescaling over that before",
    "hessian_trace_ratio": "Tr H after rescaling over that before",
}


def rescaled(parameters: Parameters, factor: float) -> Parameters:
    """Return the first layer times a factor > 0 and the weights of the second over it."""
    first = {name: parameters[name] * factor for name in ("W1", "b1") if name in parameters}
    return parameters | first | {"W2": parameters["W2"] / factor}


def measure(
    measurement: RescaledLayers,
    runs: Sequence[RunSettings],
    snapshots: Sequence[xr.Dataset],
    data: Sequence[Path],
) -> xr.Dataset:
    """Train a network, rescale it and compare.

    Parameters
    ----------
    measurement
        The factors, and the training.
    runs, snapshots, data
        None.

    Returns
    -------
    xarray.Dataset
        What `LONG_NAMES` has, (factor,), float64; ``train_loss`` before, which all share.
    """
    torch.set_num_threads(1)
    stream = generator(measurement.seed, 0, PURPOSE)
    size = 2 * measurement.samples
    x = torch.empty(1, size, 8, dtype=torch.float64).normal_(generator=stream)
    # Labels of a network of the same kind.
    teacher, parameters = (NETWORK.initialise([stream], torch.float64) for _ in range(2))
    y = outputs(teacher, x).argmax(2)
    own = x[:, : measurement.samples], y[:, : measurement.samples]
    for _ in range(measurement.steps):
        gradient = NETWORK.gradient(parameters, *own)
        parameters = {
            name: it - measurement.learning_rate * gradient[name] for name, it in parameters.items()
        }
    before, seen = size_of(parameters, *own), outputs(parameters, x)
    values: dict[str, list[float]] = {name: [] for name in LONG_NAMES}
    for factor in measurement.factors:
        other = rescaled(parameters, factor)
        after, change = size_of(other, *own), (outputs(other, x) - seen).abs().max()
        values["outputs_error"].append(float(change / seen.abs().max()))
        values["hessian_norm_ratio"].append(float((after.square / before.square).sqrt()))
        values["largest_eigenvalue_ratio"].append(float(after.largest / before.largest))
        values["hessian_trace_ratio"].append(float(after.trace / before.trace))
    loss = NETWORK.loss.of_samples(seen[0, : measurement.samples], own[1][0], 4).mean()
    told = {"long_name": "mean training loss", "units": "nat"}
    return xr.Dataset(
        {
            name: ("factor", np.array(it), {"long_name": LONG_NAMES[name], "units": "1"})
            for name, it in values.items()
        }
        | {"train_loss": ((), float(loss), told)},
        {
            "factor": (
                "factor",
                np.array(measurement.factors),
                {"long_name": "α by which the first layer is multiplied", "units": "1"},
            )
        },
    )


def outputs(parameters: Parameters, x: Tensor) -> Tensor:
    """Return the outputs of the network, (1, sample, class)."""
    return NETWORK.activations(parameters, x.clone())[1]


def size_of(parameters: Parameters, x: Tensor, y: Tensor) -> MatrixSums:
    """Return what is said of the Hessian of the mean loss from all of its entries."""
    product = hessian_products(NETWORK, parameters, x, y)
    return exact_sums(product, x.new_zeros(1, NETWORK.parameter_count))


def describe(dataset: xr.Dataset) -> str:
    """Say what the largest factor does."""
    last = dataset.isel(factor=int(np.argmax(dataset["factor"].values)))
    return (
        f"α = {float(last['factor']):g}: outputs change by {float(last['outputs_error']):.1g}, "
        f"‖H‖_F by {float(last['hessian_norm_ratio']):.3g}"
    )
