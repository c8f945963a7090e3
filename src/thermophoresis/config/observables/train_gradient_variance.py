"""Variance of the gradients of single training samples, averaged over parameters."""

LONG_NAME = "variance of the gradients of single training samples, averaged over parameters"
UNITS = "1"
NEEDS = ("layers", "finite_training_set", "lasting_labels")
