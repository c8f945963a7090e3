"""The command line: ``python -m thermophoresis VERB``, all that the rules of the pipeline call.

Each verb imports what it needs when it runs, so that looking at a configuration takes no torch, and
a job knows nothing that its product does not depend on.
"""

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from thermophoresis.errors import UserError, printable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status; expected failures are one line on stderr."""
    try:
        try:
            options = _parser().parse_args(arguments)
            return _run(options)
        finally:
            sys.stdout.flush()
    except UserError as error:
        for line in str(error).splitlines():
            print(f"thermophoresis: error: {printable(line)}", file=sys.stderr)
        return 1
    except (MemoryError, RuntimeError) as error:
        from thermophoresis.config.memory import lacking

        if not (told := lacking(error)):
            raise
        print(f"thermophoresis: error: {told}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Who reads has seen enough. What is left in the buffer has nowhere to go at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE


def _run(options: argparse.Namespace) -> int:
    """Run a verb; of a job that fails, say which of its inputs is not what this version makes."""
    try:
        return options.run(options) or 0
    except Exception as error:
        if not (inputs := getattr(options, "inputs", ())):
            raise
        from thermophoresis.provenance.past import explained

        if told := explained(error, inputs):
            raise told from error
        raise


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


def publish(options: argparse.Namespace) -> None:
    """Copy verdicts and figures to the docs and write the README's findings from them."""
    from thermophoresis.report.readme import publish

    publish(options.results, options.repository, options.beside)


def new(options: argparse.Namespace) -> None:
    """Write a small, commented configuration with a claim, which runs in a minute."""
    from thermophoresis.config.beginning import begin

    configuration, claims = begin(options.name, options.folder)
    print(
        f"{configuration} and {claims} are written; to run them:\n"
        f"  snakemake --cores all --configfile {configuration}"
    )


