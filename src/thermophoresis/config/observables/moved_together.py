"""Share of hidden units whose V² and b have moved the same way since the start."""

LONG_NAME = "share of hidden units whose V^2, b (and w) have moved one way since the start"
UNITS = "1"
DIMENSIONS = {"premise": "property of the paper whose premise it is: A1 or A2"}
COORDINATES = {"premise": ("A1", "A2")}
NEEDS = ("layers", "hidden_units")
