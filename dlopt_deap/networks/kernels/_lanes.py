"""Vectors of floats for kernels in numba, and the matrix product that training is made of.

A loop written in numba becomes vector instructions only if the compiler can prove that no array overlaps another,
and its sums are stored and loaded again at each turn. So what must be fast says here which vectors it means.
"""

import operator
from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
from llvmlite import binding, ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic, models, overload, register_model
from numpy.typing import NDArray

from dlopt_deap.networks.training_layout import LANES

Floats = NDArray[np.float32]
Function = TypeVar("Function", bound=Callable[..., Any])

_WIDE: Final = bool(binding.get_host_cpu_features().get("avx512f"))
MAX_COLUMNS: Final = 64 if _WIDE else 16
"""Columns of a tile of the product: with ``MAX_ROWS`` rows, the sums fill three quarters of the vector registers."""
MAX_ROWS: Final = 6


def compiled(function: Function) -> Function:
    """Compile a function as part of a kernel."""
    # Only the fusing of a * b + c is allowed: it keeps NaN and infinity what they are, whatever is vectorised.
    result: Function = njit(nogil=True, error_model="numpy", fastmath={"contract"})(function)
    return result


class Vector(types.Type):  # type: ignore[misc]
    """The type of ``LANES`` floats side by side."""

    def __init__(self) -> None:
        super().__init__(name=f"Vector{LANES}")


VECTOR: Final = Vector()


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    """A vector of LLVM."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.VectorType(ir.FloatType(), LANES))


def _data(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    """Return the pointer to the first element of an array."""
    return context.make_array(kind)(context, builder, array).data


def _at(builder: Any, data: Any, index: Any, lanes: int) -> Any:
    """Return a pointer to ``lanes`` floats that begin at an index."""
    return builder.bitcast(builder.gep(data, [index], inbounds=True), ir.VectorType(ir.FloatType(), lanes).as_pointer())


def _spread(builder: Any, one: Any, lanes: int) -> Any:
    """Return a vector of which each element is ``one``."""
    vector = builder.insert_element(ir.Constant(ir.VectorType(ir.FloatType(), lanes), ir.Undefined), one, _int32(0))
    return builder.shuffle_vector(vector, vector, ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes))


def _int32(value: int) -> Any:
    return ir.Constant(ir.IntType(32), value)


@intrinsic  # type: ignore[untyped-decorator]
def load(_typing: Any, array: Any, index: Any) -> Any:
    """Return the vector that begins at ``array[index]``."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = _data(context, builder, signature.args[0], arguments[0])
        return builder.load(_at(builder, data, arguments[1], LANES), align=4)

    return VECTOR(array, index), generate


@intrinsic  # type: ignore[untyped-decorator]
def store(_typing: Any, array: Any, index: Any, vector: Any) -> Any:
    """Write a vector to ``array[index]`` and what follows."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = _data(context, builder, signature.args[0], arguments[0])
        builder.store(arguments[2], _at(builder, data, arguments[1], LANES), align=4)
        return context.get_dummy_value()

    return types.void(array, index, vector), generate


@intrinsic  # type: ignore[untyped-decorator]
def spread(_typing: Any, one: Any) -> Any:  # noqa: ARG001  # its type is asked for below
    """Return a vector of which each element is ``one``."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _spread(builder, arguments[0], LANES)

    return VECTOR(types.float32), generate


