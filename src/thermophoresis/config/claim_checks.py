"""What is wrong between a claim and the configuration that it is about."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from thermophoresis.config import kinds
from thermophoresis.config.claim import (
    CellsClaim,
    Claim,
    ComputationClaim,
    ExperimentClaim,
    ExponentClaim,
    PairClaim,
    PairedClaim,
    RescaledClaim,
)
from thermophoresis.config.configuration import Config
from thermophoresis.config.experiment import Experiment
from thermophoresis.config.measurement import Measurement
from thermophoresis.config.problems import Problem, choice, got
from thermophoresis.config.selection import (
    asked_for,
    foreign,
    matching,
    outside,
    uncompared,
    unrecorded,
)
from thermophoresis.config.sweep import GRID, Point


def claim_problems(name: str, claim: Claim, config: Config) -> Iterator[Problem]:
    """Yield what is wrong between a claim and the configuration."""
    for problem in _problems(claim, config):
        yield Problem(("claims", name, *problem.path), problem.message)


def _problems(claim: Claim, config: Config) -> Iterator[Problem]:
    """Yield what is wrong, with paths relative to the claim."""
    if claim.figure is not None:
        yield from _unknown("figure", claim.figure, config.figures)
    if claim.kind == "P" and claim.by_chance:
        yield Problem(
            ("kind",),
            f"got 'P'; must be E or T: {claim.statistic} is estimated from networks drawn at "
            "random",
        )
    elif claim.kind != "E" and not claim.by_chance and claim.criterion.holds is not None:
        message = f"got {claim.criterion}; must be a range: a computation has no interval"
        yield Problem(("criterion",), message)
    if isinstance(claim, ExperimentClaim):
        found = list(_of_experiment(claim, claim.experiment, "experiment", config))
        if isinstance(claim, PairedClaim):
            found += _of_experiment(claim, claim.against, "against", config)
            found += [] if found else _unpaired(claim, config)
        elif not found:
            # What it is compared with has other cells, but the same measurement.
            for other in claim.subjects[1:]:
                found += _of_another(claim, other, config)
        if not found:
            asked = asked_for(claim) if hasattr(claim, "cells") else {}
            cells = matching(config.experiments[claim.experiment], asked)
            found += claim.problems(cells)
        yield from found
        unknown = claim.experiment not in config.experiments
    elif isinstance(claim, ComputationClaim):
        found = list(_of_computation(claim, config))
        yield from found
        unknown = claim.computation not in config.computations
    elif isinstance(claim, PairClaim):
        found = list(_of_pair(claim, config))
        yield from found
        unknown = bool(found)
    else:
        return
    # No figure shows what is not there.
    without_cells = any(problem.path[0] in {*GRID, "cells", "compare"} for problem in found)
    if claim.figure in config.figures and not unknown and not without_cells:
        yield from _not_shown(claim, claim.figure, config)


def _unknown(key: str, value: str, known: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem if a claim names what the configuration does not have."""
    if value not in known:
        allowed = choice(value, list(known)) if known else f"there are no {key}s"
        yield Problem((key,), f"got {value!r}; {allowed}")


def _of_experiment(
    claim: ExperimentClaim, name: str, key: str, config: Config
) -> Iterator[Problem]:
    """Yield what is wrong between a claim and an experiment that it names with a key."""
    experiment = config.experiments.get(name)
    if experiment is None:
        yield from _unknown(key, name, config.experiments)
        return
    for path in claim.reads:
        folder, _, rest = path.partition("/")
        # What a claim says itself is any text.
        kind = getattr(claim, "measurement", rest.partition("/")[0])
        if folder != "measurements":
            continue
        if kind in experiment.measure:
            asked = asked_for(claim) if hasattr(claim, "cells") else {}
            yield from _not_made(claim, experiment.measure[kind], matching(experiment, asked))
        else:
            yield _not_measured(claim, kind, name, key)
    asked = asked_for(claim) if hasattr(claim, "cells") else {}
    # Of what is not there, that is said.
    cells = matching(experiment, asked) or experiment.cells()
    keys = {getattr(claim, key, None): key for key in ("observable", "on", "of")}
    for observable in getattr(claim, "observables", ()):
        if problem := unrecorded(observable, cells, name):
            # What the claim does not name itself, its statistic needs.
            yield Problem((keys.get(observable, "statistic"),), problem)
        elif hasattr(claim, "at") and keys.get(observable) == "observable":
            yield from outside(claim.at, cells, name)
    if isinstance(claim, CellsClaim):
        if _rescales(claim) and any(cell.training.schedule for cell in cells):
            message = (
                f"got {name!r}, whose η or |B| follow a schedule; must be one without: time is "
                "rescaled by the one η and |B| of a cell"
            )
            yield Problem((key,), message)
        yield from _too_few_cells(claim, experiment)
        return
    problems = list(foreign(asked, experiment, name))
    yield from problems
    if not problems and not isinstance(claim, PairedClaim) and not matching(experiment, asked):
        yield _no_cell(claim)


