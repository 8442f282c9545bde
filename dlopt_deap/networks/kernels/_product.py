"""The matrix product that training is made of, compiled by numba."""

from typing import Any, Final

from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from dlopt_deap.networks.kernels._vectors import WIDE, compiled, data_of, spread_float, vector_at

MAX_COLUMNS: Final = 64 if WIDE else 16
"""Columns of a tile of the product: with ``MAX_ROWS`` rows, the sums fill three quarters of the vector registers."""
MAX_ROWS: Final = 6


def _tile(rows: int, columns: int) -> Any:
    """Make the product of ``rows`` rows with a matrix of ``columns`` columns: the inner loop of training.

    The sums stay in vector registers over the whole loop; a loop of numba would load and store them at each turn.
    """

    @intrinsic  # type: ignore[untyped-decorator]
    def tile(_typing: Any, out: Any, start: Any, left: Any, right: Any, count: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            parts = [cgutils.unpack_tuple(builder, value) for value in arguments[:4]]
            data = [
                data_of(context, builder, kind[0], part[0]) for kind, part in zip(signature.args, parts, strict=False)
            ]
            (_, out_first, out_step), (_, start_first, start_step) = parts[:2]
            (_, left_first, left_row, left_step), (_, right_first, right_step) = parts[2:]

            def place(first: Any, step: Any, row: Any) -> Any:
                return builder.add(first, builder.mul(step, row))

            number = ir.IntType(64)
            totals = []
            for row in range(rows):
                begin = vector_at(builder, data[1], place(start_first, start_step, number(row)), columns)
                totals.append(cgutils.alloca_once_value(builder, builder.load(begin, align=4)))
            with cgutils.for_range(builder, arguments[4]) as loop:
                line = builder.load(
                    vector_at(builder, data[3], place(right_first, right_step, loop.index), columns), align=4
                )
                for row, total in enumerate(totals):
                    index = place(place(left_first, left_step, loop.index), left_row, number(row))
                    factor = spread_float(builder, builder.load(builder.gep(data[2], [index], inbounds=True)), columns)
                    product = builder.fmul(factor, line, flags=("contract",))
                    builder.store(builder.fadd(builder.load(total), product, flags=("contract",)), total)
            for row, total in enumerate(totals):
                end = vector_at(builder, data[0], place(out_first, out_step, number(row)), columns)
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
