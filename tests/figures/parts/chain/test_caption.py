import re

import numpy as np
import pytest
import toy_curvature as toy
from drawn import texts, written

from thermophoresis.figures.parts import style


@pytest.fixture
def compose():
    """Compose a figure in the project's style, which stays on during the test."""
    with style.context():
        yield toy.compose


def test_says_what_is_drawn(compose):
    words = written(compose(title="A title", note="Only a smoke test", confidence_level=0.9))
    for part in (
        "A title",
        "Only a smoke test",
        "learning rate $\\eta$",
        "0.025 0.05 0.1",
        "n = 24 networks (2 seeds × 12 replicas)",
        "90 % confidence intervals of the mean (Student t)",
        "Two-layer ReLU network, M = 10 inputs, N = 10 hidden units, x ~ N(0, I)",
        "|B| = 1",
        "32 probe samples (standard error 10 % of Tr(PK))",
        "computed exactly",
        "ratio of the two means, its interval by the delta method",
        "geometric means over networks",
    ):
        assert part in words
    for part in ("Diverged", "open points", "left out", "Violated although proved"):
        assert part not in words
    words = written(compose("mlp6"))
    assert "estimated with random vectors (standard error 3 %)" in words
    assert "Two-layer tanh network" in written(compose("tanh"))


def test_precision_is_not_flattered_by_errors_that_scatter(compose):
    # Of two random vectors a standard error is |difference| / 2: of one that is 6 % of the trace,
    # the median over networks is 4 %.
    draws = np.random.default_rng(7).normal(size=(3, 2, 2, 12, 11))

    def scatter(_, curvature):
        trace = np.abs(curvature["hessian_trace"])
        curvature["hessian_trace_estimator_error"] = 0.06 * trace * np.abs(draws)

    found = re.search(r"random vectors \(standard error (\S+) %", written(compose("mlp6", scatter)))
    assert 5.4 < float(found[1]) < 6.6


def test_counts_violations_of_all_networks_that_are_shown(compose):
    words = written(compose(change=toy.some_diverged))
    networks_left = 3 * 24 * 11 - 5 - 3  # rates, networks, records; those that have diverged
    tests = 32 * networks_left
    printed = 3 * 12 * 11 - 5  # one for each network of the first seed
    for part in (
        f"Violations in {tests:,} tests of each inequality (all cells of |B| = 1",
        "Tr(PK) ≤ Tr P · Tr K (Eq. 51): never",
        "Tr P · Tr K ≤ bound: never",
        f"Tr K ≤ Eq. 63 as printed: {2 * networks_left:,} ({200 * networks_left / tests:.2g} %)",
        f"Tr(PK) ≤ Eq. 64 as printed: {printed} ({100 * printed / tests:.2g} %)",
    ):
        assert part in words


def test_a_violation_of_what_is_proved_is_a_notice(compose):
    def violate(_, curvature):
        curvature["violations_bound"][0, 0, 0, 0, 3] = 1

    figure = compose(change=violate)
    (notice,) = (
        text for text, _ in texts(figure) if text.get_text().startswith("Violated although proved")
    )
    assert notice.get_color() == style.NOTICE_COLOUR
    assert "≤ bound" in notice.get_text()


def test_dead_networks_have_a_trace_but_no_ratio(compose):
    figure = compose(change=toy.some_dead)
    assert "(up to 3 networks whose traces are 0 left out)" in written(figure)
    assert "zero at 3 of 11 snapshots (not drawn)" in written(
        compose(change=toy.all_dead_in_the_end)
    )


@pytest.mark.parametrize(
    ("change", "learning_rate", "said"),
    [
        (toy.CHANGES[0], 0.05, "estimated with random vectors (standard error 3 %); Tr(PK)"),
        (toy.controlled, 0.05, "(standard error 3 %), at 3 of 11 snapshots; Tr(PK)"),
        (toy.controlled, 0.1, "(standard error 3 %), not taken in this cell; Tr(PK)"),
        (toy.without_control, 0.05, "estimated with random vectors, not taken in this cell"),
    ],
)
def test_says_where_there_is_a_control(compose, change, learning_rate, said):
    figure = compose("mlp6", change, learning_rate=learning_rate)
    assert said in written(figure).replace("\n", " ")
    assert "left out" not in written(figure)
