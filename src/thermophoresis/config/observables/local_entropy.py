"""Local entropy: how much the training loss rises when it is averaged over a neighbourhood."""

LONG_NAME = "local entropy f_gamma less f, of the training loss"
UNITS = "nat"
OF_OTHER_LOSSES = {"squared": ("local entropy f_gamma less f, of the training loss", "1")}
# γ: a step of √γ in each parameter is a tenth, where weights are some tenths.
VARIANCE = 0.01
NEEDS = ("layers", "finite_training_set", "lasting_labels")
