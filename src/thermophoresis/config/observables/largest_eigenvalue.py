"""Largest eigenvalue of the Hessian of the mean loss."""

LONG_NAME = "largest eigenvalue of the Hessian of the mean loss"
UNITS = "1"
NEEDS = ("layers",)
