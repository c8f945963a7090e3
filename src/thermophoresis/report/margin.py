"""Where an interval lies against its criterion, as a small plot."""

from dataclasses import dataclass

from thermophoresis.report.claims import Claim

# Of the plot, in its own units; a bound that there is not is at the edge.
WIDTH = 120.0
PADDING = 0.12  # beside what is shown, as a share of it


@dataclass(frozen=True)
class Margin:
    """Places along the plot, from 0 to `WIDTH`.

    Attributes
    ----------
    allowed
        Both ends of what the criterion allows; equal where it asks for one number.
    interval
        Both ends of the interval; None where there is none.
    estimate
        Where the estimate is.
    """

    allowed: tuple[float, float]
    interval: tuple[float, float] | None
    estimate: float


def margin(claim: Claim) -> Margin | None:
    """Return where estimate, interval and criterion of a claim lie, or None without two of them."""
    bounds = claim.criterion_low, claim.criterion_high
    known = [it for it in (claim.estimate, *claim.interval, *bounds) if it is not None]
    if claim.estimate is None or bounds == (None, None):
        return None
    low, high = min(known), max(known)
    around = PADDING * (high - low) or 1.0

    def place(value: float | None, otherwise: float) -> float:
        if value is None:
            return otherwise
        return round(WIDTH * (value - low + around) / (high - low + 2 * around), 1)

    def both(ends: tuple[float | None, float | None]) -> tuple[float, float]:
        return place(ends[0], 0.0), place(ends[1], WIDTH)

    there_is = claim.interval != (None, None)
    return Margin(
        both(bounds), both(claim.interval) if there_is else None, place(claim.estimate, 0.0)
    )
