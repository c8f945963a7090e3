"""What is certain about the memory of runs, and of this machine."""

import math
import resource

import numpy as np
import pytest
import torch
from runs import settings

from thermophoresis import cli, stages
from thermophoresis.config import kinds, memory
from thermophoresis.config.beginning import begin
from thermophoresis.config.memory import asked, available, lacking, least, too_large
from thermophoresis.data.source import open_source
from thermophoresis.errors import UserError
from thermophoresis.networks.load import build
from thermophoresis.simulations.ensemble import train

KINDS = [
    {"kind": "two_layer", "inputs": 6, "hidden": 4},
    {"kind": "two_layer", "inputs": 6, "hidden": 4, "bias": False},
    {"kind": "mlp", "inputs": 6, "hidden": [5, 4], "bias": False},
    {"kind": "mlp6", "inputs": 6, "hidden": 3},
    {"kind": "linear", "inputs": 6},
    {"kind": "cnn", "channels": [2, 3], "kernel": 3, "hidden": [5]},
    {"kind": "cnn6", "channels": 2},
]


@pytest.mark.parametrize("network", KINDS, ids=lambda it: it["kind"])
def test_a_network_has_no_fewer_weights_than_told(network):
    typed = kinds.model("networks", network["kind"])(**network).expanded
    if typed.takes_vectors:
        assert count_of(typed, (6,)) / 2 < typed.least_weights <= count_of(typed, (6,))
    else:  # how large images are is not among the settings
        smallest = count_of(typed, (1, typed.smallest_image, typed.smallest_image))
        assert smallest / 2 < typed.least_weights <= smallest


def count_of(network, shape):
    return build(network, shape, 1).parameter_count


def test_a_run_keeps_no_less_than_told():
    run = settings(replicas=64, records=20, snapshots=4, snapshot_replicas=16)
    trained = train(run, open_source(run, None), device="cpu")
    kept = sum(dataset.nbytes for dataset in trained)
    assert kept / 2 < least(run) < kept


@pytest.mark.parametrize(
    ("changes", "gigabytes"),
    [
        pytest.param({"network": KINDS[0] | {"hidden": 400_000_000}}, 11.2 * 31, id="hidden"),
        pytest.param({"replicas": 1_000_000_000}, 6 * 7 * 4, id="replicas"),
        pytest.param({"probe_size": 1_000_000_000}, 6 * 8, id="probe-set"),
        pytest.param(
            {"network": KINDS[0] | {"hidden": 1_000_000}, "snapshots": "records"},
            0.028 * (1 + 5 * 6),
            id="snapshots",
        ),
    ],
)
def test_a_run_that_is_too_large_is_told_with_what_it_needs(monkeypatch, changes, gigabytes):
    run = settings(**changes)
    assert least(run) == pytest.approx(gigabytes * 1e9, rel=0.01)
    assert asked(run) == pytest.approx(max(4000, 2000 * gigabytes), rel=0.01)
    monkeypatch.setattr(memory, "available", lambda: 0.5e9)
    (line,) = too_large([settings(), run, run])
    assert line.startswith(f"{run.name}: needs about {least(run) / 1e9:,.1f} GB of memory or more")
    assert "here are 0.5 GB: lower replicas" in line


def test_usual_runs_are_not_told_and_ask_a_cluster_for_what_they_always_did():
    assert asked(settings()) == 4000
    assert list(too_large([settings()])) == []
    assert list(too_large([settings(replicas=1000)])) == []


def test_a_job_that_is_too_large_for_where_it_runs_ends_before_it_trains(monkeypatch, tmp_path):
    monkeypatch.setattr(memory, "available", lambda: 10.0)
    monkeypatch.setattr(stages, "_settings", lambda model, job: settings())
    job = ["make", "simulate", "--settings", "{}", "--fingerprint", "", "--checkpoint", "none"]
    options = cli._parser().parse_args([*job, "--checkpoint-seconds", "9", "--outputs", "none"])
    with pytest.raises(UserError, match=r"needs about 0.0 GB of memory or more"):
        options.run(options)


def test_check_names_runs_that_are_too_large(monkeypatch, tmp_path, capsys):
    begin("mine", tmp_path)
    monkeypatch.setattr(memory, "available", lambda: 1000.0)
    assert cli.main(["check", "--quick", "--config", str(tmp_path / "mine.yaml")]) == 0
    *_, line, last = capsys.readouterr().out.splitlines()
    assert line.startswith("mine/lr=0.02_batch=1_seed=0: needs about 0.0 GB of memory or more")
    assert last == "4 runs, 1 figures"


MACHINE = "MemTotal:    2000 kB\nMemFree: 5 kB\nSwapTotal:    1000 kB\n"


@pytest.mark.parametrize(
    ("machine", "groups", "limits", "found"),
    [
        pytest.param(MACHINE, "", {}, 3000 * 1024, id="machine"),
        pytest.param(MACHINE, "0::/a/b", {"memory.max": "500000"}, 1_524_000, id="unified"),
        pytest.param(MACHINE, "0::/a/b", {"a/memory.max": "500000"}, 1_524_000, id="above"),
        pytest.param(MACHINE, "0::/a/b", {"a/b/memory.max": "max"}, 3000 * 1024, id="unlimited"),
        pytest.param(
            MACHINE,
            "3:cpu:/a\n4:memory:/outside\n0::/a",
            {"split": "500000"},
            1_524_000,
            id="split",
        ),
        pytest.param(None, "", {}, math.inf, id="unknown"),
    ],
)
def test_memory_here_is_the_least_of_all_limits(
    monkeypatch, tmp_path, machine, groups, limits, found
):
    monkeypatch.setattr(resource, "getrlimit", lambda which: (resource.RLIM_INFINITY,) * 2)
    places = {"MEMORY_OF_MACHINE": machine, "GROUPS_OF_PROCESS": groups}
    for name, text in places.items():
        monkeypatch.setattr(memory, name, str(tmp_path / name))
        if text is not None:
            (tmp_path / name).write_text(text)
    monkeypatch.setattr(memory, "UNIFIED", (str(tmp_path), "memory.max"))
    monkeypatch.setattr(memory, "SPLIT", (str(tmp_path), "split"))
    for name, text in limits.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert available() == found
    monkeypatch.setattr(resource, "getrlimit", lambda which: (1000, 2000))  # as of ulimit -v
    assert available() == 1000


@pytest.mark.parametrize(
    ("allocate", "words"),
    [
        (lambda: torch.empty(10**15), "can't allocate memory"),
        (lambda: np.empty(10**15), "Unable to allocate"),
        (lambda: bytearray(10**15), "MemoryError"),
    ],
    ids=["torch", "numpy", "python"],
)
def test_a_job_that_finds_no_more_memory_says_so_in_one_line(monkeypatch, capsys, allocate, words):
    def cost(options):
        allocate()

    monkeypatch.setattr(cli, "cost", cost)
    assert cli.main(["cost", "none"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("thermophoresis: error: out of memory: ")
    assert words in line


def test_other_errors_are_none_of_memory():
    assert lacking(RuntimeError("shape mismatch")) == ""
    assert lacking(RuntimeError("CUDA out of memory. Tried\nmore")).endswith("of memory. Tried")
