"""A user's own networks: against layers of this package and autograd; what is refused, and why."""

import random

import numpy as np
import pytest
import torch
from training import train

from thermophoresis.config.networks.module import ModuleNetwork
from thermophoresis.config.run import RunSettings
from thermophoresis.draws.streams import Purpose, generator
from thermophoresis.errors import UserError
from thermophoresis.networks.load import build
from thermophoresis.networks.own_class import drawing_from
from thermophoresis.observables.load import observe

HEADER = "import random\nimport numpy as np\nimport torch\nfrom torch import nn\nimport helper\n"
MLP = """
class Own(nn.Module):
    def __init__(self, inputs=5, width=4, outputs=1):
        super().__init__()
        self.first = nn.Linear(inputs, width)
        self.middle = nn.Sequential(nn.Tanh(), nn.Linear(width, 3), nn.Tanh())
        self.last = nn.Linear(3, outputs)

    def forward(self, x):
        return self.last(self.middle(self.first(x.flatten(1))))
"""


@pytest.fixture
def own(tmp_path):
    """Returns settings of a network whose class has a text."""
    # The third object of a class that asks has no bias.
    (tmp_path / "helper.py").write_text("half = 0.5\npop = [False, True, True].pop\n")

    def write(text, **settings):
        file = tmp_path / "own_network.py"
        file.write_text(HEADER + text)
        return ModuleNetwork(kind="module", file=str(file), name="Own", **settings)

    return write


def streams(replicas, seed=0):
    return [generator(seed, replica, Purpose.INITIALISATION) for replica in replicas]


@pytest.mark.parametrize(
    ("changes", "freeze"),
    [
        ({}, ()),
        ({"loss": "squared", "dynamics": {"kind": "sgd", "momentum": 0.9, "nesterov": True}}, ()),
        ({"dynamics": {"kind": "sgd", "weight_decay": 0.1}}, (("W2", "middle.1.weight"),)),
    ],
    ids=["plain", "momentum-squared", "decay-frozen"],
)
def test_it_is_trained_as_the_same_layers_are(own, changes, freeze):
    # 200 steps from the same initial parameters: the streams are the same, and the order in it.
    same = dict(zip(("W1", "b1", "W2", "b2", "W3", "b3"), (
        f"{name}.{part}" for name in ("first", "middle.1", "last") for part in ("weight", "bias")
    ), strict=True))  # fmt: skip
    networks = (
        {"kind": "mlp", "inputs": 5, "hidden": [4, 3], "activation": "tanh"},
        own(MLP, inputs=5).model_dump(),
    )
    found = []
    for network, which in zip(networks, (0, 1), strict=True):
        settings = {
            "experiment": "e", "learning_rate": 0.1, "batch_size": 2, "seed": 3,
            "network": network, "data": {"kind": "gaussian"}, "replicas": 3, "records": 5,
            "thermal_time_end": 1.0, "probe_size": 16, "precision": "float64", **changes,
        }  # fmt: skip
        if freeze:
            frozen = [pair[which] for pair in freeze]
            settings["dynamics"] = {**settings["dynamics"], "freeze": frozen}
        found.append(train(RunSettings(**settings)))
    layers, module = found
    assert layers.run.step[-1] == 200
    for name, other in same.items():
        np.testing.assert_allclose(
            module.snapshots[other], layers.snapshots[name], rtol=1e-10, atol=1e-14
        )
    for name in ("loss", "squared_error", "gradient_variance"):
        np.testing.assert_allclose(module.run[name], layers.run[name], rtol=1e-6)  # float32


@pytest.mark.parametrize("classes", [None, 3])
def test_gradient_and_its_variance_are_those_of_autograd(own, classes):
    network = build(own(MLP, arguments={"outputs": classes or 1}), (5,), classes)
    parameters = network.initialise(streams(range(2)), torch.float64)
    draw = torch.Generator().manual_seed(1)
    x = torch.randn(2, 7, 5, generator=draw, dtype=torch.float64)
    y = torch.randint(classes or 2, (2, 7), generator=draw)
    y = y if classes else y.double()
    found = network.gradient(parameters, x, y)
    measured = observe(("gradient_variance",), network, parameters, x, y)["gradient_variance"]
    for replica in range(2):
        module = network.own.make(torch.Generator(), torch.float64)
        module.load_state_dict({name: value[replica] for name, value in parameters.items()})
        of_samples = []
        for sample in range(7):
            logits = module(x[replica, sample : sample + 1])
            label = y[replica, sample : sample + 1]
            if classes:
                loss = torch.nn.functional.cross_entropy(logits, label)
            else:
                loss = torch.nn.functional.binary_cross_entropy_with_logits(logits[:, 0], label)
            gradients = torch.autograd.grad(loss, list(module.parameters()))
            of_samples.append(torch.cat([it.flatten() for it in gradients]))
        gradients = torch.stack(of_samples)
        mine = torch.cat([value[replica].flatten() for value in found.values()])
        torch.testing.assert_close(mine, gradients.mean(0), rtol=1e-12, atol=1e-15)
        torch.testing.assert_close(measured[replica], gradients.var(0).mean(), rtol=1e-10, atol=0)


