"""What is shown of a run: all of it, in the lines and columns that there are."""

import itertools

import pytest
from made_up_run import MEASURED, OTHER, RUN, Folder

from thermophoresis.products import Product
from thermophoresis.report.run_state import Job, Progress, Snapshot, look
from thermophoresis.report.run_view import Page, bar, cropped, duration, lines, sentence
from thermophoresis.report.time_left import Left

NOW = 1_800_000_000.0
NONE = Left(0.0, 2.0, 0)


@pytest.fixture
def folder(tmp_path):
    """One job runs and says how far it is, one does not, one has failed, one was killed."""
    made = Folder(tmp_path, NOW)
    made.make(RUN)
    made.begin(OTHER, ago=200, alive=80, host="node7")
    made.begin(MEASURED, ago=65)
    made.begin("curves/one", ago=9, end="1")
    made.say("curves/one", "Traceback", "ValueError: no")
    made.begin(MEASURED.replace("0.1", "0.2"), ago=900, alive=600)
    return made


def shown(folder, width=80, height=None, running=()):
    snapshot = look(folder.needed, folder.results, now=NOW, snakemake=folder.snakemake)
    found = lines(
        snapshot, Left(3700.0, 1.7, 1), dict(running), folder.results, Page(width, height)
    )
    return [line.plain.rstrip() for line in found]


def test_all_is_shown(folder):
    found = shown(folder, None, running={OTHER: Progress(0.45, 12345.0, 130.0, NOW - 10)}.items())
    assert found[0] == str(folder.results)
    assert found[1] == (
        "1 of 10 jobs are done, at least 62 min left, 1.7 at a time, "
        "2 running, 1 failed, 1 stopped, 4 blocked"
    )
    assert found[3].split() == ["simulate", "█" * 20 + "▒" * 20, "1/2", "1", "running"]
    assert found[4].split(maxsplit=3)[1:] == ["▒" * 20 + "×" * 20, "0/2", "1 running, 1 stopped"]
    assert found[5].split(maxsplit=3)[1:] == ["×" * 20 + "░" * 20, "0/2", "1 failed"]
    assert found[6].split(maxsplit=3)[1:] == ["░" * 40, "0/1", "1 blocked"]
    rows = found[found.index("") :][9:]
    assert [row.split() for row in rows[:3]] == [
        ["running", "done", "replica-steps/s", "left"],
        [OTHER.removeprefix("runs/"), "on", "node7", "45%", "12,345", "silent", "80", "s"],
        ["measure", MEASURED.removeprefix("measurements/"), "65", "s", "so", "far"],
    ]
    assert rows[3:] == [
        "",
        "stopped measure hessian_chain/one/lr=0.2_batch=1_seed=0: no sign of life for 10 min",
        f"  {folder.results}/logs/{MEASURED.replace('0.1', '0.2')}.log",
        "failed gather curves/one: exit status 1",
        f"  {folder.results}/logs/curves/one.log",
        "  ValueError: no",
    ]


def test_time_passes_for_who_has_not_said_more(folder):
    folder.begin(OTHER, ago=200)
    found = shown(folder, running={OTHER: Progress(0.45, 12345.0, 30.0, NOW - 10)}.items())
    assert next(row for row in found if "45%" in row).endswith("20 s")
    found = shown(folder, running={OTHER: Progress(0.45, 12345.0, 30.0, NOW - 40)}.items())
    assert next(row for row in found if "45%" in row).endswith(" 0 s")


def test_where_a_log_is_can_be_read(folder):
    log = f"{folder.results}/logs/curves/one.log"
    assert f"  {log}" in shown(folder, len(log) + 2)
    assert "  logs/curves/one.log" in shown(folder, len(log) + 1)


@pytest.mark.parametrize(("status", "words"), [("2", "exit status 2"), ("137", "by signal 9")])
def test_how_it_has_failed(folder, status, words):
    folder.begin("curves/one", ago=9, end=status)
    assert any(line.endswith(words) for line in shown(folder))


def test_an_interrupted_job_is_told_to_be(folder):
    folder.begin("curves/one", ago=9, end="interrupted")
    assert "stopped gather curves/one: interrupted" in shown(folder)


