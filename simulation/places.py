"""Places side by side: fields of records copied to the same place of the arrays so called, and back.

A loop over names of fields would do, but becomes a jump a field; here the copies stand one after another. All
fields are doubles.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulation.compile import JIT_DISABLED

if JIT_DISABLED:

    def to_place(fields: Sequence[str]) -> Any:
        """A function (record, places, i) that copies ``fields`` of a record to place i of the arrays."""

        def copy(record: Any, places: Any, i: int) -> None:
            for field in fields:
                places[field][i] = record[field]

        return copy

    def from_place(fields: Sequence[str]) -> Any:
        """A function (record, places, i) that copies place i of the arrays to ``fields`` of a record."""

        def copy(record: Any, places: Any, i: int) -> None:
            for field in fields:
                record[field] = places[field][i]

        return copy

    def to_zero(fields: Sequence[str], number: int) -> Any:
        """A function (places) that sets the arrays called ``fields``, of ``number`` places each, to zero."""

        def empty(places: Any) -> None:
            for field in fields:
                places[field][:number] = 0.0

        return empty

else:
    from llvmlite import ir
    from numba import types
    from numba.extending import intrinsic

    DOUBLE, BYTE, WHOLE = ir.DoubleType(), ir.IntType(8), ir.IntType(64)

    def _copier(fields: Sequence[str], back: bool) -> Any:
        @intrinsic
        def copy(typing_context, record, places, i):
            def code(context, builder, signature, arguments):
                of_record, of_places, _ = signature.args
                from_first = builder.mul(arguments[2], WHOLE(8))
                for field in fields:
                    start = builder.add(WHOLE(of_places.offset(field)), from_first)
                    single = _double(builder, arguments[0], WHOLE(of_record.offset(field)))
                    placed = _double(builder, arguments[1], start)
                    source, to = (placed, single) if back else (single, placed)
                    builder.store(builder.load(source), to)
                return context.get_dummy_value()

            return types.none(record, places, types.int64), code

        return copy

    def _double(builder: Any, record: Any, byte: Any) -> Any:
        """Pointer to the double that begins at this byte of a record."""
        place = builder.gep(builder.bitcast(record, BYTE.as_pointer()), [byte])
        return builder.bitcast(place, DOUBLE.as_pointer())

    def to_place(fields: Sequence[str]) -> Any:
        """As above, compiled."""
        return _copier(fields, back=False)

    def from_place(fields: Sequence[str]) -> Any:
        """As above, compiled."""
        return _copier(fields, back=True)

    def to_zero(fields: Sequence[str], number: int) -> Any:
        """As above, compiled."""

        @intrinsic
        def empty(typing_context, places):
            def code(context, builder, signature, arguments):
                zeros = ir.Constant(ir.VectorType(DOUBLE, number), [0.0] * number)
                for field in fields:
                    first = _double(builder, arguments[0], WHOLE(signature.args[0].offset(field)))
                    builder.store(zeros, builder.bitcast(first, zeros.type.as_pointer()), align=8)
                return context.get_dummy_value()

            return types.none(places), code

        return empty
