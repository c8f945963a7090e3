"""Mean loss on the training samples."""

LONG_NAME = "mean loss on the training samples"
UNITS = "nat"
NEEDS = ("finite_training_set", "lasting_labels")
