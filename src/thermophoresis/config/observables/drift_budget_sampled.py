"""Expected drift of quantities in a step of SGD, term by term, from steps along samples."""

LONG_NAME = "expected drift per thermal time, from label-averaged antithetic steps"
UNITS = "1"
DIMENSIONS = {
    "sampled_of": "quantity whose drift it is",
    "sampled_term": "the quantity itself, or a term of its drift per thermal time",
}
COORDINATES = {
    "sampled_of": ("gradient_variance", "squared_error", "activation_rate"),
    "sampled_term": (
        "value",
        "first",
        "noise",
        "mean_square",
        "remainder",
        "first_V",
        "first_W",
        "first_b",
        "noise_VV",
        "noise_VW",
        "noise_Vb",
        "noise_WW",
        "noise_Wb",
        "noise_bb",
    ),
}
NEEDS = ("layers", "hidden_units", "plain_sgd", "fair_labels")
