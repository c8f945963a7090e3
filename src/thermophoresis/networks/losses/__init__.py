"""Losses: what is made small by training, found by name."""
