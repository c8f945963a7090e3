"""Kinds of source of images."""
