"""Does the noise of SGD act as a thermophoretic force of strength η²/|B|? Experiments and analysis."""
