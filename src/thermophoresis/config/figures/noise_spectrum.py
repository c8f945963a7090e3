"""Spectra of the gradients' covariance, what of the trace they have, and what they share."""

from typing import Literal

from thermophoresis.config.spectra import SpectraFigure


class NoiseSpectrumFigure(SpectraFigure):
    """Spectra of the gradients' covariance, what of the trace they have, and what they share."""

    kind: Literal["noise_spectrum"]
