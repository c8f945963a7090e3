"""The chain from the Hessian's trace to its bound, at the snapshots of one run."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from thermophoresis.config.control import Control
from thermophoresis.config.measurement import Measurement, held_out_problems
from thermophoresis.config.problems import Problem
from thermophoresis.config.records import grid_of, snapshot_count
from thermophoresis.config.run import RunSettings
from thermophoresis.config.selection import asked_for, foreign, has, matching
from thermophoresis.config.sweep import Point
from thermophoresis.config.until import end_of

if TYPE_CHECKING:
    from thermophoresis.config.experiment import Experiment

# What snapshots and their number rest on, among the settings of an experiment.
_GRID = ("records", "record_spacing", "until", "thermal_time_end", "snapshots")


class HessianChain(Measurement):
    """The chain from the Hessian's trace to its bound, at the snapshots of one run.

    Attributes
    ----------
    samples
        Held-out samples that it is averaged over; None for 32, or ``probe_size`` if that is less.
    vectors
        Random vectors for the trace of the Hessian, where it is not exact.
    control
        Where that trace is taken, which the closed forms do without; None for every cell and
        snapshot.
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
    control: Control | None = None

    def problems(self, training: Mapping[str, Any]) -> Iterator[Problem]:
        """Yield a problem if there is no chain of layers, or fewer samples than it asks for."""
        network = training.get("network")
        if network is not None and not network.is_chain:
            message = f"is not for networks of kind {network.kind}: the bound is one of layers"
            yield Problem((), message)
        yield from held_out_problems(self.samples, training)
        wanted = self.control.snapshots if self.control else None
        if wanted is None or not {*_GRID} <= training.keys():
            return
        records, spacing, until, thermal_time_end, snapshots = (training[key] for key in _GRID)
        grid = grid_of(records, spacing, end_of(until, thermal_time_end))
        if wanted > (kept := snapshot_count(snapshots, grid)):
            message = f"got {wanted}; must be <= snapshots ({kept}), at which it is taken"
            yield Problem(("control", "snapshots"), message)

    def problems_of_cells(self, experiment: "Experiment", name: str) -> Iterator[Problem]:
        """Yield a problem if the control is to be taken in cells that are not there."""
        if self.control is None:
            return
        asked = asked_for(self.control)
        found = list(foreign(asked, experiment, name))
        if not found and not matching(experiment, asked):
            key = next((it for it in asked if it not in self.control.cells), "cells")
            message = f"got {getattr(self.control, key)}; no cell has what is asked for"
            found = [Problem((key,), message)]
        for problem in found:
            yield Problem(("control", *problem.path), problem.message)

    def of(self, run: RunSettings) -> "HessianChain":
        """Return the settings with which a run is measured: nothing is left open."""
        samples = min(32, run.probe_size) if self.samples is None else self.samples
        control = self.control.of(run) if self.control else None
        return self.model_copy(update={"samples": samples, "control": control})

    def made(self, cell: Point) -> tuple[str, ...]:
        """Return the variables that the files of a cell have: some lack the Hessian's trace."""
        control = self.control
        if control and (control.snapshots == 0 or not has(cell, asked_for(control))):
            return tuple(it for it in self.variables if it != "hessian_trace")
        return self.variables
