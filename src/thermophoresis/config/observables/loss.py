"""Cross entropy on held-out samples."""

LONG_NAME = "cross entropy on held-out samples"
UNITS = "nat"
