"""Kinds of statistic that claims are decided by."""
