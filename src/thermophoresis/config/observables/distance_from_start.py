"""Distance of the parameters from the initial ones."""

LONG_NAME = "L2 distance of all parameters from the initial ones"
UNITS = "1"
