"""Variance of the per-sample gradient, averaged over parameters."""

LONG_NAME = "variance of the per-sample gradient, averaged over parameters"
UNITS = "1"
NEEDS = ("layers",)
