"""Drift budgets against dense matrices by autograd, against real steps, and in solved cases."""

import itertools

import numpy as np
import pytest
import torch
from dense_budget import (
    context,
    dense,
    flat,
    measure,
    of_samples,
    quantities,
    use_samples,
)

from thermophoresis.config.data.teacher import TeacherInputs
from thermophoresis.config.observables.drift_budget import OF, TERMS
from thermophoresis.data import gaussian, teacher, uniform
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables import drift_budget
from thermophoresis.theory import gaussian_units, uniform_rate

BIASED, PLAIN = TwoLayer(5, 4), TwoLayer(5, 4, bias=False)
SQUARES = TwoLayer(5, 4, loss=Squared((-0.5, 1.0)))
CASES = {
    "gaussian": (BIASED, gaussian, {}),
    "gaussian_batches": (BIASED, gaussian, {"batch_size": 3}),
    "gaussian_without_biases": (PLAIN, gaussian, {"batch_size": 2}),
    "uniform": (PLAIN, uniform, {}),
    "uniform_batches": (PLAIN, uniform, {"batch_size": 3}),
    "squared": (SQUARES, gaussian, {"batch_size": 2}),
}


def labels(network):
    """Return E y and Var y of fair coins on the scale of the loss."""
    return (0.25, 0.5625) if isinstance(network.loss, Squared) else (0.5, 0.25)


@pytest.mark.parametrize("case", CASES)
def test_terms_are_those_of_dense_matrices(case, monkeypatch):
    network, kind, options = CASES[case]
    use_samples(monkeypatch)
    of = context(network, kind, **options)
    found = measure(of)
    x, _ = of.fresh("drift_budget", drift_budget.SAMPLES)
    target, variance = labels(network)
    for replica in range(of.replicas):
        theta, blocks = flat(network, of.parameters, replica)
        expected = dense(
            network,
            theta,
            blocks,
            x[replica],
            target,
            variance,
            squared=isinstance(network.loss, Squared),
            gaussian=kind is gaussian,
            batch_size=options.get("batch_size", 1),
            rate=0.1,
        )
        for name, terms in expected.items():
            for term, value in terms.items():
                scale = max(abs(it) for it in terms.values())
                tolerance = 1e-6 if kind is uniform and name == "activation_rate" else 1e-11
                assert found[name][term][replica] == pytest.approx(
                    value, rel=1e-7, abs=tolerance * scale
                ), (name, term)
    if kind is uniform:
        assert all(np.isnan(value).all() for value in found["gradient_square"].values())


def test_second_moments_in_closed_form_are_those_of_many_samples(monkeypatch):
    def all_terms(samples):
        monkeypatch.setattr(drift_budget, "SAMPLES", samples)
        return drift_budget.observe(context(BIASED, gaussian)).numpy()

    exact = all_terms(50_000)
    use_samples(monkeypatch)
    sampled = all_terms(50_000)
    noise = [TERMS.index(name) for name in TERMS if name.startswith("noise")]
    np.testing.assert_allclose(
        exact[..., noise], sampled[..., noise], rtol=0, atol=0.03 * abs(sampled[..., noise]).max()
    )
    assert (exact[..., noise] != sampled[..., noise]).any()


def test_labels_of_the_data_and_partly_random_ones(monkeypatch):
    kind = teacher.distribution(TeacherInputs(kind="teacher"), inputs=5, seed=0)
    use_samples(monkeypatch)
    for random in (0.0, 0.4, 1.0):
        of = context(BIASED, kind, random=random, batch_size=2)
        found = measure(of)
        x, y = of.fresh("drift_budget", drift_budget.SAMPLES)
        theta, blocks = flat(BIASED, of.parameters, 0)
        # A label is its own, or a coin: averaged over both, as it is drawn.
        target, variance = random / 2 + (1 - random) * y[0], random / 2 * (1 - random / 2)
        options = {"squared": False, "gaussian": True, "batch_size": 2, "rate": 0.1}
        expected = dense(BIASED, theta, blocks, x[0], target, variance, **options)
        for name, terms in expected.items():
            for term, value in terms.items():
                assert found[name][term][0] == pytest.approx(value, rel=1e-7, abs=1e-11)
        assert np.isfinite(found["activation_rate"]["flux"]).all() == (random == 1)
    assert (y == 0).any()


