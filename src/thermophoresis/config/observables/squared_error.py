"""Mean squared residual E(p - y)^2 on held-out samples."""

LONG_NAME = "mean squared residual E(p - y)^2 on held-out samples"
UNITS = "1"
OF_OTHER_LOSSES = {
    "squared": ("mean squared residual E(f - t)^2 of outputs and targets, held-out samples", "1")
}
