"""Vectors of numbers in compiled loops, which fill the registers of any processor.

Left to itself a compiler turns a loop into vector instructions only where it can prove that arrays
do not overlap, chooses their width, and treats what is left over otherwise, so that speed hangs
on details and the last bit on where a number lies. Here the loops say what is done: arrays are
flat and padded to whole vectors, every number of a vector is computed alike, and sums are
added up in the order of the code.

Functions can be called by functions that are compiled (`numerics.compiled`), with arrays of one
axis, in float32 or float64. No index is checked, and none may be negative. The number of lanes is
a constant.
"""

import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, models, register_model

# Numbers in the vectors of most loops: a register of 512 bits in float32, two in float64.
VECTOR = 16

INT32, INT64 = ir.IntType(32), ir.IntType(64)


class VectorType(types.Type):
    """The type of a vector of floats, to numba."""

    def __init__(self, dtype: Any, lanes: int):
        self.dtype, self.lanes = dtype, lanes
        super().__init__(name=f"Vector({dtype}, {lanes})")


@register_model(VectorType)
class _Model(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any):
        number = dmm.lookup(fe_type.dtype).get_value_type()
        super().__init__(dmm, fe_type, ir.VectorType(number, fe_type.lanes))


def in_loops(function: Callable[..., Any]) -> Any:
    """Make a function for compiled ones of what returns its signature and writes its code."""
    return intrinsic(function)


def with_constants(function: Callable[..., Any]) -> Any:
    """Do the same for a function that is told constants by their values."""
    return intrinsic(prefer_literal=True)(function)


class Array:
    """An array in code that is being generated.

    Parameters
    ----------
    context, builder
        Of numba and LLVM.
    kind, value
        Its type, to numba, and itself.
    """

    def __init__(self, context: Any, builder: Any, kind: Any, value: Any):
        self._builder, self._bytes = builder, kind.dtype.bitwidth // 8
        self._data = context.make_array(kind)(context, builder, value).data
        self.number = self._data.type.pointee

    def _address(self, index: Any, lanes: int) -> Any:
        pointer = self._builder.gep(self._data, [index])
        if lanes == 1:
            return pointer
        return self._builder.bitcast(pointer, ir.VectorType(self.number, lanes).as_pointer())

    def load(self, index: Any, lanes: int = 1) -> Any:
        """Read a number, or a vector of them, from an index on."""
        return self._builder.load(self._address(index, lanes), align=self._bytes)

    def store(self, index: Any, value: Any) -> None:
        """Write a number or a vector, from an index on."""
        lanes = getattr(value.type, "count", 1)
        self._builder.store(value, self._address(index, lanes), align=self._bytes)


def call(builder: Any, name: str, arguments: Any) -> Any:
    """Call what LLVM has by a name for vectors or numbers of one type, that of the first."""
    kind = arguments[0].type
    number = getattr(kind, "element", kind)
    short = {"float": "f32", "double": "f64"}.get(str(number), str(number))
    lanes = "" if number is kind else f"v{kind.count}"
    function = ir.FunctionType(kind, [it.type for it in arguments])
    declared = cgutils.get_or_insert_function(builder.module, function, f"{name}.{lanes}{short}")
    return builder.call(declared, arguments)


def spread_over(builder: Any, number: Any, lanes: int) -> Any:
    """Return a vector of one number."""
    kind = ir.VectorType(number.type, lanes)
    none = ir.Constant(kind, ir.Undefined)
    one = builder.insert_element(none, number, ir.Constant(INT32, 0))
    return builder.shuffle_vector(one, none, ir.Constant(ir.VectorType(INT32, lanes), [0] * lanes))


def added_up(builder: Any, vector: Any) -> Any:
    """Return the sum of the numbers of a vector, by halves."""
    none, size = ir.Constant(vector.type, ir.Undefined), vector.type.count
    while size > 1:
        size //= 2
        places = [*range(size, 2 * size), *[0] * (vector.type.count - size)]
        mask = ir.Constant(ir.VectorType(INT32, len(places)), places)
        vector = builder.fadd(vector, builder.shuffle_vector(vector, none, mask))
    return builder.extract_element(vector, ir.Constant(INT32, 0))


