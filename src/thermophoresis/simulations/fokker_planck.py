"""Densities that drift and diffuse in a box, in one and two dimensions: a conservative solver.

    ∂ρ/∂t = −∇·J,   J_i = a_i ρ − β⁻¹ Σ_j ∂_j(D_ij ρ)

is the Fokker–Planck equation of dx = a dt + √(2β⁻¹D) dW in Itô's sense, with any drift a(x) and any
symmetric positive definite D(x). No mass crosses the walls. An antisymmetric Q(x) is part of the
drift (`theory.stationary_force`).

**Scheme.** The unknowns are the masses of cells, and mass jumps between cells: with D in units of
the cells' sides decomposed as Σ_k λ_k e_k e_kᵀ, λ_k ≥ 0, e_k of whole numbers (`numerics.selling`),
a jump from cell x by ±e_k has the rate

    β⁻¹ λ_k(x) B(±θ),   B(θ) = θ/(1 − e^{−θ}),   θ = β ∫ dsᵀD⁻¹a   from x to x + e_k

(exponential fitting, Scharfetter & Gummel 1969; the integral by two nodes of Gauss). Because
Σ_k λ_k e_k e_kᵀD⁻¹a = a, jumps have the mean a and the covariance 2β⁻¹D up to O(h²), whatever the
direction of D. So this is a Markov process on the cells: mass is kept to rounding, nothing becomes
negative, whatever the off-diagonal elements of D or the size of a, the stationary state is unique,
and the free energy relative to it never rises (`evolve`). It is exact where D is constant and a the
gradient of a polynomial of degree 4. Its error is of second order in h where density at the walls
is negligible: jumps into them are left out.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csc_matrix, identity
from scipy.sparse.linalg import splu

from thermophoresis.numerics.selling import decompose

# Of a part of a jump between two cells: where the drift along it is taken.
NODES = (0.5 - 0.5 / np.sqrt(3), 0.5 + 0.5 / np.sqrt(3))

# From places (…, dimension) to vectors there, and to matrices, or one matrix for all places.
Drift = Callable[[np.ndarray], np.ndarray]
Diffusion = Callable[[np.ndarray], np.ndarray] | np.ndarray


@dataclass(frozen=True)
class Box:
    """A rectangle of equal cells.

    Attributes
    ----------
    low, high
        Corners, a number for each dimension.
    cells
        How many there are along each.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    cells: tuple[int, ...]

    @property
    def sides(self) -> np.ndarray:
        """Lengths of a cell, (dimension,)."""
        return np.asarray(np.subtract(self.high, self.low) / np.asarray(self.cells))

    @property
    def volume(self) -> float:
        """Length, or area, of a cell."""
        return float(np.prod(self.sides))

    @property
    def axes(self) -> tuple[np.ndarray, ...]:
        """Middles of the cells, along each dimension."""
        return tuple(
            low + (np.arange(count) + 0.5) * side
            for low, count, side in zip(self.low, self.cells, self.sides, strict=True)
        )

    @cached_property
    def places(self) -> np.ndarray:
        """Middles of the cells, (cell, dimension), the last dimension first."""
        return np.stack(np.meshgrid(*self.axes, indexing="ij"), axis=-1).reshape(
            -1, len(self.cells)
        )


@dataclass(frozen=True)
class Jumps:
    """A Markov process on the cells of a box: who jumps where how often.

    Attributes
    ----------
    box
        The cells.
    tails, heads
        Numbers of two cells each, (pair,).
    offsets
        From one to the other, in cells, (pair, dimension).
    forward, backward
        Rates of jumps from tail to head and from head to tail, (pair,).
    """

    box: Box
    tails: np.ndarray
    heads: np.ndarray
    offsets: np.ndarray
    forward: np.ndarray
    backward: np.ndarray

    @cached_property
    def matrix(self) -> csc_matrix:
        """W with dp/dt = Wp for masses p (cell,); its columns add up to 0."""
        cells = len(self.box.places)
        leaving = np.bincount(self.tails, self.forward, cells)
        leaving += np.bincount(self.heads, self.backward, cells)
        every = np.arange(cells)
        rows = np.concatenate([self.heads, self.tails, every])
        columns = np.concatenate([self.tails, self.heads, every])
        values = np.concatenate([self.forward, self.backward, -leaving])
        return csc_matrix((values, (rows, columns)), shape=(cells, cells))


def process(box: Box, drift: Drift, diffusion: Diffusion, temperature: float) -> Jumps:
    """Return the jumps that approximate a drift and a diffusion.

    Parameters
    ----------
    box
        Where they are.
    drift
        a of places (…, dimension), of the same shape.
    diffusion
        D, of places (…, dimension, dimension), or one matrix.
    temperature
        β⁻¹ > 0.

    Raises
    ------
    ValueError
        D is not symmetric and positive definite everywhere.
    """
    places, sides, cells = box.places, box.sides, np.array(box.cells)
    index = np.stack(np.unravel_index(np.arange(len(places)), box.cells), axis=1)
    scaled = _at(diffusion, places) / (sides[:, None] * sides)
    weights, vectors = _decomposed(scaled)
    # Each direction is of all cells; in most cells, most directions have no weight.
    directions = np.unique(vectors.reshape(-1, len(cells)), axis=0)
    parts = []
    for e in directions:
        weight = np.where((vectors == e).all(axis=2), weights, 0.0).sum(axis=1)
        target = index + e
        inside = ((target >= 0) & (target < cells)).all(axis=1)
        tail = np.flatnonzero(inside)
        head = np.ravel_multi_index(tuple(target[inside].T), box.cells)
        used = (weight[tail] > 0) | (weight[head] > 0)
        tail, head = tail[used], head[used]
        step = e * sides
        theta = np.zeros(len(tail))
        for node in NODES:
            there = places[tail] + node * step
            force = np.linalg.solve(_at(diffusion, there), drift(there)[..., None])[..., 0]
            theta += force @ step / (2 * temperature)
        offsets = np.broadcast_to(e, (len(tail), len(e)))
        forward, backward = (
            temperature * weight[at] * fitted(sign * theta) for at, sign in ((tail, 1), (head, -1))
        )
        parts.append((tail, head, offsets, forward, backward))
    return Jumps(box, *(np.concatenate(it) for it in zip(*parts, strict=True)))