def many(states):
    """Return a snapshot of jobs with names longer than a line."""
    jobs = []
    for number, state in enumerate(states):
        name = f"{'x' * 90}/lr=0.1_batch=1_seed={number}"
        product = Product("simulate", name, None, (f"runs/{name}.nc",), ())
        status = "1" if state == "failed" else ""
        jobs.append(Job(product, state, NOW - 10, NOW, "a" * 30, status))
    return Snapshot(tuple(jobs), True, NOW)


@pytest.mark.parametrize("width", [40, 80, 120])
@pytest.mark.parametrize("height", [24, 50])
@pytest.mark.parametrize(
    ("running", "failed"), [(0, 0), (3, 2), (12, 2), (2, 30), (300, 0), (0, 300), (300, 300)]
)
def test_it_fits(tmp_path, width, height, running, failed):
    snapshot = many(["running"] * running + ["failed"] * failed + ["waiting"])
    said = {job.product.stem: Progress(1.0, 1e9, 1e6, NOW) for job in snapshot.jobs}
    found = lines(snapshot, Left(1e6, 100.0, 9), said, tmp_path / ("y" * 100), Page(width, height))
    assert len(found) <= height
    assert max(line.cell_len for line in found) <= width
    # Every job is shown or counted, and where both sorts are, some of both.
    text = "\n".join(line.plain for line in found)
    more = [int(line.plain.split()[2]) for line in found if "… and " in line.plain]
    rows = text.count("100%")
    blocks = text.count("\nfailed")
    assert rows + blocks + sum(more) == running + failed
    assert (rows > 0, blocks > 0) == (running > 0, failed > 0)


def test_a_bar_hides_nothing():
    for done, running, failed, waiting in itertools.product((0, 1, 7, 900), repeat=4):
        count = {"done": done, "running": running, "failed": failed, "stopped": 0}
        count["waiting"] = waiting
        if not sum(count.values()):
            continue
        parts = dict(bar(count, 20))
        assert sum(parts.values()) == 20
        assert min(parts.values()) >= 0
        assert (parts["running"] > 0, parts["failed"] > 0) == (running > 0, failed > 0)
        # Full if all is done, and not before.
        assert (parts["done"] == 20) == (not (running or failed or waiting))


def test_names_keep_both_of_their_ends():
    assert cropped("abcdefghij", 10) == "abcdefghij"
    assert cropped("abcdefghij", 7) == "abc…hij"
    assert [len(cropped("abcdefghij", width)) for width in range(10)] == list(range(10))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (99, "99 s"), (100, "2 min"), (5900, "98 min"), (6000, "1.7 h"), (36e3, "10 h")],
)
def test_times_have_two_places(seconds, words):
    assert duration(seconds) == words


def test_what_is_said_of_all(folder):
    done = [job._replace(state="done") for job in many(["waiting"] * 3).jobs]
    assert sentence(Snapshot(tuple(done), False, NOW), NONE) == "all 3 jobs are done"
    assert sentence(Snapshot(tuple(done), True, NOW), NONE).endswith("done, Snakemake is at work")
    waiting = Snapshot(many(["waiting"]).jobs, False, NOW)
    assert sentence(waiting, Left(90.0, 2.0, 0)) == (
        "0 of 1 jobs are done, about 90 s left, 2 at a time, nothing runs"
    )


@pytest.mark.parametrize("width", [1, 3, 10, 34])
def test_a_narrow_terminal_shows_what_it_can(tmp_path, width):
    snapshot = many(["running", "failed"])
    found = lines(snapshot, NONE, {}, tmp_path, Page(width, 24))
    assert max(line.cell_len for line in found) <= width
    assert [line.style for line in found].count("bold") == 2  # the folder, and what runs


def test_what_others_have_written_neither_moves_the_cursor_nor_is_markup(folder):
    folder.begin(OTHER, ago=9, host="no\x1b[2Jde")
    folder.begin(MEASURED, ago=9, end="inter\x1b[2Jrupted")
    folder.say("curves/one", "[bold]no\x1b[2J\a[/bold]")
    text = "\n".join(shown(folder, None))
    assert r"on no\x1b[2Jde" in text
    assert r": inter\x1b[2Jrupted" in text
    assert r"  [bold]no\x1b[2J\x07[/bold]" in text
    assert "\x1b" not in text
    assert "\a" not in text
