"""Signal-to-noise ratio of the gradient, averaged over parameters."""

LONG_NAME = "signal-to-noise ratio of the gradient, averaged over parameters"
UNITS = "1"
