"""The command line: ``python -m thermophoresis VERB``, all that the rules of the pipeline call.

Each verb imports what it needs when it runs, so that looking at a configuration takes no torch.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from thermophoresis.config.claims import (
    ClaimsSettings,
    LedgerSettings,
    ReportSettings,
    load_claims,
)
from thermophoresis.config.configuration import (
    Config,
    CurvatureSettings,
    CurvesSettings,
    DatasetSettings,
    FigureSettings,
    RunSettings,
    load,
    read_yaml,
)
from thermophoresis.errors import UserError
from thermophoresis.provenance.fingerprint import confirm

Model = TypeVar("Model", bound=BaseModel)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status; expected failures are one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options) or 0
    except UserError as error:
        for line in str(error).splitlines():
            print(f"thermophoresis: error: {line}", file=sys.stderr)
        return 1


def prepare(options: argparse.Namespace) -> None:
    """Read images from their source and write a data file."""
    from thermophoresis.data.prepare import prepare

    prepare(
        _settings(DatasetSettings, options),
        fingerprint=options.fingerprint,
        output=options.output,
        download=options.download == "true",
    )


def train(options: argparse.Namespace) -> None:
    """Train an ensemble of replicas and write its run file."""
    from thermophoresis.simulations.run import train_run

    train_run(
        _settings(RunSettings, options),
        fingerprint=options.fingerprint,
        data=options.data,
        device=options.device,
        compile=options.compile,
        checkpoint=options.checkpoint,
        checkpoint_seconds=options.checkpoint_seconds,
        output=options.output,
        snapshots=options.snapshots,
    )


def evaluate(options: argparse.Namespace) -> None:
    """Evaluate curvature and its bound at the snapshots of a run and write a curvature file."""
    from thermophoresis.measurements.hessian_chain import evaluate_run

    evaluate_run(
        _settings(CurvatureSettings, options),
        fingerprint=options.fingerprint,
        snapshots=options.snapshots,
        data=options.data,
        output=options.output,
    )


def aggregate(options: argparse.Namespace) -> None:
    """Gather the files of one experiment's runs into one file."""
    from thermophoresis.analysis import gathering

    gathering.aggregate(
        _settings(CurvesSettings, options),
        fingerprint=options.fingerprint,
        inputs=options.runs,
        output=options.output,
    )


def figure(options: argparse.Namespace) -> None:
    """Draw one figure from files of curves and curvature."""
    settings = _settings(FigureSettings, options)
    kind = importlib.import_module(f"thermophoresis.figures.{settings.kind}")
    kind.draw(
        settings,
        fingerprint=options.fingerprint,
        curves=options.curves,
        outputs=options.outputs,
    )


def judge(options: argparse.Namespace) -> None:
    """Reach the verdicts on the claims about one experiment."""
    from thermophoresis.claims.judge import evaluate

    evaluate(
        _settings(ClaimsSettings, options),
        options.curves,
        options.curvature,
        options.output,
    )


def gather(options: argparse.Namespace) -> None:
    """Join the verdicts on all experiments in one file."""
    from thermophoresis.claims.judge import gather

    gather(_settings(LedgerSettings, options), options.verdicts, options.output)


def report(options: argparse.Namespace) -> None:
    """Write the report and the summary of the claims, and print the verdicts."""
    from thermophoresis.report.build import build

    print(
        build(
            _settings(ReportSettings, options),
            fingerprint=options.fingerprint,
            claims=options.claims,
            figures=options.figures,
            curves=options.curves,
            curvature=options.curvature,
            page=options.page,
            summary=options.summary,
        )
    )


def publish(options: argparse.Namespace) -> None:
    """Copy verdicts and figures to the docs and write the README's findings from them."""
    from thermophoresis.report.readme import publish

    publish(options.results, options.repository)


def check(options: argparse.Namespace) -> None:
    """Check a configuration and print the runs that it means."""
    config = load(options.config)
    load_claims(config)
    print(runs_table(config))


def verify(options: argparse.Namespace) -> int:
    """Say which files are not what was made, or no longer what would be made."""
    from thermophoresis.provenance.verification import shown, summarise, verify

    findings = verify(options.paths)
    sound = True
    for finding in findings:
        intact = finding.status == "intact"
        sound &= intact
        if options.all or not intact:
            reasons = "; ".join(finding.reasons)
            print(f"{finding.status:<8}  {shown(finding.path)}{': ' if reasons else ''}{reasons}")
    print(summarise(findings))
    return 0 if sound else 1


def explain(options: argparse.Namespace) -> None:
    """Print what made a file: settings, code, versions, seeds, and all that it rests on."""
    from thermophoresis.provenance.explanation import explain

    print(explain(options.file))


def runs_table(config: Config) -> str:
    """Return a table of what a configuration trains, one line for each experiment."""
    header = ("experiment", "cells", "seeds", "runs", "replicas", "steps of the longest run")
    rows = [header]
    for name, group in groupby(config.runs(), key=lambda run: run.experiment):
        runs = list(group)
        experiment = config.experiments[name]
        rows.append(
            (
                name,
                f"{len(experiment.cells())}",
                f"{len(experiment.seeds)}",
                f"{len(runs)}",
                f"{experiment.replicas}",
                f"{max(run.steps for run in runs):,}",
            )
        )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(
            # Names to the left, numbers to the right.
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    ]
    return "\n".join([*lines, f"{len(config.runs())} runs, {len(config.figures)} figures"])


