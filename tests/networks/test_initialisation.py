"""Initial parameters: distributions against closed forms and torch's own, bit by bit where due."""

import math

import own_network
import pytest
import torch
from reference import initial_parameters
from scipy import stats

from thermophoresis.config import kinds
from thermophoresis.config.initialisation import InitialisationSettings
from thermophoresis.config.networks.two_layer import TwoLayerNetwork
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.errors import UserError
from thermophoresis.networks.initialisation import Shape, initialise
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.networks.load import build
from thermophoresis.networks.two_layer import TwoLayer

LAYERS = (Convolution(2, 3, 4), Convolution(3, 6, 1), Linear(6 * 9, 5), Linear(5, 8, bias=False))
STD = 0.3
SETTINGS = {
    "torch_default": {},
    "he_normal": {},
    "xavier_uniform": {},
    "normal": {"std": STD},
    "orthogonal": {},
}


def settings(kind, **scale):
    return InitialisationSettings(kind=kind, scale=scale, **SETTINGS[kind])


def chain(kind, **scale):
    return Layered(LAYERS, 8, init=settings(kind, **scale))


def two_layer(kind, **scale):
    return TwoLayer(7, 5, init=settings(kind, **scale))


def equal(one, other):
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


# --- Distributions --------------------------------------------------------------------------------


def test_every_kind_is_tested():
    assert InitialisationSettings.model_json_schema()["properties"]["kind"]["enum"] == [*SETTINGS]


# (replicas, shape), fan-in and fan-out counted by hand.
FANS = {"W1": (32, 48), "W2": (3, 6), "W3": (54, 5), "W4": (5, 8), "V": (5, 1), "W": (7, 5)}
VARIANCES = {
    "torch_default": lambda fan_in, fan_out: 1 / (3 * fan_in),
    "he_normal": lambda fan_in, fan_out: 2 / fan_in,
    "xavier_uniform": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "normal": lambda fan_in, fan_out: STD**2,
}
# E x⁴/σ⁴ and E x⁸/σ⁸.
UNIFORM, NORMAL = (9 / 5, 9), (3, 105)


@pytest.mark.parametrize("kind", VARIANCES)
def test_moments_of_weights_are_those_of_the_distribution(kind):
    drawn = {}
    for network in (chain(kind), two_layer(kind)):
        drawn |= initial_parameters(network, range(2000), torch.float64)
    fourth, eighth = UNIFORM if kind in ("torch_default", "xavier_uniform") else NORMAL
    for name, fans in FANS.items():
        variance = VARIANCES[kind](*fans)
        x = drawn[name].flatten() / variance**0.5
        error = len(x) ** -0.5
        assert abs(x.mean()) < 5 * error
        assert abs((x**2).mean() - 1) < 5 * error * (fourth - 1) ** 0.5
        assert abs((x**4).mean() - fourth) < 5 * error * (eighth - fourth**2) ** 0.5
        if fourth == UNIFORM[0]:
            assert abs(x).max() <= 3**0.5


@pytest.mark.parametrize("kind", SETTINGS)
def test_biases_are_torchs_or_zero(kind):
    drawn = initial_parameters(chain(kind), range(3), torch.float32)
    drawn |= initial_parameters(two_layer(kind), range(3), torch.float32)
    for name in ("b", "b1", "b2", "b3"):
        assert drawn[name].any() == (kind == "torch_default")
    assert drawn["b1"].shape == (3, 3)


TORCH = {
    # As reset_parameters of torch.nn.Linear and Conv2d.
    "torch_default": lambda w, it: torch.nn.init.kaiming_uniform_(w, a=5**0.5, generator=it),
    "he_normal": lambda w, it: torch.nn.init.kaiming_normal_(w, nonlinearity="relu", generator=it),
    "xavier_uniform": lambda w, it: torch.nn.init.xavier_uniform_(w, generator=it),
    "normal": lambda w, it: torch.nn.init.normal_(w, std=STD, generator=it),
    "orthogonal": lambda w, it: torch.nn.init.orthogonal_(w, generator=it),
}


