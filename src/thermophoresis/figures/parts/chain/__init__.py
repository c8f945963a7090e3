"""The chain from the trace of the Hessian to its bound, as the figure of curvature shows it."""