def test_variance_does_not_depend_on_how_samples_are_cut(own, monkeypatch):
    network = build(own(MLP), (5,), None)
    parameters = network.initialise(streams(range(1)), torch.float64)
    x, y = torch.randn(1, 7, 5, dtype=torch.float64), torch.ones(1, 7, dtype=torch.float64)
    whole = network.gradient_moments(parameters, x, y)
    monkeypatch.setattr("thermophoresis.networks.module.CHUNK_NUMBERS", 3 * network.parameter_count)
    torch.testing.assert_close(network.gradient_moments(parameters, x, y), whole)


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


# Of these sizes torch computes products in another order where they lie elsewhere in memory (3), or
# where there are fewer and two threads (5).
@pytest.mark.parametrize("samples", [3, 5])
def test_no_bit_of_a_replica_depends_on_how_many_there_are(own, two_threads, samples):
    wide = """
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        hidden = nn.Linear(10, 64), nn.Tanh(), nn.Linear(64, 64), nn.ReLU()
        self.all = nn.Sequential(*hidden, nn.Linear(64, 1))

    def forward(self, x):
        return self.all(x)
"""
    network = build(own(wide), (10,), None)
    parameters = network.initialise(streams(range(70)))
    draw = torch.Generator().manual_seed(0)
    x, y = torch.randn(70, 2 * samples, 10, generator=draw)[:, samples:], torch.ones(70, samples)

    def gradient(replicas):
        part = {name: value[:replicas] for name, value in parameters.items()}
        # Elsewhere in memory, as a batch of a longer draw is.
        again = torch.cat([x, x], 1)[:replicas, samples:]
        return network.gradient(part, again, y[:replicas])

    whole = network.gradient(parameters, x, y)
    for replicas in (1, 2, 31, 33):
        for name, value in gradient(replicas).items():
            assert torch.equal(value, whole[name][:replicas]), (name, replicas)


def test_a_replica_is_drawn_by_its_own_stream_alone(own):
    drawn = """
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.a = nn.Parameter(torch.rand(2, 5))
        self.b = nn.Parameter(torch.full((2,), random.random() + np.random.rand()))

    def forward(self, x):
        return (x @ self.a.T) @ self.b
"""
    network = build(own(drawn), (5,), None)
    before = torch.get_rng_state(), random.getstate(), np.random.get_state()[1].tolist()
    alone = network.initialise(streams([4]))
    assert torch.equal(torch.get_rng_state(), before[0])
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before[1:]
    torch.rand(3), random.random(), np.random.rand()
    among = network.initialise(streams([3, 4, 5]))
    for name, value in among.items():
        assert torch.equal(value[1], alone[name][0])
        assert not torch.equal(value[0], value[1])
    # And it is the stream from which the first parameter comes.
    assert torch.equal(alone["a"][0], torch.rand(2, 5, generator=streams([4])[0]))


def test_init_finds_fans_by_names_and_scales(own):
    init = {"kind": "orthogonal", "scale": {"middle.1.weight": 3.0}}
    network = build(own(MLP, init=init), (5,), None)
    parameters = network.initialise(streams(range(2)), torch.float64)
    middle = parameters["middle.1.weight"]
    expected = 9 * torch.eye(3, dtype=torch.float64).expand(2, 3, 3)
    torch.testing.assert_close(middle @ middle.mT, expected)
    assert all((parameters[f"{name}.bias"] == 0).all() for name in ("first", "middle.1", "last"))
    init = {"kind": "torch_default", "scale": {"last.bias": 2.0}}
    default = build(own(MLP, init=init), (5,), None)
    plain = build(own(MLP), (5,), None)
    twice = default.initialise(streams(range(2)))["last.bias"]
    assert torch.equal(twice, 2 * plain.initialise(streams(range(2)))["last.bias"])


def layer(line, forward="self.last(x)"):
    """Return a class with one more line in its constructor."""
    return f"""
class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.last = nn.Linear(5, 1)
        {line}

    def forward(self, x):
        return {forward}
"""


