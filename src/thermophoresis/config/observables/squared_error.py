"""Mean squared residual E(p - y)^2 on held-out samples."""

LONG_NAME = "mean squared residual E(p - y)^2 on held-out samples"
UNITS = "1"
