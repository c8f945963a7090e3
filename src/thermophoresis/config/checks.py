"""What is wrong between parts of a configuration, each of which is valid by itself."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from thermophoresis.config.experiment import Experiment
from thermophoresis.config.fields import Label
from thermophoresis.config.figure import (
    AnyFigure,
    ExperimentFigure,
    Figure,
    JointFigure,
    SweepFigure,
)
from thermophoresis.config.measurement import Pair
from thermophoresis.config.problems import Problem, choice
from thermophoresis.config.selection import matching, outside, uncompared, unrecorded
from thermophoresis.config.source import AnySource
from thermophoresis.config.sweep import GRID, Point
from thermophoresis.config.training import AnyInputs, AnyNetwork


def typed_experiments(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return settings with the experiments typed that are valid, and the others as they are.

    All that looks at settings looks at experiments; those with many cells are to be read once.
    """
    experiments = settings.get("experiments")
    if not isinstance(experiments, dict):
        return settings
    typed = {name: _valid(_EXPERIMENT, given) or given for name, given in experiments.items()}
    return {**settings, "experiments": typed}


def dataset_problems(settings: Mapping[str, Any], typed: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between experiments and data sets, as far as each is valid by itself.

    Parameters
    ----------
    settings
        As YAML gives them.
    typed
        The same as `typed_experiments` returns them.
    """
    experiments, datasets = settings.get("experiments"), settings.get("datasets", {})
    if not isinstance(experiments, dict) or not isinstance(datasets, dict):
        return
    for name, given in experiments.items():
        parts = _parts(given, typed["experiments"][name])
        found = (it for data, network in parts for it in _of_images(data, network, datasets))
        for problem in dict.fromkeys(found):
            yield Problem(("experiments", name, *problem.path), problem.message)


def _parts(given: Any, typed: Any) -> list[tuple[Any, Any]]:
    """Return data and network of the cells of an experiment, None for what is not valid."""
    if isinstance(typed, Experiment) and typed.axes:
        # Cells of a grid have theirs in common.
        trainings = {id(it.training): it.training for it in typed.cells()}
        return [(it.data, it.network) for it in trainings.values()]
    if isinstance(given, dict):
        return [(_valid(_DATA, given.get("data")), _valid(_NETWORK, given.get("network")))]
    return []


def _of_images(data: Any, network: Any, datasets: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between one cell of an experiment and the data set that it names."""
    if data is None or not data.has_dataset:
        return
    if data.dataset not in datasets:
        known = choice(data.dataset, [str(key) for key in datasets])
        yield Problem(
            ("data", "dataset"),
            f"got {data.dataset!r}; " + (known if datasets else "there are no datasets"),
        )
        return
    source = _valid(_SOURCE, datasets[data.dataset])
    own = getattr(data, "size", None)
    size = own or getattr(source, "size", None)
    where = "data.size" if own else f"datasets.{data.dataset}.size"
    smallest = network.expanded.smallest_image if network else 1
    if size is not None and size < smallest:
        yield Problem(
            ("network",),
            f"got a {network.kind} that needs images of {smallest}×{smallest} pixels or more; "
            f"must leave something of {size}×{size} ({where})",
        )


def network_problems(settings: Mapping[str, Any], typed: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong with the files that networks name, where their settings are valid.

    Its parameters are those of `dataset_problems`.
    """
    experiments = settings.get("experiments")
    for name, given in experiments.items() if isinstance(experiments, dict) else ():
        networks = (
            network
            for _, network in _parts(given, typed["experiments"][name])
            if network is not None
        )
        found = (it for network in networks for it in network.problems())
        for problem in dict.fromkeys(found):
            yield Problem(("experiments", name, "network", *problem.path), problem.message)


def measurement_problems(experiments: Mapping[str, Experiment]) -> Iterator[Problem]:
    """Yield what is wrong between measurements and the cells of their experiments."""
    for name, experiment in experiments.items():
        for kind, measurement in experiment.measure.items():
            for problem in measurement.problems_of_cells(experiment, name):
                where = ("experiments", name, "measure", kind)
                yield Problem((*where, *problem.path), problem.message)


def figure_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between figures and experiments, as far as each is valid by itself."""
    experiments, figures = settings.get("experiments"), settings.get("figures")
    if not isinstance(experiments, dict) or not isinstance(figures, dict) or not experiments:
        return
    for name, given in figures.items():
        figure = _valid(_FIGURE, given)
        if isinstance(figure, JointFigure):
            held = [settings.get(it) for it in ("computations", "pairs")]
            for problem in _of_joint(figure, experiments, *held):
                yield Problem(("figures", name, *problem.path), problem.message)
            continue
        for key in ("experiment", "beside"):
            wanted = given.get(key) if isinstance(given, dict) else None
            if not isinstance(wanted, str):
                continue
            if wanted not in experiments:
                yield Problem(
                    ("figures", name, key),
                    f"got {wanted!r}; {choice(wanted, [str(other) for other in experiments])}",
                )
                continue
            experiment = _valid(_EXPERIMENT, experiments[wanted])
            if isinstance(figure, ExperimentFigure) and experiment is not None:
                if isinstance(figure, SweepFigure):
                    yield from _not_recorded(name, figure, wanted, experiment)
                yield from _not_measured(name, figure, wanted, experiment)
                yield from figure.problems(name, wanted, experiment.cells())
                yield from _too_few_curves(name, figure, wanted, experiment)
                if key == "beside" and isinstance(figure, SweepFigure):
                    first = _valid(_EXPERIMENT, experiments.get(figure.experiment))
                    yield from _other_curves(name, figure, first, experiment)


def pair_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between pairs and experiments, as far as each is valid by itself."""
    experiments, pairs = settings.get("experiments"), settings.get("pairs")
    if not isinstance(experiments, dict) or not isinstance(pairs, dict):
        return
    for name, given in pairs.items():
        pair = _valid(_PAIR, given)
        if pair is None:
            continue
        found = [_valid(_EXPERIMENT, experiments.get(cell.experiment)) for cell in pair.of]
        for index, (cell, experiment) in enumerate(zip(pair.of, found, strict=True)):
            where = ("pairs", name, "of", index)
            if cell.experiment not in experiments:
                known = choice(cell.experiment, [str(other) for other in experiments])
                yield Problem((*where, "experiment"), f"got {cell.experiment!r}; {known}")
            elif experiment and experiment.cell(cell) is None:
                further = "".join(f", {axis}={label}" for axis, label in cell.axes.items())
                yield Problem(
                    where,
                    f"got learning_rate {cell.learning_rate} with batch_size {cell.batch_size}"
                    f"{further}; must be a cell of experiment {cell.experiment}: "
                    + ("; " if experiment.axes else ", ").join(map(str, experiment.cells())),
                )
            elif experiment and not experiment.snapshots:
                message = f"got {cell.experiment!r}; must keep snapshots, which are compared"
                yield Problem((*where, "experiment"), message)
        for index, cell in enumerate(pair.of):
            if cell in pair.of[:index]:
                others = "the first" if index == 1 else "those before it"
                yield Problem(("pairs", name, "of", index), f"must be another cell than {others}")
        if None not in found:
            cells = [it.cell(cell) for it, cell in zip(found, pair.of, strict=True)]
            # A cell that is not there has the settings of the experiment, if all have them.
            settings_of = [
                cell.training if cell else None if it.axes else it
                for it, cell in zip(found, cells, strict=True)
            ]
            words = [
                problem
                for other in ([] if None in settings_of else settings_of[1:])
                for problem in pair.measure.problems_of_pair(settings_of[0], other)
            ]
            if not set.intersection(*(set(it.seeds) for it in found)):
                words.append("must be cells of experiments that share a seed")
            yield from (Problem(("pairs", name, "of"), it) for it in dict.fromkeys(words))


def shared_names(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the names of pairs and computations that something else has already."""
    taken: dict[str, str] = {}
    for section in ("experiments", "pairs", "computations"):
        found = settings.get(section)
        for name in found if isinstance(found, dict) else ():
            if name in taken:
                yield Problem((section, name), f"must have another name: {taken[name]} has it")
            else:
                taken[name] = f"{section}.{name}"


_FIGURE = TypeAdapter(AnyFigure)
_EXPERIMENT = TypeAdapter(Experiment)
_DATA = TypeAdapter(AnyInputs)
_NETWORK = TypeAdapter(AnyNetwork)
_SOURCE = TypeAdapter(AnySource)
_PAIR = TypeAdapter(Pair)


def _valid(kind: TypeAdapter[Any], value: Any) -> Any:
    """Return the value typed, or None where it is invalid."""
    try:
        return kind.validate_python(value)
    except ValidationError:
        return None


def _of_joint(
    figure: JointFigure, experiments: Mapping[str, Any], computations: Any, pairs: Any
) -> Iterator[Problem]:
    """Yield what is wrong between a figure and all that it is drawn from."""
    computations, pairs = (it if isinstance(it, dict) else {} for it in (computations, pairs))
    for named, known in (
        (figure.experiments, experiments),
        (figure.computations, computations),
        (figure.pairs, pairs),
    ):
        for where, wanted in named.items():
            if wanted not in known:
                allowed = choice(wanted, list(map(str, known))) if known else "there are none"
                yield Problem(where, f"got {wanted!r}; {allowed}")
    for where, kind in figure.computed_by.items():
        wanted = figure.computations[where]
        given = computations.get(wanted)
        held = given.get("kind") if isinstance(given, dict) else kind
        if held != kind:
            yield Problem(where, f"got {wanted!r}, of kind {held}; must be one of kind {kind}")
    found = {}
    for where, wanted in figure.experiments.items():
        experiment = _valid(_EXPERIMENT, experiments.get(wanted))
        if experiment is not None:
            found[wanted] = experiment
            yield from _lacking(where, figure, wanted, experiment, experiment.cells())
    if {*figure.experiments.values()} == {*found}:
        yield from figure.problems(found)


def _not_recorded(
    name: str, figure: SweepFigure, wanted: str, experiment: Experiment
) -> Iterator[Problem]:
    """Yield a problem if the networks of a figure's experiment do not record its curves."""
    # Of what is not there, that is said.
    cells = matching(experiment, figure.asked) or experiment.cells()
    if problem := unrecorded(figure.observable, cells, wanted):
        yield Problem(("figures", name, "observable"), problem)
        return
    for found in outside(figure.at, cells, wanted):
        yield Problem(("figures", name, *found.path), found.message)


def _not_measured(
    name: str, figure: ExperimentFigure, wanted: str, experiment: Experiment
) -> Iterator[Problem]:
    """Yield a problem for all that a figure of its kind needs and its experiment lacks."""
    cells = matching(experiment, figure.asked) or experiment.cells()
    yield from _lacking(("figures", name, "experiment"), figure, wanted, experiment, cells)


def _lacking(
    where: tuple[str | int, ...],
    figure: Figure,
    wanted: str,
    experiment: Experiment,
    cells: Sequence[Point],
) -> Iterator[Problem]:
    """Yield a problem for all that a figure of its kind needs and some cells lack."""
    for kind in figure.measurements:
        if kind not in experiment.measure:
            yield Problem(
                where,
                f"got {wanted!r}, of which {kind} is not measured; must be one of which it is: "
                f"say `measure: {{{kind}: {{}}}}` there",
            )
    for observable in figure.needs:
        if unrecorded(observable, cells, wanted):
            yield Problem(
                where,
                f"got {wanted!r}, which does not record {observable}; "
                "must be one that does: add it to its record",
            )


def _compared(figure: ExperimentFigure, experiment: Experiment) -> list[Label | None]:
    """Return the labels of the cells of an experiment along the axis that a figure compares."""
    return [cell.label(figure.compared) for cell in matching(experiment, figure.asked)]


def _too_few_curves(
    name: str, figure: ExperimentFigure, wanted: str, experiment: Experiment
) -> Iterator[Problem]:
    """Yield a problem if there is nothing to compare in a figure, or if too much differs."""
    found = list(uncompared(figure.asked, figure.compared, experiment, wanted))
    yield from (Problem(("figures", name, *it.path), it.message) for it in found)
    if found or figure.compared not in GRID or len(_compared(figure, experiment)) >= 2:
        return
    (shared,) = {*GRID} - {figure.compared}
    further = {axis: label for axis, label in figure.asked.items() if axis not in GRID}
    held: list[Any] = [cell.label(shared) for cell in matching(experiment, further)]
    enough = [str(other) for other in sorted(set(held)) if held.count(other) >= 2]
    words = f"{figure.compared.replace('_', ' ')}s"
    yield Problem(
        ("figures", name, shared),
        f"got {figure.asked.get(shared)}; must be a {shared} with at least two "
        f"{words} in experiment {wanted}: {', '.join(enough) or 'it has none'}",
    )


def _other_curves(
    name: str, figure: SweepFigure, first: Experiment | None, second: Experiment
) -> Iterator[Problem]:
    """Yield a problem if the rows of a figure would not show the same settings."""
    if first is not None and _compared(figure, first) != _compared(figure, second):
        yield Problem(
            ("figures", name, "beside"),
            f"got {figure.beside!r}; must have the same cells as {figure.experiment}: the rows of "
            "a figure share one legend",
        )
    losses = {str(it.loss) for it in (first, second) if it is not None}
    if len(losses) > 1 and figure.observable in ("loss", "squared_error"):
        yield Problem(
            ("figures", name, "beside"),
            f"got {figure.beside!r}; must have the same loss as {figure.experiment}: the rows of "
            "a figure share one label",
        )
