"""Mean loss on the training samples."""

LONG_NAME = "cross entropy on the training samples"
UNITS = "nat"
OF_OTHER_LOSSES = {"squared": ("half the squared error on the training samples", "1")}
NEEDS = ("finite_training_set", "lasting_labels")