@pytest.mark.parametrize("kind", SETTINGS)
@pytest.mark.parametrize("layer", LAYERS)
def test_weights_are_those_of_torch_from_the_same_stream(kind, layer):
    first = Layered((layer,), layer.outputs, init=settings(kind))
    found = initial_parameters(first, [4], torch.float64)["W1"][0]
    stream = generator(0, 4, Purpose.INITIALISATION)
    wanted = TORCH[kind](torch.empty(layer.weight_shape, dtype=torch.float64), stream)
    torch.testing.assert_close(found, wanted, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-6), (torch.float64, 1e-12)])
def test_orthogonal_matrices_have_orthonormal_rows_or_columns(dtype, tolerance):
    drawn = initial_parameters(chain("orthogonal"), range(3), dtype)
    drawn |= initial_parameters(two_layer("orthogonal"), range(3), dtype)
    drawn["V"] = drawn["V"][:, None]
    # More columns than rows, as many, fewer; the kernels' as (output, input · kernel).
    shapes = {"W1": (3, 32), "W2": (6, 3), "W3": (5, 54), "W4": (8, 5), "V": (1, 5), "W": (5, 7)}
    for name, shape in shapes.items():
        assert drawn[name].dtype == dtype
        w = drawn[name].reshape(3, *shape).double()
        product = w @ w.mT if shape[0] <= shape[1] else w.mT @ w
        assert abs(product - torch.eye(min(shape))).max() < tolerance, name


def haar(rows, columns, number):
    shapes = {"W": Shape((rows, columns), columns, rows)}
    streams = [generator(1, replica, Purpose.INITIALISATION) for replica in range(number)]
    return initialise(settings("orthogonal"), shapes, streams, torch.float64)["W"]


@pytest.mark.parametrize("shape", [(3, 3), (3, 2), (2, 3)])
def test_entries_are_those_of_a_uniform_direction(shape):
    # A coordinate of a uniform point of the sphere in three dimensions is uniform (Archimedes).
    q = haar(*shape, 4000)
    for row in range(shape[0]):
        for column in range(shape[1]):
            entry = q[:, row, column].numpy()
            assert stats.kstest(entry, "uniform", (-1, 2)).pvalue > 1e-6


def test_orthogonal_matrices_are_uniform_in_their_group():
    # Of Haar's measure on O(n): E q² = 1/n, E q⁴ = 3/(n(n + 2)), E tr Q = 0, E (tr Q)² = 1; and
    # E q₁₁² q₂₂² = (n + 1)/((n − 1) n (n + 2)).
    n, number = 5, 4000
    q = haar(n, n, number)
    trace = q.diagonal(dim1=1, dim2=2).sum(1)
    means = [
        (q[:, 1, 3] ** 2, 1 / n),
        (q[:, 1, 3] ** 4, 3 / (n * (n + 2))),
        (trace, 0),
        (trace**2, 1),
        (q[:, 0, 0] ** 2 * q[:, 1, 1] ** 2, (n + 1) / ((n - 1) * n * (n + 2))),
        (torch.linalg.det(q), 0),
    ]
    for values, wanted in means:
        assert abs(values.mean() - wanted) < 5 * values.std() / number**0.5


# --- Bits -----------------------------------------------------------------------------------------


def as_it_was(shapes_and_fans, replicas, dtype):
    """Draw as networks did before there was a choice."""
    streams = [generator(0, replica, Purpose.INITIALISATION) for replica in replicas]
    return {
        name: torch.stack(
            [
                torch.empty(shape, dtype=dtype).uniform_(
                    -(fan_in**-0.5), fan_in**-0.5, generator=stream
                )
                for stream in streams
            ]
        )
        for name, shape, fan_in in shapes_and_fans
    }


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("told", [False, True])
def test_the_default_has_the_bits_that_it_always_had(dtype, told):
    init = {"init": InitialisationSettings(kind="torch_default")} if told else {}
    wanted = [("W", (5, 7), 7), ("b", (5,), 7), ("V", (5,), 5)]
    found = initial_parameters(TwoLayer(7, 5, **init), range(4), dtype)
    assert [*found] == ["W", "b", "V"]
    assert equal(found, as_it_was(wanted, range(4), dtype))
    found = initial_parameters(TwoLayer(7, 5, bias=False, **init), range(4), dtype)
    assert equal(found, as_it_was([wanted[0], wanted[2]], range(4), dtype))
    wanted = [
        *[("W1", (3, 2, 4, 4), 32), ("b1", (3,), 32), ("W2", (6, 3, 1, 1), 3), ("b2", (6,), 3)],
        *[("W3", (5, 54), 54), ("b3", (5,), 54), ("W4", (8, 5), 5)],
    ]
    found = initial_parameters(Layered(LAYERS, 8, **init), range(4), dtype)
    assert [*found] == [name for name, _, _ in wanted]
    assert equal(found, as_it_was(wanted, range(4), dtype))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kind", SETTINGS)
