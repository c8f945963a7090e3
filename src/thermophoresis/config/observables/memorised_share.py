"""Share of the training samples with a wrong label whose label is predicted."""

LONG_NAME = "share of the training samples with a wrong label whose label is predicted"
UNITS = "1"
NEEDS = ("finite_training_set", "classes", "lasting_labels", "own_labels")
