"""The parameters with which the replicas of a run begin."""

import torch

from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.networks.network import Network, Parameters


def initial_parameters(settings: RunSettings, network: Network, replicas: range) -> Parameters:
    """Draw the stacked initial parameters of some replicas, each from a stream of its own.

    Whatever makes them evolve, they are functions of the seed, the number of the replica, and how
    the network is initialised.
    """
    streams = [generator(settings.seed, it, Purpose.INITIALISATION) for it in replicas]
    return network.initialise(streams, getattr(torch, settings.precision))
