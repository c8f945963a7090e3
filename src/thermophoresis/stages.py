"""What jobs call: ``python -m thermophoresis make STAGE``, a stage of the pipeline.

Each stage imports what it needs when it runs, so that a job knows nothing that its product does not
depend on.
"""

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from thermophoresis.errors import UserError


def prepare(job: argparse.Namespace) -> None:
    """Read images from their source and write a data file."""
    from thermophoresis.config.source import DatasetSettings
    from thermophoresis.data.prepare import prepare

    prepare(
        _settings(DatasetSettings, job),
        fingerprint=job.fingerprint,
        output=job.outputs[0],
        download=job.download == "true",
    )


def simulate(job: argparse.Namespace) -> None:
    """Train an ensemble of replicas; write its run and, if it has any, snapshots and traces."""
    from thermophoresis.config.canonical import canonical_json
    from thermophoresis.config.memory import too_large
    from thermophoresis.config.run import RunSettings
    from thermophoresis.provenance.record import package_versions
    from thermophoresis.simulations.checkpoint import Checkpoints
    from thermophoresis.simulations.journal import Journal
    from thermophoresis.simulations.progress import Progress
    from thermophoresis.simulations.run import train_run

    settings = _settings(RunSettings, job)
    for line in too_large([settings]):
        raise UserError(line)

    def report(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    output, *kept = job.outputs  # in the order of `products.left_by`
    traces = kept.pop() if settings.traces else None
    train_run(
        settings,
        fingerprint=job.fingerprint,
        data=next(iter(job.inputs), None),
        device=job.device,
        # Made here, since no code that makes a result may depend on them.
        checkpoints=Checkpoints(
            job.checkpoint,
            seconds=job.checkpoint_seconds,
            identity={
                # As they are told, without what is at its default: later settings are.
                "settings": job.settings,
                "code": job.fingerprint,
                "package versions": canonical_json(package_versions()),
            },
            report=report,
        ),
        progress=Progress(settings, report),
        output=output,
        snapshots=next(iter(kept), None),
        traces=traces,
        journal=Journal(job.checkpoint.with_suffix(".traces"), report=report),
    )


def measure(job: argparse.Namespace) -> None:
    """Evaluate a measurement at what runs have left and write its file."""
    from thermophoresis.config.measurement import MeasureSettings
    from thermophoresis.measurements.job import measure

    measure(
        _settings(MeasureSettings, job),
        fingerprint=job.fingerprint,
        inputs=job.inputs,
        output=job.outputs[0],
    )


def gather(job: argparse.Namespace) -> None:
    """Gather the files of an experiment's runs, or of a pair's seeds, into one file."""
    from thermophoresis.config.gathering import AnyGathering, GatherPairSettings

    settings = _settings(AnyGathering, job)
    files = {"fingerprint": job.fingerprint, "inputs": job.inputs, "output": job.outputs[0]}
    # Each knows the other's code as little as it depends on it.
    if isinstance(settings, GatherPairSettings):
        from thermophoresis.analysis.gathering_pairs import gather_pair

        gather_pair(settings, **files)
    else:
        from thermophoresis.analysis.gathering import gather

        gather(settings, **files)


def judge(job: argparse.Namespace) -> None:
    """Reach the verdicts on claims about the same experiments and computations."""
    from thermophoresis.claims.judge import evaluate
    from thermophoresis.config.judging import ClaimsSettings

    evaluate(_settings(ClaimsSettings, job), job.inputs, job.outputs[0])


def ledger(job: argparse.Namespace) -> None:
    """Join all verdicts in one file."""
    from thermophoresis.claims.judge import gather
    from thermophoresis.config.ledger import LedgerSettings

    gather(_settings(LedgerSettings, job), job.inputs, job.outputs[0])


def draw(job: argparse.Namespace) -> None:
    """Draw one figure from files of curves and curvature."""
    from thermophoresis.config.figure import FigureSettings

    settings = _settings(FigureSettings, job)
    kind = importlib.import_module(f"thermophoresis.figures.{settings.figure.kind}")
    kind.draw(settings, fingerprint=job.fingerprint, curves=job.inputs, outputs=job.outputs)


def report(job: argparse.Namespace) -> None:
    """Write the report and the summary of the claims, and print the verdicts."""
    from thermophoresis.config.ledger import ReportSettings
    from thermophoresis.report.build import build

    claims, *others = job.inputs
    page, summary = job.outputs
    print(
        build(
            _settings(ReportSettings, job),
            fingerprint=job.fingerprint,
            claims=claims,
            figures=[path for path in others if path.suffix == ".svg"],
            read=[path for path in others if path.suffix == ".nc"],
            page=page,
            summary=summary,
            again=job.again,
        )
    )


# What `make` can make, in the order of the flow.
STAGES = (prepare, simulate, measure, gather, judge, ledger, draw, report)


def add_make(verbs: Any) -> None:
    """Add the verb with which jobs make what a stage makes."""
    make = verbs.add_parser("make", help="Make what one stage of the pipeline makes.")
    stages = make.add_subparsers(title="stages", metavar="STAGE", required=True)
    of_stage = {stage.__name__: _add_stage(stages, stage) for stage in STAGES}
    of_stage["prepare"].add_argument(
        "--download", choices=("true", "false"), default="false", help="what is missing locally"
    )
    simulation = of_stage["simulate"]
    simulation.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    simulation.add_argument(
        "--checkpoint", type=Path, required=True, metavar="FILE", help="to go on from after a crash"
    )
    simulation.add_argument(
        "--checkpoint-seconds", type=float, required=True, metavar="S", help="between two of them"
    )

    of_stage["report"].add_argument(
        "--again",
        default="uv run snakemake --cores all",
        metavar="COMMAND",
        help="how the commands in it begin",
    )


def add_verb(
    verbs: Any, run: Callable[[argparse.Namespace], int | None]
) -> argparse.ArgumentParser:
    """Add a verb with the name and the summary of the function that does it."""
    # Without docstrings, as `python -OO` has it, there is less help, but the same verbs.
    summary = next(iter((run.__doc__ or "").splitlines()), "")
    verb: argparse.ArgumentParser
    verb = verbs.add_parser(run.__name__, help=summary, description=summary)
    verb.set_defaults(run=run)
    return verb


def _add_stage(stages: Any, stage: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
    """Add a stage, with the arguments that jobs of all stages have."""
    parser = add_verb(stages, stage)
    parser.add_argument(
        "--settings", required=True, metavar="JSON", help="all and only what it depends on"
    )
    parser.add_argument(
        "--fingerprint", required=True, metavar="HEX", help="that the code must have"
    )
    # The value may be absent: a rule names its inputs, and synthetic data have none.
    parser.add_argument("--inputs", type=Path, nargs="*", default=[], metavar="FILE")
    parser.add_argument("--outputs", type=Path, nargs="+", required=True, metavar="FILE")
    return parser


def _settings(model: Any, job: argparse.Namespace) -> Any:
    """Return the settings of a job, if the code is still that of its fingerprint.

    Parameters
    ----------
    model
        Of the settings.
    job
        What the command line says of it.
    """
    from pydantic import TypeAdapter, ValidationError

    from thermophoresis.provenance.fingerprint import confirm

    try:
        settings = TypeAdapter(model).validate_json(job.settings)
    except ValidationError as error:
        details = error.errors()[0]
        where = ".".join(str(part) for part in details["loc"])
        raise UserError(f"--settings: {f'{where}: ' if where else ''}{details['msg']}") from error
    confirm(job.fingerprint, *settings.modules)
    return settings
