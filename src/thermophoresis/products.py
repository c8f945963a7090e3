"""What is made: by which stage, at which path, from what.

The one place that Snakefile, command line, verification and explanation read. Paths are relative to
the folder of results.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, Literal, NamedTuple, get_args

from thermophoresis.config.claims import Claims
from thermophoresis.config.configuration import Config
from thermophoresis.config.figure import FigureSettings
from thermophoresis.config.gathering import AnyGathering, GatherPairSettings, GatherSettings
from thermophoresis.config.judging import ClaimsSettings
from thermophoresis.config.ledger import LedgerSettings, ReportSettings
from thermophoresis.config.measurement import Cell, MeasureSettings, Pair
from thermophoresis.config.run import OF_CELL, RunSettings, run_name
from thermophoresis.config.source import DatasetSettings

# In the order in which one rests on another; ``judge`` has the claims, then the ledger of them all.
Stage = Literal["prepare", "simulate", "measure", "gather", "judge", "ledger", "draw", "report"]
STAGES: tuple[Stage, ...] = get_args(Stage)

# What a job of each stage is told.
SETTINGS: Mapping[Stage, Any] = {
    "prepare": DatasetSettings,
    "simulate": RunSettings,
    "measure": MeasureSettings,
    "gather": AnyGathering,
    "judge": ClaimsSettings,
    "ledger": LedgerSettings,
    "draw": FigureSettings,
    "report": ReportSettings,
}

FIGURE_FORMATS = ("pdf", "svg", "png")


# Paths of what each stage makes, without the ending: logs and benchmarks have them as well.
_STEMS: Mapping[Stage, str] = {
    "prepare": r"data/(?P<name>[^/]+)",
    "simulate": r"(?:runs|snapshots|traces)/(?P<name>[^/]+)/[^/]+",
    "measure": r"(?:measurements/[^/]+/(?P<name>[^/]+)/[^/]+|computations/(?P<computation>[^/]+))",
    "gather": r"(?:curves|measurements/[^/]+)/(?P<name>[^/]+)",
    "judge": r"claims/(?P<name>[^/]+)",
    "ledger": r"claims",
    "draw": r"figures/(?P<name>[^/]+)",
    "report": r"report",
}


class Product(NamedTuple):
    """What one job makes.

    Attributes
    ----------
    stage
        That makes it.
    name
        What tells it from the other products of its stage.
    settings
        All and only the settings that it depends on.
    outputs
        Its files.
    inputs
        The files that it is made from.
    """

    stage: Stage
    name: str
    settings: Any
    outputs: tuple[str, ...]
    inputs: tuple[str, ...]

    @property
    def stem(self) -> str:
        """Path of its first file without the ending, which its log and its benchmark have too."""
        return self.outputs[0].rpartition(".")[0]


class Products:
    """All that a configuration and its claims mean, by stage and name.

    Parameters
    ----------
    config
        The configuration.
    claims
        Its claims.
    """

    def __init__(self, config: Config, claims: Claims):
        self._config, self._claims = config, claims

    @cached_property
    def runs(self) -> dict[str, RunSettings]:
        """Settings of all runs, by name."""
        return {run.name: run for run in self._config.runs()}

    @cached_property
    def prepare(self) -> dict[str, Product]:
        """Data sets of images, by name."""
        found = {}
        for name, source in self._config.datasets.items():
            settings = DatasetSettings(dataset=name, source=source)
            found[name] = Product("prepare", name, settings, (data(name),), ())
        return found

    @cached_property
    def simulate(self) -> dict[str, Product]:
        """Runs and what they leave for measurements, by the run's name."""
        return {
            name: Product("simulate", name, run, left_by(run), data_of(run))
            for name, run in self.runs.items()
        }

    def leaving(self, *, snapshots: bool, traces: bool) -> str:
        """Return a regular expression for the names of the runs that leave these, or do not.

        Where that can be said of all runs of an experiment, it has no name of a run: Snakemake
        goes through it for each file of each job, and with all the names of a long sweep that
        would take the square of their number. Empty where there is no such run.
        """
        kept: dict[str, list[str]] = {}
        others = set()
        for name, run in self.runs.items():
            if (bool(run.snapshots), bool(run.traces)) == (snapshots, traces):
                kept.setdefault(run.experiment, []).append(name)
            else:
                others.add(run.experiment)
        single = [re.escape(it) for experiment in kept.keys() & others for it in kept[experiment]]
        whole = [f"{experiment}/{OF_CELL}" for experiment in kept.keys() - others]
        return "|".join(sorted([*whole, *single]))

    @cached_property
    def measure(self) -> dict[str, Product]:
        """Measurements of runs and pairs, by ``{measurement}/{run}``; of no run, by their names."""
        found = {}
        for name, run in self.runs.items():
            measure = self._config.experiments[run.experiment].measure
            for kind, measurement in sorted(measure.items()):
                settings = MeasureSettings(measurement=measurement.of(run), runs=(run,))
                found[f"{kind}/{name}"] = _measured(f"{kind}/{name}", settings)
        for name, pair in self._config.pairs.items():
            for seed in self._seeds_of(pair):
                runs = tuple(self._run_of(cell, seed) for cell in pair.of)
                settings = MeasureSettings(measurement=pair.measure, runs=runs)
                of_seed = f"{pair.measure.kind}/{name}/seed={seed}"
                found[of_seed] = _measured(of_seed, settings)
        for name, computation in self._config.computations.items():
            settings = MeasureSettings(measurement=computation, runs=())
            found[name] = Product("measure", name, settings, (f"computations/{name}.nc",), ())
        return found

    @cached_property
    def gather(self) -> dict[str, Product]:
        """What runs have recorded and what was measured of them and of pairs, by path."""
        found = {}
        runs: dict[str, list[str]] = {}
        for name, run in self.runs.items():
            runs.setdefault(run.experiment, []).append(name)

        def add(name: str, settings: Any, inputs: Iterable[str]) -> None:
            found[name] = Product("gather", name, settings, (f"{name}.nc",), tuple(inputs))

        for experiment, settings in self._config.experiments.items():
            names, cells = runs[experiment], settings.cells()
            curves = GatherSettings(
                experiment=experiment,
                cells=tuple((cell.learning_rate, cell.batch_size) for cell in cells),
                seeds=tuple(sorted(settings.seeds)),
                records=settings.record_grid.records,
                replicas=settings.replicas,
                note=self._config.note,
                axes=tuple(dict(cell.axes) for cell in cells) if settings.axes else (),
                paths=settings.paths,
                varied=settings.varied,
            )
            add(f"curves/{experiment}", curves, map(of_run, names))
            kept = min(settings.replicas, settings.snapshot_replicas)
            measured = curves.model_copy(
                update={"records": settings.snapshot_count, "replicas": kept}
            )
            for kind in sorted(settings.measure):
                files = (f"measurements/{kind}/{name}.nc" for name in names)
                add(f"measurements/{kind}/{experiment}", measured, files)
        for name, pair in self._config.pairs.items():
            stem = f"measurements/{pair.measure.kind}/{name}"
            seeds = self._seeds_of(pair)
            files = (f"{stem}/seed={seed}.nc" for seed in seeds)
            add(stem, GatherPairSettings(pair=name, seeds=seeds, note=self._config.note), files)
        return found

    def _run_of(self, cell: Cell, seed: int) -> RunSettings:
        """Return a run of a cell of a pair."""
        found = self._config.experiments[cell.experiment].cell(cell)
        axes = found.axes if found else {}
        return self.runs[run_name(cell.experiment, cell.learning_rate, cell.batch_size, seed, axes)]

    def _seeds_of(self, pair: Pair) -> tuple[int, ...]:
        """Return the seeds with which all cells of a pair are trained, sorted."""
        each = (set(self._config.experiments[cell.experiment].seeds) for cell in pair.of)
        return tuple(sorted(set.intersection(*each)))

    @cached_property
    def judge(self) -> dict[str, Product]:
        """Verdicts on the claims about the same experiments and computations, by their names."""
        found = {}
        for subject in self._claims.subjects:
            settings = self._claims.about(subject)
            inputs = tuple(f"{name}.nc" for name in settings.reads)
            found[subject] = Product("judge", subject, settings, (verdicts(subject),), inputs)
        return found

    @cached_property
    def ledger(self) -> Product:
        """All verdicts."""
        inputs = tuple(map(verdicts, self._claims.subjects))
        return Product("ledger", "claims", self._claims.ledger(), ("claims.json",), inputs)

    @cached_property
    def draw(self) -> dict[str, Product]:
        """Figures, by name."""
        return {
            name: Product(
                "draw",
                name,
                FigureSettings(name=name, note=self._config.note, figure=figure),
                tuple(f"figures/{name}.{suffix}" for suffix in FIGURE_FORMATS),
                figure.inputs,
            )
            for name, figure in self._config.figures.items()
        }

    @cached_property
    def report(self) -> Product:
        """The report and the table of claims."""
        settings = self._claims.report()
        inputs = (
            "claims.json",
            *(f"figures/{name}.svg" for name in self._config.figures),
            *(f"{name}.nc" for name in settings.reads),
        )
        outputs = ("report.html", "claims.md")
        return Product("report", "report", settings, outputs, inputs)

    @property
    def wanted(self) -> tuple[str, ...]:
        """The files that nothing else is made from, and all that is gathered."""
        computed = [self.measure[name] for name in self._config.computations]
        ends = [*computed, *self.gather.values(), *self.draw.values()]
        # Without claims there is nothing to judge.
        pages = self.report.outputs[:1] if self._claims.subjects else ()
        return (*(path for product in ends for path in product.outputs), *pages)

    @property
    def needed(self) -> tuple[Product, ...]:
        """All that is made for the files that are wanted, in the order of the stages."""
        made: list[Product] = []
        for stage in STAGES:
            # Without claims there is nothing to judge.
            if stage in ("judge", "ledger", "report") and not self._claims.subjects:
                continue
            of_stage = getattr(self, stage)
            made += of_stage.values() if isinstance(of_stage, dict) else [of_stage]
        files = set(self.wanted)
        needed = []
        for product in reversed(made):
            if files.intersection(product.outputs):
                files.update(product.inputs)
                needed.append(product)
        return tuple(reversed(needed))


