"""What a user's own network must not be: each refused before it is trained, with the reason.

An ensemble has parameters alone, of which a network's output for a sample is a function. What
depends on other samples of the batch, on random numbers, or on whether it is being trained, is
another thing, and so is state beside the parameters.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.modules.batchnorm import _NormBase
from torch.nn.modules.dropout import _DropoutNd
from torch.nn.parameter import is_lazy

from thermophoresis.config.initialisation import InitialisationSettings
from thermophoresis.networks.network import Parameters
from thermophoresis.networks.own_class import OwnClass

if TYPE_CHECKING:
    from thermophoresis.networks.module import OwnModule

# Samples of the batch that a network is tried on, and seed of what they are drawn from.
SAMPLES = 3
SEED = 0
# How far rounding may take the output for a sample in a batch from that for it alone.
ROUNDING = {torch.float32: 1e-4, torch.float64: 1e-10}


def check_parts(own: OwnClass, module: nn.Module) -> None:
    """Refuse a network for what it consists of.

    Raises
    ------
    UserError
        It has batch norm, dropout or buffers, no parameters, or parameters that are shared, are not
        floating-point numbers, have no shape yet, or are not to be trained.
    """
    for name, part in module.named_modules():
        if isinstance(part, _NormBase):
            what = f"has {_named(part, name)}, with which the output for a sample depends on the "
            raise own.refused(f"{what}rest of the batch; must do without, as with LayerNorm")
        if isinstance(part, (_DropoutNd, nn.RReLU)):
            what = f"has {_named(part, name)}, which draws random numbers at every step"
            raise own.refused(f"{what}; must do without: the noise is to be that of SGD")
    for name, _ in module.named_buffers():
        what = f"has the buffer {name!r}, a state beside the parameters"
        raise own.refused(f"{what}; must make constants in its constructor or in forward instead")
    names = [name for name, _ in module.named_parameters(remove_duplicate=False)]
    parameters = dict(module.named_parameters())
    if not parameters:
        raise own.refused("has no parameters; must have some, or there is nothing to train")
    for name in names:
        if name not in parameters:
            other = next(
                it for it, value in parameters.items() if value is module.get_parameter(name)
            )
            what = f"has one parameter under two names, {other} and {name}"
            raise own.refused(f"{what}; must have each once")
    for name, value in parameters.items():
        if is_lazy(value):
            raise own.refused(f"has {name}, whose shape is not known before the first sample")
        if not value.is_floating_point():
            what = f"has {name} of type {str(value.dtype).removeprefix('torch.')}"
            raise own.refused(f"{what}; must have floating-point parameters, which have gradients")
        if not value.requires_grad:
            what = f"has {name} with requires_grad=False"
            raise own.refused(f"{what}; must leave it on: what is not to be trained is a setting")


def _named(part: nn.Module, name: str) -> str:
    return f"{type(part).__name__} ({name})" if name else type(part).__name__


def check_scale(
    own: OwnClass, init: InitialisationSettings, parameters: Mapping[str, object]
) -> None:
    """Refuse factors for parameters that are not there.

    Raises
    ------
    UserError
        There are some.
    """
    if unknown := [name for name in init.scale if name not in parameters]:
        raise own.refused(
            f"network.init.scale: got {', '.join(unknown)}; "
            f"must be of its parameters: {', '.join(parameters)}"
        )


def check_constants(network: "OwnModule", other: nn.Module) -> None:
    """Refuse a class whose objects differ in more than the values of parameters.

    Parameters
    ----------
    network
        The network.
    other
        Another one, made under another random stream.

    Raises
    ------
    UserError
        They have other parameters.
    """
    shapes = {name: tuple(it.shape) for name, it in other.named_parameters()}
    if shapes != network.shapes:
        raise network.own.refused("has other parameters each time that it is made")


def check_behaviour(
    network: "OwnModule", sample_shape: tuple[int, ...], dtype: torch.dtype
) -> None:
    """Run a network on a few samples, and refuse what would make an ensemble something else.

    Parameters
    ----------
    network
        The network.
    sample_shape
        Shape of one input.
    dtype
        Floating-point type of parameters and inputs.

    Raises
    ------
    UserError
        It fails, or its output has another shape or type than it must, is not a function of sample
        and parameters alone, or cannot be differentiated for many replicas at once.
    """
    own = network.own
    stream = torch.Generator().manual_seed(SEED)
    x = torch.randn((SAMPLES, *sample_shape), generator=stream, dtype=dtype)
    made = own.make(stream, dtype)
    parameters = {name: it.detach().to(dtype) for name, it in made.named_parameters()}
    given = f"samples of shape {list(x.shape)} and type {_type(x)}"

    def outputs(module: nn.Module, samples: Tensor) -> Any:
        with torch.no_grad(), own.named(f"fails on {given}"):
            return functional_call(module, parameters, (samples,))

    before, seen = x.clone(), torch.get_rng_state()
    found = outputs(made, x)
    _check_form(network, found, dtype)
    if not torch.equal(x, before):
        raise own.refused("changes the samples that it is given; must leave them as they are")
    if not torch.equal(seen, torch.get_rng_state()):
        raise own.refused("draws random numbers in forward; must be a function of its input")
    if not torch.equal(found, outputs(made, x)):
        raise own.refused("returns something else each time; must be a function of its input")
    if not torch.equal(found, outputs(made.eval(), x)):
        raise own.refused("returns something else in training than in evaluation; must not")
    if not torch.equal(found, outputs(network.skeletons[dtype], x)):
        raise own.refused(
            "has constants that its constructor draws at random; must draw parameters alone"
        )
    alone = torch.cat([outputs(made, x[index : index + 1]) for index in range(SAMPLES)])
    rounding = ROUNDING[dtype]
    if not torch.allclose(found, alone, rtol=rounding, atol=rounding, equal_nan=True):
        raise own.refused("returns for a sample what depends on the others of the batch; must not")
    _check_gradients(network, parameters, x)


def _check_form(network: "OwnModule", outputs: Any, dtype: torch.dtype) -> None:
    """Refuse what is no tensor of logits."""
    classes = network.classes
    shapes = [(SAMPLES, 1), (SAMPLES,)] if classes is None else [(SAMPLES, classes)]
    wanted = "(sample, 1) or (sample,)" if classes is None else f"(sample, {classes})"
    if not isinstance(outputs, Tensor):
        what = f"returns {type(outputs).__name__}"
    elif tuple(outputs.shape) not in shapes:
        what = f"returns shape {list(outputs.shape)} for {SAMPLES} samples"
    elif outputs.dtype != dtype:
        what = f"returns {_type(outputs)} where parameters and samples are {_type(dtype)}"
        raise network.own.refused(f"{what}; must return the same")
    else:
        return
    raise network.own.refused(f"{what}; must return a tensor of logits, {wanted}")


def _check_gradients(network: "OwnModule", parameters: Parameters, x: Tensor) -> None:
    """Refuse what cannot be differentiated for many replicas, or many samples, at once."""
    labels = torch.zeros(SAMPLES, dtype=x.dtype if network.classes is None else torch.int64)
    with network.own.named("cannot be computed for many replicas at once (torch.func.vmap)"):
        network.gradient(
            {name: value[None] for name, value in parameters.items()}, x[None], labels[None]
        )
        network.gradient_moments(
            {name: value[None] for name, value in parameters.items()}, x[None], labels[None]
        )


def _type(value: Tensor | torch.dtype) -> str:
    dtype = value.dtype if isinstance(value, Tensor) else value
    return str(dtype).removeprefix("torch.")
