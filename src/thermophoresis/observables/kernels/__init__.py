"""Loops over samples of chains of layers in float64, compiled, with what calls them."""