def _of_another(claim: ExperimentClaim, name: str, config: Config) -> Iterator[Problem]:
    """Yield what is wrong with a further experiment that a claim about a measurement names."""
    yield from _unknown("against", name, config.experiments)
    kind = getattr(claim, "measurement", None)
    experiment = config.experiments.get(name)
    if experiment is not None and kind is not None and kind not in experiment.measure:
        yield _not_measured(claim, kind, name, "against")


def _rescales(claim: CellsClaim) -> bool:
    """Return whether a claim is about a rescaled time other than thermal time itself."""
    if isinstance(claim, RescaledClaim):
        exponents = (claim.rate_exponent, claim.batch_exponent, claim.axis_exponent)
        return exponents not in ((0, 0, 0), (2, 1, 0))
    return isinstance(claim, ExponentClaim)


def _not_measured(claim: ExperimentClaim, kind: str, name: str, key: str) -> Problem:
    """Return the problem that a claim needs a measurement that its experiment does not have."""
    every = kinds.names("measurements")
    of_one = [it for it in every if kinds.model("measurements", it).measures == 1]
    advice = f"say `measure: {{{kind}: {{}}}}` there"
    if not hasattr(claim, "measurement"):
        return Problem((key,), f"got {name!r}, of which {kind} is not measured: {advice}")
    if kind in of_one:
        message = f"got {kind!r}, which is not measured of experiment {name}: {advice}"
    else:
        message = f"got {kind!r}, which is not measured of any run; {choice(kind, of_one)}"
    return Problem(("measurement",), message)


def _not_made(
    claim: Claim, measurement: Measurement, cells: Sequence[Point] = ()
) -> Iterator[Problem]:
    """Yield a problem if a claim is about what a measurement does not make, in its cells."""
    for path, each in getattr(claim, "variables", {}).items():
        if each not in measurement.variables:
            yield Problem(path, f"got {each!r}; {choice(each, measurement.variables)}")
    variable = getattr(claim, "variable", None)
    if variable is None:
        return
    if variable not in measurement.variables:
        yield Problem(("variable",), f"got {variable!r}; {choice(variable, measurement.variables)}")
        return
    lacking = [str(cell) for cell in cells if variable not in measurement.made(cell)]
    own = "variable" in type(claim).model_fields
    # What a claim does not name itself, its statistic finds where it is.
    if len(lacking) == len(cells) > 0 or (own and lacking):
        message = f"got {variable!r}" if own else f"needs {variable}"
        where = f"{measurement.kind} does not have it in {', '.join(lacking)}: see its control"
        yield Problem(("variable" if own else "statistic",), f"{message}; {where}")


def _no_cell(claim: ExperimentClaim) -> Problem:
    """Return the problem that no cell has what a claim asks for."""
    key = next((it for it in GRID if getattr(claim, it, None)), "cells")
    return Problem((key,), f"got {getattr(claim, key)}; no cell has what is asked for")


def _too_few_cells(claim: CellsClaim, experiment: Experiment) -> Iterator[Problem]:
    """Yield a problem if there are not two cells to compare, or if they differ in more."""
    asked = asked_for(claim)
    found = list(uncompared(asked, claim.compared, experiment, claim.experiment))
    yield from found
    if not found and _is_rescaled(claim):
        yield from _not_scaled(claim, matching(experiment, asked))
    if found or claim.compared not in GRID:
        return
    (key,) = {*GRID} - {claim.compared}
    further = {axis: label for axis, label in asked.items() if axis not in GRID}
    held = [cell.label(key) for cell in matching(experiment, further)]
    if held.count(getattr(claim, key)) < 2:
        enough = [str(other) for other in sorted(set(held)) if held.count(other) >= 2]  # type: ignore[type-var]
        yield Problem(
            (key,),
            f"got {getattr(claim, key)}; must be one of which experiment {claim.experiment} has "
            f"two cells or more: {', '.join(enough) or 'it has none'}",
        )


