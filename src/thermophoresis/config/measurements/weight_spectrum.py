"""The spectrum of the increments of single weights, beside noise that does not circulate."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.measurement import Measurement
from thermophoresis.config.problems import Problem


def traced_problems(training: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what traces lack that measurements of them need."""
    if "traces" not in training:
        return
    traces = training["traces"]
    message = "needs the traces of at least 4 weights and 2 projections; must have traces"
    if traces is None or traces.weights < 4 or traces.projections < 2:
        yield Problem((), message)
        return
    kept, replicas = training.get("snapshot_replicas"), training.get("replicas")
    if kept and replicas and traces.replicas not in (None, min(kept, replicas)):
        message = f"needs traces of as many replicas as have snapshots, not {traces.replicas}"
        yield Problem((), message)


class WeightSpectrum(Measurement):
    """The spectrum of the increments of single weights, beside noise that does not circulate.

    Attributes
    ----------
    burn_in
        Moments of the trace that are left out at its start.
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
    of_traces: ClassVar[bool] = True
    memory_mb: ClassVar[int] = 4000

    kind: Literal["weight_spectrum"] = "weight_spectrum"
    burn_in: Annotated[int, Field(ge=0)] = 0
    surrogates: Annotated[int, Field(ge=9)] = 49
    bands_per_decade: Annotated[int, Field(ge=3, le=20)] = 8

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what the traces of an experiment lack."""
        yield from traced_problems(training)
