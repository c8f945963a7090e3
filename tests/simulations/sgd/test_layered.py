"""Deep networks against torch's own layers, autograd and optimiser, in float64."""

import pytest
import torch
from reference import activation_of, initial_parameters, modules_of
from torch import nn
from torch.func import functional_call, grad, vmap

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.config.networks.cnn import CNNNetwork
from thermophoresis.config.networks.mlp import MLPNetwork
from thermophoresis.networks import cnn, mlp
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Convolution, Linear
from thermophoresis.observables.load import observe
from thermophoresis.simulations.sgd.engine import train_block
from thermophoresis.simulations.sgd.steppers import initial_state, steppers_of

RATE = 0.05


def fully_connected(*, classes=None, **network):
    """Return a network of kind mlp and the shape of one input."""
    settings = MLPNetwork(kind="mlp", inputs=10, **network)
    return mlp.build(settings, (10,), classes), (10,)


def convolutional(*, classes=3, shape=(2, 9, 8), **network):
    """Return a network of kind cnn and the shape of one image."""
    return cnn.build(CNNNetwork(kind="cnn", **network), shape, classes), shape


MAX, AVERAGE = {"kind": "max", "size": 2}, {"kind": "average", "size": 3}

# Name: network, shape of one input. Three are the networks of the paper, the images of the
# convolutional one no larger than they must be.
CASES = {
    "linear_classes": (Layered((Linear(6, 5), Linear(5, 3, bias=False)), classes=3), (2, 3, 1)),
    "convolution_scalar": (
        Layered((Convolution(2, 3, 3, bias=False), Convolution(3, 2, 2), Linear(2 * 9, 1))),
        (2, 6, 6),
    ),
    "mlp6": (Layered((*[Linear(100, 100)] * 5, Linear(100, 1))), (100,)),
    "cnn6": (
        Layered((Convolution(1, 10, 5), *[Convolution(10, 10, 5)] * 4, Linear(40, 10)), classes=10),
        (1, 22, 22),
    ),
    "two_layer_classes": (
        Layered((Linear(108, 30), Linear(30, 10, bias=False)), classes=10),
        (3, 6, 6),
    ),
    "two_layer_tanh": (Layered((Linear(6, 5), Linear(5, 1, bias=False)), None, "tanh"), (6,)),
    "convolution_tanh": (
        Layered((Convolution(2, 3, 3), Linear(3 * 16, 4)), classes=4, activation="tanh"),
        (2, 6, 6),
    ),
    "mlp_0": fully_connected(hidden=[]),
    "mlp_0_classes": fully_connected(hidden=[], bias=False, classes=3),
    "mlp_1": fully_connected(hidden=[7], bias=[False, True]),
    "mlp_1_tanh": fully_connected(hidden=[7], activation="tanh", classes=3),
    "mlp_1_identity": fully_connected(hidden=[7], bias=[True, False], activation="identity"),
    "mlp_3": fully_connected(hidden=[8, 5, 6], bias=[True, False, True, False], classes=4),
    "mlp_3_tanh": fully_connected(hidden=[8, 5, 6], bias=False, activation="tanh"),
    "mlp_3_gelu": fully_connected(hidden=[8, 5, 6], activation="gelu"),
    "cnn_strided": convolutional(
        channels=[3, 4], kernel=[4, 3], stride=[2, 3], padding=[3, 1], bias=[False, True, True]
    ),
    "cnn_padded_max_tanh": convolutional(
        channels=[3, 4], kernel=3, padding=1, pooling=MAX, activation="tanh", classes=None
    ),
    "cnn_average_gelu": convolutional(
        channels=[3, 4], kernel=2, pooling=[AVERAGE, "none"], hidden=[5], activation="gelu"
    ),
    "cnn_everything": convolutional(
        channels=[4, 3, 2],
        kernel=[3, 2, 2],
        stride=[1, 2, 1],
        padding=[1, 0, 1],
        pooling=["none", MAX, AVERAGE],
        hidden=[6, 5],
        bias=[True, False, True, False, True, False],
        shape=(1, 12, 13),
    ),
    "mlp_3_identity": fully_connected(hidden=[8, 5, 6], activation="identity", classes=4),
}
NETWORKS = pytest.mark.parametrize("name", CASES)


class FixedStream:
    """The same samples however often they are asked for; each replica has its own."""

    def __init__(self, name, replicas, dtype=torch.float64, device="cpu"):
        network, shape = CASES[name]
        self.bytes_per_sample = 1
        self._x, self._y = [], []
        for replica in replicas:
            draw = torch.Generator().manual_seed(replica)
            self._x.append(torch.randn(640, *shape, generator=draw, dtype=torch.float64))
            self._y.append(torch.randint(network.classes or 2, (640,), generator=draw))
        self._x = torch.stack(self._x).to(device, dtype)
        self._y = torch.stack(self._y).to(device)
        if network.classes is None:
            self._y = self._y.to(dtype)
        self._taken = 0

    def take(self, samples):
        chosen = torch.arange(self._taken, self._taken + samples) % 640
        self._taken += samples
        return self._x[:, chosen], self._y[:, chosen]


