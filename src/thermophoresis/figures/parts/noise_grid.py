"""One grid of η and |B| that was ended in three ways, and descent without noise, against η/|B|."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.analysis.view import cells_with
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.caption import describe_setup, how_many
from thermophoresis.figures.parts.legend import Key, draw_rows
from thermophoresis.numerics.intervals import mean_band

if TYPE_CHECKING:
    from thermophoresis.config.noise_grid import NoiseGridFigure

NOISE = r"$\eta/|B|$ (dimensionless)"
ENDS = ("equal epochs", "equal training loss", r"equal $\eta t$")
DESCENT_COLOUR = "#000000"
NAMES = ("hessian_norm", "train_loss", "train_accuracy", "loss", "accuracy")


class Networks(NamedTuple):
    """What was measured of the networks of an experiment, cells and snapshots.

    Attributes
    ----------
    rate, batch
        η and |B| of each cell.
    training_time
        ηt of each cell and snapshot, (cell, record).
    values
        By name, each (cell, network, record).
    """

    rate: np.ndarray
    batch: np.ndarray
    training_time: np.ndarray
    values: dict[str, np.ndarray]

    @property
    def noise(self) -> np.ndarray:
        """η/|B| of each cell."""
        return np.asarray(self.rate / self.batch)


def networks_of(measured: xr.Dataset) -> Networks:
    """Return the networks of a file of `hessian_norm`.

    Raises
    ------
    UserError
        It lacks a variable.
    """
    view = cells_with(measured, NAMES)
    rate = view["learning_rate"].values
    step = view["step"].transpose("cell", "record").values
    values = {
        name: view[name].transpose("cell", "network", "record").values.astype(np.float64)
        for name in NAMES
    }
    return Networks(rate, view["batch_size"].values, step * rate[:, None], values)


def split(
    shown: "NoiseGridFigure", datasets: Sequence[xr.Dataset]
) -> tuple[list[Networks], Networks]:
    """Return the three experiments and descent from the files of such a figure.

    Parameters
    ----------
    shown
        Which experiment is which; one may be several of them.
    datasets
        Curves of each experiment, then the measurement of each.

    Raises
    ------
    UserError
        A file lacks a variable, experiments have other cells, or descent has several.
    """
    names = tuple(dict.fromkeys(shown.experiments.values()))
    measured = datasets[len(names) : 2 * len(names)]
    found = {name: networks_of(it) for name, it in zip(names, measured, strict=True)}
    *ended, descent = (found[name] for name in shown.experiments.values())
    if len(descent.rate) != 1:
        raise UserError(f"descent: {len(descent.rate)} cells; must be one")
    for other in ended[1:]:
        if not np.array_equal(other.noise, ended[0].noise):
            raise UserError("epochs, loss and time: the experiments have other cells")
    return ended, descent


def descent_after_epochs(
    ended: Networks, descent: Networks, name: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return η/|B| of the cells that had the ηt of each snapshot of descent, and a quantity there.

    At equal epochs ηt is in proportion to η/|B|.
    """
    per_noise = float((ended.training_time[:, -1] / ended.noise).mean())
    return descent.training_time[0] / per_noise, descent.values[name][0]


def descent_at_loss(ended: Networks, descent: Networks, name: str) -> np.ndarray:
    """Return a quantity of descent where each network has the cells' mean training loss."""
    level = -np.log(np.nanmean(ended.values["train_loss"][..., -1]))
    losses = -np.log(descent.values["train_loss"][0])
    rows = zip(losses, descent.values[name][0], strict=True)
    return np.array([np.interp(level, points, row) for points, row in rows])


def descent_at_time(ended: Networks, descent: Networks, name: str) -> np.ndarray:
    """Return a quantity of descent at the cells' mean ηt, of each network."""
    time = ended.training_time[:, -1].mean()
    points = descent.training_time[0]
    return np.array([np.interp(time, points, row) for row in descent.values[name][0]])


