"""Stochastic gradient descent on many replicas at once."""
