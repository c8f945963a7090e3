"""Activation rate of a single hidden layer: one observable for each layer."""

LONG_NAME = "activation rate of hidden layer {index}"
UNITS = "1"
