"""Machine instructions that the compiler does not find by itself, beside what they do in plain Python.

A loop that copies eight numbers is unrolled into single copies; a vector read right after waits for them.
Memory that is asked for ahead of its use (:func:`fetch`) arrives while something else is computed. Threads
that take numbers from one counter never get the same one, and see what was done before it was set.
"""

from __future__ import annotations

import os
from typing import Any

from simulation.compile import JIT_DISABLED

EIGHT_NUMBERS = 32
"""Bytes of eight numbers of 32 bits: one register of a machine with AVX2."""

if JIT_DISABLED:

    def lowest_bit(word: Any) -> int:
        """Place (0..31) of the lowest bit that is set in ``word`` (uint32, not 0)."""
        return (int(word) & -int(word)).bit_length() - 1

    def copy_eight(to: Any, source: Any) -> None:
        """Copy the first eight 32-bit numbers of ``source`` into ``to``."""
        to[:8] = source[:8]

    def fetch(record: Any, byte: int) -> None:
        """Ask for the line of memory with this byte of ``record``, which will be read and changed soon."""

    def take_next(counters: Any, which: int) -> int:
        """One of the ``counters`` (int64), which then is one more: whoever asks next gets the next number."""
        counters[which] += 1
        return int(counters[which]) - 1

    def put(counters: Any, which: int, value: int) -> None:
        """Set one of the ``counters``: who takes from it sees all that was done before."""
        counters[which] = value

    def give_way() -> None:
        """Let other threads have the processor, if any wants it."""

else:
    from llvmlite import ir
    from numba import types
    from numba.core import cgutils
    from numba.extending import intrinsic

    @intrinsic
    def _lowest_bit(typing_context, word):
        def code(context, builder, signature, arguments):
            never_zero = context.get_constant(types.boolean, 1)
            place = builder.cttz(arguments[0], never_zero)
            return builder.zext(place, context.get_value_type(types.int64))

        return types.int64(types.uint32), code

    @intrinsic
    def _copy_eight(typing_context, to, source):
        def code(context, builder, signature, arguments):
            def first(place: int) -> Any:
                of = signature.args[place]
                return context.make_array(of)(context, builder, arguments[place]).data

            size = context.get_constant(types.intp, EIGHT_NUMBERS)
            cgutils.raw_memcpy(builder, first(0), first(1), size, 1, align=4)
            return context.get_dummy_value()

        return types.none(to, source), code

    @intrinsic
    def _fetch(typing_context, record, byte):
        def code(context, builder, signature, arguments):
            flag, pointer = ir.IntType(32), ir.IntType(8).as_pointer()
            place = builder.gep(builder.bitcast(arguments[0], pointer), [arguments[1]])
            kind = ir.FunctionType(ir.VoidType(), [pointer, flag, flag, flag])
            ask = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
            to_write, innermost_cache, data = flag(1), flag(3), flag(1)
            builder.call(ask, [place, to_write, innermost_cache, data])
            return context.get_dummy_value()

        return types.none(record, types.int64), code

    WHOLE = ir.IntType(64)

    def _element(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        """Pointer to the element of the first argument, an array, that the second names."""
        first = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        return builder.gep(first, [arguments[1]])

    @intrinsic
    def _take_next(typing_context, counters, which):
        def code(context, builder, signature, arguments):
            place = _element(context, builder, signature, arguments)
            return builder.atomic_rmw("add", place, WHOLE(1), "acq_rel")

        return types.int64(counters, types.int64), code

    @intrinsic
    def _put(typing_context, counters, which, value):
        def code(context, builder, signature, arguments):
            place = _element(context, builder, signature, arguments)
            builder.store_atomic(arguments[2], place, "release", align=8)
            return context.get_dummy_value()

        return types.none(counters, types.int64, types.int64), code

    @intrinsic
    def _give_way(typing_context):
        def code(context, builder, signature, arguments):
            if os.name == "posix":  # elsewhere it goes on asking
                kind = ir.FunctionType(ir.IntType(32), [])
                builder.call(cgutils.get_or_insert_function(builder.module, kind, "sched_yield"), [])
            return context.get_dummy_value()

        return types.none(), code

    lowest_bit = _lowest_bit  # type: ignore[assignment]
    copy_eight = _copy_eight  # type: ignore[assignment]
    fetch = _fetch  # type: ignore[assignment]
    take_next = _take_next  # type: ignore[assignment]
    put = _put  # type: ignore[assignment]
    give_way = _give_way  # type: ignore[assignment]