def drift_by_steps(network, kind, of, batch_size, rate):
    """Return odd and even part of the mean change in one step, by taking all of them.

    Every batch of different samples with every labelling, and its mirror image.
    """
    x, _ = of.fresh("drift_budget", drift_budget.SAMPLES)
    theta, _ = flat(network, of.parameters, 0)
    changes = {name: [] for name in quantities(network, kind is gaussian)}
    for name in changes:
        value = quantities(network, kind is gaussian)[name]
        per_label = [of_samples(network, theta, x[0], label, False) for label in (0.0, 1.0)]
        single = [torch.tensor(rho[:, None] * gradient) for rho, gradient in per_label]
        samples = range(len(x[0]))
        for batch in itertools.permutations(samples, batch_size):
            for drawn in itertools.product(single, repeat=batch_size):
                gradient = sum(of[n] for of, n in zip(drawn, batch, strict=True)) / batch_size
                forth, back = value(theta - rate * gradient), value(theta + rate * gradient)
                changes[name].append(
                    [(forth - back).item() / 2, ((forth + back) / 2 - value(theta)).item()]
                )
    return {name: np.mean(of, 0) * batch_size / rate**2 for name, of in changes.items()}


@pytest.mark.parametrize(("kind", "batch_size"), [(gaussian, 1), (gaussian, 2), (uniform, 2)])
def test_real_steps_change_quantities_as_the_budget_says(kind, batch_size, monkeypatch):
    network = TwoLayer(3, 2, bias=kind is gaussian)
    use_samples(monkeypatch, 12)
    for rate, tolerance in ((0.5, 0.2), (0.05, 2e-3)):
        of = context(network, kind, batch_size=batch_size, rate=rate, replicas=range(1))
        found = measure(of)
        for name, (odd, even) in drift_by_steps(network, kind, of, batch_size, rate).items():
            terms = {term: value[0] for term, value in found[name].items()}
            first = sum(terms[f"first_{block}"] for block in "VWb")
            second = terms["mean_square"] + sum(
                value for term, value in terms.items() if term.startswith("noise")
            )
            exact = name not in ("activation_rate", "gradient_square")
            near = {"rel": 1e-9, "abs": 1e-11} if exact else {"rel": tolerance, "abs": tolerance}
            assert odd == pytest.approx(first, **near), name
            assert even == pytest.approx(second, **near), name


def test_means_over_many_steps_are_the_whole_budget():
    """Of ‖V‖², ‖W‖² and the mean bias there is no remainder, at any learning rate."""
    rate, samples = 2.0, 400_000
    of = context(BIASED, gaussian, rate=rate, replicas=range(1), scale=1.0)
    theta, blocks = flat(BIASED, of.parameters, 0)
    draw = torch.Generator().manual_seed(5)
    x = torch.randn(samples, 5, generator=draw, dtype=torch.float64)
    y = torch.randint(2, (samples,), generator=draw).double()
    rho, gradient = of_samples(BIASED, theta, x, y, False)
    moved = theta.numpy() - rate * rho[:, None] * gradient
    changes = {
        "mean_bias": (moved - theta.numpy())[:, blocks == "b"].mean(1),
        "second_layer_square": (moved**2 - theta.numpy() ** 2)[:, blocks == "V"].sum(1),
        "first_layer_square": (moved**2 - theta.numpy() ** 2)[:, blocks == "W"].sum(1),
    }
    many = np.stack([drift_budget.observe(at(of, record)).numpy()[0] for record in range(200)])
    for name, change in changes.items():
        terms = [TERMS.index(it) for it in TERMS if it.startswith(("first", "noise", "mean_sq"))]
        rates = many[:, OF.index(name), terms].sum(1)
        error = (change.var() / samples / rate**4 + rates.var() / len(rates)) ** 0.5
        assert abs(change.mean() / rate**2 - rates.mean()) < 4 * error
        assert error < 0.1 * abs(rates.mean())


def at(of, record):
    """Return the same networks at another record, with other samples."""
    of._moment = of.moment._replace(record=record)
    return of


