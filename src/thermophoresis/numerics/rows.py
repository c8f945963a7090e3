"""Products of some rows of a matrix with vectors that stay in registers all the while.

A matrix lies in a flat array, row by row, each row a whole number of vectors (`vectors.VECTOR`).
Functions take up to `MOST` vectors of each row at a time: ``width`` says how many, and code is
generated for every number. Which rows they take is listed, in lists of int32, of which a part
begins at ``first`` and has ``count`` entries.
"""

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba.core import cgutils, types

from thermophoresis.numerics.vectors import (
    INT64,
    VECTOR,
    Array,
    added_up,
    call,
    in_loops,
    spread_over,
)

# So many vectors of float32 leave half of the registers of AVX-512, and none of AVX2.
MOST = 8


def _for_each_width(builder: Any, width: Any, generate: Callable[[int], None]) -> None:
    """Generate code for every number of vectors, of which one is run."""
    after = builder.append_basic_block()
    choice = builder.switch(width, after)
    for number in range(1, MOST + 1):
        block = builder.append_basic_block()
        choice.add_case(ir.Constant(INT64, number), block)
        builder.position_at_end(block)
        generate(number)
        builder.branch(after)
    builder.position_at_end(after)


def _places(builder: Any, at: Any, number: int) -> list[Any]:
    """Return where the vectors of a row begin."""
    return [builder.add(at, ir.Constant(INT64, VECTOR * it)) for it in range(number)]


@in_loops
def combine(
    typing: Any,
    result: Any,
    at: Any,
    matrix: Any,
    begin: Any,
    stride: Any,
    factors: Any,
    factor: Any,
    step: Any,
    lists: Any,
    first: Any,
    count: Any,
    width: Any,
) -> Any:
    """Add Σ c_i M_i over the rows i of a list to what is in ``result`` from ``at`` on.

    Row M_i begins at ``begin + i stride`` of ``matrix``, and c_i is at ``factor + i step`` of
    ``factors``.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        at, begin, stride, factor, step, first, count, width = (
            arguments[it] for it in (1, 3, 4, 6, 7, 9, 10, 11)
        )
        sums, rows, scalars, listed = (
            Array(context, builder, kind, arguments[it])
            for kind, it in ((result, 0), (matrix, 2), (factors, 5), (lists, 8))
        )

        def of_width(number: int) -> None:
            places = _places(builder, at, number)
            held = [cgutils.alloca_once_value(builder, sums.load(it, VECTOR)) for it in places]
            with cgutils.for_range(builder, count) as loop:
                row = builder.sext(listed.load(builder.add(first, loop.index)), INT64)
                one = scalars.load(builder.add(factor, builder.mul(row, step)))
                scale = spread_over(builder, one, VECTOR)
                here = builder.add(begin, builder.mul(row, stride))
                for sum_, place in zip(held, _places(builder, here, number), strict=True):
                    terms = [scale, rows.load(place, VECTOR), builder.load(sum_)]
                    builder.store(call(builder, "llvm.fmuladd", terms), sum_)
            for sum_, place in zip(held, places, strict=True):
                sums.store(place, builder.load(sum_))

        _for_each_width(builder, width, of_width)
        return context.get_dummy_value()

    kinds = (result, types.intp, matrix, types.intp, types.intp, factors, types.intp, types.intp)
    return types.none(*kinds, lists, types.intp, types.intp, types.intp), generate


def _of_rows(*, dot: bool, shift: bool) -> Any:
    """Return what goes through rows once, for their products with a vector, a change, or both."""

    def declare(
        typing: Any,
        matrix: Any,
        begin: Any,
        stride: Any,
        work: Any,
        vector: Any,
        factor: Any,
        products: Any,
        scale: Any,
        lists: Any,
        first: Any,
        count: Any,
        width: Any,
    ) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            begin, stride, vector, factor, products, scale, first, count, width = (
                arguments[it] for it in (1, 2, 4, 5, 6, 7, 9, 10, 11)
            )
            rows, numbers, listed = (
                Array(context, builder, kind, arguments[it])
                for kind, it in ((matrix, 0), (work, 3), (lists, 8))
            )

            def of_width(number: int) -> None:
                held = [numbers.load(it, VECTOR) for it in _places(builder, vector, number)]
                with cgutils.for_range(builder, count) as loop:
                    row = builder.sext(listed.load(builder.add(first, loop.index)), INT64)
                    here = builder.add(begin, builder.mul(row, stride))
                    places = _places(builder, here, number)
                    found = [rows.load(it, VECTOR) for it in places]
                    if shift:
                        one = builder.fmul(scale, numbers.load(builder.add(factor, row)))
                        change = spread_over(builder, one, VECTOR)
                        for it, old, of_vector in zip(places, found, held, strict=True):
                            terms = [change, of_vector, old]
                            rows.store(it, call(builder, "llvm.fmuladd", terms))
                    if dot:
                        sums = builder.fmul(found[0], held[0])
                        for old, of_vector in zip(found[1:], held[1:], strict=True):
                            sums = call(builder, "llvm.fmuladd", [old, of_vector, sums])
                        place = builder.add(products, row)
                        sum_ = builder.fadd(numbers.load(place), added_up(builder, sums))
                        numbers.store(place, sum_)

            _for_each_width(builder, width, of_width)
            return context.get_dummy_value()

        kinds = (matrix, types.intp, types.intp, work, types.intp, types.intp, types.intp)
        rest = (scale, lists, types.intp, types.intp, types.intp)
        return types.none(*kinds, *rest), generate

    return declare


multiply = in_loops(_of_rows(dot=True, shift=False))
shift = in_loops(_of_rows(dot=False, shift=True))
multiply_and_shift = in_loops(_of_rows(dot=True, shift=True))
