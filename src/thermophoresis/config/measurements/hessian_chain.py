"""The chain from the Hessian's trace to its bound, at the snapshots of one run."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.measurement import Measurement
from thermophoresis.config.problems import Problem
from thermophoresis.config.run import RunSettings


class HessianChain(Measurement):
    """The chain from the Hessian's trace to its bound, at the snapshots of one run.

    Attributes
    ----------
    samples
        Held-out samples that it is averaged over; None for 32, or ``probe_size`` if that is less.
    vectors
        Random vectors for the trace of the Hessian, of networks too large for the exact one.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "hessian_trace",
        "ggn_trace",
        "trace_P",
        "trace_K",
        "trace_product",
        "trace_bound",
        "trace_bound_printed",
        "violations_product",
        "violations_bound",
        "violations_kernel_printed",
        "violations_bound_printed",
        "weight_norm",
    )

    kind: Literal["hessian_chain"] = "hessian_chain"
    samples: Annotated[int, Field(ge=2)] | None = None
    vectors: Annotated[int, Field(ge=2)] = 2

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield a problem if there is no chain of layers, or fewer samples than it asks for."""
        network = training.get("network")
        if network is not None and not network.is_chain:
            message = f"is not for networks of kind {network.kind}: the bound is one of layers"
            yield Problem((), message)
        probe_size = training.get("probe_size")
        if self.samples is not None and probe_size is not None and self.samples > probe_size:
            message = f"got {self.samples}; must be <= probe_size ({probe_size})"
            yield Problem(("samples",), message)

    def of(self, run: RunSettings) -> "HessianChain":
        """Return the settings with which a run is measured: nothing is left open."""
        if self.samples is not None:
            return self
        return self.model_copy(update={"samples": min(32, run.probe_size)})
