"""What is made small, on held-out samples."""

LONG_NAME = "cross entropy on held-out samples"
UNITS = "nat"
OF_OTHER_LOSSES = {"squared": ("half the squared error on held-out samples", "1")}
