"""Steps of SGD on a GPU; no job on a CPU imports it."""
