"""What users of Cockpit know, against automatic differentiation, dense matrices and BackPACK."""

import warnings

import own_network
import pytest
import torch
from dense_curvature import Module
from reference import initial_parameters
from torch import nn
from torch.autograd.functional import hessian, jacobian
from torch.func import functional_call

from thermophoresis.config.networks.module import ModuleNetwork
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.load import build
from thermophoresis.networks.losses.squared import Squared
from thermophoresis.networks.pooling import Pooled
from thermophoresis.networks.strided import StridedConvolution
from thermophoresis.networks.two_layer import TwoLayer
from thermophoresis.numerics.lanczos import largest_eigenvalue
from thermophoresis.observables import gradients
from thermophoresis.observables.context import Context, Moment
from thermophoresis.observables.load import observe

with warnings.catch_warnings():
    warnings.simplefilter("ignore", FutureWarning)  # of a dependency's own use of torch
    from backpack import backpack, extend, extensions

REPLICAS, SAMPLES, RATE, BATCH = 2, 9, 0.3, 4
LAYERS = (Linear(4, 5), Linear(5, 4, bias=False), Linear(4, 3))
IMAGES = (Convolution(2, 3, 2), Convolution(3, 2, 3, bias=False), Linear(2 * 4, 3))
# Of 7×7 pixels 4×4 are left, then 2×2 means, then one largest value.
POOLED = (
    StridedConvolution(2, 3, 3, stride=2, padding=1),
    Pooled(Convolution(3, 2, 1, bias=False), "average", 2),
    Pooled(Linear(2, 3), "max", 2),
)
# Name: network, shape of one input.
CASES = {
    "two_layer": (TwoLayer(4, 5), (4,)),
    "two_layer_no_bias": (TwoLayer(4, 5, bias=False), (4,)),
    "two_layer_squared": (TwoLayer(4, 5, loss=Squared((-0.5, 0.5))), (4,)),
    "logistic": (Layered((Linear(4, 1),)), (4,)),
    "tanh_classes": (Layered(LAYERS, 3, "tanh"), (4,)),
    "images": (Layered((*IMAGES[:2], Linear(2 * 4, 1))), (2, 5, 5)),
    "images_classes": (Layered(IMAGES, 3), (2, 5, 5)),
    "images_squared": (Layered(IMAGES, 3, "tanh", loss=Squared()), (2, 5, 5)),
    "gelu_pooled": (Layered(POOLED, 3, "gelu"), (2, 7, 7)),
}
EVERY = pytest.mark.parametrize("name", CASES)
OF_GRADIENTS = (
    *("gradient_norm", "update_size", "gradient_noise_scale", "signal_to_noise"),
    *("norm_test", "inner_product_test", "orthogonality_test", "tic", "largest_eigenvalue"),
)
OTHERS = ("distance_from_start", "parameter_norm", "accuracy", "train_accuracy", "train_loss")


def draw(name, network=None, replicas=REPLICAS):
    """Draw parameters, of another network if there is one, a probe set, and where they are."""
    own, shape = CASES[name]
    network = network or own
    initial = initial_parameters(network, range(replicas), torch.float64)
    stream = torch.Generator().manual_seed(1)
    parameters = {
        key: 2 * value + 0.1 * torch.randn(value.shape, generator=stream, dtype=value.dtype)
        for key, value in initial.items()
    }
    sets = []
    for samples in (SAMPLES, 13):
        x = torch.randn(replicas, samples, *shape, generator=stream, dtype=torch.float64)
        y = torch.randint(network.classes or 2, (replicas, samples), generator=stream)
        sets.append((x, y if network.classes else y.double()))
    moment = Moment(
        seed=3,
        replicas=range(replicas),
        learning_rate=RATE,
        batch_size=BATCH,
        initial=lambda: initial,
        training_set=lambda: sets[1],
    )
    return network, parameters, *sets[0], moment


def measured(name, names=OF_GRADIENTS):
    return observe(names, *draw(name))


