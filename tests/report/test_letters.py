"""What the letters to authors ask to be checked by hand is right, and what they name is there."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
import sympy

from thermophoresis.report import readme

REPOSITORY = Path(__file__).parents[2]
LEDGER = {it["id"]: it for it in json.loads((REPOSITORY / readme.SUMMARY).read_text("utf-8"))}
LETTERS = {path.stem: path for path in (REPOSITORY / "docs/letters").glob("*.md")}


def symbols(names):
    return sympy.symbols(names, real=True)


@pytest.mark.parametrize("name", ["wei_schwab", "chaudhari_soatto", "jastrzebski"])
def test_claims_that_a_letter_names_are_of_its_paper_and_decided_as_it_says(name):
    paper = {"chaudhari_soatto": "limit_cycles", "jastrzebski": "three_factors"}.get(name)
    text = LETTERS[name].read_text("utf-8")
    named = set(re.findall(r"`([a-z0-9-]+-[a-z0-9-]+)`", text))
    assert len(named) > 10
    for claim in named:
        assert LEDGER[claim].get("paper") == paper, claim
    # A table of misprints must not outlive a verdict that says that the print is right.
    table = text[text.index("| where |") : text.index("**Counterexamples")]
    for claim in set(re.findall(r"<!--claim (\S+) verdict", table)):
        right = claim in ("l23-rows", "eq6-thermo-1d")  # what should stand there
        assert LEDGER[claim]["verdict"] == ("supported" if right else "refuted"), claim


# --- Wei & Schwab ---------------------------------------------------------------------------------


def test_one_linear_layer_breaks_equation_64_as_printed():
    x, p = np.array([2.0, 0.0]), np.array([0.5, 0.5])
    jacobian = np.kron(np.eye(2), x)  # of z = Wx by all of W
    curvature = np.diag(p) - np.outer(p, p)
    trace = np.trace(curvature @ jacobian @ jacobian.T)
    assert np.trace(curvature) == 0.5
    assert trace == 2
    assert np.trace(curvature) * np.linalg.norm(x) == 1
    assert trace <= np.trace(curvature) * 2 * x @ x  # ‖X‖² and the factor C


def test_both_signs_of_the_printed_loss_cancel_and_descent_goes_the_wrong_way():
    f, y = symbols("f y")

    def probability(sign):
        return 1 / (1 + sympy.exp(sign * f))

    def loss(sign, p):
        return sign * (y * sympy.log(p) + (1 - y) * sympy.log(1 - p))

    for sign, towards in ((1, False), (-1, True)):
        p = probability(sign)
        assert sympy.simplify(sympy.diff(loss(sign, p), f) - (p - y)) == 0  # Eq. 26
        step = -sympy.diff(loss(sign, p), f)
        change = (sympy.diff(p, f) * step).subs({f: 0.3, y: 1})
        assert (change > 0) == towards


def test_the_flux_along_g_is_the_one_of_the_letter():
    q = symbols("q1 q2")
    rho, *g = (sympy.Function(name)(*q) for name in ("rho", "g1", "g2"))
    flux = [-sum(sympy.diff(g[i] * g[j] * rho, q[j]) for j in (0, 1)) / 2 for i in (0, 1)]
    size = sympy.sqrt(g[0] ** 2 + g[1] ** 2)
    along = sum(g[i] * flux[i] for i in (0, 1)) / size
    first = size * sum(g[i] * sympy.diff(rho, q[i]) for i in (0, 1))
    pairs = [(i, j) for i in (0, 1) for j in (0, 1)]
    second = sum(g[i] * g[j] * sympy.diff(g[i], q[j]) for i, j in pairs) / size
    spread = size * sum(sympy.diff(g[i], q[i]) for i in (0, 1))
    assert sympy.simplify(along + (first + rho * (second + spread)) / 2) == 0


# --- Chaudhari & Soatto ---------------------------------------------------------------------------


def test_printed_spectra_of_cifar_10_miss_the_inequality_by_what_is_said():
    mean, deviation = 0.27, 0.84
    assert f"{mean**2 / (mean**2 + deviation**2):.1%}" == "9.4%"


def test_a_diffusion_that_depends_on_the_weight_has_the_loss_as_its_potential():
    x, beta, amplitude = symbols("x beta A")
    f = sympy.Function("f")(x)
    density = sympy.exp(-beta * f)
    diffusion = 1 + amplitude * sympy.exp(beta * f)
    current = sympy.diff(f, x) * density + sympy.diff(diffusion * density, x) / beta
    assert sympy.simplify(current) == 0


def test_the_potential_depends_on_the_temperature_in_one_dimension():
    x, beta = symbols("x beta")
    f, diffusion = sympy.Function("f")(x), sympy.Function("D", positive=True)(x)
    slope = sympy.diff(f, x) / diffusion + sympy.diff(sympy.log(diffusion), x) / beta  # of Φ
    # 0 = f′ρ + (Dρ)′/β with ρ′ = −βΦ′ρ
    rest = sympy.diff(f, x) + (sympy.diff(diffusion, x) - diffusion * beta * slope) / beta
    assert sympy.simplify(rest) == 0


def test_the_force_of_the_example_has_the_divergence_of_the_letter():
    x, y, rate = symbols("x y lambda")
    potential = (x**2 - 1) ** 2 / 4 + y**2 / 2
    g = sympy.exp(potential - (x**2 + y**2) ** 2 / 4)
    force = (-rate * g * y, rate * g * x)
    printed = rate * g * x * y * (2 - x**2)
    divergence = sympy.diff(force[0], x) + sympy.diff(force[1], y)
    along = force[0] * sympy.diff(potential, x) + force[1] * sympy.diff(potential, y)
    assert sympy.simplify(divergence - printed) == 0
    assert sympy.simplify(along - printed) == 0
    density = sympy.exp(-potential)
    kept = sympy.diff(force[0] * density, x) + sympy.diff(force[1] * density, y)
    assert sympy.simplify(kept) == 0
    drift = [it - sympy.diff(potential, axis) for it, axis in zip(force, (x, y), strict=True)]
    matrix = sympy.Matrix(drift).jacobian([x, y]).subs({x: 0, y: 0})
    omega = rate * sympy.exp(sympy.Rational(1, 4))
    assert sympy.simplify(matrix.trace()) == 0
    assert sympy.simplify(matrix.det() - (omega**2 - 1)) == 0


# --- Jastrzębski et al. ---------------------------------------------------------------------------


def test_widths_drop_out_of_what_noise_does_to_odds():
    n, deep, shallow, one, other, added = symbols("n L_A L_B H_A H_B c")
    odds = sympy.log(other / one) / 2 + (shallow - deep) / n
    assert sympy.simplify(sympy.diff(odds, n) - (deep - shallow) / n**2) == 0
    first, second = symbols("n_A n_B")
    printed = shallow / second - deep / first
    changed = printed.subs({deep: deep + added, shallow: shallow + added}, simultaneous=True)
    assert sympy.simplify(changed - printed - added * (1 / second - 1 / first)) == 0
