"""`thermophoresis watch`: looks at a run now and then, in a terminal or a pipe, until it ends."""

import os
import select
import signal
import sys
import termios
import time
import tty
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, NoReturn

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from thermophoresis.products import Product
from thermophoresis.report.run_state import Progress, Snapshot, look, progress
from thermophoresis.report.run_view import Page, lines, sentence
from thermophoresis.report.time_left import Left, left, took, works

EVERY, RARELY = 1.0, 30.0  # s between two looks, at least and at most
SHARE = 0.1  # of the time that looking may take: ten thousand runs on a slow disk are many files


class Seen(NamedTuple):
    """What one look has shown.

    Attributes
    ----------
    snapshot, left, running
        All jobs, how long what is left takes, and how far jobs are that say so, by their stem.
    """

    snapshot: Snapshot
    left: Left
    running: dict[str, Progress]

    @property
    def idle(self) -> bool:
        """Whether nothing is going on."""
        return not (self.snapshot.at_work or self.snapshot.having("running"))

    @property
    def done(self) -> bool:
        """Whether there is nothing left to do."""
        return self.idle and len(self.snapshot.having("done")) == len(self.snapshot.jobs)

    @property
    def status(self) -> int:
        """Exit status: 1 if a job has failed."""
        return 1 if self.snapshot.having("failed") else 0


def watch(products: Collection[Product], results: Path, *, once: bool, start: str) -> int:
    """Show how far a run is until it has ended, or the user wants no more.

    Parameters
    ----------
    products
        All that is to be made, in the order of the stages.
    results
        The folder of results.
    once
        Whether one look is all.
    start
        The command that starts the run, for whoever has not.

    Returns
    -------
    int
        1 if a job had failed at the last look, 0 otherwise.
    """
    terminal = sys.stdout.isatty()
    console = Console(force_terminal=terminal, highlight=False, emoji=False)

    work = works(products)

    def see() -> Seen:
        snapshot = look(products, results, now=time.time())
        found = ((job, progress(job, results)) for job in snapshot.having("running"))
        running = {job.product.stem: said for job, said in found if said}
        return Seen(snapshot, left(snapshot, work, took(products, results), running), running)

    def show(seen: Seen) -> None:
        if len(seen.snapshot.having("waiting")) == len(seen.snapshot.jobs) and seen.idle:
            _print(
                console, [Text(f"{results}: nothing is made and nothing runs; to begin: {start}")]
            )
        else:
            _print(console, lines(*seen, results, Page(console.width if terminal else None, None)))

    try:
        if once:
            seen = see()
        elif terminal and not console.is_dumb_terminal:
            seen = _in_terminal(console, see, results)
        else:
            seen = _line_by_line(see, results)
        show(seen)
    except _Enough:
        return 0
    return seen.status


class _Enough(Exception):
    """The user wants no more."""


def _print(console: Console, shown: list[Text]) -> None:
    """Print lines: in colour where there is any."""
    if console.is_terminal:
        console.print(Group(*shown))
    else:
        # By rich, a closed pipe would be an error.
        print("\n".join(line.plain.rstrip() for line in shown))


def _looks(see: Callable[[], Seen], wait: Callable[[float], None]) -> Iterator[Seen]:
    """Yield what is seen, now and then; the last time when the run has ended.

    That is when all is done, or Snakemake was at work and is no more.
    """
    worked = False
    while True:
        begin = time.monotonic()
        seen = see()
        pause = min(RARELY, max(EVERY, (time.monotonic() - begin) / SHARE))
        yield seen
        if seen.done or (worked and seen.idle):
            return
        worked |= seen.snapshot.at_work
        wait(pause)


def _line_by_line(see: Callable[[], Seen], results: Path) -> Seen:
    """Print a line whenever a job has begun or ended; return what is seen at the end."""
    before = None
    for seen in _looks(see, time.sleep):
        states = [job.state for job in seen.snapshot.jobs]
        if states != before and not seen.done:
            print(f"{results}: {sentence(seen.snapshot, seen.left)}", flush=True)
        before = states
    return seen


def _in_terminal(console: Console, see: Callable[[], Seen], results: Path) -> Seen:
    """Show the run in the whole window, always anew; return what is seen at the end."""
    # Otherwise the terminal would stay as it is here.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _exit)
    screen = Live(console=console, screen=True, auto_refresh=False)
    with _keys() as wait, screen:
        for seen in _looks(see, wait):
            page = Page(console.width, console.height - 2)
            end = Text("q ends the view, not the run", "dim", no_wrap=True, overflow="ellipsis")
            screen.update(Group(*lines(*seen, results, page), Text(), end), refresh=True)
    return seen


def _exit(number: int, frame: object) -> NoReturn:
    """End as whoever is killed by a signal, but orderly."""
    sys.exit(128 + number)


@contextmanager
def _keys() -> Iterator[Callable[[float], None]]:
    """Give a function that waits some seconds, or until a key is pressed; by ``q`` it ends.

    Where nobody can press a key, because the input is none or this is in the background, it waits.
    """
    try:
        handle = sys.stdin.fileno()
        here = os.tcgetpgrp(handle) == os.getpgrp()
    except (AttributeError, OSError, ValueError):
        here = False
    if not here:
        yield time.sleep
        return

    def wait(seconds: float) -> None:
        ready, _, _ = select.select([handle], [], [], seconds)
        # Nothing to be read is the end of the terminal.
        if ready and ((pressed := os.read(handle, 64)) == b"" or b"q" in pressed.lower()):
            raise _Enough

    before = termios.tcgetattr(handle)
    tty.setcbreak(handle)
    try:
        yield wait
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