def fitted(theta: np.ndarray) -> np.ndarray:
    """Return B(θ) = θ/(1 − e^{−θ}), 1 at 0: B(θ) − B(−θ) = θ and B(θ)/B(−θ) = e^θ."""
    small = np.abs(theta) < 1e-8
    divisor = -np.expm1(-np.clip(np.where(small, 1.0, theta), -700, 700))
    return np.asarray(np.where(small, 1 + theta / 2, theta / divisor))


def _at(diffusion: Diffusion, places: np.ndarray) -> np.ndarray:
    """Return D at places, (…, dimension, dimension)."""
    n = places.shape[-1]
    value = diffusion(places) if callable(diffusion) else np.asarray(diffusion, dtype=np.float64)
    return np.broadcast_to(value, (*places.shape[:-1], n, n))


def _decomposed(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights (cell, k) and vectors (cell, k, dimension) of D in units of the cells."""
    if matrices.shape[-1] == 2:
        return decompose(matrices)
    if not (matrices > 0).all():
        raise ValueError("must be symmetric and positive definite everywhere")
    return matrices[:, 0], np.ones((len(matrices), 1, 1), dtype=int)


def stationary(jumps: Jumps) -> np.ndarray:
    """Return the stationary masses of the cells, which add up to 1, shape (cell,).

    One mass is set to 1 and the others follow from a sparse direct solution: what is left of −W is
    an M-matrix, whose inverse has no negative elements. The cell is the likeliest one of a first
    solution, so that no other is larger by orders of magnitude.
    """
    cells = jumps.box.cells
    pinned = int(np.ravel_multi_index(tuple(it // 2 for it in cells), cells))
    mass = _pinned(jumps, pinned)
    if (best := int(mass.argmax())) != pinned and mass[best] > 100 * mass[pinned]:
        mass = _pinned(jumps, best)
    return np.asarray(mass / mass.sum())


def _pinned(jumps: Jumps, cell: int) -> np.ndarray:
    """Return masses that are stationary in all cells but one, which has the mass 1."""
    matrix = jumps.matrix
    others = np.delete(np.arange(matrix.shape[0]), cell)
    into = matrix[:, [cell]].toarray()[others, 0]
    mass = np.ones(matrix.shape[0])
    mass[others] = splu((-matrix[others][:, others]).tocsc()).solve(into)
    return np.maximum(mass, 0.0)


def evolve(jumps: Jumps, mass: np.ndarray, time_step: float, steps: int) -> np.ndarray:
    """Return masses after each of some steps of the implicit Euler method.

    (1 − W dt)⁻¹ is a matrix of probabilities that keeps the stationary state: masses stay positive
    and their divergence from it cannot rise, whatever the step (data processing).

    Parameters
    ----------
    jumps
        The process.
    mass
        Of the cells at the start, (cell,).
    time_step
        dt > 0; the error is of first order in it.
    steps
        How many.

    Returns
    -------
    numpy.ndarray
        Shape (steps + 1, cell), from the start on.
    """
    cells = len(mass)
    solver = splu((identity(cells, format="csc") - time_step * jumps.matrix).tocsc())
    found = [np.asarray(mass, dtype=np.float64)]
    for _ in range(steps):
        found.append(solver.solve(found[-1]))
    return np.stack(found)


def current(jumps: Jumps, mass: np.ndarray) -> np.ndarray:
    """Return the probability current J of masses at the middles of cells, (cell, dimension).

    Half of what a jump from cell to cell carries, times how far, is counted in either of them.
    """
    net = jumps.forward * mass[jumps.tails] - jumps.backward * mass[jumps.heads]
    carried = net[:, None] * jumps.offsets * jumps.box.sides / (2 * jumps.box.volume)
    cells = len(mass)
    columns = [
        np.bincount(jumps.tails, part, cells) + np.bincount(jumps.heads, part, cells)
        for part in carried.T
    ]
    return np.stack(columns, axis=1)


def entropy_production(
    jumps: Jumps, mass: np.ndarray, diffusion: Diffusion, temperature: float
) -> float:
    """Return β ∫ J·D⁻¹J/ρ (per time), the entropy that is produced in a state with these masses.

    Parameters
    ----------
    jumps, diffusion, temperature
        As of `process`.
    mass
        Of the cells, (cell,).
    """
    flow = current(jumps, mass)
    metric = np.linalg.solve(_at(diffusion, jumps.box.places), flow[..., None])[..., 0]
    density = mass / jumps.box.volume
    some = density > 0
    produced = (flow * metric).sum(axis=1)[some] / density[some]
    return float(produced.sum() * jumps.box.volume / temperature)
