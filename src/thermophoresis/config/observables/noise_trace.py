"""Trace of the covariance of the gradients of single training samples."""

LONG_NAME = "trace of the covariance of the gradients of single training samples"
UNITS = "1"
NEEDS = ("layers", "finite_training_set", "lasting_labels")
