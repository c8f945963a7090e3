"""Momentum on a quadratic loss: verdicts from the shipped settings, and errors that would show."""

import numpy as np
import pytest
from shipped import verdicts_on

from thermophoresis.config.measurements.momentum_variance import MomentumVariance
from thermophoresis.measurements import momentum_variance
from thermophoresis.measurements.momentum_variance import measure

SETTINGS = MomentumVariance(kind="momentum_variance", momenta=(0.0, 0.8), pairs=4, seed=3)


def test_verdicts_are_those_of_the_closed_form():
    found = verdicts_on({"momentum_variance"})
    verdicts = {name: it["verdict"] for name, it in found.items()}
    assert verdicts == {
        "j45-closed": "supported",
        "j45-collapse": "refuted",
        "j45-collapse-order": "supported",
    }
    # If all eigenvalues were the largest: (1 − ηλ/2)/(1 − ηλ(1 − μ)/(2(1 + μ))), ηλ = ½.
    least = (1 - 0.25) / (1 - 0.25 * 0.1 / 1.9) - 1
    assert least < found["j45-collapse"]["estimate"] < 0


def test_one_weight_has_the_deviation_of_its_step():
    one = SETTINGS.model_copy(update={"weights": 1})
    found = measure(one, (), (), ())["collapse_deviation"].values
    assert found == pytest.approx([0, (1 - 0.25) / (1 - 0.25 * 0.2 / 1.8) - 1], rel=1e-12)


def test_a_wrong_closed_form_is_seen(monkeypatch):
    right = momentum_variance.energy

    def wrong(*matrices, learning_rate, momentum):
        return right(*matrices, learning_rate=learning_rate, momentum=momentum) * (1 + momentum)

    assert measure(SETTINGS, (), (), ())["closed_error"].values.max() < 1e-12
    monkeypatch.setattr(momentum_variance, "energy", wrong)
    assert measure(SETTINGS, (), (), ())["closed_error"].values[1] == pytest.approx(0.8)


def test_what_is_drawn_depends_on_the_seed_alone():
    first, again = (measure(SETTINGS, (), (), ()) for _ in range(2))
    other = measure(SETTINGS.model_copy(update={"seed": 4}), (), (), ())
    assert first.identical(again)
    assert not np.array_equal(first["collapse_deviation"], other["collapse_deviation"])
