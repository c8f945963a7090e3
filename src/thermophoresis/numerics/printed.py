"""Numbers as they are printed."""

from decimal import Decimal


def half_a_digit(printed: str) -> float:
    """Return half a unit of the last digit of a printed number."""
    exponent = Decimal(printed).as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent)