def reference_losses(network):
    """Return the loss of every sample from logits (sample, class) and labels (sample,)."""
    if isinstance(network.loss, Squared):
        low, high = network.loss.targets

        def losses(z, y):
            own = y[:, None] if network.classes is None else y[:, None] == torch.arange(z.shape[1])
            return ((z - low - (high - low) * own) ** 2).sum(1) / 2

        return losses
    if network.classes is None:
        loss = nn.BCEWithLogitsLoss(reduction="none")
        return lambda z, y: loss(z[:, 0], y)
    return nn.CrossEntropyLoss(reduction="none")


def of_replica(name, replica):
    """Return gradients of samples (sample, P), Hessian and Gauss–Newton matrix (P, P)."""
    network, parameters, x, y, _ = draw(name)
    chain, views = network.as_layered(parameters)
    module, losses = Module(chain, views, replica), reference_losses(network)
    weights = {key: value.detach() for key, value in module.named_parameters()}
    x, y = x[replica], y[replica]
    shapes = {key: value.shape for key, value in weights.items()}

    def logits(flat, x):
        parts = flat.split([shape.numel() for shape in shapes.values()])
        at = {key: part.view(shapes[key]) for key, part in zip(shapes, parts, strict=True)}
        return functional_call(module, at, (x,))

    def mean_loss(flat, x, y):
        return losses(logits(flat, x), y).mean()

    flat = torch.cat([value.flatten() for value in weights.values()])
    G = jacobian(lambda at: losses(logits(at, x), y), flat)
    H = hessian(lambda at: mean_loss(at, x, y), flat)
    ggn = torch.zeros_like(H)
    for x_one, y_one in zip(x[:, None], y[:, None], strict=True):
        z = logits(flat, x_one)
        J = jacobian(lambda at, x=x_one: logits(at, x)[0], flat)
        P = hessian(lambda z, y=y_one: losses(z, y).sum(), z)[0, :, 0]
        ggn += J.T @ P @ J / len(x)
    return G, H, ggn


def of_gradients(G):
    """Return what is made of gradients of samples (sample, P)."""
    mean, C = G.mean(0), torch.cov(G.T)
    square = mean @ mean
    projections = G @ mean
    across = G - projections[:, None] * mean / square
    variance = C.diagonal()
    moved = variance > 0
    return {
        "gradient_norm": square.sqrt(),
        "update_size": RATE * (square + C.trace() / BATCH).sqrt(),
        "gradient_noise_scale": C.trace() / square,
        "signal_to_noise": (mean[moved] ** 2 / variance[moved]).sum() / len(mean),
        "norm_test": (C.trace() / BATCH / square).sqrt(),
        "inner_product_test": (projections.var() / BATCH / square**2).sqrt(),
        "orthogonality_test": ((across**2).sum() / (SAMPLES - 1) / BATCH / square).sqrt(),
    }


@EVERY
def test_instruments_are_those_of_per_sample_gradients_and_dense_matrices(name):
    found = measured(name)
    for replica in range(REPLICAS):
        G, H, ggn = of_replica(name, replica)
        moved = G.var(0) > 0
        tic = ((G**2).mean(0)[moved] / ggn.diagonal()[moved]).sum()
        expected = of_gradients(G) | {"tic": tic}
        for key, value in expected.items():
            torch.testing.assert_close(found[key][replica], value, rtol=1e-9, atol=0, msg=key)
        largest = torch.linalg.eigvalsh(H)[-1]
        torch.testing.assert_close(
            found["largest_eigenvalue"][replica], largest, rtol=1e-6, atol=1e-9
        )


def test_the_expected_size_of_a_step_is_that_of_drawn_batches():
    G, *_ = of_replica("two_layer", 0)
    stream = torch.Generator().manual_seed(0)
    # From an infinite population with the moments of the samples: normal variates.
    C, mean = torch.cov(G.T), G.mean(0)
    values, vectors = torch.linalg.eigh(C)
    root = vectors * values.clamp(min=0).sqrt()
    noise = torch.randn(20_000, BATCH, len(mean), generator=stream, dtype=torch.float64) @ root.T
    sizes = RATE * torch.linalg.vector_norm(mean + noise.mean(1), dim=1)
    found = measured("two_layer")["update_size"][0]
    assert sizes.square().mean().sqrt().item() == pytest.approx(found.item(), rel=0.02)


