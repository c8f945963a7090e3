"""The innermost loops of a convolution, with their sums in vector registers.

numba leaves an array in memory, also one of a few numbers that a loop adds to all the time, so that
every product would cost a read and a write of its sum. These loops are written in LLVM's language
instead: the sums of a tile are values, which LLVM keeps in registers. They are called in compiled
loops (`compiled.compiled`) on flat arrays of float32 or float64 and places in them, and become part
of these. Nothing is checked: what they read and write must lie within the arrays.

Images are (channel, row, column). The kernels of edge k from C to O channels are C·k strips: that
of channel c and row a of the kernel has w[o, c, a, k − 1 − b] at b·O + o, columns from right to
left, with zeros up to a whole number of vectors.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array


def _has_wide_registers() -> bool:
    """Return whether there are 32 registers of 64 bytes; otherwise 16 of 32 are assumed."""
    try:
        return bool(binding.get_host_cpu_features().get("avx512f"))
    except RuntimeError:  # LLVM cannot tell
        return False


# Tiles are as large as the registers allow, with a few left for factors.
_WIDE = _has_wide_registers()
VECTOR_BYTES = 64 if _WIDE else 32
TILE_CHANNELS = 5  # at most
TILE_VECTORS = 3 if _WIDE else 2
BAND_ROWS = 3 if _WIDE else 1  # at most
BAND_VECTORS = 4  # at most

_INDEX = ir.IntType(64)


class _Code:
    """The body of a function that is being written, with what the loops need."""

    def __init__(self, context: Any, builder: Any, number: Any):
        self.builder = builder
        self.lanes = VECTOR_BYTES * 8 // number.bitwidth
        self.vector = ir.VectorType(context.get_data_type(number), self.lanes)
        self.zero = ir.Constant(self.vector, [0.0] * self.lanes)
        self.suffix = f"v{self.lanes}f{number.bitwidth}"  # of LLVM's functions of such vectors

    def times(self, first: Any, *factors: Any) -> Any:
        """Return a product of integers."""
        for factor in factors:
            first = self.builder.mul(first, _integer(factor))
        return first

    def beyond(self, place: Any, *offsets: Any) -> Any:
        """Return the address of an entry, as many entries behind another as offsets add up to."""
        for offset in offsets:
            place = self.builder.gep(place, [_integer(offset)])
        return place

    def load(self, place: Any) -> Any:
        """Return the vector at an address, whatever this is a multiple of."""
        value = self.builder.load(self.builder.bitcast(place, self.vector.as_pointer()))
        value.align = 4
        return value

    def store(self, value: Any, place: Any, lanes: Any = None) -> None:
        """Write a vector, or some of its lanes."""
        place = self.builder.bitcast(place, value.type.as_pointer())
        if lanes is None:
            self.builder.store(value, place).align = 4
        else:
            name = f"llvm.masked.store.{self.suffix}.p0"
            self.call(name, ir.VoidType(), value, place, ir.IntType(32)(4), lanes)

    def splat(self, number: Any) -> Any:
        """Return a vector of one number."""
        none = ir.Constant(ir.VectorType(number.type, self.lanes), ir.Undefined)
        one = self.builder.insert_element(none, number, ir.IntType(32)(0))
        return self.shuffle(one, none, [0] * self.lanes)

    def shuffle(self, first: Any, second: Any, lanes: Sequence[int]) -> Any:
        """Return chosen lanes of one vector and another behind it."""
        chosen = ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), list(lanes))
        return self.builder.shuffle_vector(first, second, chosen)

    def fused(self, first: Any, second: Any, third: Any) -> Any:
        """Return first · second + third, rounded once."""
        return self.call(f"llvm.fma.{self.suffix}", self.vector, first, second, third)

    def call(self, name: str, result: Any, *arguments: Any) -> Any:
        """Return what a function of LLVM's returns."""
        kind = ir.FunctionType(result, [argument.type for argument in arguments])
        function = cgutils.get_or_insert_function(self.builder.module, kind, name)
        return self.builder.call(function, arguments)

    def whole_vectors(self, count: Any) -> Any:
        """Return how many vectors hold as many numbers."""
        return self.builder.udiv(self.builder.add(count, _INDEX(self.lanes - 1)), _INDEX(self.lanes))

    def first_lanes(self, count: Any) -> Any:
        """Return which lanes are the first ones."""
        kind = ir.VectorType(ir.IntType(32), self.lanes)
        numbers = ir.Constant(kind, list(range(self.lanes)))
        end = self.splat(self.builder.trunc(count, ir.IntType(32)))
        return self.builder.icmp_signed("<", numbers, end)

    def count_lanes(self, chosen: Any) -> Any:
        """Return how many lanes are chosen."""
        bits = self.builder.bitcast(chosen, ir.IntType(self.lanes))
        return self.builder.zext(self.builder.ctpop(bits), _INDEX)

    def variable(self, value: Any) -> "_Variable":
        """Return what a loop may change."""
        return _Variable(self.builder, value)

    @contextmanager
    def loop(self, count: Any) -> Iterator[Any]:
        """Write a loop over 0, 1, … below a count."""
        with cgutils.for_range(self.builder, count, intp=_INDEX) as loop:
            yield loop.index

    @contextmanager
    def case(self, value: Any, wanted: int) -> Iterator[None]:
        """Write what is done where a value is the wanted one."""
        with self.builder.if_then(self.builder.icmp_signed("==", value, _INDEX(wanted))):
            yield


