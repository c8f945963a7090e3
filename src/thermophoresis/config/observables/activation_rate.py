"""Activation rate of the hidden units (Eq. 25)."""

LONG_NAME = "activation rate of the hidden units (Eq. 25)"
UNITS = "1"
NEEDS = ("hidden_units",)
