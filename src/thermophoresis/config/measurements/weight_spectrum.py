"""The spectrum of the increments of single weights, beside noise that does not circulate."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.traced_measurement import TracedMeasurement


class WeightSpectrum(TracedMeasurement):
    """The spectrum of the increments of single weights, beside noise that does not circulate.

    Attributes
    ----------
    surrogates
        Gaussian surrogates of each network.
    bands_per_decade
        Bands of frequencies in a decade.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "stationarity_p",
        "stationary",
        "white_p",
        "low_power",
        "mixture_p",
        "low_power_of_mixture",
        "high_frequency_slope",
        "power_deviation",
        "shape_deviation",
        "long_lags",
        "long_lags_mixture",
        "long_lags_beyond",
        "long_lags_walk",
    )

    kind: Literal["weight_spectrum"] = "weight_spectrum"
    surrogates: Annotated[int, Field(ge=9)] = 49
    bands_per_decade: Annotated[int, Field(ge=3, le=20)] = 8
