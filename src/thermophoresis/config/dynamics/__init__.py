"""Kinds of dynamics: what makes parameters evolve."""
