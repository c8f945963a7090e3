"""Activation rate of every hidden layer."""

LONG_NAME = "activation rate of the units"
UNITS = "1"
DIMENSIONS = {"layer": "number of the hidden layer"}
NEEDS = ("hidden_units",)
