"""Mean bias of the hidden units."""

LONG_NAME = "mean bias of the hidden units"
UNITS = "1"
NEEDS = ("hidden_units",)