class ReferenceNetwork(nn.Module):
    """The same network from torch's layers."""

    def __init__(self, network):
        super().__init__()
        modules = [modules_of(layer) for layer in network.layers]
        self.layers, self.pooling = (nn.ModuleList(it) for it in zip(*modules, strict=True))
        self.activation = activation_of(network)

    def forward(self, x):
        slopes = []  # σ' of every hidden layer
        for number, layer in enumerate(self.layers):
            if number:
                slopes.append(vmap(grad(self.activation))(x.flatten()).detach())
                x = self.pooling[number](self.activation(x))
            x = layer(x.flatten(1) if isinstance(layer, nn.Linear) else x)
        return x, slopes

    def load(self, parameters, replica):
        with torch.no_grad():
            for number, layer in enumerate(self.layers, start=1):
                layer.weight.copy_(parameters[f"W{number}"][replica])
                if layer.bias is not None:
                    layer.bias.copy_(parameters[f"b{number}"][replica])
        return self

    def stacked(self):
        found = {}
        for number, layer in enumerate(self.layers, start=1):
            found[f"W{number}"] = layer.weight.detach().clone()
            if layer.bias is not None:
                found[f"b{number}"] = layer.bias.detach().clone()
        return found


def loss_of(network):
    if network.classes is None:
        return lambda logits, y: nn.functional.binary_cross_entropy_with_logits(logits[:, 0], y)
    return nn.functional.cross_entropy


def make(network, initial, batch_size, device="cpu"):
    return steppers_of(network, SGD(), torch.device(device)).make_stepper(
        network,
        initial_state(initial),
        dynamics=SGD(),
        rate=lambda step: RATE,
        batch_size=batch_size,
    )


def train(name, *, replicas=range(3), batch_size=1, steps=40, dtype=torch.float64, **options):
    network, _ = CASES[name]
    device = options.get("device", "cpu")
    initial = initial_parameters(network, replicas, dtype)
    initial = {key: value.to(device) for key, value in initial.items()}
    return train_block(
        make(network, initial, batch_size, device),
        FixedStream(name, replicas, dtype),
        batch_size=batch_size,
        steps=steps,
        **options,
    )


def train_reference(name, *, replica, batch_size, steps):
    network, _ = CASES[name]
    module = ReferenceNetwork(network)
    module.load(initial_parameters(network, [replica], torch.float64), 0)
    optimiser = torch.optim.SGD(module.parameters(), lr=RATE)
    x, y = FixedStream(name, [replica]).take(640)
    for step in range(steps):
        batch = slice(step * batch_size, (step + 1) * batch_size)
        optimiser.zero_grad()
        loss_of(network)(module(x[0, batch])[0], y[0, batch]).backward()
        optimiser.step()
    return module.stacked()


def assert_identical(parameters, expected):
    assert parameters.keys() == expected.keys()
    assert all(torch.equal(parameters[name], expected[name]) for name in expected)


@NETWORKS
@pytest.mark.parametrize("batch_size", [1, 3])
def test_engine_agrees_with_modules_and_optimiser(name, batch_size):
    steps = 200 if name.startswith(("mlp", "cnn_")) else 40
    trained = train(name, batch_size=batch_size, steps=steps)
    for replica in (0, 2):
        expected = train_reference(name, replica=replica, batch_size=batch_size, steps=steps)
        assert trained.keys() == expected.keys()
        for key, value in expected.items():
            torch.testing.assert_close(trained[key][replica], value, rtol=1e-10, atol=1e-13)


@NETWORKS
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_measuring_changes_no_bit(name, batch_size, dtype):
    options = {"batch_size": batch_size, "steps": 20, "dtype": dtype}
    seen = []
    measured = train(
        name,
        record_steps=[0, 3, 16, 17, 20],
        record=lambda index, parameters: seen.append([p.zero_() for p in parameters.values()]),
        **options,
    )
    assert len(seen) == 5
    assert_identical(measured, train(name, **options))


