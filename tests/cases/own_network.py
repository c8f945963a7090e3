"""A network of a user's own, as one would write it."""

from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU, "identity": nn.Identity}


class Own(nn.Module):
    """Layers, one of which is skipped as well."""

    def __init__(self, inputs, outputs=1, hidden=4, activation="relu"):
        super().__init__()
        self.first = nn.Linear(inputs, hidden)
        self.middle = nn.Sequential(ACTIVATIONS[activation](), nn.Linear(hidden, hidden))
        self.last = nn.Linear(hidden, outputs, bias=False)

    def forward(self, x):
        """Return logits (sample, class)."""
        x = self.first(x.flatten(1))
        return self.last(x + self.middle(x))
