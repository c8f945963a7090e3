"""Training in memory, on the CPU."""

from thermophoresis.data.source import open_source
from thermophoresis.simulations import ensemble


def train(settings, *, data=None, device="cpu", **options):
    return ensemble.train(settings, open_source(settings, data), device=device, **options)