@pytest.mark.parametrize("name", ["tanh_classes", "images_classes"])
def test_backpack_agrees(name):
    network, parameters, x, y, _ = draw(name)
    parts = []
    for number, layer in enumerate(network.layers, start=1):
        linear = isinstance(layer, Linear)
        parts += [nn.Flatten()] if linear and len(x.shape) > 3 else []
        parts.append(
            nn.Linear(layer.inputs, layer.outputs, bias=layer.bias)
            if linear
            else nn.Conv2d(layer.inputs, layer.outputs, layer.kernel, bias=layer.bias)
        )
        parts[-1].weight.data = parameters[f"W{number}"][0]
        if layer.bias:
            parts[-1].bias.data = parameters[f"b{number}"][0]
        if number < len(network.layers):
            parts.append({"relu": nn.ReLU, "tanh": nn.Tanh}[network.activation]())
    module, loss = extend(nn.Sequential(*parts).double()), extend(nn.CrossEntropyLoss())
    with backpack(extensions.BatchGrad(), extensions.DiagGGNExact()):
        loss(module(x[0].requires_grad_()), y[0]).backward()
    G, diagonal = (
        torch.cat([getattr(it, key).flatten(axes) for it in module.parameters()], axes)
        for key, axes in (("grad_batch", 1), ("diag_ggn_exact", 0))
    )
    second = (SAMPLES * G).square().mean(0)
    moved = diagonal > 0
    found = measured(name, ("gradient_norm", "tic"))
    tic = (second[moved] / diagonal[moved]).sum()
    torch.testing.assert_close(found["tic"][0], tic, rtol=1e-9, atol=0)
    torch.testing.assert_close(
        found["gradient_norm"][0], torch.linalg.vector_norm(G.sum(0)), rtol=1e-9, atol=0
    )


@EVERY
def test_chunks_of_samples_change_nothing_but_rounding(name, monkeypatch):
    whole = measured(name)
    monkeypatch.setattr(gradients, "CHUNK_NUMBERS", 1)
    for key, value in measured(name).items():
        torch.testing.assert_close(value, whole[key], rtol=1e-9, atol=0, msg=key)


@EVERY
def test_a_replica_is_measured_as_if_it_were_alone_and_whatever_else_is(name):
    names = OF_GRADIENTS + OTHERS
    network, parameters, x, y, moment = draw(name)
    whole = observe(names, network, parameters, x, y, moment)
    for replica in range(REPLICAS):
        own = slice(replica, replica + 1)
        one = {key: value[own] for key, value in parameters.items()}
        for key in names:
            alone = observe(
                (key,), network, one, x[own], y[own], moment.of(slice(replica, replica + 1))
            )[key]
            assert torch.equal(alone, whole[key][own]), key


def test_any_network_with_a_gradient_has_gradients_of_samples():
    network, parameters, x, y, _ = draw("tanh_classes")

    class Other:
        gradient = network.gradient

    one = {key: value[:1] for key, value in parameters.items()}
    found = gradients.moments(Other(), one, x[0], y[0])
    expected = gradients.moments(network, one, x[0], y[0])
    torch.testing.assert_close(found.deviation, expected.deviation, rtol=1e-12, atol=0)
    torch.testing.assert_close(found.square_norm, expected.square_norm, rtol=1e-12, atol=0)


@pytest.mark.parametrize("classes", [None, 3])
def test_what_is_made_of_gradients_is_there_of_any_module(classes):
    arguments = {"inputs": 4, "outputs": classes or 1, "activation": "gelu"}
    settings = ModuleNetwork(
        kind="module", file=own_network.__file__, name="Own", inputs=4, arguments=arguments
    )
    network = build(settings, (4,), classes, "squared")
    _, parameters, x, y, moment = draw("tanh_classes" if classes else "logistic", network)
    names = tuple(name for name in OF_GRADIENTS if name not in ("tic", "largest_eigenvalue"))
    found = observe(names, network, parameters, x, y, moment)
    losses = reference_losses(network)
    for replica in range(REPLICAS):
        module = own_network.Own(**arguments).double()
        module.load_state_dict({name: value[replica] for name, value in parameters.items()})
        rows = [
            torch.autograd.grad(one, list(module.parameters()), retain_graph=True)
            for one in losses(module(x[replica]), y[replica])
        ]
        G = torch.stack([torch.cat([it.flatten() for it in row]) for row in rows])
        for key, value in of_gradients(G).items():
            torch.testing.assert_close(found[key][replica], value, rtol=1e-9, atol=0, msg=key)


