"""What the paper derives, as functions to compare measurements with."""
