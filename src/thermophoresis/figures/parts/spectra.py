"""Spectra of single cells at single snapshots, and how figures tell them apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from thermophoresis.analysis.view import cells_with
from thermophoresis.errors import UserError
from thermophoresis.figures.parts import layout, style
from thermophoresis.figures.parts.caption import Texts, describe_setup, how_many
from thermophoresis.figures.parts.legend import draw_keys, legend_columns
from thermophoresis.figures.parts.theory import COLOURS
from thermophoresis.numerics.intervals import Band, mean_band

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings
    from thermophoresis.config.spectra import SpectraFigure


class Spectrum(NamedTuple):
    """What was measured in one cell at one snapshot.

    Attributes
    ----------
    name
        What the cell is called.
    colour
        In which it is drawn.
    view
        Its variables, (network, …).
    is_first
        Whether it is at the first snapshot.
    cell
        The same with the axes of cell and record.
    """

    name: str
    colour: str
    view: xr.Dataset
    is_first: bool
    cell: xr.Dataset

    @property
    def dimension(self) -> int:
        """Number of parameters d."""
        return int(self.view["parameter_count"].max())

    def values(self, name: str) -> np.ndarray:
        """Return a variable, (network, …)."""
        return self.view[name].transpose("network", ...).values.astype(np.float64)

    def band(self, name: str, level: float) -> Band:
        """Return the mean of a variable over networks with its interval."""
        return mean_band(self.values(name).T, level)


def spectra_of(
    settings: "FigureSettings", datasets: Sequence[xr.Dataset], variables: Sequence[str]
) -> list[Spectrum]:
    """Return the spectra that a figure shows.

    Parameters
    ----------
    settings
        Which they are.
    datasets
        Curves of all experiments, then their measurements.
    variables
        What is needed of them beside the number of parameters.

    Raises
    ------
    UserError
        A file lacks a variable, a cell or a snapshot.
    """
    shown: SpectraFigure = settings.figure  # type: ignore[assignment]
    names = list(dict.fromkeys(shown.experiments.values()))
    measured = dict(zip(names, datasets[len(names) :], strict=True))
    found = []
    for cell, colour in zip(shown.curves, COLOURS, strict=False):
        view = cells_with(measured[cell.experiment], ["parameter_count", *variables], **cell.asked)
        number = view.sizes["record"] if cell.snapshot is None else cell.snapshot
        if number > view.sizes["record"]:
            raise UserError(f"{cell.experiment} has {view.sizes['record']} snapshots, not {number}")
        at = view.isel(cell=0, record=number - 1)
        found.append(Spectrum(cell.name, colour, at, number == 1, view))
    return found


def begin(
    settings: "FigureSettings",
    datasets: Sequence[xr.Dataset],
    spectra: Sequence[Spectrum],
    reading: str,
) -> tuple[Figure, np.ndarray, float, float]:
    """Make a figure with three panels and the legend of its spectra.

    Returns
    -------
    The figure, its panels (1, 3), and the distances of the body, less the legend, from the edges.
    """
    shown = settings.figure
    networks = how_many(it.view.sizes["network"] for it in spectra)
    # Of the first one; the legend has in what others differ.
    setup = describe_setup(datasets[0], networks, cells=spectra[0].cell)
    reading = (
        f"{setup} Means over networks; bands and bars: {100 * shown.confidence_level:g} % "
        f"confidence intervals. {reading}"
    )
    texts = Texts.of(settings, reading)
    names = [it.name for it in spectra]
    columns = min(len(names), legend_columns(style.DOUBLE_COLUMN, 0.0, names))
    keys = (0.3 + -(-len(names) // columns)) * 1.15 * style.LINE_HEIGHT
    figure, top, footer = layout.begin_figure(texts, style.DOUBLE_COLUMN, keys + layout.ROW)
    handles = [Line2D([], [], color=it.colour) for it in spectra]
    draw_keys(figure, handles, names, top, layout.MARGIN, columns)
    return figure, figure.subplots(1, 3, squeeze=False), top + keys, footer


def draw_categories(
    axes: Axes, spectra: Sequence[Spectrum], columns: Sequence[tuple[str, str]], level: float
) -> None:
    """Draw means of some variables side by side, with bars, those of one cell in its colour.

    Parameters
    ----------
    axes
        The panel.
    spectra
        The cells.
    columns
        Names of variables, and what to call them below the panel.
    level
        Confidence level of the bars.
    """
    for index, it in enumerate(spectra):
        shift = 0.5 * ((index + 0.5) / len(spectra) - 0.5)
        for place, (name, _) in enumerate(columns):
            band = it.band(name, level)
            if not np.isfinite(band.mean):
                continue
            at = [place + shift]
            axes.plot(at, [band.mean], color=it.colour, marker="o", linestyle="")
            axes.plot(at * 2, [band.low, band.high], color=it.colour)
    axes.set_xticks(range(len(columns)), [words for _, words in columns])
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.tick_params(axis="x", length=0)