class _Variable:
    """A value that loops change. LLVM finds out that it fits into a register."""

    def __init__(self, builder: Any, value: Any):
        self._builder, self._place = builder, cgutils.alloca_once(builder, value.type)
        self.set(value)

    def get(self) -> Any:
        return self._builder.load(self._place)

    def set(self, value: Any) -> None:
        self._builder.store(value, self._place)


def _integer(value: Any) -> Any:
    return _INDEX(value) if isinstance(value, int) else value


def _written_by(
    emit: Callable[..., Any], *arguments: Any, result: Any = types.void
) -> tuple[Any, Callable[..., Any]]:
    """Return the signature of a function, and what writes it, for numba.

    Parameters
    ----------
    emit
        Writes it, from the code and the arguments: for an array the address of its beginning, for
        a tuple of integers a list.
    arguments
        Types of the arguments; the first is an array of the numbers that vectors have.
    result
        Type of what it returns.
    """

    def generate(context: Any, builder: Any, signature: Any, values: Sequence[Any]) -> Any:
        given = []
        for kind, value in zip(arguments, values, strict=True):
            if isinstance(kind, types.Array):
                given.append(make_array(kind)(context, builder, value).data)
            elif isinstance(kind, types.BaseTuple):
                given.append(cgutils.unpack_tuple(builder, value))
            else:
                given.append(value)
        found = emit(_Code(context, builder, arguments[0].dtype), *given)
        return context.get_dummy_value() if result is types.void else found

    integers = [types.UniTuple(types.intp, len(kind)) if isinstance(kind, types.BaseTuple) else kind for kind in arguments]
    return result(*integers), generate


def _in_loops(function: Callable[..., Any]) -> Any:
    """Make a function for compiled loops of one that returns what `_written_by` does."""
    return intrinsic(function)


@_in_loops
def multiply(_: Any, weights: Any, image: Any, product: Any, outputs: Any, places: Any, sizes: Any) -> Any:
    """Convolve: a tile of `TILE_VECTORS` vectors of pixels and a few output channels.

    With the pixels of a channel in one row, p = i·columns + j,

        z[o, p] = Σ_{c,a,b} w[o, c, a, b] x[c, p + a·columns + b];

    the last k − 1 columns of z are not part of the result.

    Parameters
    ----------
    weights, image, product
        w, x and z.
    outputs
        How many output channels, at most `TILE_CHANNELS`.
    places
        Where the weights of the first output channel begin, and the first pixels in x and z.
    sizes
        Input and output channels in all, k; numbers of a strip of w, of a channel of x, of a row
        of x, and of a channel of z.
    """
    return _written_by(_multiply, weights, image, product, outputs, places, sizes)


def _multiply(
    code: _Code, weights: Any, image: Any, product: Any, outputs: Any, places: Any, sizes: Any
) -> None:
    weights, image, product = map(code.beyond, (weights, image, product), places)
    for count in range(1, TILE_CHANNELS + 1):
        with code.case(outputs, count):
            _multiply_channels(code, count, weights, image, product, sizes)


def _multiply_channels(
    code: _Code, outputs: int, weights: Any, image: Any, product: Any, sizes: Any
) -> None:
    channels, width, kernel, strip, plane, columns, product_plane = sizes
    starts = [vector * code.lanes for vector in range(TILE_VECTORS)]
    sums = [[code.variable(code.zero) for _ in starts] for _ in range(outputs)]
    with code.loop(channels) as c, code.loop(kernel) as a, code.loop(kernel) as b:
        row = code.beyond(weights, code.times(c, kernel, strip), code.times(a, strip))
        seen = code.beyond(image, code.times(c, plane), code.times(a, columns), kernel, -1)
        seen = code.beyond(seen, code.times(b, -1))  # from right to left, as in the strip
        pixels = [code.load(code.beyond(seen, start)) for start in starts]
        for o in range(outputs):
            place = code.beyond(row, code.times(b, width), o)
            factor = code.splat(code.builder.load(place))
            for total, pixel in zip(sums[o], pixels, strict=True):
                total.set(code.fused(factor, pixel, total.get()))
    for o in range(outputs):
        place = code.beyond(product, code.times(product_plane, o))
        for total, start in zip(sums[o], starts, strict=True):
            code.store(total.get(), code.beyond(place, start))


