"""Kinds of measurement: costly quantities, evaluated when runs are done."""
