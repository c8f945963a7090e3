"""How far two processors agree, on numbers that are known."""

import math

import numpy as np
import pytest
import xarray as xr


def verdict(name, value, estimate, half):
    ends = {} if half is None else {"ci_low": estimate - half, "ci_high": estimate + half}
    found = {"id": name, "verdict": value, "estimate": estimate, "ci_low": None, "ci_high": None}
    return found | ends


def test_agreement_is_in_digits():
    from processors import digits

    assert digits(1.0, 1.0) == math.inf
    assert digits(2.0, 2.002) == pytest.approx(3, abs=0.001)
    assert digits(-2.002, -2.0) == pytest.approx(3, abs=0.001)
    assert digits(1.0, -1.0) == 0


def test_verdicts_are_compared_claim_by_claim():
    from processors import of_verdicts

    one = [verdict("a", "supported", 1.0, 0.5), verdict("b", "refuted", 2.0, 0.1)]
    other = [verdict("b", "inconclusive", 2.02, 0.1), verdict("a", "supported", 1.001, 0.5)]
    one.append(verdict("c", "supported", None, None))
    other.append(verdict("c", "supported", None, None))
    one.append(verdict("count", "supported", 0.0, 0.0))
    other.append(verdict("count", "supported", 0.0, 0.0))
    found = of_verdicts(one, other)
    assert (found["claims"], found["same"]) == (4, 3)
    assert found["least"] == pytest.approx(2, abs=0.01)
    assert found["median"] == pytest.approx(3, abs=0.01)  # of 2, 3 and as many as there are
    assert found["moved"] == pytest.approx(0.2)


def test_losses_are_compared_by_network_and_by_cell(tmp_path):
    from processors import of_loss

    loss = np.ones((2, 1, 4, 3))  # learning rate, seed, replica, record
    other = loss.copy()
    other[0, ..., 2] *= np.array([1.01, 1.01, 1.01, 0.99])
    other[1, ..., 2] *= np.array([1.02, 1.0, 1.0, 1.0])
    loss[1, 0, 3, 2] = other[1, 0, 3, 2] = np.nan  # diverged in both
    dimensions = ("learning_rate", "seed", "replica", "record")
    for name, values in (("one", loss), ("other", other)):
        xr.Dataset({"loss": (dimensions, values)}).to_netcdf(tmp_path / f"{name}.nc")
    found = of_loss(tmp_path / "one.nc", tmp_path / "other.nc")
    assert found["same"] == pytest.approx(2 / 7)
    assert found["single"] == pytest.approx(0.02)
    assert found["mean"] == pytest.approx(0.005)  # of the cell that has one


def test_what_python_runs_at_its_start_hides_the_widest_registers(monkeypatch):
    from llvmlite import binding
    from processors import OTHER, STAND_INS

    found = {"avx2": True, "avx512f": True, "avx512bw": True}
    monkeypatch.setattr(binding, "get_host_cpu_features", lambda: dict(found))
    monkeypatch.setattr("sys.orig_argv", ["python", "-m", "thermophoresis"])
    environment: dict[str, str] = {}
    monkeypatch.setattr("os.environ", environment)
    exec(OTHER.format(settings=dict(STAND_INS["sse"])), {})
    assert environment == STAND_INS["sse"]
    assert binding.get_host_cpu_features() == {"avx2": True, "avx512f": False, "avx512bw": False}