def _settings(model: type[Model], options: argparse.Namespace) -> Model:
    """Return the settings of a rule's job, if the code is still that of its fingerprint.

    Parameters
    ----------
    model
        Of the settings.
    options
        Of the command line.
    """
    try:
        settings = model.model_validate_json(options.settings)
    except ValidationError as error:
        details = error.errors()[0]
        where = ".".join(str(part) for part in details["loc"])
        raise UserError(f"--settings: {f'{where}: ' if where else ''}{details['msg']}") from error
    confirm(options.fingerprint, *settings.modules)
    return settings


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="python -m thermophoresis", description=__doc__)
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    def add(run, *, rule: bool) -> argparse.ArgumentParser:
        summary = run.__doc__.splitlines()[0]
        verb = verbs.add_parser(run.__name__, help=summary, description=summary)
        verb.set_defaults(run=run)
        if rule:
            verb.add_argument("--settings", required=True, metavar="JSON")
            verb.add_argument(
                "--fingerprint", required=True, metavar="HEX", help="that the code must have"
            )
        return verb

    verb = add(prepare, rule=True)
    verb.add_argument(
        "--download", choices=("true", "false"), default="false", help="what is missing locally"
    )
    verb.add_argument("--output", type=Path, required=True, metavar="FILE")

    verb = add(train, rule=True)
    # The value may be absent: a rule names its inputs, and synthetic data have none.
    verb.add_argument("--data", type=Path, nargs="?", metavar="FILE", help="images, if there are")
    verb.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    verb.add_argument("--compile", choices=("auto", "always", "never"), default="auto")
    verb.add_argument("--output", type=Path, required=True, metavar="FILE")
    verb.add_argument("--snapshots", type=Path, required=True, metavar="FILE", help="to write")
    verb.add_argument(
        "--checkpoint", type=Path, required=True, metavar="FILE", help="to go on from after a crash"
    )
    verb.add_argument(
        "--checkpoint-seconds", type=float, required=True, metavar="S", help="between two of them"
    )

    verb = add(evaluate, rule=True)
    verb.add_argument("--snapshots", type=Path, required=True, metavar="FILE", help="to read")
    verb.add_argument("--data", type=Path, nargs="?", metavar="FILE", help="images, if there are")
    verb.add_argument("--output", type=Path, required=True, metavar="FILE")

    verb = add(aggregate, rule=True)
    verb.add_argument("--output", type=Path, required=True, metavar="FILE")
    verb.add_argument("runs", type=Path, nargs="+", metavar="RUN")

    verb = add(figure, rule=True)
    verb.add_argument(
        "--curves", type=Path, nargs="+", required=True, metavar="FILE", help="one per row, or both"
    )
    verb.add_argument(
        "--outputs", type=Path, nargs="+", required=True, metavar="FILE", help="one per format"
    )

    verb = add(judge, rule=True)
    verb.add_argument("--curves", type=Path, required=True, metavar="FILE")
    verb.add_argument("--curvature", type=Path, required=True, metavar="FILE")
    verb.add_argument("--output", type=Path, required=True, metavar="FILE")

    verb = add(gather, rule=True)
    verb.add_argument("--output", type=Path, required=True, metavar="FILE")
    verb.add_argument("verdicts", type=Path, nargs="+", metavar="VERDICTS")

    verb = add(report, rule=True)
    verb.add_argument("--claims", type=Path, required=True, metavar="FILE")
    verb.add_argument("--figures", type=Path, nargs="+", required=True, metavar="SVG")
    verb.add_argument("--curves", type=Path, nargs="+", required=True, metavar="FILE")
    verb.add_argument("--curvature", type=Path, nargs="+", required=True, metavar="FILE")
    verb.add_argument("--page", type=Path, required=True, metavar="HTML", help="to write")
    verb.add_argument("--summary", type=Path, required=True, metavar="MD", help="to write")

    verb = add(publish, rule=False)
    verb.add_argument("--results", type=Path, default=Path("results"), metavar="FOLDER")
    verb.add_argument("--repository", type=Path, default=Path(), metavar="FOLDER")

    verb = add(verify, rule=False)
    verb.add_argument("paths", type=Path, nargs="*", default=[Path("results")], metavar="PATH")
    verb.add_argument("--all", action="store_true", help="list what is intact as well")

    verb = add(explain, rule=False)
    verb.add_argument("file", type=Path, metavar="FILE")

    verb = add(check, rule=False)
    verb.add_argument("--config", required=True, metavar="FILE")
    return parser


def exit_if_unreadable(arguments: Sequence[str]) -> None:
    """Exit with one line if a file named by ``--configfile`` on a command line is no YAML."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--configfile", "--configfiles", nargs="+", default=[])
    try:
        for path in parser.parse_known_args(arguments)[0].configfile:
            read_yaml(path)
    except UserError as error:
        sys.exit(str(error))
