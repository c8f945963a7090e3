"""Compiled steps of SGD of chains of layers, on a CPU."""
