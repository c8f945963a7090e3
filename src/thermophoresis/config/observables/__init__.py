"""What is recorded along a run: meaning, units and axes of each."""
