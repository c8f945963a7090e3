"""Drift by label-averaged steps against plain loops, derivatives, and steps of SGD themselves."""

import itertools

import pytest
import torch
from runs import settings
from torch.func import grad, vmap
from training import train

from thermophoresis.config.problems import ConfigError
from thermophoresis.config.run import RunSettings
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.observables import drift_budget_sampled as under_test
from thermophoresis.observables.context import Context, Moment
from thermophoresis.observables.drift_budget_sampled import QUANTITIES, TERMS, labellings
from thermophoresis.observables.load import observe

NAME = under_test.NAME
REPLICAS, PROBES, INPUTS = 2, 13, 3
CASES = {
    "bias": TwoLayer(INPUTS, 4),
    "no_bias": TwoLayer(INPUTS, 4, bias=False),
    "tanh": Layered((Linear(INPUTS, 4), Linear(4, 1, bias=False)), activation="tanh"),
    "deep": Layered((Linear(INPUTS, 4), Linear(4, 4), Linear(4, 1))),
}
BLOCKS = {
    "bias": {"V": "V", "W": "W", "b": "b"},
    "no_bias": {"V": "V", "W": "W"},
    "tanh": {"V": "W2", "W": "W1", "b": "b1"},
    "deep": {},
}
SIGMA = {"relu": torch.relu, "tanh": torch.tanh}
SLOPE = {"relu": lambda u: (u > 0).double(), "tanh": lambda u: 1 - torch.tanh(u) ** 2}


def normal(*shape, seed=0):
    stream = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=stream, dtype=torch.float64)


def fresh(replicas, purpose, first, samples):
    """Return samples, each by its number."""
    assert purpose == f"observable {NAME}"
    rows = [
        [normal(INPUTS, seed=1000 * replica + number) for number in range(first, first + samples)]
        for replica in replicas
    ]
    return torch.stack([torch.stack(row) for row in rows]), None


def drawn(network, *, replicas=REPLICAS, rate=0.3, batch=1, record=2, samples=fresh, probes=PROBES):
    streams = [torch.Generator().manual_seed(it) for it in range(replicas)]
    stacked = network.initialise(streams, torch.float64)
    parameters = {name: 1.5 * value for name, value in stacked.items()}
    x = normal(replicas, probes, INPUTS, seed=5)
    y = (normal(replicas, probes, seed=6) > 0).double()
    moment = Moment(0, range(replicas), rate, batch, lambda: {}, lambda: (x, y), record, samples)
    return parameters, x, y, moment


def measured(network, *, gaussian=False, **options):
    parameters, x, y, moment = drawn(network, **options)
    return observe([NAME], network, parameters, x, y, moment, gaussian=gaussian)[NAME]


def layers_of(network, parameters):
    """Return pairs W, b of one replica."""
    if isinstance(network, TwoLayer):
        return [(parameters["W"], parameters.get("b")), (parameters["V"][None], None)]
    return [
        (parameters[f"W{n}"], parameters.get(f"b{n}")) for n in range(1, len(network.layers) + 1)
    ]


def output(network, parameters, x):
    """Return f(x) of one sample, and σ' of all units by layer."""
    activation, slopes = getattr(network, "activation", "relu"), []
    layers = layers_of(network, parameters)
    for number, (weight, bias) in enumerate(layers):
        u = weight @ x if bias is None else weight @ x + bias
        if number < len(layers) - 1:
            slopes.append(SLOPE[activation](u))
            x = SIGMA[activation](u)
    return u[0], torch.stack([it.mean() for it in slopes])


def gradient_of_output(network, parameters, x):
    return grad(lambda it: output(network, it, x)[0])(parameters)


