"""Least bound for which the norm test passes."""

LONG_NAME = "least theta for which the norm test passes"
UNITS = "1"
