"""Activation rate of every hidden unit."""

LONG_NAME = "activation rate"
UNITS = "1"
DIMENSIONS = {
    "layer": "number of the hidden layer",
    "unit": "number of the unit, or channel, in its layer",
}
NEEDS = ("hidden_units",)