@intrinsic  # type: ignore[untyped-decorator]
def clamp(_typing: Any, vector: Any, limit: Any) -> Any:  # noqa: ARG001
    """Return the vector with its elements moved into [-limit, limit]; NaN stays NaN."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        value, high = arguments[0], _spread(builder, arguments[1], LANES)
        low = builder.fneg(high)
        value = builder.select(builder.fcmp_ordered(">", value, high), high, value)
        return builder.select(builder.fcmp_ordered("<", value, low), low, value)

    return VECTOR(VECTOR, types.float32), generate


def _arithmetic(name: str, python: Callable[[Any, Any], Any]) -> None:
    """Give vectors an operator of Python, with another vector or with a float32."""

    @intrinsic  # type: ignore[untyped-decorator]
    def calculate(_typing: Any, left: Any, right: Any) -> Any:
        def generate(_context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            vectors = [
                value if isinstance(kind, Vector) else _spread(builder, value, LANES)
                for kind, value in zip(signature.args, arguments, strict=True)
            ]
            return getattr(builder, name)(*vectors, flags=("contract",))

        return VECTOR(left, right), generate

    @overload(python)  # type: ignore[untyped-decorator]
    def _overload(left: Any, right: Any) -> Any:
        kinds = [left, right]
        if VECTOR not in kinds or any(kind not in (VECTOR, types.float32) for kind in kinds):
            return None

        def implementation(left: Any, right: Any) -> Any:
            return calculate(left, right)

        return implementation


_arithmetic("fadd", operator.add)
_arithmetic("fsub", operator.sub)
_arithmetic("fmul", operator.mul)
_arithmetic("fdiv", operator.truediv)


def _tile(rows: int, columns: int) -> Any:
    """Make the product of ``rows`` rows with a matrix of ``columns`` columns: the inner loop of training.

    The sums stay in vector registers over the whole loop; a loop of numba would load and store them at each turn.
    """

    @intrinsic  # type: ignore[untyped-decorator]
    def tile(_typing: Any, out: Any, start: Any, left: Any, right: Any, count: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            parts = [cgutils.unpack_tuple(builder, value) for value in arguments[:4]]
            data = [
                _data(context, builder, kind[0], part[0]) for kind, part in zip(signature.args, parts, strict=False)
            ]
            (_, out_first, out_step), (_, start_first, start_step) = parts[:2]
            (_, left_first, left_row, left_step), (_, right_first, right_step) = parts[2:]

            def place(first: Any, step: Any, row: Any) -> Any:
                return builder.add(first, builder.mul(step, row))

            number = ir.IntType(64)
            totals = []
            for row in range(rows):
                begin = _at(builder, data[1], place(start_first, start_step, number(row)), columns)
                totals.append(cgutils.alloca_once_value(builder, builder.load(begin, align=4)))
            with cgutils.for_range(builder, arguments[4]) as loop:
                line = builder.load(_at(builder, data[3], place(right_first, right_step, loop.index), columns), align=4)
                for row, total in enumerate(totals):
                    index = place(place(left_first, left_step, loop.index), left_row, number(row))
                    factor = _spread(builder, builder.load(builder.gep(data[2], [index], inbounds=True)), columns)
                    product = builder.fmul(factor, line, flags=("contract",))
                    builder.store(builder.fadd(builder.load(total), product, flags=("contract",)), total)
            for row, total in enumerate(totals):
                end = _at(builder, data[0], place(out_first, out_step, number(row)), columns)
                builder.store(builder.load(total), end, align=4)
            return context.get_dummy_value()

        return types.void(out, start, left, right, count), generate

    return tile


def _strip(columns: int) -> Any:
    """Make the product with a strip of ``columns`` columns, for any number of rows."""
    tile_1, tile_2, tile_3, tile_4, tile_5, tile_6 = (_tile(rows, columns) for rows in range(1, MAX_ROWS + 1))

    @compiled
    def strip(out: Any, start: Any, left: Any, right: Any, size: Any) -> None:
        rows, count = size
        done = 0
        while done < rows:
            # As equal tiles as can be: 7 rows are 4 and 3, not 6 and 1.
            tiles = (rows - done + MAX_ROWS - 1) // MAX_ROWS
            height = (rows - done + tiles - 1) // tiles
            here = (out[0], out[1] + done * out[2], out[2])
            begin = (start[0], start[1] + done * start[2], start[2])
            factors = (left[0], left[1] + done * left[2], left[2], left[3])
            if height == 6:
                tile_6(here, begin, factors, right, count)
            elif height == 5:
                tile_5(here, begin, factors, right, count)
            elif height == 4:
                tile_4(here, begin, factors, right, count)
            elif height == 3:
                tile_3(here, begin, factors, right, count)
            elif height == 2:
                tile_2(here, begin, factors, right, count)
            else:
                tile_1(here, begin, factors, right, count)
            done += height

    return strip


_strip_8, _strip_16 = _strip(8), _strip(16)
_strip_32 = _strip(32) if MAX_COLUMNS >= 32 else _strip_16
_strip_64 = _strip(64) if MAX_COLUMNS >= 64 else _strip_32


@compiled
def multiply(out: Any, start: Any, left: Any, right: Any, size: Any) -> None:
    """Write ``out = start + left @ right``.

    Args:
        out: The array, the index of its first element, and the step from row to row.
        start: The same of what is added; a step of 0 adds one row to all.
        left: The array, its first index, the step from row to row and the one along a row.
        right: The array, its first index and the step from row to row; its columns are neighbours.
        size: The rows of ``out``, its columns (a multiple of ``LANES``), and the rows of ``right``.
    """
    rows, columns, count = size
    done = 0
    while done < columns:
        here = (out[0], out[1] + done, out[2])
        begin = (start[0], start[1] + done, start[2])
        matrix = (right[0], right[1] + done, right[2])
        if columns - done >= 64 and MAX_COLUMNS >= 64:
            _strip_64(here, begin, left, matrix, (rows, count))
            done += 64
        elif columns - done >= 32 and MAX_COLUMNS >= 32:
            _strip_32(here, begin, left, matrix, (rows, count))
            done += 32
        elif columns - done >= 16:
            _strip_16(here, begin, left, matrix, (rows, count))
            done += 16
        else:
            _strip_8(here, begin, left, matrix, (rows, count))
            done += 8
