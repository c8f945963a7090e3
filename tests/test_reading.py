"""What a script does with results."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import toy_sweeps
from matplotlib.figure import Figure
from scipy import stats

import thermophoresis
from thermophoresis import reading
from thermophoresis.errors import UserError
from thermophoresis.provenance import netcdf

EXAMPLE = Path(__file__).parents[1] / "examples/read_results.py"


@pytest.fixture
def results(tmp_path):
    """A folder of results whose curves are one function of thermal time."""
    curves = toy_sweeps.make_curves()
    curves = curves.assign_coords(seed=[0, 1], replica=np.arange(toy_sweeps.REPLICAS))
    netcdf.write(curves, tmp_path / "results/curves/gaussian.nc")
    verdicts = [{"verdict": "refuted", "statement": "All is well."}]
    (tmp_path / "results/claims.json").write_text(json.dumps(verdicts))
    return tmp_path / "results"


def test_means_are_those_of_the_networks_with_students_interval(results):
    curves = thermophoresis.open_curves("gaussian", results)
    found = thermophoresis.mean_curves(curves, "activation_rate", batch_size=2, level=0.9)
    values = curves["activation_rate"].sel(batch_size=2, learning_rate=0.1).values
    networks = values.reshape(-1, toy_sweeps.RECORDS).astype(np.float64)
    own = found.isel(cell=2)
    assert float(own["learning_rate"]) == 0.1
    assert found["mean"].dims == ("cell", "record")
    half = stats.t.ppf(0.95, len(networks) - 1) * stats.sem(networks)
    np.testing.assert_allclose(own["mean"], networks.mean(0), rtol=1e-6)
    np.testing.assert_allclose(own["high"] - own["mean"], half, rtol=1e-4)
    np.testing.assert_allclose(own["mean"] - own["low"], half, rtol=1e-4)
    assert (own["networks"] == len(networks)).all()


@pytest.mark.parametrize(
    ("of", "labels", "exact"),
    [("learning_rate", {"batch_size": 1}, 2.0), ("batch_size", {"learning_rate": 0.05}, 1.0)],
)
def test_exponents_are_those_that_were_put_in(results, of, labels, exact):
    curves = reading.open_curves("gaussian", results)
    found = reading.fit_exponent(curves, "activation_rate", of=of, **labels)
    assert found.low < exact < found.high
    assert abs(found.value - exact) < 0.3


def test_a_panel_has_a_curve_for_each_cell_and_says_what_it_is(results):
    axes = Figure().subplots()
    curves = reading.open_curves("gaussian", results)
    reading.draw_curves(axes, curves, "activation_rate", batch_size=1, time="steps")
    legend = [text.get_text() for text in axes.get_legend().get_texts()]
    assert legend == ["0.025", "0.05", "0.1"]
    assert len(axes.lines) == 3
    assert "iterations" in axes.get_xlabel()
    assert "activation rate" in axes.get_ylabel()
    exact = curves["activation_rate"].sel(learning_rate=0.1, batch_size=1).mean(("seed", "replica"))
    np.testing.assert_allclose(axes.lines[2].get_ydata(), exact, rtol=1e-5)


def test_what_is_not_there_is_said(results, tmp_path):
    with pytest.raises(UserError, match=r"cannot read .*other\.nc"):
        reading.open_curves("other", results)
    curves = reading.open_curves("gaussian", results)
    with pytest.raises(UserError, match="the file holds no accuracy"):
        reading.mean_curves(curves, "accuracy")
    with pytest.raises(UserError, match="no cells along momentum"):
        reading.mean_curves(curves, "activation_rate", momentum=0.9)
    with pytest.raises(UserError, match=r"cannot read .*claims\.json"):
        reading.read_verdicts(tmp_path)
    with pytest.raises(AttributeError, match="'thermophoresis' has no attribute 'open_curve'"):
        thermophoresis.open_curve  # noqa: B018


def test_the_example_runs_and_is_short(results):
    assert len(EXAMPLE.read_text("utf-8").splitlines()) < 25
    run = subprocess.run(
        [sys.executable, EXAMPLE],
        cwd=results.parent,
        env={"MPLBACKEND": "Agg", "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1] == "refuted All is well."
    assert "α = 2.0" in run.stdout or "α = 1.9" in run.stdout
    assert (results.parent / "activation_rate.png").stat().st_size > 5000


def test_nothing_is_imported_before_it_is_asked_for():
    program = (
        "import sys, thermophoresis\n"
        "print(sum(name.startswith('thermophoresis.') for name in sys.modules))\n"
        "thermophoresis.read_verdicts\n"
        "print('thermophoresis.reading' in sys.modules)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stdout.split() == ["0", "True"]
