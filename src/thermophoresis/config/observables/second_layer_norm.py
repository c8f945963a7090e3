"""L2 norm of the second-layer weights V."""

LONG_NAME = "L2 norm of the second-layer weights V"
UNITS = "1"
NEEDS = ("hidden_units",)
