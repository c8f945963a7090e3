"""The job of one run: from settings to the files of its observables and snapshots."""

from pathlib import Path

from thermophoresis.config.run import RunSettings
from thermophoresis.data.source import open_source
from thermophoresis.provenance import netcdf
from thermophoresis.provenance.record import metadata
from thermophoresis.simulations.callbacks import Checkpoints, Journal, Progress
from thermophoresis.simulations.ensemble import train
from thermophoresis.simulations.watch import WriteTraces


def train_run(
    settings: RunSettings,
    *,
    fingerprint: str,
    output: str | Path,
    snapshots: str | Path | None = None,
    traces: str | Path | None = None,
    data: str | Path | None = None,
    device: str = "auto",
    checkpoints: Checkpoints | None = None,
    progress: Progress | None = None,
    journal: Journal | None = None,
) -> None:
    """Train a run and write its file and, if it keeps snapshots or traces, those of these.

    The files have the whole configuration, the code's fingerprint and the versions of the packages
    in their attributes, and nothing that differs from one time to the next: the same run gives the
    same bytes.

    Parameters
    ----------
    settings
        What to train.
    fingerprint
        Of the code, for the record.
    output, snapshots, traces
        The files to write; None for what a run does not keep, or what nobody wants of it.
    data
        Data file of the images; None for synthetic data.
    device, checkpoints, progress, journal
        As for `ensemble.train`. Checkpoints and journal are removed when the files are written.

    Raises
    ------
    UserError
        The data or the device cannot be used, network or batch size do not suit the data, or a file
        cannot be written.
    """
    checkpoints, journal = checkpoints or Checkpoints(), journal or Journal()

    def attributes(title: str, path: str | Path) -> dict[str, str]:
        origin = metadata(
            settings,
            fingerprint,
            made_by="simulate",
            seeds=[settings.seed],
            inputs=filter(None, (data,)),
            output=path,
        )
        return {"title": f"{settings.experiment}: {title}", **origin}

    def traced(write: WriteTraces) -> None:
        if traces is not None:
            write(traces, attributes("traces of parameters", traces))

    trained = train(
        settings,
        open_source(settings, data),
        device=device,
        checkpoints=checkpoints,
        progress=progress,
        journal=journal,
        traced=traced,
    )
    ensemble = f"{settings.dynamics.adjective} ensemble at one learning rate, batch size and seed"
    titles = (ensemble, "snapshots of parameters")
    # The run comes last: where it is, everything is.
    for dataset, title, path in zip(trained[::-1], titles[::-1], (snapshots, output), strict=True):
        if dataset is None or path is None:
            continue
        own = {**attributes(title, path), **dataset.attrs}
        netcdf.write(dataset.assign_attrs(own), path)
    checkpoints.remove()
    journal.remove()
