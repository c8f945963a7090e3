"""Least bound for which the inner-product test passes."""

LONG_NAME = "least theta for which the inner-product test passes"
UNITS = "1"
