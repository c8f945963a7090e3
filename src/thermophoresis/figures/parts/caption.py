"""What is written below a figure: what the curves are averages of, and how to read the numbers."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from thermophoresis.analysis.layout import in_common
from thermophoresis.analysis.sweep import Sweep
from thermophoresis.analysis.view import axes_of, labels_of
from thermophoresis.errors import UserError
from thermophoresis.figures.parts.network_words import describe_network
from thermophoresis.figures.parts.setting_words import (
    DYNAMICS,
    INPUTS,
    LABELS,
    MODES,
    PARTLY_RANDOM,
    SAMPLING,
)

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

# What rows of one figure differ in.
ROW_SETTING = "labels"


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

    @classmethod
    def of(cls, settings: "FigureSettings", caption: str) -> "Texts":
        """Return a caption with the title of the figure and the note of the configuration."""
        notices = (settings.note,) if settings.note else ()
        return cls(settings.figure.title, notices, (caption,))


def write_texts(
    settings: "FigureSettings",
    curves: Sequence[xr.Dataset],
    sweeps: Sequence[Sweep],
    *,
    fixed: str,
    names: Sequence[str],
    reading: str = "",
) -> Texts:
    """Write what is said around the rows of a figure.

    Parameters
    ----------
    settings
        Title, note and confidence level.
    curves
        Content of the curves file of each row, for the settings of the experiment.
    sweeps
        The curves that are drawn in each row.
    fixed
        The hyperparameter that the curves have in common, with its value.
    names
        What to call each curve.
    reading
        What else a reader has to know.

    Raises
    ------
    UserError
        The curves do not carry the settings of their experiment.
    """
    # Rows say what tells them apart; the caption, what they have in common.
    apart = ROW_SETTING if len(curves) > 1 else None
    headings = row_headings(curves)
    setups = [
        describe_setup(dataset, fixed, without=apart, cells=sweep.cells)
        for dataset, sweep in zip(curves, sweeps, strict=True)
    ]
    if len({*setups}) > 1:
        setups = [f"{heading}: {setup}" for heading, setup in zip(headings, setups, strict=True)]
    setup = " ".join(dict.fromkeys(setups))
    statistics = describe_statistics(sweeps, headings, settings.figure.confidence_level)
    notices = [settings.note]
    for sweep, heading in zip(sweeps, headings, strict=True):
        diverged = describe_diverged(sweep, names)
        notices.append(f"{heading}: {diverged}" if heading and diverged else diverged)
    caption = " ".join(filter(None, (setup, statistics, reading)))
    return Texts(settings.figure.title, tuple(filter(None, notices)), (caption,))


def row_headings(curves: Sequence[xr.Dataset]) -> list[str]:
    """Say what tells the rows apart, their label regimes; nothing where there is one row."""
    if len(curves) == 1:
        return [""]
    regimes = [_labels(experiment_settings(dataset)[ROW_SETTING]) for dataset in curves]
    return [f"{regime[0].upper()}{regime[1:]}" for regime in regimes]


def computed(dataset: xr.Dataset) -> bool:
    """Return whether a file is a measurement of no run, which no experiment has settings for."""
    return bool(json.loads(dataset.attrs.get("configuration", "{}")).get("runs") == [])


def measurement_settings(computed: xr.Dataset) -> dict[str, Any]:
    """Read the settings of the measurement of no run that a file carries.

    Raises
    ------
    UserError
        The file carries none.
    """
    try:
        return dict(json.loads(computed.attrs["configuration"])["measurement"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError("the file does not carry the settings of a computation") from error


def experiment_settings(curves: xr.Dataset) -> dict[str, Any]:
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


def loss_kind(curves: xr.Dataset) -> str:
    """Return the kind of the loss of the experiment that a curves file is of."""
    loss = experiment_settings(curves).get("loss", "cross_entropy")
    return str(loss if isinstance(loss, str) else loss["kind"])


def describe_training(configuration: Mapping[str, Any]) -> list[str]:
    """Say what is not plain SGD on cross entropy, in words for a caption."""
    parts = []
    loss, dynamics = configuration.get("loss", "cross_entropy"), configuration.get("dynamics", {})
    if loss != "cross_entropy":
        # Targets in which curves differ are not in common.
        told = None if isinstance(loss, str) else loss.get("targets")
        targets = " from targets {:g} and {:g}".format(*told) if told else ""
        parts.append(f"squared error{targets}")
    parts += describe_dynamics(dynamics)
    if momentum := dynamics.get("momentum"):
        parts.append(f"{'Nesterov ' * dynamics.get('nesterov', False)}momentum {momentum:g}")
    if decay := dynamics.get("weight_decay"):
        parts.append(f"weight decay {decay:g}")
    if frozen := dynamics.get("freeze"):
        parts.append(f"{', '.join(frozen)} frozen")
    if (scale := dynamics.get("noise_scale", 1)) != 1:
        parts.append(f"noise scaled by {scale:g}")
    return parts


def describe_dynamics(dynamics: Mapping[str, Any]) -> list[str]:
    """Say by what parameters move if it is not SGD: ``V by label noise alone, others by SGD``.

    Parameters
    ----------
    dynamics
        Its settings, as files carry them, or what several have in common.
    """
    kind = dynamics.get("kind", "sgd")
    if kind == "sgd":
        return []
    if kind != "surgery":
        return [DYNAMICS.get(kind, kind.replace("_", " "))]
    if "all" not in dynamics:
        return ["surgery on SGD"]
    names: dict[str, list[str]] = {}
    for name, mode in sorted(dynamics.get("modes", {}).items()):
        names.setdefault(mode, []).append(name)
    parts = [f"{', '.join(of)} {MODES[mode]}" for mode, of in names.items()]
    rest = "others" if parts else "all parameters"
    return [*parts, f"{rest} {MODES[dynamics['all']]}"]


def settings_of_cells(curves: xr.Dataset, cells: xr.Dataset | None) -> dict[str, Any]:
    """Return the settings that some cells of a curves file have in common, or all of them."""
    configuration = experiment_settings(curves)
    if cells is None or "settings" not in configuration:
        return configuration
    axes = axes_of(cells)
    held = [labels_of(cells, axis).tolist() for axis in axes]
    each = zip(*(configuration[name] for name in ("cells", "axes", "settings")), strict=True)
    wanted = [
        settings
        for cell, labels, settings in each
        if [*cell, *(labels[axis] for axis in axes[2:])] in map(list, zip(*held, strict=True))
    ]
    return configuration | settings_in_common(wanted)


def settings_in_common(settings: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what several settings have in common, as far as it can be put into words."""
    common = in_common(settings)
    if any(it.get("dynamics") != settings[0].get("dynamics") for it in settings):
        # By what parameters move is told by all modes of surgery together.
        dynamics = common.get("dynamics", {})
        common["dynamics"] = {key: dynamics[key] for key in dynamics if key not in ("all", "modes")}
    return common