@NETWORKS
@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_replica_does_not_depend_on_its_neighbours(name, batch_size):
    many = train(name, replicas=range(16), batch_size=batch_size)
    for replicas in (range(4), range(2, 3), range(5, 12)):
        few = train(name, replicas=replicas, batch_size=batch_size)
        for key, value in many.items():
            beside = value[replicas.start : replicas.stop]
            torch.testing.assert_close(few[key], beside, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("name", ["mlp6", "cnn6"])
@pytest.mark.parametrize("batch_size", [1, 3])
def test_neighbours_change_no_bit_in_the_networks_of_the_paper(name, batch_size):
    options = {"dtype": torch.float32, "batch_size": batch_size}
    many = train(name, replicas=range(16), **options)
    for replicas in (range(4), range(2, 3), range(5, 12)):
        beside = slice(replicas.start, replicas.stop)
        assert_identical(
            train(name, replicas=replicas, **options),
            {key: value[beside] for key, value in many.items()},
        )


@NETWORKS
def test_records_are_the_states_of_shorter_runs(name):
    records = {}
    train(name, steps=9, record_steps=[0, 4, 9], record=lambda k, found: records.update({k: found}))
    for index, steps in enumerate([0, 4, 9]):
        assert_identical(records[index], train(name, steps=steps))


RECORDED = (
    *("activation_rate", "activation_rate_layer", "loss", "squared_error", "gradient_variance"),
)


@NETWORKS
def test_observables_agree_with_autograd_and_modules(name):
    network, _ = CASES[name]
    parameters = {
        key: 1.5 * value
        for key, value in initial_parameters(network, range(2), torch.float64).items()
    }
    x, y = FixedStream(name, range(2)).take(32)
    samples = 13
    x, y = x[:, :samples], y[:, :samples]
    # A linear model has no units that could be active.
    names = RECORDED if len(network.layers) > 1 else RECORDED[2:]
    found = observe(names, network, parameters, x, y)
    for replica in range(2):
        module = ReferenceNetwork(network).load(parameters, replica)

        def loss(weights, x_one, y_one, module=module):
            logits, _ = functional_call(module, weights, (x_one[None],))
            return loss_of(network)(logits, y_one[None])

        weights = dict(module.named_parameters())
        gradients = vmap(grad(loss), in_dims=(None, 0, 0))(weights, x[replica], y[replica])
        flat = torch.cat([value.flatten(1) for value in gradients.values()], 1)
        assert flat.shape[1] == network.parameter_count
        variance = flat.var(0, correction=1).mean().detach()
        torch.testing.assert_close(found["gradient_variance"][replica], variance, rtol=1e-9, atol=0)

        with torch.no_grad():
            logits, slopes = module(x[replica])
            expected_loss = loss_of(network)(logits, y[replica])
            if network.classes is None:
                p, truth = torch.sigmoid(logits), y[replica][:, None]
            else:
                p, truth = (
                    torch.softmax(logits, 1),
                    nn.functional.one_hot(y[replica], logits.shape[1]),
                )
        torch.testing.assert_close(found["loss"][replica], expected_loss)
        error = ((p - truth) ** 2).sum(1).mean()
        torch.testing.assert_close(found["squared_error"][replica], error)
        if not slopes:
            continue
        rates = torch.stack([of_layer.mean() for of_layer in slopes])
        torch.testing.assert_close(found["activation_rate"][replica], rates.mean())
        torch.testing.assert_close(found["activation_rate_layer"][replica], rates)
        if network.activation == "identity":
            assert (found["activation_rate_layer"] == 1).all()


def test_one_probe_set_serves_all_replicas():
    network, _ = CASES["cnn6"]
    parameters = initial_parameters(network, range(2), torch.float64)
    x, y = FixedStream("cnn6", range(1)).take(16)
    shared = observe(RECORDED, network, parameters, x, y)
    repeated = observe(RECORDED, network, parameters, x.repeat(2, 1, 1, 1, 1), y.repeat(2, 1))
    for name, value in repeated.items():
        assert torch.equal(shared[name], value)


@NETWORKS
def test_initial_parameters_have_the_range_of_torch_layers(name):
    network, _ = CASES[name]
    parameters = initial_parameters(network, range(20), torch.float64)
    for key, value in ReferenceNetwork(network).stacked().items():
        drawn = parameters[key]
        assert drawn.shape[1:] == value.shape
        bound = network.layers[int(key[1:]) - 1].fan_in ** -0.5
        assert drawn.abs().max() <= bound
        assert drawn.abs().max() > 0.8 * bound
        assert value.abs().max() <= bound * (1 + 1e-6)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device")
@NETWORKS
def test_cuda_agrees_with_cpu(name):
    on_gpu = train(name, device="cuda")
    for key, value in train(name).items():
        torch.testing.assert_close(on_gpu[key].cpu(), value, rtol=1e-10, atol=1e-13)


def test_the_stepper_keeps_the_initial_parameters():
    network, _ = CASES["linear_classes"]
    initial = initial_parameters(network, range(2), torch.float64)
    before = {name: value.clone() for name, value in initial.items()}
    stepper = make(network, initial, 1)
    stepper.load(*FixedStream("linear_classes", range(2)).take(16), [1] * 16)
    stepper.advance(0, 16)
    assert not torch.equal(stepper.parameters()["W1"], before["W1"])
    assert_identical(initial, before)