@in_loops
def uncounted(typing: Any, array: Any) -> Any:
    """Return the same array to slice at will: no references are counted, which takes long.

    The array itself must be held by the caller of the compiled function.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        found = context.make_array(array)(context, builder, arguments[0])
        found.meminfo = cgutils.get_null_value(found.meminfo.type)
        return found._getvalue()

    return array(array), generate


@with_constants
def load(typing: Any, array: Any, index: Any, lanes: Any) -> Any:
    """Return the vector that begins at an index of an array."""
    count = lanes.literal_value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return Array(context, builder, array, arguments[0]).load(arguments[1], count)

    # The constant stays in the signature, by which numba finds the code.
    return VectorType(array.dtype, count)(array, types.intp, lanes), generate


@in_loops
def store(typing: Any, array: Any, index: Any, vector: Any) -> Any:
    """Write a vector to an array, from an index on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        Array(context, builder, array, arguments[0]).store(*arguments[1:])
        return context.get_dummy_value()

    return types.none(array, types.intp, vector), generate


@with_constants
def spread(typing: Any, number: Any, lanes: Any) -> Any:
    """Return a vector of one number."""
    count = lanes.literal_value

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return spread_over(builder, arguments[0], count)

    return VectorType(number, count)(number, lanes), generate


@in_loops
def load_like(typing: Any, array: Any, index: Any, like: Any) -> Any:
    """Return the vector, as long as another, that begins at an index of an array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return Array(context, builder, array, arguments[0]).load(arguments[1], like.lanes)

    return like(array, types.intp, like), generate


@in_loops
def spread_like(typing: Any, number: Any, like: Any) -> Any:
    """Return a vector of one number, as long as another."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return spread_over(builder, arguments[0], like.lanes)

    return like(number, like), generate


@in_loops
def fused(typing: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a b + c, rounded once where the processor can."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return call(builder, "llvm.fmuladd", arguments)

    return a(a, b, c), generate


@in_loops
def total(typing: Any, a: Any) -> Any:
    """Return the sum of the numbers of a vector, by halves."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return added_up(builder, arguments[0])

    return a.dtype(a), generate


@in_loops
def where_positive(typing: Any, test: Any, a: Any, b: Any) -> Any:
    """Return a where a test is not ≤ 0 (also where it is NaN), b elsewhere."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        tested, yes, no = arguments
        zero = ir.Constant(tested.type, None)
        return builder.select(builder.fcmp_unordered("ugt", tested, zero), yes, no)

    return a(test, a, b), generate


@in_loops
def list_nonzero(typing: Any, array: Any, index: Any, lists: Any, at: Any, first: Any) -> Any:
    """Write which numbers of a vector of an array are not 0, counted from ``first``, to a list.

    The list is of int32. All of its next `VECTOR` entries may be written to. Returns how many
    numbers are not 0.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        values, place, of_list, where, begin = arguments
        found = Array(context, builder, array, values).load(place, VECTOR)
        mask = builder.fcmp_unordered("une", found, ir.Constant(found.type, None))
        begins = spread_over(builder, builder.trunc(begin, INT32), VECTOR)
        numbers = builder.add(begins, ir.Constant(begins.type, list(range(VECTOR))))
        none = ir.Constant(numbers.type, ir.Undefined)
        packed = call(builder, "llvm.experimental.vector.compress", [numbers, mask, none])
        Array(context, builder, lists, of_list).store(where, packed)
        bits = builder.bitcast(mask, ir.IntType(VECTOR))
        return builder.zext(call(builder, "llvm.ctpop", [bits]), INT64)

    return types.intp(array, types.intp, lists, types.intp, types.intp), generate


def _arithmetic(operation: Any, name: str) -> None:
    """Let two vectors be added, or the like, with an operator."""

    @infer_global(operation)
    class _(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            if len(args) == 2 and isinstance(args[0], VectorType) and args[0] == args[1]:
                return signature(args[0], *args)
            return None

    @lower_builtin(operation, VectorType, VectorType)
    def _lower(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, name)(*args)


for _operation, _name in (
    (operator.add, "fadd"),
    (operator.sub, "fsub"),
    (operator.mul, "fmul"),
    (operator.truediv, "fdiv"),
):
    _arithmetic(_operation, _name)
