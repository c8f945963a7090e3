"""Root mean square size of a step of SGD."""

LONG_NAME = "root mean square size of a step of SGD"
UNITS = "1"
NEEDS = ("plain_sgd",)
