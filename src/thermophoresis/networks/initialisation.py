"""Initial parameters of networks: one function for each distribution of weights.

Each replica draws from a stream of its own, one parameter after the other. What it gets depends on
no other replica by a bit: weights are drawn, and made orthogonal, one replica at a time.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from thermophoresis.config.initialisation import PLATEAU, Initialisation, InitialisationSettings
from thermophoresis.errors import UserError
from thermophoresis.networks.network import Parameters


class Shape(NamedTuple):
    """A parameter of one replica, before it is drawn.

    Attributes
    ----------
    shape
        Its shape.
    fan_in, fan_out
        Number of inputs of each output of its layer, and of outputs that each input reaches.
    is_bias
        Whether it is a bias.
    """

    shape: tuple[int, ...]
    fan_in: int
    fan_out: int
    is_bias: bool = False


def initialise(
    init: Initialisation,
    shapes: Mapping[str, Shape],
    streams: Sequence[torch.Generator],
    dtype: torch.dtype,
    *,
    plateau: float | None = None,
) -> Parameters:
    """Draw initial parameters, each (replica, …), in the order of ``shapes``.

    Parameters
    ----------
    init
        The distribution of weights, and factors for parameters by name.
    shapes
        Parameters of one replica by name, in the order in which they are drawn.
    streams
        One random stream for each replica.
    dtype
        Floating-point type of the parameters.
    plateau
        The norm of parameters with `PLATEAU` in the place of a factor.

    Raises
    ------
    UserError
        There is a factor for a parameter that the network does not have.
    ValueError
        There is a plateau, and nobody has said where.
    """
    settings = InitialisationSettings(kind=init) if isinstance(init, str) else init
    unknown = [name for name in settings.scale if name not in shapes]
    if unknown:
        raise UserError(
            f"network.init.scale: got {', '.join(unknown)}; "
            f"must be of parameters of this network: {', '.join(shapes)}"
        )
    parameters = {
        name: torch.stack([_draw(settings, shape, stream, dtype) for stream in streams])
        for name, shape in shapes.items()
    }
    for name, factor in settings.scale.items():
        if factor == PLATEAU:
            parameters[name] = _with_norm(parameters[name], plateau)
        else:
            parameters[name].mul_(float(factor))
    return parameters


def _with_norm(value: Tensor, norm: float | None) -> Tensor:
    """Return a parameter of which that of every replica has a norm, to rounding."""
    if norm is None:
        raise ValueError("at which η and |B| a network is trained has not been said")
    wide = value.double()
    drawn = [math.sqrt(math.fsum(x * x for x in one.flatten().tolist())) for one in wide]
    factors = torch.tensor([norm / it for it in drawn], dtype=torch.float64)
    return (wide * factors.view(-1, *[1] * (value.ndim - 1))).to(value.dtype)


def _draw(
    settings: InitialisationSettings, shape: Shape, stream: torch.Generator, dtype: torch.dtype
) -> Tensor:
    """Return one parameter of one replica."""
    if settings.kind == "torch_default":
        return torch_default(shape, stream, dtype)
    if shape.is_bias:
        return torch.zeros(shape.shape, dtype=dtype)
    if settings.std is not None:
        return normal(shape, stream, dtype, settings.std)
    return _WEIGHTS[settings.kind](shape, stream, dtype)


def torch_default(shape: Shape, stream: torch.Generator, dtype: torch.dtype) -> Tensor:
    """Draw a weight or a bias as torch's layers do: uniform on ±1/√fan-in."""
    bound = shape.fan_in**-0.5
    return torch.empty(shape.shape, dtype=dtype).uniform_(-bound, bound, generator=stream)


def normal(shape: Shape, stream: torch.Generator, dtype: torch.dtype, std: float) -> Tensor:
    """Draw a weight from N(0, std²)."""
    return torch.empty(shape.shape, dtype=dtype).normal_(0.0, std, generator=stream)


def he_normal(shape: Shape, stream: torch.Generator, dtype: torch.dtype) -> Tensor:
    """Draw a weight from N(0, 2/fan-in): with ReLUs, activations neither grow nor shrink.

    He, Zhang, Ren & Sun, *Delving Deep into Rectifiers* (2015), Eq. 10.
    """
    return normal(shape, stream, dtype, (2 / shape.fan_in) ** 0.5)


def xavier_uniform(shape: Shape, stream: torch.Generator, dtype: torch.dtype) -> Tensor:
    """Draw a weight that is uniform on ±√(6/(fan-in + fan-out)).

    Glorot & Bengio, *Understanding the difficulty of training deep feedforward neural networks*
    (2010), Eq. 16.
    """
    bound = (6 / (shape.fan_in + shape.fan_out)) ** 0.5
    return torch.empty(shape.shape, dtype=dtype).uniform_(-bound, bound, generator=stream)


def orthogonal(shape: Shape, stream: torch.Generator, dtype: torch.dtype) -> Tensor:
    """Draw a weight whose matrix (output, fan-in) has orthonormal rows, or columns if fewer.

    The matrix is distributed uniformly (Haar): Q of a Gaussian matrix, with the signs that make the
    diagonal of R positive; Mezzadri, *How to generate random matrices from the classical compact
    groups* (2007). It is computed in float64 and rounded.
    """
    matrix = torch.empty(shape.shape, dtype=torch.float64).normal_(generator=stream)
    matrix = matrix.view(-1, shape.fan_in)
    wide = matrix.shape[0] < matrix.shape[1]
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # several would add up in another order, and the last bits differ
    q, r = torch.linalg.qr(matrix.T if wide else matrix)
    torch.set_num_threads(threads)
    unique: Tensor = q * torch.copysign(torch.ones(len(r), dtype=torch.float64), r.diagonal())
    return (unique.T if wide else unique).reshape(shape.shape).to(dtype)


_WEIGHTS = {
    "he_normal": he_normal,
    "xavier_uniform": xavier_uniform,
    "orthogonal": orthogonal,
}
