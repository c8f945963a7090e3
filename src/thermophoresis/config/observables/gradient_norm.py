"""Norm of the gradient of the mean loss."""

LONG_NAME = "L2 norm of the gradient of the mean loss"
UNITS = "1"