def check(options: argparse.Namespace) -> None:
    """Check a configuration; print what it trains, and what that takes on this machine."""
    from thermophoresis.config.claims import load_claims
    from thermophoresis.config.configuration import load
    from thermophoresis.config.memory import too_large
    from thermophoresis.report.terminal import aligned
    from thermophoresis.simulations.calibration import Calibration
    from thermophoresis.simulations.estimate import remarks, table, traces_of

    config = load(options.config)
    load_claims(config)
    if any(run.network.files for run in config.runs()):
        # What a user's own code does only torch tells, which takes seconds.
        from thermophoresis.networks.check import check_own_networks

        check_own_networks(config, options.config)

    def report(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    costs = Calibration(device=config.device, report=report)
    rows = list(table(config, None if options.quick else costs))
    print("\n".join(aligned(rows, names=1)))
    told = (*traces_of(config), *too_large(config.runs()))
    print(*told, f"{len(config.runs())} runs, {len(config.figures)} figures", sep="\n")
    if not options.quick:
        print("\n".join(remarks(config, rows)))


def watch(options: argparse.Namespace) -> int:
    """Show how far a run is, from its files alone, until it has ended; it may be elsewhere."""
    from thermophoresis.config.claims import load_claims
    from thermophoresis.config.configuration import load
    from thermophoresis.products import Products
    from thermophoresis.report.live import watch

    start = f"snakemake --cores all --configfile {options.config}"
    try:
        config = load(options.config, {"results": options.results} if options.results else None)
        made = Products(config, load_claims(config)).needed
        return watch(made, Path(config.results), once=options.once, start=start)
    except KeyboardInterrupt:
        return 0


def verify(options: argparse.Namespace) -> int:
    """Say which files are not what was made, or no longer what would be made."""
    from thermophoresis.provenance.origin import shown
    from thermophoresis.provenance.verification import summarise, verify

    findings = verify(options.paths)
    sound = True
    for finding in findings:
        intact = finding.status == "intact"
        sound &= intact
        if options.all or not intact:
            reasons = "; ".join(finding.reasons)
            text = f"{shown(finding.path)}{': ' if reasons else ''}{reasons}"
            print(f"{finding.status:<8}  {printable(text)}")
    print(summarise(findings))
    return 0 if sound else 1


def explain(options: argparse.Namespace) -> None:
    """Print what made a file: settings, code, versions, seeds, and all that it rests on."""
    from thermophoresis.provenance.explanation import explain

    print("\n".join(map(printable, explain(options.file).split("\n"))))


def compare(options: argparse.Namespace) -> int:
    """Say in what two folders of results, or archives of them, differ, number by number."""
    from thermophoresis.provenance.comparison import FAILURES, compare, lines, summarise
    from thermophoresis.provenance.unpacking import opened

    with opened(options.before) as before, opened(options.after) as after:
        findings = compare(before, after, options.moved)
    print("\n".join(map(printable, [*lines(findings), summarise(findings)])))
    return 1 if any(finding.outcome in FAILURES for finding in findings) else 0


def crate(options: argparse.Namespace) -> None:
    """Write what made all results of a configuration beside them, as a Workflow Run RO-Crate."""
    from thermophoresis.provenance.completeness import complete
    from thermophoresis.provenance.crate import write

    found = complete(options.results, options.config)
    path = write(found, options.config)
    print(f"{path}: a run of the workflow with {len(found.checksums)} files of results")


def archive(options: argparse.Namespace) -> None:
    """Write all results of a configuration to one file, with checksums and what made them."""
    from thermophoresis.provenance.archive import write
    from thermophoresis.provenance.completeness import complete

    found = complete(options.results, options.config)
    contents = write(found, options.config, options.to, whole=options.whole)
    size = options.to.stat().st_size / 1e6
    print(f"{options.to}: {len(contents.checksums)} files of results, {size:,.0f} MB")
    if contents.left_out:
        print(f"{contents.left_out}; --whole has them as well")


# By what one can choose claims.
OF_CLAIMS = ("paper", "experiment", "verdict")


def claims(options: argparse.Namespace) -> None:
    """Print the verdicts of a folder of results, each with its interval against its criterion."""
    from thermophoresis.report.terminal import of_folder

    chosen = {name: getattr(options, name) for name in OF_CLAIMS}
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    print("\n".join(of_folder(options.results, chosen, colour=colour)))


def cost(options: argparse.Namespace) -> None:
    """Print processor time and memory of what made a folder of results, by stage and experiment."""
    from thermophoresis.provenance.cost import read, table, unmeasured
    from thermophoresis.report.terminal import aligned

    jobs = read(options.results)
    print("\n".join([*aligned(table(jobs), names=2), *filter(None, [unmeasured(jobs)])]))


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


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m thermophoresis",
        description=__doc__,
        # Arguments that are long are in a file, named after an @: one a line.
        fromfile_prefix_chars="@",
    )
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

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

    def add(run: Callable[[argparse.Namespace], int | None]) -> argparse.ArgumentParser:
        return _add(verbs, run)

    verb = add(publish)
    verb.add_argument("--results", type=Path, default=Path("results"), metavar="FOLDER")
    verb.add_argument("--repository", type=Path, default=Path(), metavar="FOLDER")
    verb.add_argument(
        "--beside",
        default="",
        metavar="NAME",
        help="results of another configuration, which are to stand beside those of the default one",
    )

    verb = add(verify)
    verb.add_argument("paths", type=Path, nargs="*", default=[Path("results")], metavar="PATH")
    verb.add_argument("--all", action="store_true", help="list what is intact as well")

    verb = add(explain)
    verb.add_argument("file", type=Path, metavar="FILE")

    verb = add(compare)
    verb.add_argument("before", type=Path, metavar="A", help="results: a folder, or an archive")
    verb.add_argument("after", type=Path, metavar="B", help="one that must hold all of A's numbers")
    verb.add_argument(
        "--moved",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="how paths begin in A and in B, where that differs; may be repeated",
    )

    _add_handing_on(add)

    verb = add(new)
    verb.add_argument("name", metavar="NAME", help="of the experiment and of the files")
    verb.add_argument("--folder", type=Path, default=Path("config"), metavar="FOLDER")

    verb = add(claims)
    verb.add_argument("results", type=Path, nargs="?", default=Path("results"), metavar="RESULTS")
    for name in OF_CLAIMS:
        verb.add_argument(f"--{name}", metavar="NAME", help=f"those of this {name} alone")

    verb = add(cost)
    verb.add_argument("results", type=Path, metavar="RESULTS", help="a folder of results")

    verb = add(watch)
    verb.add_argument("--config", default="config/config.yaml", metavar="FILE")
    verb.add_argument("--results", metavar="FOLDER", help="where they are, if not where FILE says")
    verb.add_argument("--once", action="store_true", help="show it as it is now, and end")

    verb = add(check)
    verb.add_argument("--config", required=True, metavar="FILE")
    verb.add_argument("--quick", action="store_true", help="measure nothing on this machine")
    return parser


def _add_handing_on(
    add: Callable[[Callable[[argparse.Namespace], int | None]], argparse.ArgumentParser],
) -> None:
    """Add the verbs that take all results of a configuration."""
    for run in (crate, archive):
        verb = add(run)
        verb.add_argument(
            "results",
            type=Path,
            nargs="?",
            metavar="RESULTS",
            help="a folder; left out, that of the configuration",
        )
        verb.add_argument(
            "--config",
            default="config/config.yaml",
            metavar="FILE",
            help="whose results they must be",
        )
    verb.add_argument("--to", type=Path, required=True, metavar="FILE", help="ends in .zip")
    verb.add_argument("--whole", action="store_true", help="with snapshots and traces")


def _add(verbs: Any, run: Callable[[argparse.Namespace], int | None]) -> argparse.ArgumentParser:
    """Add a verb with the name and the summary of the function that does it."""
    # Without docstrings, as `python -OO` has it, there is less help, but the same verbs.
    summary = next(iter((run.__doc__ or "").splitlines()), "")
    verb: argparse.ArgumentParser
    verb = verbs.add_parser(run.__name__, help=summary, description=summary)
    verb.set_defaults(run=run)
    return verb


def _add_stage(stages: Any, stage: Callable[[argparse.Namespace], None]) -> argparse.ArgumentParser:
    """Add a stage, with the arguments that jobs of all stages have."""
    parser = _add(stages, stage)
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
