"""Who computes something else is not timed; and the command as a whole, small and offline."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

COMMAND = Path(__file__).parents[2] / "benchmarks" / "peers.py"


def judged(task, ours, other):
    from contest import ALTERNATIVES, judge

    first, second = ALTERNATIVES[:2]
    rows = {first: {"error": None}, second: {"error": None}}
    judge(task, {first: ours, second: other}, first, rows)
    assert rows[first]["error"] is None
    return rows[second]


@pytest.mark.parametrize(
    ("moved", "replicas", "agrees"),
    [(1e-7, 3, True), (1e-3, 3, False), (1e-3, 1, True), (0.1, 1, False), (np.nan, 1, False)],
)
def test_parameters_have_to_be_the_same_but_for_a_unit_that_rounding_switches(
    moved, replicas, agrees
):
    ours = {"W1": np.ones((3, 2, 2)), "b1": np.ones((3, 2))}
    other = {name: value.copy() for name, value in ours.items()}
    other["b1"][:replicas, 0] += moved
    row = judged("steps", {"parameters": ours}, {"parameters": other})
    np.testing.assert_allclose(row["worst"], moved / 6**0.5, rtol=1e-6)
    assert (row["error"] is None) == agrees


@pytest.mark.parametrize(("value", "agrees"), [(2 + 1e-12, True), (2.1, False), (np.nan, False)])
def test_values_have_to_be_the_same(value, agrees):
    row = judged("variance", {"values": [1.0, 2.0]}, {"values": [1.0, value]})
    assert (row["error"] is None) == agrees


@pytest.mark.parametrize(("value", "agrees"), [(2.4, True), (3.0, False)])
def test_an_estimate_is_held_against_its_standard_error(value, agrees):
    row = judged("traces", {"values": [2.0]}, {"values": [value], "errors": [0.1]})
    assert (row["error"] is None) == agrees


@pytest.mark.parametrize(("last", "agrees"), [(1.0, True), (1.1, False)])
def test_a_whole_diagonal_sums_to_the_trace(last, agrees):
    row = judged("traces", {"values": [2.0]}, {"diagonal": [0.5, 0.5, last], "columns": 3})
    assert (row["error"] is None) == agrees


def test_the_command_holds_what_is_installed_against_the_engine(tmp_path):
    kept, page = tmp_path / "kept.json", tmp_path / "page.md"
    words = ["steps", "variance", "two_layer_10"]
    words += ["PyTorch loop", "torch.func per-sample gradients"]
    options = ["--quick", "--devices", "cpu", "--seconds", "0.01", "--rounds", "1"]
    options += ["--save", kept, "--output", page, "--only", *words]
    anywhere = {**os.environ, "BENCHMARK_CORE": ""}  # tests run side by side
    subprocess.run([sys.executable, COMMAND, *options], check=True, timeout=500, env=anywhere)
    (run,) = json.loads(kept.read_text())
    assert run["problems"] == {}
    assert [row["error"] for row in run["rows"]] == [None] * 4
    assert [(row["task"], row["name"]) for row in run["rows"] if min(row["rates"]) > 0] == [
        ("steps", "thermophoresis"),
        ("steps", "PyTorch loop"),
        ("variance", "thermophoresis"),
        ("variance", "torch.func per-sample gradients"),
    ]
    # The plain loop is slower on any machine: a ratio is the right way up.
    (line,) = (it for it in page.read_text().splitlines() if it.startswith("| 512 | PyTorch loop"))
    assert float(line.split("|")[4].strip(" ×").replace(",", "")) > 5
