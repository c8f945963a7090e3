"""Mathematics of arrays, of no subject."""
