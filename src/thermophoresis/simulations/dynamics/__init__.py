"""Kinds of dynamics: what makes the parameters of an ensemble evolve."""
