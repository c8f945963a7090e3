"""Share of the training samples with the label of the data whose label is predicted."""

LONG_NAME = "share of the training samples with the label of the data whose label is predicted"
UNITS = "1"
NEEDS = ("finite_training_set", "classes", "lasting_labels", "own_labels")
