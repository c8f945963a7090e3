"""Does the noise of SGD act as a thermophoretic force? Experiments, observables, figures."""
