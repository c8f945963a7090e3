"""What `thermophoresis watch` shows: stages with bars, running jobs, and what has failed."""

import math
import socket
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate, groupby
from pathlib import Path
from typing import NamedTuple

from rich.text import Text

from thermophoresis.errors import printable
from thermophoresis.report.run_state import Job, Progress, Snapshot, State, last_line, log_of
from thermophoresis.report.time_left import Left

STYLES: Mapping[State, str] = {
    "done": "green",
    "running": "cyan",
    "failed": "red",
    "stopped": "yellow",
    "blocked": "magenta",
    "waiting": "",
}
# Letters of a bar, which says the same without colours.
BAR: Mapping[State, str] = {"done": "█", "running": "▒", "failed": "×", "waiting": "░"}
# States that are told in words beside a bar.
TOLD: tuple[State, ...] = ("running", "failed", "stopped", "blocked")

STAGE = 8  # letters of the longest name of a stage
MOST = 40  # letters of a bar
WORDS = 32  # letters that words beside a bar have at least
SILENT = 60.0  # s without a sign of life that are mentioned
# Columns of running jobs, beside their names.
COLUMNS = ("done", "replica-steps/s", "left")
WIDTHS = (5, 16, 14)


class Page(NamedTuple):
    """Where there is to be shown something.

    Attributes
    ----------
    width, height
        Letters in a line, and lines; None if there is no end to them.
    """

    width: int | None
    height: int | None