def test_a_dead_network_has_neither_signal_nor_noise():
    network, parameters, x, y, moment = draw("two_layer")
    dead = parameters | {"W": 0 * parameters["W"], "b": 0 * parameters["b"] - 1}
    found = observe(OF_GRADIENTS, network, dead, x, y, moment)
    for key, value in found.items():
        assert value.tolist() == [0.0] * REPLICAS, key


def test_a_network_that_is_no_number_has_no_eigenvalue():
    network, parameters, x, y, moment = draw("two_layer")
    gone = {
        key: value * torch.tensor([1.0, torch.nan]).view(-1, *[1] * (value.ndim - 1))
        for key, value in parameters.items()
    }
    found = observe(OF_GRADIENTS, network, gone, x, y, moment)
    sound = measured("two_layer")
    for key, value in found.items():
        assert value[0] == sound[key][0]
        assert value[1].isnan(), key


# --- Observables of parameters and of other samples


@EVERY
def test_distance_norms_and_what_is_predicted(name):
    network, parameters, x, y, moment = draw(name)
    found = observe(OTHERS, network, parameters, x, y, moment)
    initial, (x_train, y_train) = moment.initial(), moment.training_set()
    chain, views = network.as_layered(parameters)
    losses = reference_losses(network)
    for replica in range(REPLICAS):
        moved = [(parameters[key] - initial[key])[replica].flatten() for key in parameters]
        norms = [parameters[key][replica].norm().item() for key in network.parameter_dimensions]
        assert found["distance_from_start"][replica].item() == pytest.approx(
            torch.cat(moved).norm().item(), rel=1e-12
        )
        assert found["parameter_norm"][replica].tolist() == pytest.approx(norms, rel=1e-12)
        module = Module(chain, views, replica)
        for key, (samples, labels) in {
            "accuracy": (x[replica], y[replica]),
            "train_accuracy": (x_train[replica], y_train[replica]),
        }.items():
            with torch.no_grad():
                z = module(samples)
            # Halfway between targets −½ and ½, or p = ½.
            predicted = z.argmax(1) if network.classes else (z[:, 0] > 0)
            right = (predicted == labels).double().mean().item()
            assert found[key][replica].item() == pytest.approx(right, rel=1e-12)
        with torch.no_grad():
            loss = losses(module(x_train[replica]), y_train[replica]).mean()
        torch.testing.assert_close(found["train_loss"][replica], loss, rtol=1e-12, atol=0)


def test_a_shared_training_set_is_measured_some_samples_at_a_time(monkeypatch):
    names = ("train_accuracy", "train_loss")
    for name in ("two_layer", "images_classes"):
        network, parameters, x, y, moment = draw(name)
        x_train, y_train = moment.training_set()
        one_set = (x_train[:1].float(), y_train[:1])
        shared = moment._replace(training_set=lambda one_set=one_set: one_set)
        two_sets = tuple(torch.cat([it, it]) for it in one_set)
        repeated = moment._replace(training_set=lambda two_sets=two_sets: two_sets)
        expected = observe(names, network, parameters, x, y, repeated)
        monkeypatch.setattr("thermophoresis.observables.context.TRAINING_SAMPLES", 4)
        found = observe(names, network, parameters, x, y, shared)
        for key, value in expected.items():
            torch.testing.assert_close(found[key], value, rtol=1e-12, atol=0)
        monkeypatch.undo()


UNITS = ("silent_units", "activation_rate", "activation_rate_layer", "activation_rate_unit")