REFUSED = {
    "no-module": ("class Own: pass", "must be a class derived from torch.nn.Module"),
    "import": ("import nothing_there\nclass Own: pass", "cannot be loaded: ModuleNotFoundError"),
    "constructor": (layer("1 / 0"), "cannot be made: ZeroDivisionError: division by zero"),
    "batch-norm": (layer("self.n = nn.BatchNorm1d(5)"), "has BatchNorm1d (n), with which the out"),
    "dropout": (layer("self.d = nn.Sequential(nn.Dropout(0.1))"), "has Dropout (d.0), which draws"),
    "buffer": (layer("self.register_buffer('c', torch.ones(1))"), "has the buffer 'c', a state"),
    "none": (layer("del self.last"), "has no parameters; must have some"),
    "shared": (layer("self.twin = self.last"), "has one parameter under two names, last.weigh"),
    "lazy": (layer("self.z = nn.LazyLinear(3)"), "has z.weight, whose shape is not known before"),
    "integers": (
        layer("self.k = nn.Parameter(torch.ones(2, dtype=torch.int64), requires_grad=False)"),
        "has k of type int64; must have floating-point parameters",
    ),
    "not-trained": (
        layer("self.last.bias.requires_grad_(False)"), "has last.bias with requires_grad=False"
    ),
    "other-each-time": (
        layer("self.last = nn.Linear(5, 1, bias=helper.pop())"),
        "has other parameters each time that it is made",
    ),
    "drawn-constant": (
        layer("self.c = torch.rand(5)", "self.last(x * self.c.to(x))"), "has constants that its con"
    ),
    "shape": (layer("", "self.last(x).expand(-1, 2)"), "returns shape [3, 2] for 3 samples"),
    "no-tensor": (layer("", "(x, x)"), "returns tuple; must return a tensor of logits"),
    "type": (layer("", "self.last(x).half()"), "returns float16 where parameters and samples are"),
    "size": (layer("", "self.last(x[:, 1:])"), "fails on samples of shape [3, 5] and type float32"),
    "in-place": (layer("", "self.last(x.mul_(2))"), "changes the samples that it is given"),
    "random": (layer("", "self.last(x) + torch.randn(1).to(x)"), "draws random numbers"),
    "numpy-random": (layer("", "self.last(x) + np.random.rand()"), "returns something else each"),
    "mode": (layer("", "self.last(x) * (2 if self.training else 1)"), "returns something else in"),
    "batch": (layer("", "self.last(x - x.mean(0))"), "returns for a sample what depends on the"),
    "branch": (
        layer("", "self.last(x) if self.last.weight.sum() > 0 else self.last(-x)"),
        "cannot be computed for many replicas at once (torch.func.vmap): RuntimeError",
    ),
    "detached": (layer("", "self.last(x).detach()"), "cannot be computed for many replicas"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_function_of_sample_and_parameters_is_refused_with_the_reason(own, case):
    text, reason = REFUSED[case]
    settings = own(text)
    with pytest.raises(UserError) as refused:
        build(settings, (5,), None)
    (line,) = str(refused.value).splitlines()
    assert line.startswith(f"network Own of {settings.file}: ")
    assert reason in line


def test_what_the_constructor_cannot_be_asked_for_is_refused(own):
    with_norm = layer("self.norm = nn.LayerNorm(5)", "self.last(self.norm(x))")
    network = build(own(with_norm, init={"kind": "he_normal"}), (5,), None)
    with pytest.raises(UserError, match=r"norm.weight of shape \[5\] is neither a weight of"):
        network.initialise(streams([0]))
    with pytest.raises(UserError, match=r"init.scale: got W1; must be of its parameters"):
        build(own(layer(""), init={"kind": "torch_default", "scale": {"W1": 2.0}}), (5,), None)


def test_what_is_beside_the_file_is_imported_anew(own, tmp_path):
    text = layer("self.c = helper.half", "self.last(x) * self.c")
    x = torch.ones(1, 1, 5)
    outputs = []
    for half in (0.5, 0.25):
        (tmp_path / "helper.py").write_text(f"half = {half}\n")
        settings = own(text)
        (tmp_path / "helper.py").write_text(f"half = {half}\n")
        network = build(settings, (5,), None)
        outputs.append(network.activations(network.initialise(streams([0])), x)[1])
    assert torch.equal(outputs[0], 2 * outputs[1])
    assert not list(tmp_path.glob("__pycache__"))


def test_drawing_goes_back_after_an_error():
    before = torch.get_rng_state(), torch.get_default_dtype()
    with pytest.raises(TypeError), drawing_from(streams([0])[0], torch.float64):
        torch.rand("no shape")
    assert torch.equal(torch.get_rng_state(), before[0])
    assert torch.get_default_dtype() == before[1]
