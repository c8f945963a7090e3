"""What measurements of traces have."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar

from pydantic import Field

from thermophoresis.config.measurement import Measurement
from thermophoresis.config.problems import Problem


class TracedMeasurement(Measurement):
    """A measurement of the traces of a run.

    Attributes
    ----------
    burn_in
        Moments of the trace that are left out at its start.
    """

    of_traces: ClassVar[bool] = True

    burn_in: Annotated[int, Field(ge=0)] = 0

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield what the traces of an experiment lack."""
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