@_in_loops
def pull_back(
    _: Any, weights: Any, gradient: Any, delta: Any, image: Any, below: Any, pixels: Any,
    shape: Any, places: Any, sizes: Any,
) -> Any:  # fmt: skip
    """Add up both gradients of a convolution: a band of rows of the kernel and listed pixels.

    For one input channel, with the pixels p of the image in one row and δ as (row, column, output
    channel) amid zeros, so that what a strip of weights gets from p is a strip of δ,

        G[a, v] += Σ_p x[p] D[p, a, v],    u[p] += Σ_{a,v} w[a, v] D[p, a, v],

    where D[p, a, v] = δ[first + p·O − a·row + v]. Both need the same numbers of δ, and pixels
    where x = 0 and u is not asked for need none. u[p] is left as a vector of parts.

    Parameters
    ----------
    weights, gradient, delta, image, below, pixels
        w, G, δ, x, u (one vector for each pixel of the list) and the list of p.
    shape
        How many rows a, at most `BAND_ROWS`, and vectors v of a strip, at most `BAND_VECTORS`.
    places
        Where the band begins in w and G, ``first`` in δ, the channel in x, and the list.
    sizes
        The list's first entry and the end; numbers of a strip, O, and of a row of δ.
    """
    return _written_by(
        _pull_back, weights, gradient, delta, image, below, pixels, shape, places, sizes
    )


def _pull_back(
    code: _Code, weights: Any, gradient: Any, delta: Any, image: Any, below: Any, pixels: Any,
    shape: Any, places: Any, sizes: Any,
) -> None:  # fmt: skip
    arrays = weights, gradient, delta, image, below, pixels
    arrays = tuple(map(code.beyond, arrays, places))
    for rows in range(1, BAND_ROWS + 1):
        for vectors in range(1, BAND_VECTORS + 1):
            with code.case(shape[0], rows), code.case(shape[1], vectors):
                _pull_back_band(code, rows, vectors, arrays, sizes)


def _pull_back_band(code: _Code, rows: int, vectors: int, arrays: Any, sizes: Any) -> None:
    weights, gradient, delta, image, below, pixels = arrays
    first, end, strip, width, delta_row = sizes
    band = [(a, v * code.lanes) for a in range(rows) for v in range(vectors)]
    offsets = [code.builder.add(code.times(strip, a), _INDEX(v)) for a, v in band]
    factors = [code.load(code.beyond(weights, offset)) for offset in offsets]
    places = [code.beyond(gradient, offset) for offset in offsets]
    sums = [code.variable(code.load(place)) for place in places]
    with code.loop(code.builder.sub(end, first)) as position:
        entry = code.builder.add(position, first)
        pixel = code.builder.sext(code.builder.load(code.beyond(pixels, entry)), _INDEX)
        value = code.splat(code.builder.load(code.beyond(image, pixel)))
        seen = code.beyond(delta, code.times(pixel, width))
        kept = code.beyond(below, code.times(entry, code.lanes))
        parts = code.load(kept)
        of_row = code.zero
        for index, (a, v) in enumerate(band):
            there = code.load(code.beyond(seen, code.times(delta_row, -a), v))
            sums[index].set(code.fused(value, there, sums[index].get()))
            # One chain of sums for each row: none has to wait for all others.
            of_row = code.fused(factors[index], there, code.zero if v == 0 else of_row)
            if v == (vectors - 1) * code.lanes:
                parts = code.builder.fadd(parts, of_row)
        code.store(parts, kept)
    for place, total in zip(places, sums, strict=True):
        code.store(total.get(), place)


@_in_loops
def list_nonzero(_: Any, numbers: Any, found: Any, places: Any, count: Any) -> Any:
    """Write down which of ``count`` numbers are not 0, and return how many these are.

    Parameters
    ----------
    numbers, found
        The numbers, and an array for the list, of int32, with a vector to spare.
    places
        Where they begin, and the list.
    count
        How many numbers; what is behind them, up to a whole vector, is read.
    """
    return _written_by(_list_nonzero, numbers, found, places, count, result=types.intp)


