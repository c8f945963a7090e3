"""Random streams: a function of seed, replica and purpose alone."""
