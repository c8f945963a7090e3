"""What a configuration would take: what is measured, what is kept, and the sums over runs."""

import json
from pathlib import Path

import pytest
from runs import settings

from thermophoresis.config import memory
from thermophoresis.config.configuration import parse
from thermophoresis.data.source import open_source
from thermophoresis.errors import UserError
from thermophoresis.simulations import calibration
from thermophoresis.simulations.calibration import Calibration, Cost, measure
from thermophoresis.simulations.ensemble import train
from thermophoresis.simulations.estimate import readable_size, readable_time, remarks, table

CONFIG = {
    "results": "none",
    "datasets": {"absent": {"source": "digits"}},
    "experiments": {
        "own": {
            "data": {"kind": "gaussian"},
            "sweeps": [{"learning_rate": [0.05, 0.1], "batch_size": [1, 2]}],
            "seeds": [0, 1, 2],
            "replicas": 8,
            "records": 11,
            "snapshots": 3,
            "thermal_time_end": 10.0,
        },
        "images": {
            "network": {"kind": "cnn6"},
            "data": {"kind": "images", "dataset": "absent"},
            "labels": "true",
            "sweeps": [{"learning_rate": [0.1]}],
            "replicas": 8,
        },
    },
    "figures": {
        "one": {
            "kind": "learning_rate_sweep",
            "experiment": "own",
            "observable": "loss",
            "batch_size": 1,
        }
    },
}


class Known:
    """A calibration that measures nothing."""

    def __init__(self):
        self.asked = []

    def cost(self, run, data):
        self.asked.append((run.learning_rate, run.batch_size, data))
        return Cost(
            parameters=120, start=2.0, step=1e-3, record=0.5, record_bytes=1000.0, memory=300.0
        )


def test_costs_are_added_up_over_runs_and_each_batch_size_is_measured_once():
    config, known = parse(CONFIG, "test"), Known()
    header, images, own, total = rows = list(table(config, known))
    # The longest of each batch size: the smallest rate.
    assert known.asked == [(0.05, 1, None), (0.05, 2, None)]
    steps = [round(10 * batch / rate**2) for rate in (0.05, 0.1) for batch in (1, 2)]
    seconds = 3 * sum(2.0 + 1e-3 * count + 0.5 * 11 for count in steps)
    size = 12 * (11 * 1000 + 3 * 8 * 120 * 4)
    assert len({len(row) for row in rows}) == 1
    assert header[-2:] == ("on disk", "processor time")
    costs = ("120", "300", readable_size(size), readable_time(seconds))
    assert own == ("own", "4", "3", "12", "8", "8,000", *costs)
    assert images[-4:] == ("?",) * 4
    assert total == ("total", "", "", "16", "", "", *costs[:2], f">= {costs[2]}", f">= {costs[3]}")
    assert list(remarks(config, rows))[1].endswith("snakemake none/data/absent.nc")


def test_what_does_not_fit_into_memory_is_not_measured(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 10.0)
    config, known = parse(CONFIG, "test"), Known()
    _, _, own, total = list(table(config, known))
    assert known.asked == []
    assert own[-4:] == total[-4:] == ("?",) * 4
    assert [line.split("/")[0] for line in memory.too_large(config.runs())] == ["images", "own"]


def test_costs_that_cannot_be_kept_are_told(monkeypatch, tmp_path):
    found = Cost(1, 0.0, 0.0, 0.0, 0.0, 0.0)
    monkeypatch.setattr(calibration, "_measured_apart", lambda run, data, **how: found)
    (tmp_path / "known").mkdir()
    lines = []
    costs = Calibration(device="cpu", report=lines.append, cache=tmp_path / "known")
    assert costs.cost(settings(), None) == found
    assert lines[1].startswith("next time it is measured again: cannot write ")


def test_nothing_is_measured_where_nothing_is_asked():
    assert [len(row) for row in table(parse(CONFIG, "test"), None)] == [6, 6, 6]


def test_what_is_measured_is_kept_and_another_ensemble_is_measured(monkeypatch, tmp_path):
    measured = []

    def once(run, data, **how):
        measured.append((run.replicas, how["device"]))
        return Cost(1, 0.0, 0.0, 0.0, 0.0, 0.0)

    monkeypatch.setattr(calibration, "_measured_apart", once)
    cache = tmp_path / "folder" / "known.json"
    for run in (settings(), settings(seed=9, experiment="other"), settings(replicas=6)):
        costs = Calibration(device="cpu", cache=cache)
        assert costs.cost(run, None) == Cost(1, 0.0, 0.0, 0.0, 0.0, 0.0)
    assert measured == [(5, "cpu"), (6, "cpu")]
    cache.write_text("{")  # damaged: measured again
    Calibration(device="cpu", cache=cache).cost(settings(), None)
    assert measured[2:] == [(5, "cpu")]
    assert len(json.loads(cache.read_text())) == 1


def test_a_cost_is_that_of_the_run():
    run = settings(snapshots=0)
    found = measure(run, None, device="cpu")
    assert found.parameters == 6 * 4 + 4 + 4
    assert min(found.start, found.step, found.memory) > 0
    made = train(run, open_source(run, None), device="cpu").run
    # Coordinates that have no record are counted with the two of a short run.
    assert found.record_bytes == pytest.approx(made.nbytes / run.records, rel=0.3)


def test_what_cannot_be_trained_is_refused_with_the_reason(tmp_path):
    def refuse(run):
        missing = Path(tmp_path / "none.nc")
        Calibration(device="cpu", cache=tmp_path / "known").cost(run, missing)

    images = {"kind": "images", "dataset": "absent"}
    network = {"kind": "cnn6"}
    with pytest.raises(UserError, match=r"none\.nc"):
        refuse(settings(data=images, network=network, labels="true"))


def test_numbers_are_readable():
    assert [readable_size(it) for it in (12, 4.2e3, 6e8, 2e13)] == [
        "12 B",
        "4.2 kB",
        "600 MB",
        "20 TB",
    ]
    assert [readable_time(it) for it in (0.4, 99, 900, 36000)] == ["0 s", "99 s", "15 min", "10 h"]
