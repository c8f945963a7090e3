"""Dense float64 matrices of curvature by automatic differentiation, as an oracle."""

import warnings

import torch
from reference import activation_of, modules_of
from torch import nn
from torch.func import functional_call, hessian, jacrev
from torch.nn import functional

from thermophoresis.networks.losses.squared import Squared

with warnings.catch_warnings():
    # torch loads this at the first forward-mode derivative; it uses what torch itself deprecates.
    warnings.simplefilter("ignore", FutureWarning)
    import torch._decomp.decompositions_for_jvp


class Module(nn.Module):
    """One replica as everybody would write it."""

    def __init__(self, network, parameters, replica):
        super().__init__()
        self.layers, self.activation = nn.ModuleList(), activation_of(network)
        self.pooling = []
        for number, layer in enumerate(network.layers, start=1):
            module, pooling = modules_of(layer)
            self.pooling.append(pooling)
            module.weight.data = parameters[f"W{number}"][replica]
            if layer.bias:
                module.bias.data = parameters[f"b{number}"][replica]
            self.layers.append(module)

    def forward(self, x):
        for number, layer in enumerate(self.layers):
            x = self.pooling[number](self.activation(x) if number else x)
            x = layer(x.flatten(1) if isinstance(layer, nn.Linear) else x)
        return x


def loss_function(network):
    """Return the mean loss as a module, for logits (sample, class)."""
    if isinstance(network.loss, Squared):
        return lambda logits, targets: ((logits - targets) ** 2).sum(1).mean() / 2
    return nn.BCEWithLogitsLoss() if network.classes is None else nn.CrossEntropyLoss()


def shaped(network, y):
    if isinstance(network.loss, Squared):
        low, high = network.loss.targets
        own = y[..., None] if network.classes is None else functional.one_hot(y, network.classes)
        return low + (high - low) * own.double()
    return y[..., None] if network.classes is None else y


def flat(tree, rows):
    """Join a tree of derivatives into (rows, P)."""
    return torch.cat([value.reshape(rows, -1) for value in tree.values()], 1)


def dense(network, parameters, x, y, replica, sample):
    """Return Hessian, Gauss–Newton matrix, P and K of one sample."""
    module = Module(network, parameters, replica)
    weights = dict(module.named_parameters())
    loss, label = loss_function(network), shaped(network, y[replica, sample : sample + 1])
    one = x[replica, sample : sample + 1]

    def logits(at):
        return functional_call(module, at, (one,))

    blocks = hessian(lambda at: loss(logits(at), label))(weights)
    count = {key: value.numel() for key, value in weights.items()}
    H = torch.cat(
        [torch.cat([blocks[a][b].reshape(count[a], count[b]) for b in weights], 1) for a in weights]
    )
    z = logits(weights).detach()
    J = flat(jacrev(lambda at: logits(at)[0])(weights), z.shape[1])
    P = hessian(lambda z: loss(z, label))(z).reshape(z.shape[1], z.shape[1])
    return H.detach(), (J.T @ P @ J).detach(), P, (J @ J.T).detach()
