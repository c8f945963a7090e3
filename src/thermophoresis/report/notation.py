"""How numbers are written for readers: three significant digits, minus signs, powers of ten."""

SIGNIFICANT_DIGITS = 3
# Orders of magnitude that are written without a power of ten: 0.001 to 999,000.
SMALLEST_PLAIN, LARGEST_PLAIN = -3, 5

SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
NO_BREAK_SPACE = "\u00a0"


def format_number(value: float) -> str:
    """Write a finite number with three significant digits: 0.0812, 1,230, −4.50 × 10⁻⁵, 0."""
    if value == 0:
        return "0"
    # Python rounds here, so that 0.09996 has become 0.1 before its order is looked at.
    digits, _, exponent = f"{abs(value):.{SIGNIFICANT_DIGITS - 1}e}".partition("e")
    order = int(exponent)
    sign = "−" if value < 0 else ""
    if SMALLEST_PLAIN <= order <= LARGEST_PLAIN:
        decimals = max(0, SIGNIFICANT_DIGITS - 1 - order)
        return f"{sign}{float(f'{digits}e{order}'):,.{decimals}f}"
    power = str(order).translate(SUPERSCRIPTS)
    return f"{sign}{digits}{NO_BREAK_SPACE}×{NO_BREAK_SPACE}10{power}"


def format_interval(low: float | None, high: float | None) -> str:
    """Write a confidence interval, "[0.06, 0.10]"; a bound that is None is infinite.

    Without any bound there is no interval, and nothing is written.
    """
    if low is None and high is None:
        return ""
    left = "(−∞" if low is None else f"[{format_number(low)}"
    right = "∞)" if high is None else f"{format_number(high)}]"
    return f"{left}, {right}"


def format_estimate(estimate: float | None, low: float | None, high: float | None) -> str:
    """Write an estimate with its interval, "0.0812 [0.0620, 0.101]"; "none" without either."""
    number = "none" if estimate is None else format_number(estimate)
    return f"{number} {format_interval(low, high)}".rstrip()


def format_level(level: float) -> str:
    """Write a confidence level between 0 and 1 in per cent: "99.88 %"."""
    return f"{100 * level:.6g}{NO_BREAK_SPACE}%"
