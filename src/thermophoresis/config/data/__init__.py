"""Kinds of input: what samples are drawn from."""
