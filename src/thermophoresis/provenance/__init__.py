"""What files are, what made them, and whether they still are what was made."""
