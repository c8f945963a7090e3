"""Kinds of stretches of a schedule."""