def _is_rescaled(claim: CellsClaim) -> bool:
    """Return whether a claim is about cells as functions of t a^γ, a being a further axis."""
    further = claim.compared not in GRID
    return further and (
        isinstance(claim, ExponentClaim) or bool(getattr(claim, "axis_exponent", 0))
    )


def _not_scaled(claim: CellsClaim, cells: Sequence[Point]) -> Iterator[Problem]:
    """Yield a problem if cells differ along an axis that has no powers."""
    labels = [cell.axes[claim.compared] for cell in cells]
    if any(isinstance(label, str) or label <= 0 for label in labels):
        words = ", ".join(map(str, labels))
        message = f"got {claim.compared!r}; must have numbers > 0, to be raised to a power"
        yield Problem(("compare",), f"{message}, not {words}")


def _unpaired(claim: PairedClaim, config: Config) -> Iterator[Problem]:
    """Yield why networks of two experiments cannot be paired by cell, seed and replica."""
    first, second = (config.experiments[name] for name in claim.subjects)
    for key, one, other in (
        ("seeds", sorted(first.seeds), sorted(second.seeds)),
        ("replicas", first.replicas, second.replicas),
    ):
        if one != other:
            yield Problem(
                ("against",),
                f"got {claim.against!r} with {key} {other}; must have those of "
                f"{claim.experiment}: {one}",
            )
    asked = asked_for(claim)
    cells, others = (list(map(str, matching(it, asked))) for it in (first, second))
    key = next((it for it in (*GRID, "cells") if getattr(claim, it)), "against")
    if not cells and not others:
        yield _no_cell(claim)
    elif cells != others:
        yield Problem(
            (key,),
            f"got {getattr(claim, key)!r}; both experiments must have the same cells with what is "
            f"asked for, not {', '.join(cells) or 'none'} and {', '.join(others) or 'none'}",
        )


def _of_pair(claim: PairClaim, config: Config) -> Iterator[Problem]:
    """Yield what is wrong between a claim and the pair that it names."""
    yield from _unknown("pair", claim.pair, config.pairs)
    if claim.pair in config.pairs:
        measured = config.pairs[claim.pair].measure.kind
        if claim.measurement != measured:
            yield Problem(
                ("measurement",),
                f"got {claim.measurement!r}; must be {measured}, which pair {claim.pair} has",
            )
        else:
            measure = config.pairs[claim.pair].measure
            yield from _not_made(claim, measure)
            if (at := getattr(claim, "at", {})).keys() != {*measure.axes}:
                wanted = f"with {' and '.join(measure.axes)}" if measure.axes else "left out"
                yield Problem(("at",), f"{got(at)}; must be {wanted}, for {measured}")
            yield from (
                Problem(("at", axis), f"got {label!r}; {choice(label, known)}")
                for axis, known in measure.on_axes.items()
                if (label := at.get(axis, known[0])) not in known
            )


def _of_computation(claim: ComputationClaim, config: Config) -> Iterator[Problem]:
    """Yield what is wrong between a claim and the computation that it names."""
    yield from _unknown("computation", claim.computation, config.computations)
    if computation := config.computations.get(claim.computation):
        yield from _not_made(claim, computation)
        # As the statistic finds them.
        with_error = f"{getattr(claim, 'variable', '')}_standard_error" in computation.variables
        if claim.kind == "E" and not with_error:
            message = "got 'E'; must be P or T: a computation is decided without chance"
            yield Problem(("kind",), message)
        for axis in getattr(claim, "at", {}):
            if axis not in computation.axes:
                known = choice(axis, computation.axes) if computation.axes else "there are none"
                yield Problem(("at", axis), f"is no axis of {computation.kind}; {known}")


def _not_shown(claim: Claim, name: str, config: Config) -> Iterator[Problem]:
    """Yield a problem if a figure does not show what a claim is about."""
    if config.figures[name].shows(claim):
        return
    suited = [other for other, figure in config.figures.items() if figure.shows(claim)]
    yield Problem(
        ("figure",),
        f"got {name!r}, which does not show what the claim is about; must be "
        f"{', '.join([*suited, 'left out'])}".replace(", left out", " or left out"),
    )
