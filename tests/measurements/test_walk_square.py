"""The mean step of V² in the unbiased walk, against walkers."""

import numpy as np
import pytest

from thermophoresis.config.measurements.walk_square import WalkSquare
from thermophoresis.measurements import walk_square


def test_it_is_what_walkers_do():
    found = walk_square.measure(WalkSquare(kind="walk_square"), [], [], [])
    rng = np.random.default_rng(0)
    v, eta, batch = 0.4, 0.1, 3
    for bias in (-1.0, 0.0, 2.0):
        x, coins = rng.normal(size=(400_000, batch)), rng.choice([-0.5, 0.5], (400_000, batch))
        steps = eta * (coins * np.maximum(x + bias, 0)).mean(1)
        change = (v - steps) ** 2 - v**2
        # Its noise is that of the first order; the mean of this is 0.
        change = (change + 2 * v * steps) / (eta**2 / batch)
        error = change.std() / len(change) ** 0.5
        expected = found["square_drift"].sel(bias=bias).item()
        assert change.mean() == pytest.approx(expected, abs=5 * error)
    assert (found["square_drift"] > 0).all()
    assert (found["drift"] == 0).all()
    assert walk_square.describe(found).startswith("E dV^2 from ")
    twice = walk_square.measure(WalkSquare(kind="walk_square", residual=0.5), [], [], [])
    np.testing.assert_allclose(twice["square_drift"], 2 * found["square_drift"])


def test_it_makes_what_it_declares():
    found = walk_square.measure(WalkSquare(kind="walk_square"), [], [], [])
    assert {*found.data_vars} == {*WalkSquare.variables}
    assert found["square_drift"].dims == WalkSquare.axes