def test_neighbours_change_no_bit(kind, dtype):
    for network in (chain(kind, W1=0.7), two_layer(kind, V=0.7)):
        together = initial_parameters(network, range(6), dtype)
        for replicas in ([4], [5, 4, 2]):
            alone = initial_parameters(network, replicas, dtype)
            assert equal(alone, {name: value[replicas] for name, value in together.items()})
        for name, value in together.items():
            if value.any():
                assert len(torch.unique(value, dim=0)) == 6, name


@pytest.mark.parametrize("kind", SETTINGS)
def test_the_number_of_threads_changes_no_bit(kind):
    network = Layered((Linear(200, 150), Linear(150, 1)), init=settings(kind))
    threads, drawn = torch.get_num_threads(), []
    try:
        for number in (1, 2):
            torch.set_num_threads(number)
            drawn.append(initial_parameters(network, [0], torch.float64))
            assert torch.get_num_threads() == number
    finally:
        torch.set_num_threads(threads)
    assert equal(*drawn)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("kind", SETTINGS)
def test_scale_multiplies_after_drawing(kind, dtype):
    plain = initial_parameters(chain(kind), range(3), dtype)
    scale = {"W1": 2.0, "b2": 0.0, "W3": -0.1, "b3": 3.0}
    scaled = initial_parameters(chain(kind, **scale), range(3), dtype)
    for name, value in plain.items():
        assert torch.equal(scaled[name], value * scale[name] if name in scale else value)
    assert not scaled["b2"].any()


@pytest.mark.parametrize("kind", SETTINGS)
def test_two_layers_are_drawn_alike_by_hand_and_as_a_chain(kind):
    network = two_layer(kind)
    _, found = network.as_layered(initial_parameters(network, range(3), torch.float32))
    chained = Layered((Linear(7, 5), Linear(5, 1, bias=False)), init=settings(kind))
    assert equal(found, initial_parameters(chained, range(3), torch.float32))


# --- From settings --------------------------------------------------------------------------------


@pytest.mark.parametrize(("shape", "classes"), [((1, 30, 30), 3), ((9,), None)])
@pytest.mark.parametrize("kind", kinds.names("networks"))
@pytest.mark.parametrize("changes", [{}, {"activation": "tanh"}, {"bias": False}])
def test_settings_tell_initialisation_and_names_of_parameters(kind, shape, classes, changes):
    model = kinds.model("networks", kind)
    if not changes.keys() <= model.model_fields.keys() or not (classes or model.takes_vectors):
        return
    if kind in ("linear", "module") and "activation" in changes:
        return
    sizes = {"inputs": math.prod(shape), "outputs": classes or 1}
    needed = {
        "mlp": {"hidden": [4, 4]},
        "cnn": {"channels": [2], "kernel": 3, "hidden": [4]},
        "module": {"file": own_network.__file__, "name": "Own", "arguments": sizes},
    }
    given = model(kind=kind, init={"kind": "he_normal"}, **needed.get(kind, {}), **changes).expanded
    network = build(given, shape, classes)
    assert network.init == given.init == InitialisationSettings(kind="he_normal")
    names = given.parameter_names(several_classes=classes is not None)
    assert names in (None, tuple(network.parameter_dimensions))
    drawn = initial_parameters(network, range(2), torch.float32)
    assert tuple(drawn) == tuple(network.parameter_dimensions)


def test_a_factor_for_no_parameter_is_one_line():
    given = TwoLayerNetwork(init={"kind": "he_normal", "scale": {"W": 1.0, "W1": 2.0}})
    with pytest.raises(UserError) as caught:
        initial_parameters(build(given, (10,), None), range(2), torch.float32)
    assert str(caught.value) == (
        "network.init.scale: got W1; must be of parameters of this network: W, b, V"
    )
