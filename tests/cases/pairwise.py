"""Few rows that have every pair of values of two factors in one of them."""

from itertools import combinations


def cover(factors, excluded=()):
    """Return rows, one value of each factor each, in which every pair occurs that can occur.

    Parameters
    ----------
    factors
        Values by the name of the factor.
    excluded
        Pairs ((factor, value), (factor, value)) that no row may have.
    """
    never = {frozenset(pair) for pair in excluded}
    every = {
        frozenset(((one, a), (other, b)))
        for one, other in combinations(factors, 2)
        for a in factors[one]
        for b in factors[other]
    } - never
    wanted = sorted(every, key=sorted)
    rows = []
    while wanted:
        first = wanted[0]
        row = _complete(dict(first), factors, never, set(wanted))
        if row is not None:
            rows.append({name: row[name] for name in factors})
            covered = set(_pairs(row.items()))
            wanted = [pair for pair in wanted if pair not in covered]
        else:  # what it would take excludes each other
            wanted.remove(first)
    return rows


def _pairs(items):
    return map(frozenset, combinations(items, 2))


def _complete(row, factors, never, wanted):
    """Return a row with the missing factors, each with the value that covers most, or None."""
    if any(pair in never for pair in _pairs(row.items())):
        return None
    missing = [name for name in factors if name not in row]
    if not missing:
        return row
    name = missing[0]

    def gain(value):
        return sum(frozenset(((name, value), item)) in wanted for item in row.items())

    for value in sorted(factors[name], key=gain, reverse=True):
        found = _complete(row | {name: value}, factors, never, wanted)
        if found is not None:
            return found
    return None
