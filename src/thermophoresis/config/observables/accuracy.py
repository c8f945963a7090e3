"""Share of held-out samples whose label is predicted."""

LONG_NAME = "share of held-out samples whose label is predicted"
UNITS = "1"
NEEDS = ("classes",)
