"""Discrete SGD in one dimension without chance: its matrix of transitions on a grid of equal cells.

    θ' = θ − η g(θ) + η √(σ²(θ)/|B|) ξ,   E ξ = 0,   E ξ² = 1,                       (1)

sends the middle of a cell j to cell i with a probability T_ij, a difference of error functions.
What jumps beyond the grid stays in its last cell, so that columns of T add up to 1, to rounding.
Where in a cell it lands is forgotten, as if it were rounded to the cell's middle, which adds h²/12
to the variance of a step (Sheppard 1898). That much is taken off the spread of ξ beforehand: mean,
variance and third moment of a step are those of (1), the fourth is off by O(h⁴), and so are
stationary masses where cells are narrower than steps. No limit of small η is taken anywhere.

`walk` is the same process by chance.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

# From places (…,) to g or σ² there.
Field = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Law:
    """Of ξ: one of some points, drawn with their weights, and a normal number added to it.

    The normal part has the variance that brings that of ξ to 1. One point at 0 is Gaussian noise,
    ±a a symmetric law of excess kurtosis −2a⁴, points apart unequally a skew one.

    Attributes
    ----------
    points, weights
        Of mean 0 and variance below 1; weights add up to 1.
    """

    points: tuple[float, ...] = (0.0,)
    weights: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        """Refuse laws of another mean, and such as leave no variance to the normal part."""
        if abs(sum(self.weights) - 1) > 1e-12 or abs(np.dot(self.points, self.weights)) > 1e-12:
            raise ValueError(f"got {self}; weights must add up to 1 and the mean be 0")
        if not self.normal_variance > 0:
            raise ValueError(f"got {self}; the variance of the points must be below 1")

    @property
    def normal_variance(self) -> float:
        """1 − the variance of the points."""
        return float(1 - np.dot(np.square(self.points), self.weights))


GAUSSIAN = Law()


def middles(edges: np.ndarray) -> np.ndarray:
    """Return the middles of cells, (cell,), from their edges, (cell + 1,)."""
    return np.asarray((edges[1:] + edges[:-1]) / 2)


def transitions(
    edges: np.ndarray,
    gradient: Field,
    variance: Field,
    *,
    learning_rate: float,
    batch_size: float,
    law: Law = GAUSSIAN,
) -> np.ndarray:
    """Return T with p' = Tp for masses p of the cells, (cell, cell), the cell left last; Eq. (1).

    Parameters
    ----------
    edges
        Of cells of equal width, (cell + 1,), increasing.
    gradient, variance
        g and σ² > 0, of places.
    learning_rate, batch_size
        η and |B|; any |B| > 0, as only η²σ²/|B| matters.
    law
        Of ξ.

    Raises
    ------
    ValueError
        Cells are too wide: the normal part of a step is less than half a cell.
    """
    x, side = middles(edges), (edges[-1] - edges[0]) / (len(edges) - 1)
    step_variance = learning_rate**2 * variance(x) / batch_size
    normal = step_variance * law.normal_variance - side**2 / 12
    if not (normal >= side**2 / 4).all():
        least = np.sqrt(3 * step_variance.min() * law.normal_variance)
        raise ValueError(f"cells are {side:.3g} wide; this noise needs at most {least:.3g}")
    target, spread = x - learning_rate * gradient(x), np.sqrt(normal)
    below = np.zeros((len(edges), len(x)))
    for point, weight in zip(law.points, law.weights, strict=True):
        arrived = target + point * np.sqrt(step_variance)
        below[1:-1] += weight * ndtr((edges[1:-1, None] - arrived) / spread)
    below[-1] = 1.0
    return np.diff(below, axis=0)


def stationary(matrix: np.ndarray) -> np.ndarray:
    """Return the stationary masses of the cells, which add up to 1, (cell,).

    The mass of a cell is set to 1, the others solve Tp = p in theirs. The cell is the likeliest one
    of a first solution, so that no other is larger by orders of magnitude.
    """
    middle = len(matrix) // 2
    mass = _pinned(matrix, middle)
    if mass[best := int(mass.argmax())] > 100 * mass[middle]:
        mass = _pinned(matrix, best)
    return np.asarray(mass / mass.sum())


def _pinned(matrix: np.ndarray, cell: int) -> np.ndarray:
    others = np.delete(np.arange(len(matrix)), cell)
    mass = np.ones(len(matrix))
    left = np.eye(len(others)) - matrix[np.ix_(others, others)]
    mass[others] = np.linalg.solve(left, matrix[others, cell])
    return np.maximum(mass, 0.0)


def mean_exit_steps(matrix: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return how many steps it takes on average to leave some cells, from each of them.

    Parameters
    ----------
    matrix
        T.
    inside
        Which cells are not to be left, (cell,) of bool.

    Returns
    -------
    numpy.ndarray
        τ = 1 + Tᵀτ within these cells, in their order, at least 1.
    """
    within = matrix[np.ix_(inside, inside)]
    return np.linalg.solve(np.eye(len(within)) - within.T, np.ones(len(within)))


def walk(
    start: np.ndarray,
    gradient: Field,
    variance: Field,
    generator: np.random.Generator,
    *,
    learning_rate: float,
    batch_size: float,
    law: Law = GAUSSIAN,
) -> Iterator[np.ndarray]:
    """Yield places after each step of Eq. (1) without end, of the shape of `start`, by chance.

    The next step is from what the array that was yielded then holds.

    Parameters
    ----------
    start
        Places, of independent walkers.
    gradient, variance, learning_rate, batch_size, law
        As of `transitions`.
    generator
        What ξ is drawn from.
    """
    x, points = np.array(start, dtype=np.float64), np.array(law.points)
    while True:
        xi = np.sqrt(law.normal_variance) * generator.standard_normal(x.shape)
        if len(points) > 1:
            xi += points[generator.choice(len(points), x.shape, p=law.weights)]
        x = x - learning_rate * (gradient(x) - np.sqrt(variance(x) / batch_size) * xi)
        yield x
