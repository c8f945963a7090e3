"""Functions that are written in LLVM's language, for compiled loops.

numba leaves an array in memory, also one of a few numbers that a loop adds to all the time, so that
every product would cost a read and a write of its sum. In these functions sums are values, which
LLVM keeps in registers. They are called in compiled loops (`compiled.compiled`) on flat arrays of
float32 or float64 and places in them, and become part of these. Nothing is checked: what they read
and write must lie within the arrays. Beside `vectors`, whose vectors are values of numba's, here a
vector is as long as a register, and loops are part of the function.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from llvmlite import binding, ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array

from thermophoresis.numerics.vectors import INT32, INT64, spread_over


def _has_wide_registers() -> bool:
    """Return whether there are 32 registers of 64 bytes; otherwise 16 of 32 are assumed."""
    try:
        return bool(binding.get_host_cpu_features().get("avx512f"))
    except RuntimeError:  # LLVM cannot tell
        return False


WIDE = _has_wide_registers()
VECTOR_BYTES = 64 if WIDE else 32


class Code:
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
            first = self.builder.mul(first, integer(factor))
        return first

    def beyond(self, place: Any, *offsets: Any) -> Any:
        """Return the address of an entry, as many entries behind another as offsets add up to."""
        for offset in offsets:
            place = self.builder.gep(place, [integer(offset)])
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
            self.call(name, ir.VoidType(), value, place, INT32(4), lanes)

    def splat(self, number: Any) -> Any:
        """Return a vector of one number."""
        return spread_over(self.builder, number, self.lanes)

    def shuffle(self, first: Any, second: Any, lanes: Sequence[int]) -> Any:
        """Return chosen lanes of one vector and another behind it."""
        chosen = ir.Constant(ir.VectorType(INT32, len(lanes)), list(lanes))
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
        return self.builder.udiv(self.builder.add(count, INT64(self.lanes - 1)), INT64(self.lanes))

    def first_lanes(self, count: Any) -> Any:
        """Return which lanes are the first ones."""
        kind = ir.VectorType(INT32, self.lanes)
        numbers = ir.Constant(kind, list(range(self.lanes)))
        end = self.splat(self.builder.trunc(count, INT32))
        return self.builder.icmp_signed("<", numbers, end)

    def count_lanes(self, chosen: Any) -> Any:
        """Return how many lanes are chosen."""
        bits = self.builder.bitcast(chosen, ir.IntType(self.lanes))
        return self.builder.zext(self.builder.ctpop(bits), INT64)

    def variable(self, value: Any) -> "Variable":
        """Return what a loop may change."""
        return Variable(self.builder, value)

    @contextmanager
    def loop(self, count: Any) -> Iterator[Any]:
        """Write a loop over 0, 1, … below a count."""
        with cgutils.for_range(self.builder, count, intp=INT64) as loop:
            yield loop.index

    @contextmanager
    def case(self, value: Any, wanted: int) -> Iterator[None]:
        """Write what is done where a value is the wanted one."""
        with self.builder.if_then(self.builder.icmp_signed("==", value, INT64(wanted))):
            yield


class Variable:
    """A value that loops change. LLVM finds out that it fits into a register."""

    def __init__(self, builder: Any, value: Any):
        self._builder, self._place = builder, cgutils.alloca_once(builder, value.type)
        self.set(value)

    def get(self) -> Any:
        """Return it as it is."""
        return self._builder.load(self._place)

    def set(self, value: Any) -> None:
        """Change it."""
        self._builder.store(value, self._place)


def integer(value: Any) -> Any:
    """Return a place or a count, which may be known now."""
    return INT64(value) if isinstance(value, int) else value


def written_by(
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
        found = emit(Code(context, builder, arguments[0].dtype), *given)
        return context.get_dummy_value() if result is types.void else found

    integers = [
        types.UniTuple(types.intp, len(kind)) if isinstance(kind, types.BaseTuple) else kind
        for kind in arguments
    ]
    return result(*integers), generate


def in_loops(function: Callable[..., Any]) -> Any:
    """Make a function for compiled loops of one that returns what `written_by` does."""
    return intrinsic(function)