def quantities(network, parameters, x, y, *, gaussian=False):
    """Return gradient variance, E r² and activation rate of one replica on its probe set."""

    def loss(own, x_one, y_one):
        f = output(network, own, x_one)[0]
        return torch.nn.functional.binary_cross_entropy_with_logits(f, y_one)

    gradients = vmap(grad(loss), in_dims=(None, 0, 0))(parameters, x, y)
    flat = torch.cat([it.flatten(1) for it in gradients.values()], 1)
    found = [output(network, parameters, one) for one in x]
    p = torch.sigmoid(torch.stack([f for f, _ in found]))
    rate = torch.stack([slopes.mean() for _, slopes in found]).mean()
    if gaussian:
        z = parameters["b"] / parameters["W"].norm(dim=1)
        rate = torch.special.ndtr(z).mean()
    return torch.stack([flat.var(0).mean(), ((p - y) ** 2).mean(), rate])


def slowly(network, blocks, parameters, x, y, batches, rate, *, gaussian):
    """Return the terms of one replica, by loops over samples, labels and blocks."""

    def at(step):
        moved = {name: value + step.get(name, 0) for name, value in parameters.items()}
        return quantities(network, moved, x, y, gaussian=gaussian)

    def times(factor, direction, only=None):
        return {name: factor * it for name, it in direction.items() if only is None or name in only}

    def plus(*steps):
        return {name: sum(it.get(name, 0) for it in steps) for name in parameters}

    def even(direction, only=None):
        return (at(times(rate, direction, only)) + at(times(-rate, direction, only))) / 2 - start

    start, total = at({}), dict.fromkeys(TERMS, 0)
    total["value"] = start
    for batch in batches:
        size = len(batch)
        along = [gradient_of_output(network, parameters, it) for it in batch]
        p = [float(torch.sigmoid(output(network, parameters, it)[0])) for it in batch]
        share = 1 / len(batches) / rate**2
        found = dict.fromkeys(TERMS, 0)
        for prob, direction in zip(p, along, strict=True):
            c, w = prob - 0.5, (prob**2 + (1 - prob) ** 2) / 2

            def first(only=None, c=c, direction=direction):
                down, up = (at(times(sign * rate, direction, only)) for sign in (-1, 1))
                return c * (down - up) / 2

            found["first"] += first() * size / size
            found["noise"] += w * even(direction) / size
            for one, name in blocks.items():
                found[f"first_{one}"] += first([name])
                found[f"noise_{one}{one}"] += w * even(direction, [name]) / size
            for (one, name), (other, also) in itertools.combinations(blocks.items(), 2):
                both = even(direction, [name, also])
                both = both - even(direction, [name]) - even(direction, [also])
                found[f"noise_{one}{other}"] += w * both / size
        pairs = [*itertools.combinations(range(size), 2)]
        for one, other in pairs:
            mixed = even(plus(along[one], along[other])) - even(along[one]) - even(along[other])
            weight = (p[one] - 0.5) * (p[other] - 0.5)
            found["mean_square"] += (size - 1) / 2 * weight * mixed / len(pairs)
        complete = 0
        for labels in itertools.product((0, 1), repeat=size):
            steps = [
                times(-rate * (prob - label) / size, direction)
                for prob, label, direction in zip(p, labels, along, strict=True)
            ]
            complete = complete + (at(plus(*steps)) - start) / 2**size
        terms = found["first"] + found["noise"] + found["mean_square"]
        found["remainder"] = size * complete - terms
        for name in TERMS[1:]:
            total[name] = total[name] + share * found[name]
    return total