@pytest.mark.parametrize("name", ["two_layer", "tanh_classes", "images_classes", "gelu_pooled"])
def test_units_are_counted_one_by_one(name):
    network, parameters, x, y, moment = draw(name)
    for key in ("W", "W1"):
        if key in parameters:
            parameters[key][0, 1] = 0.0
            parameters[key.replace("W", "b")][0, 1] = -1.0
    found = observe(UNITS, network, parameters, x, y, moment)
    chain, views = network.as_layered(parameters)
    for replica in range(REPLICAS):
        a, silent, layers = x[replica], [], []
        module = Module(chain, views, replica)
        for number, layer in enumerate(module.layers[:-1], start=1):
            a = module.pooling[number - 1](a)
            z = layer(a.flatten(1) if isinstance(layer, nn.Linear) else a).detach()
            z.requires_grad_()
            a = module.activation(z)
            (slope,) = torch.autograd.grad(a.sum(), z)
            a = a.detach()
            rates = [slope[:, unit].mean().item() for unit in range(a.shape[1])]
            silent += [bool((a[:, unit] <= 0).all()) for unit in range(a.shape[1])]
            layers.append(sum(rates) / len(rates))
            own = found["activation_rate_unit"][replica, number - 1]
            assert own[: len(rates)].tolist() == pytest.approx(rates, rel=1e-12)
            assert own[len(rates) :].isnan().all()
        assert found["silent_units"][replica].item() == pytest.approx(sum(silent) / len(silent))
        assert found["activation_rate_layer"][replica].tolist() == pytest.approx(layers)
    if chain.activation == "relu":
        assert found["silent_units"][0] > 0


def test_rates_of_units_are_exact_for_gaussian_inputs():
    network, parameters, x, y, _ = draw("two_layer")
    found = observe(UNITS[1:], network, parameters, x, y, gaussian=True)
    of_units = found["activation_rate_unit"][:, 0]
    normal = torch.distributions.Normal(0.0, 1.0)
    expected = normal.cdf(parameters["b"] / parameters["W"].norm(dim=2))
    torch.testing.assert_close(of_units, expected, rtol=1e-12, atol=0)
    assert torch.equal(found["activation_rate"], of_units.mean(1))
    assert torch.equal(found["activation_rate_layer"][:, 0], found["activation_rate"])


def test_an_observable_draws_the_same_at_every_record_and_for_every_block():
    network, parameters, x, y, moment = draw("two_layer")
    streams = Context(network, parameters, x, y, moment=moment).streams("largest_eigenvalue")
    (second,) = Context(network, parameters, x, y, moment=moment.of(slice(1, 2))).streams(
        "largest_eigenvalue"
    )
    drawn = [torch.randn(4, generator=stream) for stream in streams]
    assert not torch.equal(*drawn)
    assert torch.equal(torch.randn(4, generator=second), drawn[1])
    (other,) = Context(network, parameters, x, y, moment=moment.of(slice(1, 2))).streams("other")
    assert not torch.equal(torch.randn(4, generator=other), drawn[1])


# --- Lanczos


@pytest.mark.parametrize("size", [1, 2, 40])
def test_lanczos_finds_the_largest_eigenvalue(size):
    stream = torch.Generator().manual_seed(size)
    A = torch.randn(size, size, generator=stream, dtype=torch.float64)
    A = A + A.T - 20 * torch.eye(size, dtype=torch.float64)  # that of largest modulus is negative
    start = torch.randn(size, generator=stream, dtype=torch.float64)
    calls = []

    def product(vector):
        calls.append(1)
        return A @ vector

    found = largest_eigenvalue(product, start, tolerance=1e-6, steps=100)
    assert found == pytest.approx(torch.linalg.eigvalsh(A)[-1].item(), rel=1e-8)
    assert len(calls) <= size
    few = largest_eigenvalue(product, start, tolerance=1e-2, steps=100)
    assert few == pytest.approx(found, rel=1e-1)


def test_lanczos_ends_where_nothing_is_left():
    matrix = torch.diag(torch.tensor([3.0, 3.0, 1.0, 0.0], dtype=torch.float64))
    start = torch.tensor([1.0, 2.0, 0.5, 0.0], dtype=torch.float64)
    found = largest_eigenvalue(lambda v: matrix @ v, start, tolerance=0.0, steps=100)
    assert found == pytest.approx(3.0, rel=1e-14)
    assert largest_eigenvalue(torch.zeros_like, start, tolerance=0.0, steps=9) == 0.0