def draw_cells(
    axes: Axes, ended: Networks, name: str, level: float, filled: np.ndarray | None = None
) -> None:
    """Draw means over networks at the end with intervals: colours for |B| and markers for η."""
    rates, batches = np.unique(ended.rate).tolist(), np.unique(ended.batch).tolist()
    colours = style.ordered_colours(style.BATCH_SIZE_MAP, len(batches))
    mean, low, high, *_ = mean_band(ended.values[name][..., -1], level)
    for cell, (rate, batch) in enumerate(zip(ended.rate, ended.batch, strict=True)):
        colour = colours[batches.index(batch)]
        axes.errorbar(
            [rate / batch],
            mean[cell : cell + 1],
            [[mean[cell] - low[cell]], [high[cell] - mean[cell]]],
            color=colour,
            marker=style.marker(rates.index(rate)),
            markersize=4,
            markerfacecolor=colour if filled is None or filled[cell] else "none",
            markeredgewidth=0.7,
            linestyle="none",
        )


def draw_descent(
    axes: Axes, index: int, ended: Networks, descent: Networks, name: str, level: float
) -> None:
    """Draw descent without noise beside the cells of one of the three ends."""
    look: dict[str, Any] = {"color": DESCENT_COLOUR, "linestyle": style.DASHES, "zorder": 1}
    if index == 0:
        x, values = descent_after_epochs(ended, descent, name)
        mean, low, high, *_ = mean_band(values.T, level)
        axes.plot(x, mean, **look)
    else:
        at = descent_at_loss if index == 1 else descent_at_time
        values = at(ended, descent, name)
        mean, low, high, *_ = mean_band(values[None], level)
        x = np.array([ended.noise.min(), ended.noise.max()])
        axes.plot(x, np.repeat(mean, 2), **look)
        low, high = np.repeat(low, 2), np.repeat(high, 2)
    axes.fill_between(x, low, high, color=DESCENT_COLOUR, alpha=0.15, linewidth=0)


def draw_keys(
    figure: Figure, ended: Networks, down: float, further: Sequence[tuple[Key, str]] = ()
) -> None:
    """Draw the legends of η, |B| and what else there is, one below the other."""
    rates, batches = np.unique(ended.rate), np.unique(ended.batch)
    colours = style.ordered_colours(style.BATCH_SIZE_MAP, len(batches))
    of_rate: list[tuple[Key, str]] = [
        (
            Line2D([], [], color=style.MUTED_COLOUR, linestyle="none", markersize=4,
                   marker=style.marker(index)),
            f"{rate:g}",
        )
        for index, rate in enumerate(rates)
    ]  # fmt: skip
    of_batch: list[tuple[Key, str]] = [
        (Line2D([], [], color=colour, linewidth=3), f"{batch}")
        for colour, batch in zip(colours, batches, strict=True)
    ]
    none: tuple[Key, str] = (
        Line2D([], [], color=DESCENT_COLOUR, linestyle=style.DASHES),
        "full batches, no noise",
    )
    rows = [
        (r"learning rate $\eta$", of_rate),
        ("batch size $|B|$", of_batch),
        ("beside them", [none, *further]),
    ]
    draw_rows(figure, rows, down)


def setup(datasets: Sequence[xr.Dataset], ended: Sequence[Networks], descent: Networks) -> str:
    """Say in words what was trained and how it ended."""
    networks = how_many(it.values["loss"].shape[1] for it in ended)
    epochs, loss, time = ended
    losses = loss.values["train_loss"][..., -1].mean(1)
    spans = (epochs.training_time[:, -1].min(), epochs.training_time[:, -1].max())
    return (
        f"{describe_setup(datasets[0], f'{networks} a cell')} Left: after equal "
        f"epochs, ηt = {spans[0]:g} to {spans[1]:g}, in proportion to η/|B|. Middle: each network "
        f"as it was when its training loss came down to one level (means of cells "
        f"{losses.min():.3f} to {losses.max():.3f} nat). Right: all after ηt = "
        f"{time.training_time[:, -1].mean():g}. Dashes: full batches with η = "
        f"{descent.rate[0]:g} from the same initial parameters, without noise, after the same ηt, "
        "in the middle at the same training loss."
    )
