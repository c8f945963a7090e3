"""What is recorded of the convolutional network: as of every layered network."""

from thermophoresis.observables.layered import observe

__all__ = ["observe"]
