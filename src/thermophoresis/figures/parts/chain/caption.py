"""What is written around the panels of the chain."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.analysis.view import by_record
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import caption
from thermophoresis.figures.parts.chain.data import ESTIMATOR_ERROR, link_bands
from thermophoresis.figures.parts.chain.quantities import GGN, HESSIAN, INEQUALITIES, LINKS
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

METHODS = {"exact": "computed exactly", "stochastic": "estimated with random vectors"}


def write_texts(
    settings: "FigureSettings",
    compared: xr.Dataset,
    cell: xr.Dataset,
    sweep: Sweep,
    *,
    fixed: str,
    names: Sequence[str],
) -> caption.Texts:
    """Write what is said around the panels.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    compared
        What the curvature file holds of the cells that are compared.
    cell
        The cell whose whole chain is shown.
    sweep
        The curves that are compared.
    fixed
        The hyperparameter that they have in common, with its value.
    names
        What to call each of them.

    Raises
    ------
    UserError
        The file does not say how the curvature was evaluated.
    """
    violations = count_violations(compared)
    notices = [settings.note, caption.describe_diverged(sweep, names), describe_alarm(violations)]
    sentences = [
        caption.describe_setup(compared, fixed),
        describe_method(compared, cell),
        describe_points(sweep, cell, settings.figure.confidence_level),
        describe_sign(cell),
        describe_violations(violations, fixed),
    ]
    return caption.Texts(
        settings.figure.title, tuple(filter(None, notices)), (" ".join(filter(None, sentences)),)
    )


def describe_method(curvature: xr.Dataset, cell: xr.Dataset) -> str:
    """Say what the traces are, where the first is, and how precise those of one network are."""
    method = curvature.attrs.get("hessian_method")
    if method not in METHODS:
        raise UserError(
            f"the curvature file says of its hessian_method {method!r}; "
            f"it must be one of {', '.join(METHODS)}"
        )
    probe = relative_error(curvature["ggn_trace_standard_error"], curvature["ggn_trace"])
    estimator = relative_error(curvature[ESTIMATOR_ERROR], curvature[HESSIAN.name])
    samples = probe_samples(curvature)
    return (
        f"Every value of a network is a mean over {samples:,} probe samples"
        + (f" (standard error {probe} of Tr(PK))" if probe else "")
        + f". Tr H: trace of the Hessian of the loss, {METHODS[method]}"
        + (f" (standard error {estimator})" if method == "stochastic" and estimator else "")
        + describe_control(cell)
        + "; Tr(PK): of its Gauss–Newton part (Eq.\u00a050); bound: derived layer by layer, "
        "with Tr P; as printed: Eq.\u00a064 literally."
    )


def describe_control(cell: xr.Dataset) -> str:
    """Say at how many snapshots there is the Hessian's trace; empty where it is at all."""
    found, every = (
        int(np.isfinite(by_record(cell, name)).any(axis=-1).sum())
        for name in (HESSIAN.name, GGN.name)
    )
    if found == every:
        return ""
    return f", at {found} of {every} snapshots" if found else ", not taken in this cell"


def relative_error(error: xr.DataArray, value: xr.DataArray) -> str:
    """R.m.s. of an error over that of its value, over all networks, in per cent; empty for none.

    An error that is itself estimated from two random vectors scatters: its mean square is right on
    average, its median a third too small.
    """
    present = np.isfinite(error.values) & np.isfinite(value.values)
    squares = [(it.values[present] ** 2).sum() for it in (error, value)]
    return f"{100 * np.sqrt(squares[0] / squares[1]):.2g} %" if squares[1] > 0 else ""


def probe_samples(curvature: xr.Dataset) -> int:
    """Read the number of probe samples that a curvature file carries."""
    try:
        return int(curvature.attrs["probe_samples"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError("the curvature file does not say its number of probe_samples") from error


def describe_points(sweep: Sweep, cell: xr.Dataset, level: float) -> str:
    """Say what lines, points, bands and bars are."""
    without = [
        int((np.isfinite(by_record(cell, link.numerator.name)).sum(axis=-1) - band.count).max())
        for link, band in zip(LINKS, link_bands(cell, level), strict=True)
    ]
    return (
        f"Lines and points: means over {caption.describe_networks(sweep)}; bands and bars: "
        f"{100 * level:g} % confidence intervals of the mean (Student\u00a0t). "
        "(b): Tr H/Tr(PK) is the ratio of the two means, its interval by the delta method; the "
        "other ratios are geometric means over networks, their intervals in log space"
        + (
            f" (up to {max(without):,} networks whose traces are 0 left out)"
            if any(without)
            else ""
        )
        + ". (d–h): from snapshot to snapshot; rings: the first."
    )


def describe_sign(cell: xr.Dataset) -> str:
    """Say where a logarithmic axis cannot show the Hessian's trace; empty where it can."""
    means = mean_band(by_record(cell, HESSIAN.name)).mean
    parts = [
        f"{words} at {count} of {int(np.isfinite(means).sum())} snapshots ({how})"
        for words, count, how in (
            ("negative", int((means < 0).sum()), "open points: its absolute value"),
            ("zero", int((means == 0).sum()), "not drawn"),
        )
        if count
    ]
    return f"In (a,\u00a0b) the mean of Tr H is {' and '.join(parts)}." if parts else ""


class Violations(NamedTuple):
    """How often inequalities were violated.

    Attributes
    ----------
    tests
        How often each was tested.
    counts
        How often each was violated, in the order of `INEQUALITIES`.
    """

    tests: int
    counts: tuple[int, ...]


def count_violations(curvature: xr.Dataset) -> Violations:
    """Count over all cells, networks, snapshots and probe samples; the diverged do not count."""
    networks = int(np.isfinite(curvature[GGN.name]).sum())
    return Violations(
        networks * probe_samples(curvature),
        tuple(int(curvature[name].sum()) for name, *_ in INEQUALITIES),
    )


def describe_violations(violations: Violations, fixed: str) -> str:
    """Say how often each inequality was violated."""
    if not violations.tests:
        return ""
    parts = [
        f"{words}: {f'{count:,} ({100 * count / violations.tests:.2g} %)' if count else 'never'}"
        for (_, words, _), count in zip(INEQUALITIES, violations.counts, strict=True)
    ]
    return (
        f"Violations in {violations.tests:,} tests of each inequality (all cells of {fixed}, "
        f"networks, snapshots and probe samples): {'; '.join(parts)}."
    )


def describe_alarm(violations: Violations) -> str:
    """Warn of violations of what has been proved; empty where there are none."""
    parts = [
        words
        for (_, words, proved), count in zip(INEQUALITIES, violations.counts, strict=True)
        if proved and count
    ]
    return f"Violated although proved: {'; '.join(parts)}." if parts else ""
