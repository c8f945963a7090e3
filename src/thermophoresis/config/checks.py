"""What is wrong between parts of a configuration, each of which is valid by itself."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import TypeAdapter, ValidationError

from thermophoresis.config.experiment import Experiment, outside
from thermophoresis.config.figure import AnyFigure, Figure, SweepFigure
from thermophoresis.config.measurement import Pair
from thermophoresis.config.problems import Problem, choice
from thermophoresis.config.run import AnyInputs, AnyNetwork
from thermophoresis.config.source import AnySource


def dataset_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between experiments and data sets, as far as each is valid by itself."""
    experiments, datasets = settings.get("experiments"), settings.get("datasets", {})
    if not isinstance(experiments, dict) or not isinstance(datasets, dict):
        return
    for name, given in experiments.items():
        data = _valid(_DATA, given.get("data")) if isinstance(given, dict) else None
        if data is None or not data.are_images:
            continue
        if data.dataset not in datasets:
            known = choice(data.dataset, [str(key) for key in datasets])
            yield Problem(
                ("experiments", name, "data", "dataset"),
                f"got {data.dataset!r}; " + (known if datasets else "there are no datasets"),
            )
            continue
        source = _valid(_SOURCE, datasets[data.dataset])
        network = _valid(_NETWORK, given.get("network"))
        size = getattr(source, "size", None)
        smallest = network.expanded.smallest_image if network else 1
        if size is not None and size < smallest:
            yield Problem(
                ("experiments", name, "network"),
                f"got a {network.kind} that needs images of {smallest}×{smallest} pixels or more; "
                f"must leave something of {size}×{size} (datasets.{data.dataset}.size)",
            )


def figure_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what is wrong between figures and experiments, as far as each is valid by itself."""
    experiments, figures = settings.get("experiments"), settings.get("figures")
    if not isinstance(experiments, dict) or not isinstance(figures, dict) or not experiments:
        return
    for name, given in figures.items():
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
            figure = _valid(_FIGURE, given)
            experiment = _valid(_EXPERIMENT, experiments[wanted])
            if figure is not None and experiment is not None:
                if isinstance(figure, SweepFigure):
                    yield from _not_recorded(name, figure, wanted, experiment)
                yield from _not_measured(name, figure, wanted, experiment)
                yield from figure.problems(name, wanted, experiment.cells())
                yield from _too_few_curves(name, figure, wanted, experiment)
                if key == "beside":
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
            elif experiment and (cell.learning_rate, cell.batch_size) not in experiment.cells():
                cells = ", ".join(f"{rate} with {batch}" for rate, batch in experiment.cells())
                yield Problem(
                    where,
                    f"got learning_rate {cell.learning_rate} with batch_size {cell.batch_size}; "
                    f"must be a cell of experiment {cell.experiment}: {cells}",
                )
            elif experiment and not experiment.snapshots:
                message = f"got {cell.experiment!r}; must keep snapshots, which are compared"
                yield Problem((*where, "experiment"), message)
        if pair.of[0] == pair.of[1]:
            yield Problem(("pairs", name, "of", 1), "must be another cell than the first")
        if None not in found:
            words = list(pair.measure.problems_of_pair(*found))
            if not set(found[0].seeds) & set(found[1].seeds):
                words.append("must be cells of experiments that share a seed")
            yield from (Problem(("pairs", name, "of"), it) for it in words)


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


def _not_recorded(
    name: str, figure: SweepFigure, wanted: str, experiment: Experiment
) -> Iterator[Problem]:
    """Yield a problem if a figure's experiment does not record its curves."""
    recorded = experiment.recorded
    if figure.observable not in recorded:
        yield Problem(
            ("figures", name, "observable"),
            f"got {figure.observable!r}, which experiment {wanted} does not record; "
            f"{choice(figure.observable, recorded)}, or be added to its record",
        )
        return
    for problem in outside(figure.at, experiment, wanted):
        yield Problem(("figures", name, *problem.path), problem.message)


def _not_measured(
    name: str, figure: Figure, wanted: str, experiment: Experiment
) -> Iterator[Problem]:
    """Yield a problem for all that a figure of its kind needs and its experiment lacks."""
    for kind in figure.measurements:
        if kind not in experiment.measure:
            yield Problem(
                ("figures", name, "experiment"),
                f"got {wanted!r}, of which {kind} is not measured; must be one of which it is: "
                f"say `measure: {{{kind}: {{}}}}` there",
            )
    for observable in figure.needs:
        if observable not in experiment.recorded:
            yield Problem(
                ("figures", name, "experiment"),
                f"got {wanted!r}, which does not record {observable}; must be one that does: "
                "add it to its record",
            )


def _compared(figure: Figure, experiment: Experiment) -> list[float | int]:
    """Return the learning rates or batch sizes of an experiment that a figure compares."""
    shared = ("learning_rate", "batch_size").index(figure.shared)
    fixed = getattr(figure, figure.shared)
    return [cell[1 - shared] for cell in experiment.cells() if cell[shared] == fixed]


def _too_few_curves(
    name: str, figure: Figure, wanted: str, experiment: Experiment
) -> Iterator[Problem]:
    """Yield a problem if there is nothing to compare in a figure."""
    if len(_compared(figure, experiment)) >= 2:
        return
    position = ("learning_rate", "batch_size").index(figure.shared)
    held = [cell[position] for cell in experiment.cells()]
    enough = [str(other) for other in sorted(set(held)) if held.count(other) >= 2]
    compared = ("batch sizes", "learning rates")[position]
    yield Problem(
        ("figures", name, figure.shared),
        f"got {getattr(figure, figure.shared)}; must be a {figure.shared} with at least two "
        f"{compared} in experiment {wanted}: {', '.join(enough) or 'it has none'}",
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
