"""The command line: ``python -m thermophoresis VERB``.

Each verb imports what it needs when it runs, so that looking at a configuration takes no torch.
What jobs call, ``make``, is in `stages`.
"""

import argparse
import errno
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from thermophoresis.errors import UserError, printable
from thermophoresis.stages import add_make, add_verb


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit status; expected failures are one line on stderr."""
    _open_what_is_closed()
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
    except BrokenPipeError:  # who reads has seen enough
        _drop_what_is_unwritten()
        return 128 + signal.SIGPIPE
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _drop_what_is_unwritten()
        where = f" {error.filename}" if error.filename else ""
        print(f"thermophoresis: error: cannot write{where}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _open_what_is_closed() -> None:
    """Give output that the shell has closed somewhere to go, other than the next file opened."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - to the end of the process


def _drop_what_is_unwritten() -> None:
    """Let what is left in the buffer of standard output go nowhere at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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


def publish(options: argparse.Namespace) -> None:
    """Copy verdicts and figures to the docs and write the README's findings from them."""
    from thermophoresis.report.readme import publish

    publish(options.results, options.repository, options.beside)


def new(options: argparse.Namespace) -> None:
    """Write a small, commented configuration with a claim, which runs in a minute."""
    from thermophoresis.config.beginning import begin

    configuration, claims = begin(options.name, options.folder)
    print(
        f"{printable(f'{configuration} and {claims}')} are written; to run them:\n"
        f"  snakemake --cores all --configfile {printable(str(configuration))}"
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


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m thermophoresis",
        description=__doc__,
        # Arguments that are long are in a file, named after an @: one a line.
        fromfile_prefix_chars="@",
    )
    verbs = parser.add_subparsers(title="verbs", metavar="VERB", required=True)

    add_make(verbs)

    def add(run: Callable[[argparse.Namespace], int | None]) -> argparse.ArgumentParser:
        return add_verb(verbs, run)

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
