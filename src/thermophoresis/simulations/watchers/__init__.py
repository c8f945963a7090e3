"""Kinds of watchers: who looks at an ensemble at other moments than those of its records."""
