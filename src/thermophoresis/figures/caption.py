"""What is written below a figure: what the curves are averages of, and how to read the numbers."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import xarray as xr

from thermophoresis.analysis.sweep import Sweep
from thermophoresis.errors import UserError

if TYPE_CHECKING:
    from thermophoresis.config import FigureSettings

INPUTS = {"gaussian": "x ~ N(0, I)", "uniform": "x ~ U(0, 1)"}
NETWORKS = {"two_layer": "Two-layer ReLU network"}
LABELS = {
    "resampled": "a random label at every draw",
    "shuffled": "one fixed random labelling",
    "true": "true labels",
}
SAMPLING = {
    "online": "fresh samples at every step",
    "with_replacement": "samples with replacement",
    "without_replacement": "samples without replacement",
}


@dataclass(frozen=True)
class Texts:
    """Everything in words around the panels.

    Attributes
    ----------
    heading
        Title of the figure; empty for none.
    notices
        Sentences that a reader must not miss.
    caption
        Sentences on how to read the figure.
    """

    heading: str
    notices: tuple[str, ...]
    caption: tuple[str, ...]


def write_texts(
    settings: "FigureSettings",
    curves: xr.Dataset,
    sweep: Sweep,
    *,
    fixed: str,
    names: Sequence[str],
) -> Texts:
    """Write what is said around the panels of a sweep.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    curves
        Content of the curves file, for the settings of the experiment.
    sweep
        The curves that are drawn.
    fixed
        The hyperparameter that the curves have in common, with its value.
    names
        What to call each curve.

    Raises
    ------
    UserError
        The curves do not carry the settings of their experiment.
    """
    setup = describe_setup(experiment_settings(curves), fixed)
    statistics = describe_statistics(sweep, settings.confidence_level)
    notices = (settings.note, describe_diverged(sweep, names))
    return Texts(settings.title, tuple(filter(None, notices)), (f"{setup} {statistics}",))


def experiment_settings(curves: xr.Dataset) -> dict:
    """Read the settings of the experiment that a curves file carries.

    Raises
    ------
    UserError
        The file carries none, so it is not a curves file.
    """
    try:
        return dict(json.loads(curves.attrs["configuration"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UserError("the curves do not carry the settings of their experiment") from error


def describe_setup(configuration: Mapping, fixed: str) -> str:
    """Say in one sentence what was trained, on what.

    Parameters
    ----------
    configuration
        Settings of the experiment.
    fixed
        The hyperparameter that the curves have in common, with its value.
    """
    network, data = configuration.get("network", {}), configuration.get("data", {})
    kind = network.get("kind", "network")
    parts = [NETWORKS.get(kind, kind)]
    parts += [
        f"{symbol} = {network[key]}{unit}"
        for symbol, key, unit in (("M", "inputs", " inputs"), ("N", "hidden", " hidden units"))
        if key in network
    ]
    if network.get("bias") is False:
        parts.append("no bias")
    parts.append(INPUTS.get(data.get("kind"), str(data.get("kind", "unnamed data"))))
    for key, words in (("sampling", SAMPLING), ("labels", LABELS)):
        if key in configuration:
            parts.append(words.get(configuration[key], configuration[key]))
    return ", ".join([*parts, fixed]) + "."


def describe_statistics(sweep: Sweep, level: float) -> str:
    """Say what a line, a band and the collapse error are."""
    total = sweep.seeds * sweep.replicas
    seeds, replicas = (
        f"{count:,}\u00a0{word}{'s' if count > 1 else ''}"
        for count, word in ((sweep.seeds, "seed"), (sweep.replicas, "replica"))
    )
    return (
        f"Lines: means over n = {total:,} networks ({seeds} × {replicas}); "
        f"bands: {100 * level:g} % confidence intervals of the mean (Student t). "
        "Each panel ends where its shortest curve does. "
        "Collapse error ε: r.m.s. spread between the curves at equal abscissa over their total "
        "r.m.s. spread (0: they coincide, 1: the abscissa explains nothing); "
        "noise: ε expected from the standard errors alone."
    )


def describe_diverged(sweep: Sweep, names: Sequence[str]) -> str:
    """Say which replicas have diverged and since when; empty where none has.

    Parameters
    ----------
    sweep
        The curves.
    names
        What to call each of them.
    """
    total = sweep.seeds * sweep.replicas
    parts = []
    for name, left_out, tau in zip(names, sweep.left_out, sweep.thermal_time, strict=True):
        if left_out.any():
            since = tau[left_out > 0][0]
            parts.append(f"{left_out.max():,} of {total:,} at {name} (first by τ = {since:.3g})")
    if not parts:
        return ""
    return f"Diverged, left out of the mean from then on (dashed): {'; '.join(parts)}."
