"""Where training samples come from: one module for each kind of input."""
