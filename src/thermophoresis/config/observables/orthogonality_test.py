"""Least bound for which the orthogonality test passes."""

LONG_NAME = "least nu for which the orthogonality test passes"
UNITS = "1"
