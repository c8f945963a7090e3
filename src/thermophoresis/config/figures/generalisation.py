"""Validation accuracy and loss against η/|B|, after training that ended in three ways."""

from typing import Literal

from thermophoresis.config.fields import Probability
from thermophoresis.config.noise_grid import NoiseGridFigure


class GeneralisationFigure(NoiseGridFigure):
    """Validation accuracy and loss against η/|B|, after training that ended in three ways.

    Attributes
    ----------
    trained_to
        The mean share of training samples that a cell must have right to be drawn filled.
    """

    kind: Literal["generalisation"]
    trained_to: Probability = 0.99