def test_without_second_weights_nothing_moves_biases_and_noise_lifts_v():
    zero = torch.zeros(3, 4, dtype=torch.float64)
    of = context(BIASED, gaussian, batch_size=3, V=zero)
    found = measure(of)
    for name in ("activation_rate", "mean_bias", "first_layer_square"):
        for term in TERMS:
            if term not in ("value", "flux"):
                assert (found[name][term] == 0).all(), (name, term)
    w, b = of.parameters["W"].numpy(), of.parameters["b"].numpy()
    # Residuals are ±½ and the gradient of V is h.
    expected = gaussian_units.moments(w, b).second.sum(1) / 4
    np.testing.assert_allclose(found["second_layer_square"]["noise_VV"], expected, rtol=1e-12)
    assert (found["second_layer_square"]["first_V"] == 0).all()
    # But the flux has a part along b, ¼ E s h/N of each unit: half of it, downwards.
    many = np.mean([measure(at(of, it))["mean_bias"]["flux"] for it in range(300)], 0)
    expected = -gaussian_units.moments(w, b).first.mean(1) / 8
    np.testing.assert_allclose(many, expected, rtol=0.02)


def test_under_symmetric_residuals_there_is_no_first_order(monkeypatch):
    """Eq. 2: residuals ±½ at even odds whatever x is make martingales of all parameters."""
    network = TwoLayer(5, 4, loss=Squared())
    # Labels that are ±½ about what the network puts out: E r = 0 and E r² = ¼.
    of = context(network, gaussian, batch_size=2)
    x, _ = of.fresh("drift_budget", drift_budget.SAMPLES)
    outputs = network.forward(of.parameters, x).numpy()
    monkeypatch.setattr(drift_budget, "_labels", lambda *_: (outputs, 0.25))
    found = measure(of)
    for name, terms in found.items():
        scale = abs(terms["value"]).max()
        for term in ("first_V", "first_W", "first_b", "mean_square"):
            assert abs(terms[term]).max() < 1e-13 * scale, (name, term)
    assert (found["second_layer_square"]["noise_VV"] > 0).all()
    assert (found["first_layer_square"]["noise_WW"] > 0).all()
    assert all((found["mean_bias"][f"noise_{it}"] == 0).all() for it in ("VV", "bb", "Wb"))


def test_networks_do_not_depend_on_their_neighbours():
    for network, kind in ((BIASED, gaussian), (PLAIN, uniform)):
        whole = drift_budget.observe(context(network, kind, batch_size=2, replicas=range(70)))
        for replicas in (range(1), range(66, 69)):
            some = drift_budget.observe(context(network, kind, batch_size=2, replicas=replicas))
            assert torch.equal(
                some.nan_to_num(9), whole[replicas.start : replicas.stop].nan_to_num(9)
            )


def test_records_have_samples_of_their_own():
    of = context(BIASED, gaussian)
    first, again, other = (drift_budget.observe(at(of, it)) for it in (3, 3, 4))
    assert torch.equal(first.nan_to_num(), again.nan_to_num())
    assert not torch.equal(first.nan_to_num(), other.nan_to_num())
    assert torch.equal(first[..., 0], other[..., 0])


def test_values_are_those_of_the_other_observables():
    of = context(BIASED, gaussian)
    found = measure(of)
    w, b, v = (of.parameters[name] for name in "WbV")
    rate = torch.special.ndtr(b / w.square().sum(2).sqrt()).mean(1)
    np.testing.assert_allclose(found["activation_rate"]["value"], rate, rtol=1e-12)
    np.testing.assert_allclose(found["mean_bias"]["value"], b.mean(1), rtol=1e-12)
    np.testing.assert_allclose(found["second_layer_square"]["value"], v.square().sum(1))
    plain = context(PLAIN, uniform)
    rates = uniform_rate.activation_rate(plain.parameters["W"].numpy()).value.mean(1)
    np.testing.assert_array_equal(measure(plain)["activation_rate"]["value"], rates)


def test_a_network_that_diverges_leaves_the_others_alone():
    for network, kind in ((BIASED, gaussian), (PLAIN, uniform)):
        of = context(network, kind)
        before = drift_budget.observe(of)
        of.parameters["W"][1] = np.inf
        of.parameters["V"][2] = 1e200
        after = drift_budget.observe(of)
        assert torch.equal(before[0].nan_to_num(9), after[0].nan_to_num(9))
        assert not after[1:].isfinite().all((1, 2)).any()