def _list_nonzero(code: _Code, numbers: Any, found: Any, places: Any, count: Any) -> Any:
    builder = code.builder
    numbers, found = map(code.beyond, (numbers, found), places)
    kind = ir.VectorType(ir.IntType(32), code.lanes)
    indices = code.variable(ir.Constant(kind, list(range(code.lanes))))
    listed = code.variable(_INDEX(0))
    with code.loop(code.whole_vectors(count)) as vector:
        begin = code.times(vector, code.lanes)
        value = code.load(code.beyond(numbers, begin))
        chosen = builder.fcmp_unordered("!=", value, code.zero)  # NaN is not 0
        chosen = builder.and_(chosen, code.first_lanes(builder.sub(count, begin)))
        name = f"llvm.experimental.vector.compress.v{code.lanes}i32"
        together = code.call(name, kind, indices.get(), chosen, ir.Constant(kind, ir.Undefined))
        code.store(together, code.beyond(found, listed.get()))
        listed.set(builder.add(listed.get(), code.count_lanes(chosen)))
        indices.set(builder.add(indices.get(), ir.Constant(kind, [code.lanes] * code.lanes)))
    return listed.get()


@_in_loops
def add_lanes(_: Any, numbers: Any, place: Any, count: Any) -> Any:
    """Replace each of ``count`` vectors by the sum of its lanes, one number behind the other.

    ``count`` is filled up to a whole number of vectors of sums, and so must be the array.
    """
    return _written_by(_add_lanes, numbers, place, count)


def _add_lanes(code: _Code, numbers: Any, place: Any, count: Any) -> None:
    lanes = code.lanes
    begin = code.beyond(numbers, place)
    with code.loop(code.whole_vectors(count)) as group:
        there = code.beyond(begin, code.times(group, lanes * lanes))
        vectors = [code.load(code.beyond(there, lanes * number)) for number in range(lanes)]
        # Two vectors become one with sums of half as many lanes of each, until one is left.
        for halves in _halves(lanes, 16 * lanes // VECTOR_BYTES):
            pairs = zip(vectors[::2], vectors[1::2], strict=True)
            vectors = [
                code.builder.fadd(*(code.shuffle(*pair, half) for half in halves))
                for pair in pairs
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


@_in_loops
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
    return _written_by(_interleave, numbers, places, sizes)


def _interleave(code: _Code, numbers: Any, places: Any, sizes: Any) -> None:
    builder, lanes = code.builder, code.lanes
    planes, out = (code.beyond(numbers, place) for place in places)
    width, size = sizes
    with code.loop(code.whole_vectors(size)) as column, code.loop(code.whole_vectors(width)) as row:
        first = code.times(row, lanes)
        left = builder.sub(width, first)
        vectors = []
        for lane in range(lanes):
            missing = builder.icmp_signed(">=", _INDEX(lane), left)
            plane = builder.select(missing, _INDEX(0), builder.add(first, _INDEX(lane)))
            place = code.beyond(planes, code.times(plane, size), code.times(column, lanes))
            vectors.append(code.load(place))
        there = code.beyond(out, first, code.times(column, lanes, width))
        for lane, vector in _turned(code, vectors).items():
            place = code.beyond(there, code.times(width, lane))
            code.store(vector, place, code.first_lanes(left))


def _turned(code: _Code, vectors: list[Any]) -> dict[int, Any]:
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


@_in_loops
def unlist_nonzero(_: Any, numbers: Any, places: Any, count: Any) -> Any:
    """Put numbers at the places that `list_nonzero` has listed, and 0 at the others.

    Parameters
    ----------
    numbers
        All numbers.
    places
        Where those begin of which some are not 0, those that are put there, and the result.
    count
        How many numbers; a vector more of each is read.
    """
    return _written_by(_unlist_nonzero, numbers, places, count)


def _unlist_nonzero(code: _Code, numbers: Any, places: Any, count: Any) -> None:
    where, listed, out = (code.beyond(numbers, place) for place in places)
    taken = code.variable(_INDEX(0))
    with code.loop(code.whole_vectors(count)) as vector:
        begin = code.times(vector, code.lanes)
        chosen = code.builder.fcmp_unordered("!=", code.load(code.beyond(where, begin)), code.zero)
        source = code.beyond(listed, taken.get())
        name = f"llvm.masked.expandload.{code.suffix}"
        spread = code.call(name, code.vector, source, chosen, code.zero)
        code.store(spread, code.beyond(out, begin), code.first_lanes(code.builder.sub(count, begin)))
        taken.set(code.builder.add(taken.get(), code.count_lanes(chosen)))


@_in_loops
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
    return _written_by(_crop, numbers, biases, places, sizes)


def _crop(code: _Code, numbers: Any, biases: Any, places: Any, sizes: Any) -> None:
    image, result = code.beyond(numbers, places[0]), code.beyond(numbers, places[2])
    bias = code.splat(code.builder.load(code.beyond(biases, places[1])))
    rows, columns, wide = sizes
    with code.loop(rows) as row, code.loop(code.whole_vectors(wide)) as vector:
        begin = code.times(vector, code.lanes)
        value = code.load(code.beyond(image, code.times(row, columns), begin))
        value = code.builder.fadd(value, bias)
        place = code.beyond(result, code.times(row, wide), begin)
        code.store(value, place, code.first_lanes(code.builder.sub(wide, begin)))
