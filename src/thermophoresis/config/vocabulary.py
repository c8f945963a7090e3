"""The quantities that are recorded along every run: their names, meaning and units.

Standard library only: the DAG validates its settings against these names without importing torch.
"""

from typing import NamedTuple


class Observable(NamedTuple):
    """What a recorded quantity is.

    Attributes
    ----------
    long_name
        In words, as for the netCDF attribute of that name.
    units
        Units in the sense of UDUNITS; "1" for pure numbers.
    """

    long_name: str
    units: str


HIDDEN_LAYERS = 5  # of the deep networks

OBSERVABLES: dict[str, Observable] = {
    "activation_rate": Observable("activation rate of the hidden units (Eq. 25)", "1"),
    **{
        f"activation_rate_layer_{k}": Observable(f"activation rate of hidden layer {k}", "1")
        for k in range(1, HIDDEN_LAYERS + 1)
    },
    "second_layer_norm": Observable("L2 norm of the second-layer weights V", "1"),
    "mean_bias": Observable("mean bias of the hidden units", "1"),
    "first_layer_norm": Observable("Frobenius norm of the first-layer weights W", "1"),
    "loss": Observable("cross entropy on held-out samples", "nat"),
    "squared_error": Observable("mean squared residual E(p - y)^2 on held-out samples", "1"),
    "gradient_variance": Observable(
        "variance of the per-sample gradient, averaged over parameters", "1"
    ),
}

_NORMS = ("second_layer_norm", "mean_bias", "first_layer_norm")
_LAYERS = tuple(name for name in OBSERVABLES if name.startswith("activation_rate_layer_"))

# What is recorded of each kind of network.
RECORDED: dict[str, tuple[str, ...]] = {
    "two_layer": tuple(name for name in OBSERVABLES if name not in _LAYERS),
    "mlp6": tuple(name for name in OBSERVABLES if name not in _NORMS),
    "cnn6": tuple(name for name in OBSERVABLES if name not in _NORMS),
}
