"""How axes name observables, with units."""

from collections.abc import Mapping
from types import MappingProxyType

from thermophoresis.config.observable import observable

# An observable without one is named as it is declared.
LABELS = {
    "activation_rate": "activation rate $\\bar{\\sigma}$′",
    "activation_rate_layer": r"activation rate $\bar{\sigma}'$",
    "second_layer_norm": r"weight norm $\|V\|_2$",
    "mean_bias": r"mean bias $\bar{b}$",
    "first_layer_norm": r"weight norm $\|W\|_F$",
    "loss": r"loss $L$ (nat)",
    "squared_error": r"squared residual $\mathrm{E}\,(p-y)^2$",
    "gradient_variance": "gradient variance",
}


def label_of(name: str, at: Mapping[str, int | str] = MappingProxyType({})) -> str:
    """Return the label of the axis of an observable, or of what it is at some coordinates.

    Raises
    ------
    KeyError
        There is no such observable.
    """
    where = "".join(f" of {axis} {coordinate}" for axis, coordinate in at.items())
    if name in LABELS:
        return LABELS[name] + where
    declared = observable(name)
    unit = "" if declared.units == "1" else f" ({declared.units})"
    return f"{declared.long_name}{where}{unit}"
