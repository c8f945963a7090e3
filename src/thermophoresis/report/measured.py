"""Measured numbers that no claim is about: `docs/numbers.yaml` says which, `publish` writes them.

Each is about one variable of a gathered file, curves or a measurement, or about the ratio of two:
the mean over networks at the first or the last record, or what becomes of it in between, least and
largest over cells.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import numpy as np
import xarray as xr
from pydantic import Field

from thermophoresis.analysis.budget import VALUE, budget_of
from thermophoresis.analysis.view import at_coordinates, cells_with
from thermophoresis.config.fields import LISTED, Chosen, Count, Positive, Settings
from thermophoresis.config.problems import ConfigError, validate
from thermophoresis.config.yaml import read_yaml
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf

Take = Literal[
    "first", "last", "every", "change", "relative_change", "total", "evaluated", "fraction", "share"
]


class Number(Settings):
    """One number.

    Attributes
    ----------
    source
        Paths in the folder of results, without the ending: ``curves/NAME``, or
        ``measurements/KIND/NAME``; one or several, whose cells count together.
    variable, over
        Which variable it is about; network by network in units of another one, if there is one.
    take
        ``first``, ``last``: the mean over networks at that record; ``every``: at all of them;
        ``change``, ``relative_change``: from the first to the last, the latter in units of the size
        of the former. ``total``: the sum over networks and records in all cells, of counts of
        samples; ``evaluated``: how many samples are behind it; ``fraction``: the one over the
        other. ``share``: of ``terms`` of a drift budget in the change up to thermal time ``until``,
        or the end.
    mean
        ``geometric`` is that of a logarithm; ``ratio_of_means``, with ``over``, is that of both.
    at
        Coordinates along axes of the variable's own.
    learning_rate, batch_size, cells
        Which cells, as for claims; all if left out.
    record
        ``last`` is this record instead, by its index in the run.
    """

    source: Annotated[tuple[str, ...], *LISTED] = Field(
        description="a list of paths in the folder of results, such as curves/gaussian"
    )
    variable: str = Field(description="the name of a variable of it")
    over: str | None = None
    take: Take = Field(description=f"one of {', '.join(get_args(Take))}")
    mean: Literal["arithmetic", "geometric", "ratio_of_means"] = "arithmetic"
    at: dict[str, Any] = Field(default_factory=dict)
    learning_rate: Positive | None = None
    batch_size: Count | None = None
    cells: Chosen = Field(default_factory=dict)
    record: Annotated[int, Field(ge=0)] | None = None
    terms: Annotated[tuple[str, ...], Field(strict=False)] = ()
    until: Positive | None = None


class _Numbers(Settings):
    numbers: dict[str, Number] = Field(description="a mapping from names to numbers")


def read_numbers(path: Path) -> dict[str, Number]:
    """Read which numbers the pages have besides those of claims.

    Raises
    ------
    ConfigError
        The file cannot be read, or something in it is not allowed.
    """
    found, problems = validate(_Numbers, read_yaml(str(path)))
    if found is None or problems:
        raise ConfigError(str(path), problems)
    return found.numbers


def measured(wanted: Mapping[str, Number], results: Path) -> dict[str, dict[str, float | int]]:
    """Take numbers from a folder of results.

    Returns
    -------
    dict
        By name ``low`` and ``high``, the least and the largest over cells, and ``n``, the least
        number of networks behind one.

    Raises
    ------
    UserError
        There is no such file, variable, cell or record.
    """
    opened: dict[str, xr.Dataset] = {}
    found: dict[str, dict[str, float | int]] = {}
    for name, number in wanted.items():
        parts = []
        for source in number.source:
            try:
                if source not in opened:
                    opened[source] = netcdf.read(results / f"{source}.nc")
                parts.append(value_of(number, opened[source]))
            except UserError as error:
                raise UserError(f"number {name}, {source}: {error}") from error
        low, high = (end(part[key] for part in parts) for key, end in (("low", min), ("high", max)))
        found[name] = {"low": low, "high": high, "n": min(int(part["n"]) for part in parts)}
    return found


def value_of(number: Number, dataset: xr.Dataset) -> dict[str, float | int]:
    """Return one number from the content of its file; see `measured`.

    Raises
    ------
    UserError
        The file does not have what is asked for.
    """
    if number.take == "share":
        return _share(number, dataset)
    values, over = _selected(number, dataset)
    finite = np.isfinite(values) & np.isfinite(over)
    whole = finite.all(2)
    networks = int(whole.sum(1).min())
    if number.take in ("total", "evaluated", "fraction"):
        evaluated = int(finite.sum()) * int(dataset.attrs.get("probe_samples", 1))
        total = float(values[finite].sum())
        counted = {"total": total, "evaluated": evaluated, "fraction": total / max(evaluated, 1)}
        return {"low": counted[number.take], "high": counted[number.take], "n": networks}
    if not networks:
        raise UserError(f"no network of some cell has finite values of {number.variable}")
    means = np.array(
        [_mean(number.mean, *it) for it in zip(values, over, whole, strict=True)]
    )  # (cell, record)
    first, last = means[:, 0], means[:, -1]
    taken = {
        "first": first,
        "last": last,
        "every": means,
        "change": last - first,
        "relative_change": (last - first) / np.where(first == 0, np.nan, np.abs(first)),
    }[number.take]
    return {"low": float(taken.min()), "high": float(taken.max()), "n": networks}


def _share(number: Number, dataset: xr.Dataset) -> dict[str, float | int]:
    """Return the share of terms of a drift budget, least and largest over cells.

    A claim shows the cell in which it holds least; what the shares are in the others is this.
    """
    name = number.variable
    if name not in dataset:
        raise UserError(f"there is no {name}")
    # Before anything is copied: a budget has many numbers.
    chosen = at_coordinates(dataset[[name, "trained"]], number.at)
    axis = str(chosen[name].dims[-1])
    if missing := {*number.terms} - {*chosen[axis].values}:
        raise UserError(f"there is no {', '.join(sorted(missing))}")
    view = cells_with(
        chosen.sel({axis: [VALUE, *number.terms]}),
        [name],
        learning_rate=number.learning_rate,
        batch_size=number.batch_size,
        further=number.cells,
    )
    shares = []
    for cell in range(view.sizes["cell"]):
        found = budget_of(view[name].isel(cell=cell).transpose("network", "record", axis), name)
        terms, change = (found.at(it, number.until).mean(0) for it in (found.sums, found.change))
        shares.append(float(terms.sum() / change))
    return {"low": min(shares), "high": max(shares), "n": view.sizes["network"]}


def _selected(number: Number, dataset: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    """Return the variable and in units of what it is, each (cell, network, record)."""
    names = [number.variable, *filter(None, [number.over])]
    if missing := [name for name in names if name not in dataset]:
        raise UserError(f"there is no {', '.join(missing)}")
    view = cells_with(
        at_coordinates(dataset[[*names, "trained"]], number.at),
        names,
        learning_rate=number.learning_rate,
        batch_size=number.batch_size,
        further=number.cells,
    )
    if number.record is not None:
        if number.record not in view["record"].values:
            raise UserError(f"there is no record {number.record}")
        view = view.isel(record=np.flatnonzero(view["record"].values <= number.record))
    arrays = [view[name].transpose("cell", "network", "record").values for name in names]
    values = arrays[0].astype(np.float64)
    return values, arrays[1].astype(np.float64) if number.over else np.ones_like(values)


def _mean(kind: str, values: np.ndarray, over: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Return the mean over the networks that are whole, (record,)."""
    if kind == "ratio_of_means":
        return values[whole].mean(0) / over[whole].mean(0)  # type: ignore[no-any-return]  # numpy: Any
    ratio = values[whole] / over[whole]
    if kind == "geometric":
        return np.exp(np.log(ratio).mean(0))  # type: ignore[no-any-return]  # numpy: Any
    return ratio.mean(0)  # type: ignore[no-any-return]  # numpy: Any
