"""Closed forms, each with its equation; arrays alone."""
