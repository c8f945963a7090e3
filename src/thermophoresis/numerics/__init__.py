"""Statistics of arrays, of no subject."""
