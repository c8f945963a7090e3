"""Ratios and verdicts of the page, from measurements made up by hand."""

import pytest


def row(name, rates, **given):
    return {
        "task": "steps",
        "case": "cnn6",
        "replicas": 4,
        "device": "cpu",
        "name": name,
        "rates": rates,
        "error": None,
        "warm_up": 1.0,
        "columns": None,
        "difference": 0.0,
        **given,
    }


def run(*rows, **given):
    return {
        "device": "cpu",
        "command": "a command",
        "date": "2026-01-01",
        "hardware": "a processor",
        "load": 0.0,
        "rounds": 3,
        "seconds": 1.0,
        "versions": {"torch": "1.0"},
        "problems": {},
        "rows": list(rows),
        **given,
    }


def lines(page, *words):
    return [line for line in page.splitlines() if all(word in line for word in words)]


@pytest.mark.parametrize(("rates", "verdict"), [([8e3, 8.1e3, 9e3], "met"), ([7.9e3], "not met")])
def test_a_target_is_met_by_the_ratio_of_medians_of_the_worst_contest(rates, verdict):
    from page import write

    page = write(
        [
            run(
                row("thermophoresis", [1e6]),
                row("JAX", [1e3]),
                row("thermophoresis", rates, replicas=16),
                row("JAX", [900.0, 1e3, 1e5], replicas=16),
            )
        ]
    )
    (line,) = lines(page, "cnn6, steps", "CPU", "JAX")
    assert line.rstrip("| ").strip("*").endswith(verdict)
    assert ("not met" in line) == (verdict == "not met")
    (line,) = lines(page, "cnn6, steps", "GPU", "JAX")
    assert line.endswith("not measured |")


def test_what_disagrees_has_no_ratio_and_is_named():
    from page import write

    wrong = row("JAX", [], error="it differs from thermophoresis by 1.0e+00, more than 1e-05")
    page = write([run(row("thermophoresis", [1e6]), wrong)])
    (line,) = lines(page, "cnn6, steps", "CPU", "JAX")
    assert line.endswith("not measured |")
    assert lines(page, "- CPU", "cnn6", "JAX: it differs from thermophoresis by 1.0e+00")


def test_columns_are_extrapolated_to_all_parameters():
    from page import write

    page = write(
        [
            run(
                row("thermophoresis", [100.0], task="traces", replicas=1),
                row("curvlinops", [1000.0], task="traces", replicas=1, columns=20_000),
            )
        ]
    )
    (line,) = lines(page, "| cnn6", "| curvlinops |")
    assert "20,000 (20,000 to 20,000) †" in line
    assert "2,000 ×" in line  # 20 s against 10 ms


def test_the_job_is_timed_by_processor_time_on_a_cpu_and_by_the_clock_on_a_gpu():
    from page import write

    def job(processor, wall):
        taken = {"processor": processor, "wall": wall, "imports": 1.0, "job": 1.0}
        return {"replicas": 1000, "steps": 1000, "runs": [taken]}

    page = write([run(job=job(2.0, 9.0)), run(device="cuda", job=job(9.0, 0.01))])
    (line,) = lines(page, "whole job", "GPU")
    assert "200×" in line
    assert line.endswith("| met |")


def test_the_job_is_held_against_a_core_of_the_machine_that_has_the_card():
    from page import write

    def job(seconds):
        taken = {"processor": seconds, "wall": seconds, "imports": 1.0, "job": 1.0}
        return {"replicas": 1000, "steps": 1000, "runs": [taken]}

    beside = run(hardware="the card's", job=job(3.0))
    card = run(device="cuda", processor="the card's", job=job(0.01))
    page = write([beside, run(job=job(2.0)), card])
    assert "300×" in lines(page, "whole job", "GPU")[0]


def test_of_every_network_is_said_only_what_every_network_was_measured_for():
    from page import write
    from targets import CASES

    def traces(names):
        rows = [
            row(name, [rate], task="traces", case=case, replicas=1)
            for case in names
            for name, rate in (("thermophoresis", 3.0), ("BackPACK", 1.0))
        ]
        (line,) = lines(write([run(*rows)]), "CPU", "| traces |")
        return line

    assert traces(CASES).endswith("| 3× | met |")
    assert traces([*CASES][:-1]).endswith("not measured |")


def test_the_page_is_that_of_what_is_kept():
    import json
    from pathlib import Path

    from page import write
    from peers import MEASURED, PAGE

    kept = [it for path in sorted(MEASURED.glob("*.json")) for it in json.loads(path.read_text())]
    assert Path(PAGE).read_text(encoding="utf-8") == write(kept)