def _measured(name: str, settings: MeasureSettings) -> Product:
    """Return the measurement of some runs."""
    of_each = [snapshots(run.name) for run in settings.runs]
    if settings.measurement.of_traces:
        of_each += [traces(run.name) for run in settings.runs]
    # Runs of one experiment have their data in common.
    inputs = (*of_each, *dict.fromkeys(file for run in settings.runs for file in data_of(run)))
    return Product("measure", name, settings, (f"measurements/{name}.nc",), inputs)


def stage_of(stem: str) -> tuple[Stage, str] | None:
    """Return the stage that has made a file and what it is about; None if none makes such a file.

    Parameters
    ----------
    stem
        Path without the ending, as it is under the folders of results, logs and benchmarks. Of
        ``claims``, the ledger and its summary in the report, it is the ledger.

    Returns
    -------
    stage
        Its name.
    name
        Of the experiment, or of the data set or figure; empty if the file is about everything.
    """
    for stage, pattern in _STEMS.items():
        if found := re.fullmatch(pattern, stem):
            return stage, next(filter(None, found.groups()), "")
    return None


def data(dataset: str) -> str:
    """Return the path of a data set."""
    return f"data/{dataset}.nc"


def data_of(run: RunSettings) -> tuple[str, ...]:
    """Return the paths of the data that a run is made from: none for synthetic ones."""
    return (data(run.data.dataset),) if run.data.has_dataset else ()


def left_by(run: RunSettings) -> tuple[str, ...]:
    """Return the paths of what a run leaves: records, and snapshots and traces if it has any."""
    more = [snapshots(run.name)] if run.snapshots else []
    return (of_run(run.name), *more, *([traces(run.name)] if run.traces else []))


def of_run(run: str) -> str:
    """Return the path of what a run has recorded."""
    return f"runs/{run}.nc"


def snapshots(run: str) -> str:
    """Return the path of a run's parameters at its snapshots."""
    return f"snapshots/{run}.nc"


def traces(run: str) -> str:
    """Return the path of what is traced of a run."""
    return f"traces/{run}.nc"


def verdicts(subject: str) -> str:
    """Return the path of the verdicts on claims about something; see `Claim.subject`."""
    return f"claims/{subject}.json"