def describe_setup(
    curves: xr.Dataset,
    fixed: str,
    without: str | None = None,
    cells: xr.Dataset | None = None,
) -> str:
    """Say in one sentence what was trained, on what.

    Parameters
    ----------
    curves
        Content of a curves file.
    fixed
        The hyperparameter that the curves have in common, with its value.
    without
        A setting not to be mentioned, of the experiment or its network.
    cells
        Of the curves; None for all that the file has.
    """
    configuration = settings_of_cells(curves, cells)
    network, data = configuration.get("network", {}), configuration.get("data", {})
    parts = describe_network({key: it for key, it in network.items() if key != without})
    parts.append(describe_data(data, curves))
    parts += describe_training(configuration)
    parts += describe_schedule(configuration.get("dynamics", {}).get("schedule"))
    for key, words in (("sampling", _sampling), ("labels", _labels)):
        if key == "sampling" and configuration.get("dynamics", {}).get("kind") == "gradient_flow":
            continue
        if key in configuration and key != without:
            parts.append(words(configuration[key]))
    return ", ".join([*parts, fixed]) + "."


def describe_schedule(schedule: dict[str, Any] | str | None) -> list[str]:
    """Say how η and |B| change, if they do: ``η by a schedule (warmup, cosine)``."""
    if not isinstance(schedule, dict):
        return []
    return [
        f"{symbol} by a schedule ({', '.join(stretch['kind'] for stretch in schedule[name])})"
        for symbol, name in (("η", "learning_rate"), ("|B|", "batch_size"))
        if schedule.get(name)
    ]


