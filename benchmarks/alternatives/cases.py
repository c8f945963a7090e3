"""What is compared: networks, how many of them, and what a step of one costs at least.

Read by the command and by every alternative, whatever else its environment has: standard library
alone. Parameters are named as the engine names those of a chain of layers, W1, b1, W2, …; weights
are (replica, out, in) or (replica, out, in, row, column), and ReLU is between the layers.
"""

from typing import NamedTuple


class Layer(NamedTuple):
    """A linear layer, or a convolution without padding where ``kernel`` is given."""

    inputs: int
    outputs: int
    bias: bool = True
    kernel: int = 0
    pixels: int = 1  # of its output

    @property
    def products(self) -> int:
        """Products of a weight and an input in one forward pass of one sample."""
        return self.inputs * self.outputs * max(1, self.kernel**2) * self.pixels

    @property
    def numbers(self) -> int:
        """Number of parameters."""
        return self.inputs * self.outputs * max(1, self.kernel**2) + self.outputs * self.bias


class Case(NamedTuple):
    """A network, trained with one sample a step, and how many replicas of it.

    Attributes
    ----------
    title
        In the page.
    network
        Settings of the engine that make it.
    layers
        What it is made of.
    shape, classes
        Of an input; and number of classes, or None for one logit and labels 0/1. With classes,
        samples are drawn from a data set; else inputs are standard normal and labels are coins.
    replicas, gpu_replicas
        Trained at once on one core and on a GPU.
    measured
        Replicas of which gradient variance is evaluated at once.
    unit
        Steps that are timed together, at least.
    """

    title: str
    network: dict[str, object]
    layers: tuple[Layer, ...]
    shape: tuple[int, ...]
    classes: int | None
    replicas: tuple[int, ...]
    gpu_replicas: tuple[int, ...]
    measured: tuple[int, ...]
    unit: int
    rate: float

    @property
    def parameters(self) -> int:
        """Number of parameters of one replica."""
        return sum(layer.numbers for layer in self.layers)

    @property
    def flops(self) -> int:
        """Floating-point operations of a step on one sample, all units being active.

        Each product of a weight and an input is made once forward, once for the gradient below
        (not of the input itself) and once for the update, and has a sum that goes with it.
        """
        forward = sum(layer.products for layer in self.layers)
        return 2 * (3 * forward - self.layers[0].products)

    @property
    def bytes(self) -> int:
        """Bytes that a step reads and writes if parameters are kept in memory, in float32."""
        size = 1
        for edge in self.shape:
            size *= edge
        return 4 * (2 * self.parameters + size)


def _two_layer(size: int, **given: object) -> Case:
    return Case(
        f"two-layer {size}×{size}",
        {"kind": "two_layer", "inputs": size, "hidden": size},
        (Layer(size, size), Layer(size, 1, bias=False)),
        (size,),
        None,
        **given,  # type: ignore[arg-type]
    )


CASES = {
    "two_layer_10": _two_layer(
        10,
        replicas=(512, 4096),
        gpu_replicas=(512, 4096),
        measured=(1, 64),
        unit=256,
        rate=0.05,
    ),
    "two_layer_100": _two_layer(
        100,
        replicas=(64, 300),
        gpu_replicas=(300, 4096),
        measured=(1, 16),
        unit=64,
        rate=0.02,
    ),
    "mlp6": Case(
        "mlp6",
        {"kind": "mlp6"},
        (*(Layer(100, 100) for _ in range(5)), Layer(100, 1)),
        (100,),
        None,
        replicas=(8, 32),
        gpu_replicas=(64, 1024),
        measured=(1,),
        unit=32,
        rate=0.02,
    ),
    "cnn6": Case(
        "cnn6",
        {"kind": "cnn6"},
        (
            Layer(1, 10, kernel=5, pixels=24**2),
            *(Layer(10, 10, kernel=5, pixels=size**2) for size in (20, 16, 12, 8)),
            Layer(640, 10),
        ),
        (1, 28, 28),
        10,
        replicas=(4, 16),
        gpu_replicas=(16, 256),
        measured=(1,),
        unit=8,
        rate=0.005,
    ),
}

VARIANCE_SAMPLES = 256
TRACE_SAMPLES = 32
CHECKED_STEPS = 64
CHECKED_REPLICAS = 4
"""A plain loop trains so many of the replicas when it is held against the others."""
