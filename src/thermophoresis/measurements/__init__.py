"""Costly quantities of snapshots, evaluated after training."""
