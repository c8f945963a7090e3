"""What is recorded of the deep fully-connected network: as of every layered network."""

from thermophoresis.observables.layered import observe

__all__ = ["observe"]
