"""The rank of the gradients' covariance against the threshold by which it is counted."""

from typing import Literal

from thermophoresis.config.spectra import SpectraFigure


class RankThresholdFigure(SpectraFigure):
    """The rank of the gradients' covariance against the threshold by which it is counted."""

    kind: Literal["rank_threshold"]
