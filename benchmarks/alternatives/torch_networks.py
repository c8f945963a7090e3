"""The compared networks in plain torch: as a module, and as a function of parameters."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from cases import Case
from torch import Tensor, nn
from torch.nn import functional

# A GPU's convolutions of float32 would have the digits of TF32.
torch.backends.cudnn.allow_tf32 = False


def load(path: str, device: str) -> dict[str, Tensor]:
    """Return the arrays of a file: parameters by their names, x and y."""
    with np.load(path) as file:
        return {name: torch.from_numpy(file[name]).to(device) for name in file.files}


def module_of(case: Case) -> nn.Sequential:
    """Return one network made of torch's own layers."""
    steps: list[nn.Module] = []
    for layer in case.layers:
        if layer.kernel:
            steps += [nn.Conv2d(layer.inputs, layer.outputs, layer.kernel, bias=layer.bias)]
        else:
            steps += [nn.Flatten(), nn.Linear(layer.inputs, layer.outputs, bias=layer.bias)]
        steps += [nn.ReLU()]
    return nn.Sequential(*steps[:-1])


def names_of(case: Case) -> list[str]:
    """Return the names of the parameters, in the order of those of the module."""
    return [
        name
        for number, layer in enumerate(case.layers, start=1)
        for name in (f"W{number}", *([f"b{number}"] if layer.bias else []))
    ]


def loaded(case: Case, arrays: Mapping[str, Tensor], replica: int) -> nn.Sequential:
    """Return the module with the parameters of one replica."""
    module, first = module_of(case), arrays["W1"]
    module = module.to(first.device, first.dtype)
    with torch.no_grad():
        for name, value in zip(names_of(case), module.parameters(), strict=True):
            value.copy_(arrays[name][replica])
    return module


def loss_of(case: Case, reduction: str = "mean") -> nn.Module:
    """Return the loss as a module."""
    if case.classes:
        return nn.CrossEntropyLoss(reduction=reduction)
    return nn.BCEWithLogitsLoss(reduction=reduction)


def targets(case: Case, y: Tensor) -> Tensor:
    """Return labels shaped as the loss takes them."""
    return y.long() if case.classes else y[..., None]


def logits(case: Case, parameters: Mapping[str, Tensor], x: Tensor) -> Tensor:
    """Return the outputs (sample, class) of one network."""
    for number, layer in enumerate(case.layers, start=1):
        weight, bias = parameters[f"W{number}"], parameters.get(f"b{number}")
        if layer.kernel:
            x = functional.conv2d(x, weight, bias)
        else:
            x = functional.linear(x.flatten(1), weight, bias)
        if number < len(case.layers):
            x = x.relu()
    return x


def mean_loss(case: Case, parameters: Mapping[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
    """Return the mean loss of one network."""
    z = logits(case, parameters, x)
    if case.classes:
        return functional.cross_entropy(z, y.long())
    # softplus(z) − y z, of which the second derivative exists under vmap.
    return (-functional.logsigmoid(-z[:, 0]) - y * z[:, 0]).mean()


def draw(
    case: Case, replicas: int, data: Mapping[str, Tensor], device: str
) -> Callable[[], tuple[Tensor, Tensor]]:
    """Return what draws one new sample for each replica, (replica, 1, …) and (replica, 1)."""
    if not case.classes:

        def normal() -> tuple[Tensor, Tensor]:
            x = torch.randn(replicas, 1, *case.shape, device=device)
            return x, torch.randint(2, (replicas, 1), device=device).to(x.dtype)

        return normal

    images, labels = data["images"], data["labels"]

    def chosen() -> tuple[Tensor, Tensor]:
        index = torch.randint(len(images), (replicas, 1), device=device)
        return images[index], labels[index]

    return chosen


def waiting(device: str, work: Callable[[], object]) -> Callable[[], None]:
    """Return the work together with waiting for the device."""

    def run() -> None:
        work()
        if device == "cuda":
            torch.cuda.synchronize()

    return run
