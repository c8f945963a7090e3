"""From files of curves to the files of a figure, each with its provenance."""

import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr
from matplotlib.figure import Figure

from thermophoresis.errors import UserError
from thermophoresis.figures.parts import style
from thermophoresis.figures.parts.caption import computed, experiment_settings
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.files import write_sealed
from thermophoresis.provenance.record import description, metadata

if TYPE_CHECKING:
    from thermophoresis.config.figure import FigureSettings

# Of each format: the field for a description, and that for a date, which is left empty.
DESCRIPTION_FIELDS = {
    ".pdf": ("Subject", "CreationDate"),
    ".svg": ("Description", "Date"),
    ".png": ("Description",),
}


def draw(
    compose: Callable[["FigureSettings", Sequence[xr.Dataset]], Figure],
    settings: "FigureSettings",
    fingerprint: str,
    curves: Sequence[str | Path],
    outputs: Sequence[str | Path],
) -> None:
    """Compose a figure from curves files and write it in every format, with its provenance.

    Parameters
    ----------
    compose
        What makes the figure from its settings and the content of the curves files.
    settings
        Which observable of which cells, title, note and confidence level.
    fingerprint
        Code fingerprint of the figure, stored in the files.
    curves
        The curves files, one for each row.
    outputs
        One path for every format: .pdf, .svg, .png.

    Raises
    ------
    UserError
        A curves file is unreadable or lacks what the figure shows, or an output cannot be written.
    """
    datasets = [netcdf.read(path) for path in curves]
    with style.context():
        figure = compose(settings, datasets)
        experiments = [
            {
                "experiment": {} if computed(dataset) else experiment_settings(dataset),
                "curves_fingerprint": dataset.attrs.get("code_fingerprint", ""),
                "run_fingerprints": json.loads(dataset.attrs.get("run_fingerprints", "[]")),
            }
            for dataset in datasets
        ]
        seeds = [seed for it in experiments for seed in it["experiment"].get("seeds", ())]

        def origin(output: Path) -> dict[str, object]:
            made = metadata(
                settings,
                fingerprint,
                made_by="draw",
                seeds=seeds,
                inputs=curves,
                output=output,
            )
            return {"curves": experiments, **made}

        save(figure, outputs, origin)


def save(
    figure: Figure,
    outputs: Sequence[str | Path],
    origin: Callable[[Path], Mapping[str, object]],
) -> None:
    """Write a figure in every format asked for, with its provenance inside and a seal at the end.

    The formats are all rendered before the first file appears, and a file appears under its name
    when it is complete; the same figure gives the same bytes.

    Parameters
    ----------
    figure
        What to write.
    outputs
        Destinations, ending in .pdf, .svg or .png; their folders are made when they do not exist.
    origin
        What tells where a destination comes from; stored as JSON in the field that the format has
        for a description.

    Raises
    ------
    UserError
        A destination has another ending or cannot be written.
    """
    rendered: dict[Path, bytes] = {}
    for path in map(Path, outputs):
        if path.suffix not in DESCRIPTION_FIELDS:
            raise UserError(
                f"cannot draw {path}: the format is one of {', '.join(DESCRIPTION_FIELDS)}"
            )
        field, *dates = DESCRIPTION_FIELDS[path.suffix]
        fields = {field: description(origin(path)), **dict.fromkeys(dates)}  # None leaves out
        buffer = io.BytesIO()
        figure.savefig(buffer, format=path.suffix[1:], metadata=fields)
        rendered[path] = buffer.getvalue()
    for path, content in rendered.items():
        write_sealed(path, content)
