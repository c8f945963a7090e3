"""Kinds of figure."""
