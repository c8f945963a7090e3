"""Linear regression: y = w*·x + noise."""

import torch
from torch import Tensor

from thermophoresis.config.data.regression import RegressionInputs
from thermophoresis.config.spectrum import variances
from thermophoresis.data.drawing import Drawing
from thermophoresis.data.gaussian import Scaled
from thermophoresis.data.products import products
from thermophoresis.draws.streams import generator


class Regression(Scaled):
    """Inputs x ~ N(0, diag λ) with y = w*·x + noise · ξ, ξ ~ N(0, 1).

    Elements of w* are from N(0, 1/M), so that w*·x has a variance of about 1 where λ = 1.

    Parameters
    ----------
    settings
        Noise and spectrum.
    inputs
        Input dimension M.
    seed
        Of the run: all its replicas, and all cells, have one w*.

    Attributes
    ----------
    weights
        w*, (input,), float64.
    """

    PURPOSE = "regression"
    SOURCE = (
        "synthetic: x ~ N(0, diag λ), drawn from the seeded stream of each replica, with "
        "y = w*·x + noise and one w* of each seed"
    )

    def __init__(self, settings: RegressionInputs, *, inputs: int, seed: int):
        super().__init__(variances(settings.spectrum, inputs))
        stream = generator(seed, 0, "regression weights")
        self.weights = torch.empty(inputs, dtype=torch.float64).normal_(generator=stream)
        self.weights /= inputs**0.5
        self._noise = settings.noise

    def label(self, x: Tensor, drawing: Drawing) -> Tensor:
        """Return labels (replica, sample) of inputs (replica, sample, input), float64."""
        noise = drawing.normal(1, torch.float64)[..., 0]
        exact = products(x.flatten(0, 1), self.weights[None].to(x.device))[0]
        return exact.view(x.shape[:2]) + self._noise * noise


def distribution(settings: RegressionInputs, *, inputs: int, seed: int) -> Regression:
    """Return inputs with the labels of the seed's w*."""
    return Regression(settings, inputs=inputs, seed=seed)
