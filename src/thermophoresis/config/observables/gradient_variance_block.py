"""Variance of the per-sample gradient of each parameter, weights and biases."""

LONG_NAME = "variance of the per-sample gradient, averaged over the entries of the parameter"
UNITS = "1"
DIMENSIONS = {"block": "name of the parameter"}
NEEDS = ("layers",)
