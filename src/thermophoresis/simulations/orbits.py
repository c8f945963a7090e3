"""Orbits of ẋ = v(x) in the plane, and where they come back to a ray: closed orbits.

A closed orbit that no others accompany, a limit cycle, is where the displacement of the return map,
r′ − r, changes its sign: r is the distance at which an orbit leaves a ray from a fixed point, r′
that at which it crosses the ray again in the same direction. Where every orbit is closed, as around
a centre, the displacement is 0 throughout and no orbit is isolated.
"""

from collections.abc import Callable

import numpy as np

# Closer to the fixed point than this part of where it was, an orbit is at rest but for rounding.
AT_REST = 1e-9

Field = Callable[[np.ndarray], np.ndarray]


def step(field: Field, x: np.ndarray, time_step: float) -> np.ndarray:
    """Return places after a step of the classical Runge–Kutta method, of fourth order."""
    first = field(x)
    second = field(x + time_step / 2 * first)
    third = field(x + time_step / 2 * second)
    fourth = field(x + time_step * third)
    return np.asarray(x + time_step / 6 * (first + 2 * second + 2 * third + fourth))


def follow(field: Field, start: np.ndarray, time_step: float, steps: int) -> np.ndarray:
    """Return places along orbits, (steps + 1, …, dimension), from the start on."""
    found = [np.asarray(start, dtype=np.float64)]
    for _ in range(steps):
        found.append(step(field, found[-1], time_step))
    return np.stack(found)


def returns(
    field: Field,
    centre: np.ndarray,
    ray: np.ndarray,
    distances: np.ndarray,
    *,
    time_step: float,
    steps: int,
) -> np.ndarray:
    """Return where orbits in the plane that leave a ray come back to it.

    Parameters
    ----------
    field
        v of places (…, 2).
    centre, ray
        From where the ray goes, and in which direction, (2,).
    distances
        At which distances from there orbits leave it, (orbit,).
    time_step, steps
        Of the Runge–Kutta method; what has not come back by the last step does not.

    Returns
    -------
    numpy.ndarray
        At which distance each is when it first crosses the ray in the direction in which it left,
        (orbit,), interpolated to third order within a step; NaN if it does not.
    """
    along = np.asarray(ray) / np.linalg.norm(ray)
    across = np.array([-along[1], along[0]])
    x = centre + distances[:, None] * along
    side = np.sign(field(x) @ across)
    found = np.full(len(distances), np.nan)
    for number in range(steps):
        after = step(field, x, time_step)
        before_ray, behind_ray = (side * ((it - centre) @ across) for it in (x, after))
        crosses = (before_ray < 0) & (behind_ray >= 0) & np.isnan(found)
        crosses &= number > 0  # at the start they are on the ray, to rounding on either side
        if crosses.any():
            part = _crossing(field, x[crosses], after[crosses], time_step, centre, across)
            place = (part - centre) @ along
            found[crosses] = np.where(place > AT_REST * distances[crosses], place, np.nan)
        x = after
        if not np.isnan(found).any():
            break
    return found


def _crossing(
    field: Field,
    before: np.ndarray,
    after: np.ndarray,
    time_step: float,
    centre: np.ndarray,
    across: np.ndarray,
) -> np.ndarray:
    """Return where orbits cross a line within a step, by cubic interpolation in time."""
    first, last = (time_step * field(it) for it in (before, after))
    low, high = np.zeros(len(before)), np.ones(len(before))
    start = np.sign((before - centre) @ across)
    for _ in range(50):
        s = ((low + high) / 2)[:, None]
        x = (
            (1 + 2 * s) * (1 - s) ** 2 * before
            + s * (1 - s) ** 2 * first
            + s**2 * (3 - 2 * s) * after
            + s**2 * (s - 1) * last
        )
        same = np.sign((x - centre) @ across) == start
        low, high = np.where(same, s[:, 0], low), np.where(same, high, s[:, 0])
    return np.asarray(x)


def isolated(displacements: np.ndarray, rounding: float) -> int:
    """Return how many isolated closed orbits displacements r′ − r show, at increasing r.

    These are changes of sign; one that touches 0 without crossing it is not seen.

    Parameters
    ----------
    displacements
        Along a ray, (orbit,); NaN where an orbit does not come back.
    rounding
        Up to which size they are 0 to the accuracy of the orbits. Where two neighbours or more are,
        they are closed and not isolated.
    """
    known = displacements[np.isfinite(displacements)]
    count, last, closed = 0, 0.0, 0
    for value in known:
        if abs(value) <= rounding:
            closed += 1
            continue
        count += last * value < 0 and closed < 2
        last, closed = float(value), 0
    return count
