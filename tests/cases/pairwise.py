"""Few rows that have every pair of values of two factors in one of them."""

import math
from itertools import combinations


def pairs_of(factors):
    """Return all pairs of values of two factors, each a frozen set of (factor, value)."""
    return {
        frozenset(((one, a), (other, b)))
        for one, other in combinations(factors, 2)
        for a in factors[one]
        for b in factors[other]
    }


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

    def values(pair):
        return math.prod(len(factors[name]) for name, _ in pair)

    # Of the factors with most values first: other pairs find their place in these rows.
    wanted = sorted(pairs_of(factors) - never, key=lambda pair: (-values(pair), sorted(pair)))
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


def complete(pair, factors, excluded):
    """Return a row that has a pair, and no other one of those that no row may have; or None."""
    never = {frozenset(it) for it in excluded} - {frozenset(pair)}
    return _complete(dict(pair), factors, never, set())


def _pairs(items):
    return map(frozenset, combinations(items, 2))


def _complete(row, factors, never, wanted):
    """Return a row with the missing factors, each with the value that covers most, or None."""
    if any(pair in never for pair in _pairs(row.items())):
        return None
    possible = {
        name: [
            value
            for value in factors[name]
            if not any(frozenset(((name, value), item)) in never for item in row.items())
        ]
        for name in factors
        if name not in row
    }
    if not possible:
        return row

    def gain(name, value):
        return sum(frozenset(((name, value), item)) in wanted for item in row.items())

    def urgency(name):
        # What has no choice first, or there would be many rows to try in vain.
        values = possible[name]
        return len(values) > 1, -max((gain(name, value) for value in values), default=0)

    name = min(possible, key=urgency)
    for value in sorted(possible[name], key=lambda value: gain(name, value), reverse=True):
        found = _complete(row | {name: value}, factors, never, wanted)
        if found is not None:
            return found
    return None
