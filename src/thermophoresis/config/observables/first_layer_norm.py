"""Frobenius norm of the first-layer weights W."""

LONG_NAME = "Frobenius norm of the first-layer weights W"
UNITS = "1"
NEEDS = ("layers",)
