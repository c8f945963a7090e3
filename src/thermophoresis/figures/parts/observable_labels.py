"""How axes name observables, with units."""

from thermophoresis.config.observable import kind_of, observable

# Of kinds of observables; another is named as it is declared.
LABELS = {
    "activation_rate": "activation rate $\\bar{\\sigma}$′",
    "activation_rate_layer": r"activation rate $\bar{\sigma}'$ of layer INDEX",
    "second_layer_norm": r"weight norm $\|V\|_2$",
    "mean_bias": r"mean bias $\bar{b}$",
    "first_layer_norm": r"weight norm $\|W\|_F$",
    "loss": r"loss $L$ (nat)",
    "squared_error": r"squared residual $\mathrm{E}\,(p-y)^2$",
    "gradient_variance": "gradient variance",
}


def label_of(name: str) -> str:
    """Return the label of the axis of an observable.

    Raises
    ------
    KeyError
        There is no such observable.
    """
    kind = kind_of(name)
    if kind in LABELS:
        return LABELS[kind].replace("INDEX", name.removeprefix(f"{kind}_"))
    declared = observable(name)
    unit = "" if declared.units == "1" else f" ({declared.units})"
    return f"{declared.long_name}{unit}"
