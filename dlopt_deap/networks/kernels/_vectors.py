"""Vectors of floats for kernels in numba.

A loop written in numba becomes vector instructions only if the compiler can prove that no array overlaps another, its
sums are stored and loaded again at each turn, and on processors with AVX-512 its vectors are half as wide as they could
be. So what must be fast says here which vectors it means; LLVM splits those that are wider than a register.
"""

import operator
from collections.abc import Callable
from typing import Any, Final, TypeVar

import numpy as np
from llvmlite import binding, ir  # type: ignore[import-untyped]
from numba import njit, types
from numba.extending import intrinsic, models, overload, register_model
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Function = TypeVar("Function", bound=Callable[..., Any])

WIDE: Final = bool(binding.get_host_cpu_features().get("avx512f"))
"""Whether the processor has 32 vector registers of 16 floats instead of 16 registers of 8."""


def compiled(function: Function) -> Function:
    """Compile a function as part of a kernel."""
    # Only the fusing of a * b + c is allowed: it keeps NaN and infinity what they are, whatever is vectorised.
    result: Function = njit(nogil=True, error_model="numpy", fastmath={"contract"})(function)
    return result


def kernel(function: Function) -> Function:
    """Compile a function that Python calls, once a machine: its code is cached on disk, see ``_sources``."""
    result: Function = njit(nogil=True, error_model="numpy", fastmath={"contract"}, cache=True)(function)
    return result


class Vector(types.Type):  # type: ignore[misc]
    """The type of some floats side by side."""

    def __init__(self, lanes: int) -> None:
        self.lanes = lanes
        super().__init__(name=f"Vector{lanes}")


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    """A vector of LLVM."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, ir.VectorType(ir.FloatType(), kind.lanes))


def data_of(context: Any, builder: Any, kind: Any, array: Any) -> Any:
    """Return the pointer to the first element of an array."""
    return context.make_array(kind)(context, builder, array).data


def vector_at(builder: Any, data: Any, index: Any, lanes: int) -> Any:
    """Return a pointer to ``lanes`` floats that begin at an index."""
    return builder.bitcast(builder.gep(data, [index], inbounds=True), ir.VectorType(ir.FloatType(), lanes).as_pointer())


def spread_float(builder: Any, one: Any, lanes: int) -> Any:
    """Return a vector of LLVM of which each element is ``one``."""
    empty = ir.Constant(ir.VectorType(ir.FloatType(), lanes), ir.Undefined)
    vector = builder.insert_element(empty, one, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(vector, vector, ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes))


def loader(lanes: int) -> Any:
    """Make the function that returns the vector which begins at ``array[index]``, where a matrix counts as one row."""

    @intrinsic  # type: ignore[untyped-decorator]
    def load(_typing: Any, array: Any, index: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            data = data_of(context, builder, signature.args[0], arguments[0])
            return builder.load(vector_at(builder, data, arguments[1], lanes), align=4)

        return Vector(lanes)(array, index), generate

    return load


def spreader(lanes: int) -> Any:
    """Make the function that returns a vector of which each element is the float given."""

    @intrinsic  # type: ignore[untyped-decorator]
    def spread(_typing: Any, one: Any) -> Any:  # noqa: ARG001  # its type is asked for below
        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return spread_float(builder, arguments[0], lanes)

        return Vector(lanes)(types.float32), generate

    return spread


@intrinsic  # type: ignore[untyped-decorator]
def store(_typing: Any, array: Any, index: Any, vector: Any) -> Any:
    """Write a vector to ``array[index]`` and what follows."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = data_of(context, builder, signature.args[0], arguments[0])
        builder.store(arguments[2], vector_at(builder, data, arguments[1], vector.lanes), align=4)
        return context.get_dummy_value()

    return types.void(array, index, vector), generate


@intrinsic  # type: ignore[untyped-decorator]
def clamp(_typing: Any, vector: Any, limit: Any) -> Any:  # noqa: ARG001
    """Return the vector with its elements moved into [-limit, limit]; NaN stays NaN."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        value, high = arguments[0], spread_float(builder, arguments[1], vector.lanes)
        low = builder.fneg(high)
        value = builder.select(builder.fcmp_ordered(">", value, high), high, value)
        return builder.select(builder.fcmp_ordered("<", value, low), low, value)

    return vector(vector, types.float32), generate


def _arithmetic(name: str, python: Callable[[Any, Any], Any]) -> None:
    """Give vectors an operator of Python, with another vector or with a float32."""

    @intrinsic  # type: ignore[untyped-decorator]
    def calculate(_typing: Any, left: Any, right: Any) -> Any:
        kind = left if isinstance(left, Vector) else right

        def generate(_context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            vectors = [
                value if isinstance(one, Vector) else spread_float(builder, value, kind.lanes)
                for one, value in zip(signature.args, arguments, strict=True)
            ]
            return getattr(builder, name)(*vectors, flags=("contract",))

        return kind(left, right), generate

    @overload(python)  # type: ignore[untyped-decorator]
    def _overload(left: Any, right: Any) -> Any:
        vectors = {kind for kind in (left, right) if isinstance(kind, Vector)}
        if len(vectors) != 1 or not {left, right} <= vectors | {types.float32}:
            return None

        def implementation(left: Any, right: Any) -> Any:
            return calculate(left, right)

        return implementation


_arithmetic("fadd", operator.add)
_arithmetic("fsub", operator.sub)
_arithmetic("fmul", operator.mul)
_arithmetic("fdiv", operator.truediv)
