"""Planes of numbers, one behind the other: turned around, cut and filled; see `code`."""

from typing import Any

from thermophoresis.numerics.code import VECTOR_BYTES, Code, in_loops, written_by
from thermophoresis.numerics.vectors import INT64


@in_loops
def add_lanes(_: Any, numbers: Any, place: Any, count: Any) -> Any:
    """Replace each of ``count`` vectors by the sum of its lanes, one number behind the other.

    ``count`` is filled up to a whole number of vectors of sums, and so must be the array.
    """
    return written_by(_add_lanes, numbers, place, count)


def _add_lanes(code: Code, numbers: Any, place: Any, count: Any) -> None:
    lanes = code.lanes
    begin = code.beyond(numbers, place)
    with code.loop(code.whole_vectors(count)) as group:
        there = code.beyond(begin, code.times(group, lanes * lanes))
        vectors = [code.load(code.beyond(there, lanes * number)) for number in range(lanes)]
        # Two vectors become one with sums of half as many lanes of each, until one is left.
        for halves in _halves(lanes, 16 * lanes // VECTOR_BYTES):
            pairs = zip(vectors[::2], vectors[1::2], strict=True)
            vectors = [
                code.builder.fadd(*(code.shuffle(*pair, half) for half in halves)) for pair in pairs
            ]
        code.store(vectors[0], code.beyond(begin, code.times(group, lanes)))


def _halves(lanes: int, block: int) -> list[list[list[int]]]:
    """Return which lanes of a vector and another behind it are added to which, in every round.

    First within blocks of 16 bytes, then whole blocks: processors have instructions for these. At
    the end each lane has the sum of one vector, in their order.
    """
    rounds = []
    group = 1
    while group < block:
        rounds.append(
            [
                [
                    base + half + start + lane + vector * lanes
                    for base in range(0, lanes, block)
                    for start in range(0, block // 2, group)
                    for vector in range(2)
                    for lane in range(group)
                ]
                for half in (0, block // 2)
            ]
        )
        group *= 2
    while group < lanes:
        blocks = range(0, 2 * lanes, block)
        rounds.append(
            [[begin + lane for begin in blocks[odd::2] for lane in range(block)] for odd in (0, 1)]
        )
        group *= 2
    return rounds


@in_loops
def interleave(_: Any, numbers: Any, places: Any, sizes: Any) -> Any:
    """Turn planes of numbers around: out[p, o] = planes[o, p].

    Parameters
    ----------
    numbers
        Both.
    places
        Where planes and result begin.
    sizes
        Number of planes, and numbers of a plane. Both arrays have as many vectors to spare as a
        vector has lanes: of numbers behind a plane, and of results behind the last.
    """
    return written_by(_interleave, numbers, places, sizes)


def _interleave(code: Code, numbers: Any, places: Any, sizes: Any) -> None:
    builder, lanes = code.builder, code.lanes
    planes, out = (code.beyond(numbers, place) for place in places)
    width, size = sizes
    with code.loop(code.whole_vectors(size)) as column, code.loop(code.whole_vectors(width)) as row:
        first = code.times(row, lanes)
        left = builder.sub(width, first)
        vectors = []
        for lane in range(lanes):
            missing = builder.icmp_signed(">=", INT64(lane), left)
            plane = builder.select(missing, INT64(0), builder.add(first, INT64(lane)))
            place = code.beyond(planes, code.times(plane, size), code.times(column, lanes))
            vectors.append(code.load(place))
        there = code.beyond(out, first, code.times(column, lanes, width))
        for lane, vector in _turned(code, vectors).items():
            place = code.beyond(there, code.times(width, lane))
            code.store(vector, place, code.first_lanes(left))


def _turned(code: Code, vectors: list[Any]) -> dict[int, Any]:
    """Return as many vectors as lanes: by the lane that they are made of, from all vectors."""
    lanes = code.lanes
    # Beside vectors, which lane of which they have now.
    sets = [([*range(lanes)], vectors)]
    for halves in _halves(lanes, 16 * lanes // VECTOR_BYTES):
        sets = [
            (
                [(origin * 2)[lane] for lane in half],
                [
                    code.shuffle(*pair, half)
                    for pair in zip(vectors[::2], vectors[1::2], strict=True)
                ],
            )
            for origin, vectors in sets
            for half in halves
        ]
    return {origin[0]: vectors[0] for origin, vectors in sets}


@in_loops
def put_where_nonzero(_: Any, numbers: Any, places: Any, count: Any) -> Any:
    """Put numbers, in their order, where others are not 0, and 0 where these are.

    Parameters
    ----------
    numbers
        All numbers.
    places
        Where those others begin, those that are put there, and the result.
    count
        How many numbers; a vector more of each is read.
    """
    return written_by(_put_where_nonzero, numbers, places, count)


def _put_where_nonzero(code: Code, numbers: Any, places: Any, count: Any) -> None:
    where, listed, out = (code.beyond(numbers, place) for place in places)
    taken = code.variable(INT64(0))
    with code.loop(code.whole_vectors(count)) as vector:
        begin = code.times(vector, code.lanes)
        chosen = code.builder.fcmp_unordered("!=", code.load(code.beyond(where, begin)), code.zero)
        source = code.beyond(listed, taken.get())
        name = f"llvm.masked.expandload.{code.suffix}"
        spread = code.call(name, code.vector, source, chosen, code.zero)
        code.store(
            spread, code.beyond(out, begin), code.first_lanes(code.builder.sub(count, begin))
        )
        taken.set(code.builder.add(taken.get(), code.count_lanes(chosen)))


@in_loops
def crop(_: Any, numbers: Any, biases: Any, places: Any, sizes: Any) -> Any:
    """Take the first columns of an image, a bias added.

    Parameters
    ----------
    numbers
        The image and the result.
    biases
        An array with the bias.
    places
        Where the image, the bias and the result begin.
    sizes
        Rows, columns of the image, columns of the result.
    """
    return written_by(_crop, numbers, biases, places, sizes)


def _crop(code: Code, numbers: Any, biases: Any, places: Any, sizes: Any) -> None:
    image, result = code.beyond(numbers, places[0]), code.beyond(numbers, places[2])
    bias = code.splat(code.builder.load(code.beyond(biases, places[1])))
    rows, columns, wide = sizes
    with code.loop(rows) as row, code.loop(code.whole_vectors(wide)) as vector:
        begin = code.times(vector, code.lanes)
        value = code.load(code.beyond(image, code.times(row, columns), begin))
        value = code.builder.fadd(value, bias)
        place = code.beyond(result, code.times(row, wide), begin)
        code.store(value, place, code.first_lanes(code.builder.sub(wide, begin)))
