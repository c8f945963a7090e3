"""Minima of functions that are given on a grid, between its points."""

import numpy as np


def lowest(cost: np.ndarray, axes: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Minimum of each resample: the vertex of the parabola through the points around the least.

    Parameters
    ----------
    cost
        Shape (*lengths of the axes, resamples).
    axes
        For each exponent the values of the grid, evenly spaced.

    Returns
    -------
    offsets
        Shape (p, resamples).
    costs
        Shape (resamples,).
    confined
        Whether the least point lies at an end of the axis or of what is possible, where there is no
        parabola, shape (p, resamples).
    """
    lengths, resamples = cost.shape[:-1], cost.shape[-1]
    dimensions = len(lengths)
    least = np.array(np.unravel_index(cost.reshape(-1, resamples).argmin(axis=0), lengths))
    # Infinite beyond the ends: there the differences below are, and the point is confined.
    padded = np.pad(cost, [(1, 1)] * dimensions + [(0, 0)], constant_values=np.inf)

    def beside(*shift: int) -> np.ndarray:
        moved = least + 1 + np.array(shift)[:, np.newaxis]
        values: np.ndarray = padded[(*moved, np.arange(resamples))]
        return values

    unit = np.eye(dimensions, dtype=int)
    centre = beside(*(0 * unit[0]))
    forward = np.array([beside(*step) for step in unit])
    backward = np.array([beside(*-step) for step in unit])
    confined = ~(np.isfinite(forward) & np.isfinite(backward))
    forward, backward = (np.where(confined, centre, side) for side in (forward, backward))
    # In units of the spacing of each axis.
    gradient = (forward - backward) / 2
    curvature = np.zeros((resamples, dimensions, dimensions))
    for axis in range(dimensions):
        curvature[:, axis, axis] = forward[axis] - 2 * centre + backward[axis]
    if dimensions == 2:
        corners = np.array([beside(i, j) for i, j in ((1, 1), (-1, -1), (1, -1), (-1, 1))])
        inner = np.isfinite(corners).all(axis=0) & ~confined.any(axis=0)
        corners = np.where(inner, corners, 0)
        cross = (corners[0] + corners[1] - corners[2] - corners[3]) / 4
        curvature[:, 0, 1] = curvature[:, 1, 0] = cross
    # A point among equals, or a saddle, stays where it is.
    proper = np.linalg.eigvalsh(curvature)[:, 0] > 0
    curvature[~proper] = np.eye(dimensions)
    move = -np.linalg.solve(curvature, gradient.T[..., np.newaxis])[..., 0].T
    move = np.where(proper, np.clip(move, -1, 1), 0.0)
    spacing = np.array([axis[1] - axis[0] for axis in axes])
    offsets = np.array([axis[index] for axis, index in zip(axes, least, strict=True)])
    costs = centre + (gradient * move).sum(axis=0) / 2
    return offsets + spacing[:, np.newaxis] * move, costs, confined
