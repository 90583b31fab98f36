"""Machine instructions that the compiler does not find by itself, beside what they do in plain Python.

A loop that copies eight numbers is unrolled into single copies; a vector read right after waits for them.
"""

from __future__ import annotations

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

else:
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

    lowest_bit = _lowest_bit  # type: ignore[assignment]
    copy_eight = _copy_eight  # type: ignore[assignment]
