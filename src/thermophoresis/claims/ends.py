"""Networks that have come to an end: silent layers, and observables at their floor."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import xarray as xr

from thermophoresis.analysis.view import cells_with, weakest_first

if TYPE_CHECKING:
    from thermophoresis.claims.cells import Cells
    from thermophoresis.config.claim import ObservableClaim

NEAR = 1.1  # times its floor, up to which an observable is there


def ended(curves: xr.Dataset, claim: "ObservableClaim", cells: "Cells") -> str:
    """Say how many networks are dead or at their floor at the last record; empty for none.

    What no layer above a silent one can undo happens to no mean alone: such networks count in it
    like others, and do not move any more.

    Parameters
    ----------
    curves
        Content of a curves file.
    claim
        What cells it is about, and the floor of its observable, if it has one.
    cells
        Those cells.
    """
    asked = {
        "learning_rate": claim.learning_rate,
        "batch_size": claim.batch_size,
        "further": claim.cells,
    }
    told = [silent(curves, cells.names, asked)]
    if claim.floor is not None:
        last = cells.values[0][:, :, -1]
        there = (last <= NEAR * claim.floor).mean(axis=1)
        above = last.mean(axis=1) / claim.floor
        listed = ", ".join(
            f"{mean:.3g} times it with {name} ({part:.0%} of the networks within a tenth of it)"
            for name, mean, part in zip(cells.names, above, there, strict=True)
        )
        told.append(
            f"nothing falls below the {claim.floor:.3g} that the output biases make alone; at the "
            f"end the mean is {listed}"
        )
    return "; ".join(filter(None, told))


def silent(curves: xr.Dataset, names: list[str], asked: Mapping[str, Any]) -> str:
    """Say in how many networks a layer is silent at the last record.

    Parameters
    ----------
    curves
        Content of a curves file; one that records neither rate says nothing.
    names
        What to call the cells, weakest drive first.
    asked
        Which cells, as `analysis.view.cells_with` takes them.
    """
    recorded = [it for it in ("activation_rate_layer", "activation_rate") if it in curves]
    if not recorded:
        return ""
    view = weakest_first(cells_with(curves, recorded[:1], **asked))
    last = view[recorded[0]].isel(record=-1).transpose("cell", "network", ...).values
    dead = (last.reshape(*last.shape[:2], -1) == 0).any(axis=2).sum(axis=1)
    listed = ", ".join(
        f"{count} of {last.shape[1]:,} with {name}"
        for count, name in zip(dead, names, strict=True)
        if count
    )
    return f"networks with a silent layer at the end: {listed}" if listed else ""