@pytest.mark.parametrize("batch", [1, 2, 3])
@pytest.mark.parametrize("case", CASES)
def test_against_loops_over_samples_labels_and_blocks(case, batch):
    network, gaussian, rate = CASES[case], case == "bias", 0.3
    found = measured(network, batch=batch, rate=rate, gaussian=gaussian)
    parameters, x, y, _ = drawn(network)
    blocks = BLOCKS[case]
    count = max(1, under_test.SAMPLES["blocks" if blocks else "whole"] // batch) * batch
    for replica in range(REPLICAS):
        own = {name: value[replica] for name, value in parameters.items()}
        # Of record 2, by number: those of earlier records come before.
        samples, _ = fresh([replica], f"observable {NAME}", 2 * count, count)
        expected = slowly(
            network, blocks, own, x[replica], y[replica], samples[0].split(batch), rate,
            gaussian=gaussian,
        )  # fmt: skip
        for number, term in enumerate(TERMS):
            of_term = found[replica, :, number]
            kind, _, which = term.partition("_")
            if kind in ("first", "noise") and not {*which} <= {*blocks}:
                assert of_term.isnan().all(), term
            else:
                expected_term = torch.as_tensor(expected[term]).expand(3).double()
                torch.testing.assert_close(of_term, expected_term, rtol=1e-8, atol=1e-11, msg=term)


def test_of_small_steps_it_is_the_derivatives_of_the_activation_rate():
    """A = mean Φ(b/n), with the derivatives worked out by hand; the same samples in both."""
    network, rate = TwoLayer(INPUTS, 4), 1e-3
    found = measured(network, rate=rate, gaussian=True)[:, 2]
    parameters, *_ = drawn(network)
    count = under_test.SAMPLES["blocks"]
    for replica in range(REPLICAS):
        own = {name: value[replica] for name, value in parameters.items()}
        weight, bias, units = own["W"], own["b"], len(own["b"])
        n = weight.norm(dim=1)
        z = bias / n
        density = torch.exp(-(z**2) / 2) / (2 * torch.pi) ** 0.5
        samples, _ = fresh([replica], f"observable {NAME}", 2 * count, count)
        expected = dict.fromkeys(("first_b", "first_W", "noise_bb", "noise_Wb", "noise_WW"), 0.0)
        for x in samples[0]:
            d = gradient_of_output(network, own, x)
            c = float(torch.sigmoid(output(network, own, x)[0])) - 0.5
            w, radial = c**2 + 0.25, (d["W"] * weight).sum(1)
            square = (d["W"] ** 2).sum(1)
            terms = {
                "first_b": -c * density / n * d["b"] / rate,
                "first_W": c * z * density / n**2 * radial / rate,
                "noise_bb": -w / 2 * z * density / n**2 * d["b"] ** 2,
                "noise_Wb": w * (z**2 - 1) * density / n**3 * d["b"] * radial,
                "noise_WW": -w / 2 * z * density / n**2
                * (square + (z**2 - 3) * radial**2 / n**2),
            }  # fmt: skip
            for name, it in terms.items():
                expected[name] += float(it.sum()) / units / count
        for name, value in expected.items():
            assert found[replica, TERMS.index(name)].item() == pytest.approx(value, rel=1e-4), name
        for name in ("first_V", "noise_VV", "noise_VW", "noise_Vb"):
            assert abs(found[replica, TERMS.index(name)]) < 1e-9 / rate, name


def repeated(network, draws, rate, batch):
    """Return what is measured of one network again and again, with samples of its own each time."""
    parameters, x, y, moment = drawn(network, replicas=1, rate=rate, batch=batch)

    def samples(replicas, purpose, first, count):
        return normal(draws, count, INPUTS, seed=8)[replicas.start : replicas.stop], None

    moment = moment._replace(replicas=range(draws), fresh=samples)
    many = {name: value.expand(draws, *value.shape[1:]) for name, value in parameters.items()}
    found = observe([NAME], network, many, x, y, moment, gaussian=True)[NAME]
    return found, many, x, y


@pytest.mark.parametrize("batch", [1, 3, 5])
def test_terms_add_up_to_what_steps_of_sgd_do(batch):
    """Steps of SGD on samples and labels of its own, many of them; a large rate."""
    draws, rate, network = 10_000, 0.8, CASES["bias"]
    found, one, x, y = repeated(network, 500, rate, batch)
    own = normal(draws, batch, INPUTS, seed=9)
    labels = (normal(draws, batch, seed=10) > 0).double()
    stacked = {name: it[:1].expand(draws, *it.shape[1:]) for name, it in one.items()}
    gradient = network.gradient(stacked, own, labels)
    moved = {name: value - rate * gradient[name] for name, value in stacked.items()}
    shown = (x.expand(draws, -1, -1), y.expand(draws, -1))
    after, before = (
        torch.stack(
            [it.observe(Context(network, theta, *shown, gaussian=True)) for it in QUANTITIES], 1
        )
        for theta in (moved, stacked)
    )
    change = (after - before) * batch / rate**2
    chosen = [TERMS.index(it) for it in ("first", "noise", "mean_square", "remainder")]
    total = found[:, :, chosen].sum(2)
    error = (change.var(0) / draws + total.var(0) / len(total)).sqrt()
    assert ((total.mean(0) - change.mean(0)).abs() < 4.5 * error).all()
    # So precise that something that is left out would be seen.
    for term in ("first", "noise"):
        size = found[:, :, TERMS.index(term)].mean(0).abs()
        assert (size > 6 * error).any(), term


def test_the_remainder_is_of_third_order():
    large, small = (repeated(CASES["bias"], 100, rate, 3)[0].mean(0)[2] for rate in (0.01, 0.005))
    # Per thermal time, hence linear in η.
    remainder = TERMS.index("remainder")
    assert (large[remainder] / small[remainder]).item() == pytest.approx(2.0, rel=0.1)
    # Noise by blocks adds up to the whole but for what is of fourth order.
    for it in (large, small):
        blocks = sum(it[n] for n, term in enumerate(TERMS) if term.startswith("noise_"))
        assert blocks.item() == pytest.approx(it[TERMS.index("noise")].item(), rel=1e-3)


@pytest.mark.parametrize("batch", [1, 2, 3, 4, 5, 8])
def test_labellings_have_the_moments_of_fair_coins_up_to_the_third(batch):
    rows = torch.from_numpy(labellings(batch))
    assert {*rows.flatten().tolist()} == {-1.0, 1.0}
    for order in (1, 2, 3):
        for of in itertools.product(range(batch), repeat=order):
            odd = any(of.count(it) % 2 for it in of)
            assert rows[:, of].prod(1).mean() == (0 if odd else 1), of
    if batch <= 3:
        assert sorted(map(tuple, rows.tolist())) == sorted(
            itertools.product((-1.0, 1.0), repeat=batch)
        )


def test_no_bit_depends_on_other_replicas():
    network = CASES["bias"]
    parameters, x, y, moment = drawn(network, replicas=3)
    together = observe([NAME], network, parameters, x, y, moment)[NAME]
    own = {name: value[1:2] for name, value in parameters.items()}
    moment = moment._replace(replicas=range(1, 2))
    alone = observe([NAME], network, own, x[1:2], y[1:2], moment)[NAME]
    assert torch.equal(alone[0, :, :4], together[1, :, :4])
    assert not torch.equal(together[0, :, 1:4], together[1, :, 1:4])


def test_recorded_along_a_run_with_its_names():
    recorded = settings(record=["activation_rate", "squared_error", "gradient_variance", NAME])
    dataset = train(recorded).run
    found = dataset[NAME]
    assert found.dims == ("replica", "record", "sampled_of", "sampled_term")
    assert found["sampled_term"].values.tolist() == list(TERMS)
    for of in found["sampled_of"].values:
        value = found.sel(sampled_of=of, sampled_term="value")
        assert value.values.tolist() == dataset[of].values.tolist()
    # Fresh samples at each record, and no trajectory that is another for it.
    without = train(settings(record=["activation_rate"])).run
    assert without["activation_rate"].values.tolist() == dataset["activation_rate"].values.tolist()


@pytest.mark.parametrize(
    "changes",
    [
        {"labels": "shuffled", "sampling": "with_replacement", "training_set_size": 9},
        {"sampling": "with_replacement", "training_set_size": 9},
        {"data": {"kind": "teacher"}},
        {"data": {"kind": "teacher"}, "labels": {"resampled": 0.5}},
        {"loss": "squared"},
        {"dynamics": {"momentum": 0.5}},
    ],
)
def test_refused_where_labels_are_no_fair_coins_or_steps_not_plain(changes):
    with pytest.raises((ConfigError, ValueError), match="it needs"):
        RunSettings(**{**settings().model_dump(exclude_unset=True), "record": [NAME], **changes})
