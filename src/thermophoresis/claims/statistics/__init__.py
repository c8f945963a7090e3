"""The numbers that decide claims, one a module: ``estimate(claim, read, rng)``."""
