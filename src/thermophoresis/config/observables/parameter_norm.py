"""L2 norm of every parameter of the network."""

LONG_NAME = "L2 norm of the parameter"
UNITS = "1"
DIMENSIONS = {"block": "name of the parameter"}
