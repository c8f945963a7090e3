"""Pure functions of stacked parameters and a probe set, recorded along a run."""
