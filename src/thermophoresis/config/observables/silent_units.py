"""Share of hidden units that no held-out sample activates."""

LONG_NAME = "share of hidden units that no held-out sample activates"
UNITS = "1"
NEEDS = ("hidden_units", "relu")
