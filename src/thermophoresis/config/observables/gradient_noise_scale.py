"""Noise of the gradients of single samples in units of their mean."""

LONG_NAME = "gradient noise scale Tr C/|mu|^2"
UNITS = "1"
