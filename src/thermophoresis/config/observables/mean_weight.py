"""Mean of the weights into the units of every hidden layer."""

LONG_NAME = "mean weight into the units of the layer"
UNITS = "1"
DIMENSIONS = {"layer": "number of the hidden layer"}
NEEDS = ("layers", "hidden_units")