def lines(
    snapshot: Snapshot, left: Left, running: Mapping[str, Progress], results: Path, page: Page
) -> list[Text]:
    """Return what is shown of a run, line by line.

    Parameters
    ----------
    snapshot, left, running
        All jobs, how long what is left takes, and how far jobs are that say so, by their stem.
    results
        The folder of results.
    page
        Where it is shown. What does not fit is left out, and told to be.
    """
    width = page.width or 100
    head = [Text(str(results), "bold"), Text(sentence(snapshot, left)), Text()]
    head += [
        _stage(stage, list(jobs), width)
        for stage, jobs in groupby(snapshot.jobs, key=lambda job: job.product.stage)
    ]
    rows = [
        _running(job, running.get(job.product.stem), snapshot.now, page.width)
        for job in _by(snapshot, "running")
    ]
    ended = [
        _ended(job, results, snapshot.now, page.width) for job in _by(snapshot, "failed", "stopped")
    ]
    # Of the lines that are left, those for what runs, with a header, and those for what has ended.
    room = math.inf if page.height is None else page.height - len(head)
    needed = sum(map(len, ended)) + 1 if ended else 0
    of_rows = max(room - needed, room // 2)
    if rows:
        head += [Text(), _header(width), *_fitting(rows, of_rows - 2)]
        room -= 2 + min(len(rows), of_rows - 2)
    if ended:
        head += [Text(), *_whole(ended, room - 1)]
    for line in head:
        if page.width is not None:
            line.truncate(page.width, overflow="ellipsis")
    return head


def sentence(snapshot: Snapshot, left: Left) -> str:
    """Return how far a run is in one line."""
    count = Counter(job.state for job in snapshot.jobs)
    done, total = count["done"], len(snapshot.jobs)
    if done == total and not snapshot.at_work:
        return f"all {total} jobs are done"
    # What every line of a stage tells as well comes last, where there may be no room.
    parts = [f"{done} of {total} jobs are done"]
    if left.seconds or left.unknown:
        how = "at least" if left.unknown else "about"
        parts.append(f"{how} {duration(left.seconds)} left, {left.parallel:.2g} at a time")
    if not count["running"]:
        parts.append("Snakemake is at work" if snapshot.at_work else "nothing runs")
    parts += [f"{count[state]} {state}" for state in TOLD if count[state]]
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Return a time in words, to two places."""
    minutes, hours = seconds / 60, seconds / 3600
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    if minutes < 99.5:
        return f"{minutes:.0f} min"
    return f"{hours:.1f} h" if hours < 9.95 else f"{hours:.0f} h"


def name_of(job: Job) -> str:
    """Return what tells a job from others; training is what there is most of, and not named."""
    stage, name = job.product.stage, job.product.name
    named = (
        name if stage == "simulate" else stage if name in (stage, "claims") else f"{stage} {name}"
    )
    elsewhere = job.host and job.host != socket.gethostname()
    return f"{named} on {printable(job.host)}" if elsewhere else named


def cropped(text: str, width: int) -> str:
    """Return a text with its middle left out where it is too long: names differ at the end."""
    if len(text) <= width:
        return text
    kept = max(0, width - 1)
    return f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"[: max(0, width)]


def _by(snapshot: Snapshot, *states: State) -> list[Job]:
    """Return the jobs in some states, those that were begun first at the beginning."""
    return sorted(snapshot.having(*states), key=lambda job: job.begun or 0.0)


def _stage(stage: str, jobs: Sequence[Job], width: int) -> Text:
    """Return the line of a stage."""
    count = Counter(job.state for job in jobs)
    numbers = f"{count['done']}/{len(jobs)}"
    line = Text(f"{stage:<{STAGE}}  ")
    room = width - STAGE - 4 - max(9, len(numbers)) - WORDS
    for state, cells in bar(count, min(MOST, max(10, room))):
        line.append(BAR[state] * cells, STYLES[state])
    line.append(f"  {numbers:>9}")
    for number, state in enumerate(it for it in TOLD if count[it]):
        line.append(", " if number else "  ")
        line.append(f"{count[state]} {state}", STYLES[state])
    return line


def bar(count: Mapping[State, int], width: int) -> list[tuple[State, int]]:
    """Return the parts of a bar and their lengths.

    What runs or has failed is seen however little it is, and what is not done yet never looks so.
    """
    total = sum(count.values())
    ended = count["failed"] + count["stopped"]
    shown: Sequence[tuple[State, int]] = (("failed", ended), ("running", count["running"]))
    lengths: dict[State, int] = {}
    for state, number in shown:
        lengths[state] = max(1, width * number // total) if number else 0
    lengths["done"] = min(width * count["done"] // total, width - sum(lengths.values()))
    lengths["waiting"] = width - sum(lengths.values())
    return [(state, lengths[state]) for state in BAR]


def _header(width: int) -> Text:
    """Return the names of the columns of running jobs."""
    cells = (f"{name:>{size}}" for name, size in zip(COLUMNS, WIDTHS, strict=True))
    return Text(f"{'running':<{max(1, width - sum(WIDTHS))}}{''.join(cells)}", "bold")


def _running(job: Job, said: Progress | None, now: float, width: int | None) -> Text:
    """Return the line of a running job."""
    cells = ["", "", ""]
    silent = now - (job.alive or now)
    if said:
        cells = [f"{said.share:.0%}", f"{said.pace:,.0f}"]
        cells.append(duration(max(0.0, said.left - (now - said.at))))
    elif job.begun is not None:
        cells[2] = f"{duration(max(0.0, now - job.begun))} so far"
    if silent > SILENT:
        cells[2] = f"silent {duration(silent)}"
    name = f"  {name_of(job)}"
    room = max(1, (width or max(100, len(name) + sum(WIDTHS))) - sum(WIDTHS))
    line = Text(f"{cropped(name, room):<{room}}")
    line.append(f"{cells[0]:>{WIDTHS[0]}}", STYLES["running"])
    line.append(f"{cells[1]:>{WIDTHS[1]}}")
    line.append(f"{cells[2]:>{WIDTHS[2]}}", STYLES["stopped"] if silent > SILENT else "")
    return line


def _ended(job: Job, results: Path, now: float, width: int | None) -> list[Text]:
    """Return the lines of a job that has not succeeded: which, where its log is, what it says."""
    line = Text(job.state, STYLES[job.state])
    line.append(f" {name_of(job)}")
    log = log_of(job, results)
    if job.state == "failed":
        status = int(job.status)
        how = f"killed by signal {status - 128}" if status > 128 else f"exit status {status}"
    elif job.status:
        how = printable(job.status)
    else:
        how = f"no sign of life for {duration(now - (job.alive or now))}"
    line.append(f": {how}")
    said = printable(last_line(log))
    # The folder is named above.
    short = width is not None and len(str(log)) > width - 2
    where = log.relative_to(results) if short else log
    return [line, Text(f"  {where}"), *([Text(f"  {said}")] if said else [])]


def _fitting(rows: Sequence[Text], room: float) -> list[Text]:
    """Return as many lines as there is room for, and how many more there are."""
    if len(rows) <= room:
        return list(rows)
    kept = max(0, int(room) - 1)
    return [*rows[:kept], Text(f"  … and {len(rows) - kept} more")]


def _whole(blocks: Sequence[list[Text]], room: float) -> list[Text]:
    """Return the lines of as many blocks as there is room for, and how many more there are."""
    lengths = list(accumulate(map(len, blocks)))
    if lengths[-1] <= room:
        return [line for block in blocks for line in block]
    kept = sum(length <= room - 1 for length in lengths)
    more = Text(f"… and {len(blocks) - kept} more; beside the log of each is a file ….job")
    return [*(line for block in blocks[:kept] for line in block), more]
