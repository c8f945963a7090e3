"""What is recorded: the modules of the observables, found by name."""

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast

import torch
from torch import Tensor

from thermophoresis.networks.layered import Layered
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables.context import Context, Moment
from thermophoresis.observables.kernels.chain import together

if TYPE_CHECKING:
    from thermophoresis.networks.module import OwnModule


class Kind(Protocol):
    """A module of this package with one observable.

    Attributes
    ----------
    OF_PARAMETERS
        Whether it is a function of parameters alone, without the probe set.
    """

    OF_PARAMETERS: bool

    def observe(self, context: Context) -> Tensor:
        """Return a tensor of shape (replica, …), with the axes that its declaration names."""


def observe(
    names: Sequence[str],
    network: "TwoLayer | Layered | OwnModule",
    parameters: Parameters,
    x: Tensor,
    y: Tensor,
    moment: Moment | None = None,
    *,
    gaussian: bool = False,
) -> dict[str, Tensor]:
    """Measure a block of replicas.

    As many replicas are measured together as have activations that stay in a cache.

    Parameters
    ----------
    names
        Of observables. They are found by name: a change in one of them, or a new one, reruns
        nothing that does not record it.
    network, parameters, x, y, moment, gaussian
        As for `Context`. A leading axis of x and y of length 1 serves all replicas.

    Returns
    -------
    dict
        A tensor of shape (replica, …) for each name, in their order.
    """
    kinds = {name: _kind(name) for name in names}
    whole = Context(network, parameters, x, y, gaussian=gaussian, moment=moment)
    of_parameters = {
        name: kind.observe(whole) for name, kind in kinds.items() if kind.OF_PARAMETERS
    }
    measured = [
        {name: kind.observe(context) for name, kind in kinds.items() if not kind.OF_PARAMETERS}
        for context in whole.parts(together(network, x))
    ]
    joined = {name: torch.cat([found[name] for found in measured]) for name in measured[0]}
    return {name: (joined | of_parameters)[name] for name in names}


def _kind(name: str) -> Kind:
    """Return the module of an observable."""
    return cast(Kind, importlib.import_module(f"thermophoresis.observables.{name}"))
