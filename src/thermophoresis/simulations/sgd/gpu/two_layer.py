"""SGD of networks of two linear layers on a GPU, by `two_layer_kernel`."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.draws import on_gpu
from thermophoresis.draws.recipe import Recipe
from thermophoresis.networks.layered import Layered
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.sgd.gpu.kernel import Call, KernelSGD, chain_of, next_power, padded
from thermophoresis.simulations.sgd.gpu.memory import fitting
from thermophoresis.simulations.sgd.gpu.two_layer_kernel import advance

WARP = 32  # threads
THREADS = 1024  # of a program, at most
REGISTERS = 65536  # of a multiprocessor, of 32 bits
REGISTERS_OF_THREAD = 255

# Inputs in a piece of a row of W, and how many pieces there may be: more would take minutes to
# compile.
PIECES, LARGEST_COUNT = (1, 2, 4, 8, 16), 32

# Samples that a program draws for each of its replicas before it makes their steps: their memory,
# 3 kB for 10 inputs, stays in the first-level cache until they are used.
DRAWN = 64


# By the names of a chain of layers: W, b, V and c.
NAMES = ("W1", "b1", "W2", "b2")

KINDS = {"normal": on_gpu.NORMAL, "uniform": on_gpu.UNIFORM}


class Shape(NamedTuple):
    """How a program shares its work among threads; it depends on no number of replicas.

    Attributes
    ----------
    piece
        Inputs in a piece of a row of W.
    units, outputs
        Hidden units and logits, padded to powers of two.
    together
        Networks of one program: as many as fill a warp.
    warps
        Warps of one program. Where more threads than units are needed, for their registers,
        several share the inputs of a unit.
    """

    piece: int
    units: int
    outputs: int
    together: int
    warps: int


def shape_of(chain: Layered, dynamics: SGD, batch_size: int, dtype: torch.dtype) -> Shape | None:
    """Return how to train a network of two layers, None if it does not fit into registers.

    Compiled for an H100, plain steps of 10 inputs and units with |B| = 1 take 56 registers a
    thread, those of 100 take 226 with a thread for a unit and 121 with two, nothing spilled; with
    |B| > 1 and momentum, 235 with two. The estimate below is close to that.
    """
    first, last = cast(tuple[Linear, ...], chain.layers)
    inputs, units, outputs = first.inputs, next_power(first.outputs), next_power(last.outputs)
    together = max(1, WARP // units)
    # W and x; of larger batches the sums, with momentum the velocities as well.
    copies = 2 + (batch_size > 1) + (dynamics.momentum > 0)
    sharing = 1
    while (threads := units * together * sharing) <= THREADS:
        pieces = [it for it in PIECES if it >= sharing and inputs <= it * LARGEST_COUNT]
        if not pieces:
            return None
        # The one that wastes least, and of these the largest.
        piece = min(pieces, key=lambda it: (padded(inputs, it), -it))
        count = padded(inputs, piece)
        numbers = copies * (count / sharing + outputs)
        needed = 30 + 1.05 * numbers * dtype.itemsize / 4
        if needed <= min(REGISTERS_OF_THREAD, REGISTERS / threads):
            return Shape(piece, units, outputs, together, threads // WARP)
        sharing *= 2
    return None


def covers(network: Network, dynamics: SGD) -> bool:
    """Whether these steps can be made here, in float32 and with any |B|."""
    chain = chain_of(network, dynamics)
    if chain is None or len(chain.layers) != 2:
        return False
    return shape_of(chain, dynamics, 2, torch.float32) is not None


def name(network: Network) -> str:
    """Return what files say of how steps were made."""
    return "kernel for two layers"


def replica_last(network: Network) -> bool:
    """Whether it wants samples with the replica last in memory."""
    return False


def block_replicas(network: Network, dtype: torch.dtype, batch_size: int) -> int:
    """Return how many replicas to train together."""
    # Parameters, velocities, and copies of both for records and checkpoints; samples on the way.
    return fitting(8 * network.parameter_count + 100 * batch_size, dtype)


def make_stepper(
    network: Network,
    state: Mapping[str, Tensor],
    *,
    dynamics: SGD,
    rate: Callable[[int], float],
    batch_size: int,
    training_set: tuple[Tensor, Tensor] | None = None,
) -> "TwoLayerSGD":
    """Return SGD on a block of replicas; see `steppers.Steppers`."""
    return TwoLayerSGD(network, state, dynamics=dynamics, rate=rate, batch_size=batch_size)


class TwoLayerSGD(KernelSGD):
    """SGD on a block of replicas; arguments as of `KernelSGD`."""

    def _lay_out(self) -> None:
        cut = self._chain, self._dynamics, self._batch_size
        # What float64 does not fit into is spilled into memory.
        shape = shape_of(*cut, self._dtype) or shape_of(*cut, torch.float32)
        assert shape is not None, "no steps of this network can be made here"
        self._shape = shape
        self._drawn: tuple[Tensor, Tensor] | None = None

    def load(self, x: Tensor, y: Tensor, sizes: Sequence[int]) -> None:
        """Take the samples of the next steps; see `engine.Stepper.load`."""
        super().load(x, y, sizes)
        self._recipe: Recipe | None = None

    def load_recipe(self, recipe: Recipe, sizes: Sequence[int]) -> None:
        """Take what draws the samples of the next steps, which is done between them.

        Parameters
        ----------
        recipe
            How, from which sample on.
        sizes
            |B| of each step.
        """
        self._set_ends(sizes)
        self._recipe = recipe
        drawn = max(DRAWN, self._batch_size)
        if self._drawn is None or self._drawn[1].shape[1] != drawn:
            x, y = (
                torch.empty(self._replicas, drawn, *size, dtype=self._dtype, device=self._device)
                for size in ((recipe.size,), ())
            )
            self._drawn = x, y
        self._x, self._y = self._drawn
        keys = (*recipe.input_key, *recipe.label_key)
        self._keys = torch.tensor(keys, dtype=torch.int64, device=self._device)

    def _pointers(self, held: Parameters) -> list[Tensor]:
        """Return W, b, V and c; where there is none, something that is not read."""
        names = [self._own_names.get(it, "") for it in NAMES]
        return [held.get(it, self._numbers) for it in names]

    def call(self, rates: Tensor, ends: Tensor) -> Call:
        """Return what makes as many steps as there are rates; their samples begin at ``ends``."""
        first, last = cast(tuple[Linear, ...], self._chain.layers)
        shape, recipe = self._shape, self._recipe
        arguments: tuple[Tensor | int, ...] = (
            *self._pointers(self._theta), *self._pointers(self._velocity),
            self._x, self._y, rates, ends, self._numbers,
            self._keys if recipe else self._numbers,
            len(rates), recipe.position if recipe else 0,
            recipe.replicas.start if recipe else 0, self._replicas, self._y.shape[1],
        )  # fmt: skip
        constants = {
            "inputs": first.inputs,
            "hidden": first.outputs,
            "logits": last.outputs,
            "piece": shape.piece,
            "units": shape.units,
            "outputs": shape.outputs,
            "together": shape.together,
            "has_b": first.bias,
            "has_c": last.bias,
            **{f"train_{it}": self._trains(name) for it, name in zip("wbvc", NAMES, strict=True)},
            "single": self._batch_size == 1,
            "drawn": recipe is not None,
            "kind": KINDS[recipe.kind if recipe else "normal"],
            "counters": WARP * shape.warps,
            "num_warps": shape.warps,
            "num_stages": 1,
        }
        programs = -(-self._replicas // shape.together)
        return Call(advance, programs, arguments, constants | self._rules())