def _sampling(sampling: str) -> str:
    return SAMPLING.get(sampling, sampling)


def _labels(labels: str | dict[str, float | None]) -> str:
    if isinstance(labels, str):
        return LABELS.get(labels, labels)
    shares = ((word, share) for word, share in labels.items() if share is not None)
    return ", ".join(PARTLY_RANDOM[word].format(share=100 * share) for word, share in shares)


def describe_data(data: Mapping[str, Any], curves: xr.Dataset) -> str:
    """Say what the inputs are; images are named as their data file names its source."""
    kind = data.get("kind", "unnamed data")
    if kind in INPUTS:
        white = data.get("spectrum", "white") == "white"
        return INPUTS[kind] if white else INPUTS[kind].replace("N(0, I)", "N(0, diag λ)")
    # What several sources of one data set have in common is said once.
    sources = json.loads(curves.attrs.get("data_source", "[]"))
    return "; ".join(dict.fromkeys(part for it in sources for part in it.split("; "))) or kind


def describe_statistics(sweeps: Sequence[Sweep], rows: Sequence[str], level: float) -> str:
    """Say what a line, a band and the collapse error are, of rows with headings."""
    networks = [describe_networks(sweep) for sweep in sweeps]
    if len({*networks}) > 1:
        networks = [f"{of} in {row!r}" for of, row in zip(networks, rows, strict=True)]
    return (
        f"Lines: means over {' and '.join(dict.fromkeys(networks))}; "
        f"bands: {100 * level:g} % confidence intervals of the mean (Student\u00a0t). "
        "Each panel ends where its shortest curve does. "
        "Collapse error ε: r.m.s. spread between the curves at equal abscissa over their total "
        "r.m.s. spread (0: they coincide, 1: the abscissa explains nothing); "
        "noise: ε expected from the standard errors alone."
    )


def describe_networks(sweep: Sweep) -> str:
    """Say how many networks an average is over, and what they differ in."""
    counts = {name: len(np.unique(sweep.cells[name])) for name in ("seed", "replica")}
    seeds, replicas = (
        f"{count:,}\u00a0{word}{'s' if count > 1 else ''}" for word, count in counts.items()
    )
    return f"n = {sweep.cells.sizes['network']:,} networks ({seeds} × {replicas})"


def count_networks(*files: xr.Dataset) -> str:
    """Say how many networks a cell of some curves files has, as `how_many` does."""
    return how_many(it.sizes["replica"] * it.sizes["seed"] for it in files)


def how_many(networks: Iterable[int]) -> str:
    """Say how many networks averages are over: ``n = 64 networks``, ``n = 64 or 96 networks``."""
    return f"n = {' or '.join(f'{it:,}' for it in sorted({*networks}))} networks"


def describe_diverged(sweep: Sweep, names: Sequence[str]) -> str:
    """Say which replicas have diverged and since when; empty where none has.

    Parameters
    ----------
    sweep
        The curves.
    names
        What to call each of them.
    """
    total = sweep.cells.sizes["network"]
    parts = []
    for name, left_out, tau in zip(names, sweep.left_out, sweep.thermal_time, strict=True):
        if left_out.any():
            since = tau[left_out > 0][0]
            parts.append(f"{left_out.max():,} of {total:,} at {name} (first by τ = {since:.3g})")
    if not parts:
        return ""
    return f"Diverged, left out of the mean from then on (dashed): {'; '.join(parts)}."
