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


OBSERVABLES: dict[str, Observable] = {
    "activation_rate": Observable("activation rate of the hidden units (Eq. 25)", "1"),
    "second_layer_norm": Observable("L2 norm of the second-layer weights V", "1"),
    "mean_bias": Observable("mean bias of the hidden units", "1"),
    "first_layer_norm": Observable("Frobenius norm of the first-layer weights W", "1"),
    "loss": Observable("cross entropy on held-out samples", "nat"),
    "squared_error": Observable("mean squared residual E(p - y)^2 on held-out samples", "1"),
    "gradient_variance": Observable(
        "variance of the per-sample gradient, averaged over parameters", "1"
    ),
}
