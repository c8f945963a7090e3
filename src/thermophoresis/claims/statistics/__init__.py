"""The numbers that decide claims, one a module: ``estimate(claim, curves, curvature, rng)``."""
