"""Trace of the information criterion, from diagonals."""

LONG_NAME = "Takeuchi information criterion, of the diagonals of its matrices"
UNITS = "1"
NEEDS = ("layers",)
