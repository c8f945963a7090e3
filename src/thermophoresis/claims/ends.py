"""Networks that have come to an end: silent layers, and observables at their floor."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import xarray as xr

from thermophoresis.analysis.view import cells_with
from thermophoresis.claims.means import names_of

if TYPE_CHECKING:
    from thermophoresis.claims.cells import Cells
    from thermophoresis.config.claim import Claim, ObservableClaim

NEAR = 1.1  # times its floor, up to which an observable is there


def at_floor(claim: "ObservableClaim", cells: "Cells") -> str:
    """Say how many networks are at the floor of their observable at the last record, if it has one.

    Parameters
    ----------
    claim
        It has the floor, or none.
    cells
        The cells that it is about.
    """
    if claim.floor is None:
        return ""
    last = cells.values[0][:, :, -1]
    there = (last <= NEAR * claim.floor).mean(axis=1)
    above = last.mean(axis=1) / claim.floor
    listed = ", ".join(
        f"{mean:.3g} times it with {name} ({part:.0%} of the networks within a tenth of it)"
        for name, mean, part in zip(cells.names, above, there, strict=True)
    )
    return (
        f"nothing falls below the {claim.floor:.3g} that the output biases make alone; at the "
        f"end the mean is {listed}"
    )


def dead(claim: "Claim", read: Mapping[str, xr.Dataset]) -> str:
    """Say how many of the networks of a claim are dead at the last record; empty for none.

    What no layer above a silent one can undo happens to no mean alone: such networks count in it
    like others, and do not move any more.

    Parameters
    ----------
    claim
        Of any statistic. Of a measurement those networks count that were measured.
    read
        Content of the files that it reads. Curves that record neither rate say nothing.
    """
    curves = {name: read[name] for name in claim.reads if name.startswith("curves/")}
    of_runs = [read[name] for name in claim.reads if name.startswith("measurements/")]
    told = {}
    for name, dataset in curves.items():
        for measured in of_runs:
            dataset = dataset.sel(replica=measured["replica"])
        told[name.removeprefix("curves/")] = _silent(claim, dataset)
    return "; ".join(
        f"networks{f' of {name}' if len(told) > 1 else ''} with a silent layer at the end: {words}"
        for name, words in told.items()
        if words
    )


def _silent(claim: "Claim", curves: xr.Dataset) -> str:
    """Say in how many networks of each cell of a claim a layer is silent at the last record."""
    recorded = [it for it in ("activation_rate_layer", "activation_rate") if it in curves]
    if not recorded:
        return ""
    view = cells_with(
        curves,
        recorded[:1],
        learning_rate=getattr(claim, "learning_rate", None),
        batch_size=getattr(claim, "batch_size", None),
        further=getattr(claim, "cells", {}),
    )
    last = view[recorded[0]].isel(record=-1).transpose("cell", "network", ...).values
    silent = (last.reshape(*last.shape[:2], -1) == 0).any(axis=2).sum(axis=1)
    return ", ".join(
        f"{count} of {last.shape[1]:,}{f' with {name}' if name else ''}"
        for count, name in zip(silent, names_of(view), strict=True)
        if count
    )
