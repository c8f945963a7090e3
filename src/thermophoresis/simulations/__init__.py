"""What evolves in time, recorded along the way."""
