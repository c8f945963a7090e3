"""What makes five quantities of two-layer networks drift, by order and block."""

LONG_NAME = "drift per thermal time, by what makes it"
UNITS = "1"
NEEDS = ("two_layer_relu", "plain_sgd", "online", "known_rate")
OF = (
    "activation_rate",
    "mean_bias",
    "second_layer_square",
    "first_layer_square",
    "gradient_square",
)
TERMS = (
    *("value", "first_V", "first_W", "first_b"),
    *("noise_VV", "noise_VW", "noise_Vb", "noise_WW", "noise_Wb", "noise_bb"),
    *("mean_square", "flux"),
)
DIMENSIONS = {
    "budget_of": "what drifts",
    "budget_term": "the quantity itself, or what makes it drift",
}
COORDINATES = {"budget_of": OF, "budget_term": TERMS}
