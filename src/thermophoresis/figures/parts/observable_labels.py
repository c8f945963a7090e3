"""How axes name observables, with units."""

from thermophoresis.config.vocabulary import HIDDEN_LAYERS

OBSERVABLE_LABELS = {
    "activation_rate": "activation rate $\\bar{\\sigma}$′",
    **{
        f"activation_rate_layer_{k}": rf"activation rate $\bar{{\sigma}}'$ of layer {k}"
        for k in range(1, HIDDEN_LAYERS + 1)
    },
    "second_layer_norm": r"weight norm $\|V\|_2$",
    "mean_bias": r"mean bias $\bar{b}$",
    "first_layer_norm": r"weight norm $\|W\|_F$",
    "loss": r"loss $L$ (nat)",
    "squared_error": r"squared residual $\mathrm{E}\,(p-y)^2$",
    "gradient_variance": "gradient variance",
}
