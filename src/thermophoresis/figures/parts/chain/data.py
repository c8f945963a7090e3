"""From files of curves and curvature to what is drawn of them."""

import numpy as np
import xarray as xr

from thermophoresis.analysis.view import by_record, cells_with
from thermophoresis.errors import UserError
from thermophoresis.figures.parts.caption import experiment_settings
from thermophoresis.figures.parts.chain.quantities import CHAIN, GGN, HESSIAN, INEQUALITIES, LINKS
from thermophoresis.numerics.intervals import Band
from thermophoresis.numerics.ratios import geometric_mean_of_ratios, ratio_of_means

ESTIMATOR_ERROR = "hessian_trace_estimator_error"
DIMENSIONS = ("learning_rate", "batch_size", "seed", "replica", "record")


def join(curves: xr.Dataset, curvature: xr.Dataset) -> tuple[xr.Dataset, str]:
    """Put the activation rate and weight norm of a curves file beside the curvature.

    Parameters
    ----------
    curves, curvature
        Content of the two files; the curvature may have fewer replicas and records.

    Returns
    -------
    The curvature with the observables that it is drawn against, all of them NaN where a network
    lacks any of them; and the name of the weight norm: that of the second layer where there is a
    second and last layer, else that of all layers.

    Raises
    ------
    UserError
        A file lacks a variable, or they are not of the same runs.
    """
    norm = "second_layer_norm" if "second_layer_norm" in curves else "weight_norm"
    observables = [name for name in ("activation_rate", norm) if name != "weight_norm"]
    counts = [name for name, *_ in INEQUALITIES]
    quantities = [quantity.name for quantity in CHAIN]
    curvature, controlled = on_records(curvature)
    more = ["ggn_trace_standard_error", "weight_norm", "trained", "step", "thermal_time"]
    of_curvature = [*quantities, *counts, *more]
    for what, dataset, needed in (
        ("curves", curves, [*observables, "step"]),
        ("curvature", curvature, of_curvature),
    ):
        if missing := [name for name in needed if name not in dataset]:
            raise UserError(f"the {what} file has no {', '.join(missing)}")
    foreign = "the curvature file is not of the same runs as the curves file"
    experiments = [
        experiment_settings(dataset).get("experiment") for dataset in (curves, curvature)
    ]
    if experiments[0] != experiments[1]:
        raise UserError(f"{foreign}: {experiments[1]} and {experiments[0]}")
    try:
        matching = curves[observables].sel({name: curvature[name] for name in DIMENSIONS})
    except KeyError as error:
        raise UserError(f"{foreign}, which lacks its {error}") from error
    grids = [
        dataset["step"].transpose("learning_rate", "batch_size", "record").values.astype(np.float64)
        for dataset in (matching, curvature)
    ]
    if not np.array_equal(grids[0], grids[1], equal_nan=True):
        raise UserError(f"{foreign}: the records are of other iterations")
    joined = curvature.assign({name: matching[name].astype(np.float64) for name in observables})
    shown = [*quantities, "activation_rate", norm]
    values = joined[shown].to_dataarray("quantity")
    finite = values.copy(data=np.isfinite(values.values))
    # Without a control there is nothing to lack.
    present = (finite | ((finite["quantity"] == HESSIAN.name) & ~controlled)).all("quantity")
    return joined.assign({name: joined[name].where(present) for name in (*shown, *counts)}), norm


def on_records(curvature: xr.Dataset) -> tuple[xr.Dataset, xr.DataArray]:
    """Return the curvature with the Hessian's trace, a control, at all records, to be drawn.

    Returns
    -------
    Content of the file, with NaN where there is no control; and whether there is one, by record,
    and by cell where it is not in all.
    """
    names = [HESSIAN.name, ESTIMATOR_ERROR]
    records = curvature["record"]
    if HESSIAN.name not in curvature:
        nothing = xr.full_like(curvature[GGN.name], np.nan)
        return curvature.assign(dict.fromkeys(names, nothing)), xr.zeros_like(records, bool)
    if "control" not in curvature[HESSIAN.name].dims:
        return curvature, xr.ones_like(records, bool)
    moved = {
        name: curvature[name].rename(control="record").reindex(record=records) for name in names
    }
    controlled = records.isin(curvature["control"].values)
    if "control_count" in curvature:
        controlled = controlled & (curvature["control_count"] > 0)
    without = curvature.drop_vars([*names, "control", "control_count"], errors="ignore")
    return without.assign(moved).transpose(*curvature[GGN.name].dims, ...), controlled


def check_cell(curvature: xr.Dataset, learning_rate: float, batch_size: int) -> None:
    """Refuse a cell that is not there; the message names those that are."""
    trained = curvature["trained"].transpose("learning_rate", "batch_size")
    rates = {
        int(batch): [float(rate) for rate in curvature["learning_rate"].values[column > 0]]
        for batch, column in zip(curvature["batch_size"].values, trained.values.T, strict=True)
    }
    if learning_rate in rates.get(batch_size, []):
        return
    held = "; ".join(
        f"batch size {batch} with learning rates {', '.join(f'{rate:g}' for rate in values)}"
        for batch, values in rates.items()
        if values
    )
    raise UserError(
        f"the curvature file has no cell of learning rate {learning_rate:g} and "
        f"batch size {batch_size}; it has {held or 'none'}"
    )


def select_cell(curvature: xr.Dataset, learning_rate: float, batch_size: int) -> xr.Dataset:
    """Return the quantities of the chain in one cell, (network, record)."""
    names = [quantity.name for quantity in CHAIN]
    cells = cells_with(curvature, names, learning_rate=learning_rate, batch_size=batch_size)
    return cells.isel(cell=0)


def link_bands(cell: xr.Dataset, level: float) -> list[Band]:
    """Tightness of every link of the chain, in the order of `LINKS`, each shape (records,)."""
    return [
        (ratio_of_means if numerator is HESSIAN else geometric_mean_of_ratios)(
            by_record(cell, numerator.name), by_record(cell, denominator.name), level
        )
        for numerator, denominator, _ in LINKS
    ]
