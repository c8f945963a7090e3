"""About how a measured quantity grows with the temperature of SGD."""

from typing import Literal

from thermophoresis.config.measured_claim import VariableClaim


class TemperatureSlopeClaim(VariableClaim):
    """About the slope of a measured quantity on ln(η/|B|) over the cells of an experiment."""

    statistic: Literal["temperature_slope"]
