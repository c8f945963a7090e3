"""Appendix A.8 link by link: both sides of what it equates, at the snapshots of one run."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.measurement import Measurement, held_out_problems
from thermophoresis.config.problems import Problem
from thermophoresis.config.run import RunSettings


class BoundLinks(Measurement):
    """Appendix A.8 link by link: both sides of what it equates, at the snapshots of one run.

    Attributes
    ----------
    samples
        Held-out samples that it is averaged over; None for 32, or ``probe_size`` if that is less.
    """

    variables: ClassVar[tuple[str, ...]] = (
        "mask_ratio_rows",
        "mask_ratio_columns",
        "kernel_ratio",
        "backward_ratio",
        "forward_ratio",
        "tightness",
        "hessian_norm_ratio",
    )

    kind: Literal["bound_links"] = "bound_links"
    samples: Annotated[int, Field(ge=2)] | None = None

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield a problem if there is no chain of layers, or fewer samples than it asks for."""
        network = training.get("network")
        if network is not None and not (network.is_chain and network.axes.get("layer")):
            message = f"is not for networks of kind {network.kind}: it is of hidden layers"
            yield Problem((), message)
        yield from held_out_problems(self.samples, training)

    def of(self, run: RunSettings) -> "BoundLinks":
        """Return the settings with which a run is measured: nothing is left open."""
        samples = min(32, run.probe_size) if self.samples is None else self.samples
        return self.model_copy(update={"samples": samples})
