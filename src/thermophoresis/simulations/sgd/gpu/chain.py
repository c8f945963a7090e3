"""SGD of chains of linear layers on a GPU, by `chain_kernel`."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, cast

import torch
from torch import Tensor

from thermophoresis.config.dynamics.sgd import SGD
from thermophoresis.networks.layers import Linear
from thermophoresis.networks.network import Network, Parameters
from thermophoresis.simulations.sgd.gpu.chain_kernel import WIDTH, advance
from thermophoresis.simulations.sgd.gpu.kernel import Call, KernelSGD, chain_of, next_power, padded
from thermophoresis.simulations.sgd.gpu.memory import fitting

# A tile of weights has whole rows, of so many outputs at most.
LARGEST_WIDTH = 1024

# Weights of a tile, and of each thread. Compiled for an H100, plain steps with tiles of 64 × 128
# and 8 warps take 101 registers a thread, two programs fit on a multiprocessor, and nothing is
# spilled. Tiles of 128 × 128 take 228 registers, and sixteen warps of them spill.
TILE = 8192
TILE_OF_THREAD = 32
WARP = 32


def covers(network: Network, dynamics: SGD) -> bool:
    """Whether these steps can be made here."""
    chain = chain_of(network, dynamics)
    return chain is not None and all(
        padded(layer.outputs, WIDTH) <= LARGEST_WIDTH for layer in chain.layers
    )


def name(network: Network) -> str:
    """Return what files say of how steps were made."""
    return "kernel for chains of linear layers"


def replica_last(network: Network) -> bool:
    """Whether it wants samples with the replica last in memory."""
    return False


def block_replicas(network: Network, dtype: torch.dtype, batch_size: int) -> int:
    """Return how many replicas to train together."""
    # As of two layers; and what each sample of a batch leaves in every layer.
    return fitting((8 + 4 * batch_size) * network.parameter_count, dtype)


def make_stepper(
    network: Network,
    state: Mapping[str, Tensor],
    *,
    dynamics: SGD,
    rate: Callable[[int], float],
    batch_size: int,
    training_set: tuple[Tensor, Tensor] | None = None,
) -> "ChainSGD":
    """Return SGD on a block of replicas; see `steppers.Steppers`."""
    return ChainSGD(network, state, dynamics=dynamics, rate=rate, batch_size=batch_size)


class Place(NamedTuple):
    """Where weights or biases are among the parameters of a replica.

    Attributes
    ----------
    at
        Where they begin.
    rows, columns
        One row for each input, of which biases have one; both padded.
    """

    at: int
    rows: int
    columns: int

    def of(self, flat: Tensor) -> Tensor:
        """Return a view of them, (replica, row, column)."""
        own = flat[:, self.at : self.at + self.rows * self.columns]
        return own.view(-1, self.rows, self.columns)


class ChainSGD(KernelSGD):
    """SGD on a block of replicas; arguments as of `KernelSGD`."""

    def _lay_out(self) -> None:
        layers = cast(tuple[Linear, ...], self._chain.layers)
        self._places: dict[str, Place] = {}
        table, at, width = [], 0, 0
        for number, layer in enumerate(layers, start=1):
            inputs, outputs = padded(layer.inputs, WIDTH), padded(layer.outputs, WIDTH)
            weights, bias = at, -1
            self._places[f"W{number}"] = Place(at, inputs, outputs)
            at += inputs * outputs
            if layer.bias:
                bias = at
                self._places[f"b{number}"] = Place(at, 1, outputs)
                at += outputs
            trains = [self._trains(f"{letter}{number}") for letter in "Wb"]
            table.append([inputs, outputs, weights, bias, width, width + inputs, *trains])
            width += inputs
        self._size, self._width = at, width + table[-1][1]
        self._widest = max(max(row[:2]) for row in table)
        self._table = torch.tensor(table, dtype=torch.int32, device=self._device)
        self._scratch, self._below = (
            torch.zeros(
                self._replicas, self._batch_size, size, dtype=self._dtype, device=self._device
            )
            for size in (self._width, 2 * self._widest)
        )
        self._columns = next_power(max(row[1] for row in table))
        self._rows = min(TILE // self._columns, next_power(max(row[0] for row in table)))

    def _packed(self, parameters: Parameters) -> Parameters:
        flat = torch.zeros(self._replicas, self._size, dtype=self._dtype, device=self._device)
        for mine, value in self._pairs(flat, parameters):
            mine.copy_(value)
        return {"flat": flat}

    def _unpacked(self, held: Parameters) -> Parameters:
        found = {
            name: torch.empty(shape, dtype=self._dtype, device=self._device)
            for name, shape in self._shapes.items()
        }
        for mine, value in self._pairs(held["flat"], found):
            value.copy_(mine)
        return found

    def _pairs(self, flat: Tensor, parameters: Parameters) -> Iterator[tuple[Tensor, Tensor]]:
        """Yield where each of some parameters is among flat ones, and these, shaped alike."""
        _, views = self._network.as_layered(parameters)
        for name, place in self._places.items():
            value = views[name].mT if name.startswith("W") else views[name][:, None]
            yield place.of(flat)[:, : value.shape[1], : value.shape[2]], value

    def call(self, rates: Tensor, ends: Tensor) -> Call:
        """Return what makes as many steps as there are rates; their samples begin at ``ends``."""
        layers = cast(tuple[Linear, ...], self._chain.layers)
        logits, tile = layers[-1].outputs, self._rows * self._columns
        arguments = (
            self._theta["flat"], self._velocity["flat"], self._scratch, self._below, self._table,
            self._x, self._y, rates, ends, self._numbers, len(rates), self._y.shape[1],
            self._size, self._width, self._widest, self._batch_size,
            layers[0].inputs, logits, len(layers),
        )  # fmt: skip
        constants = {
            "rows": self._rows,
            "columns": self._columns,
            "outputs": next_power(padded(logits, WIDTH)),
            "single": self._batch_size == 1,
            "num_warps": max(1, tile // TILE_OF_THREAD // WARP),
            "num_stages": 1,
        }
        return Call(advance, self._replicas, arguments, constants | self._rules())
