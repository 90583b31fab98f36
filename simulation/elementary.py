"""Exponential and logarithm that the compiler can inline, and so overlap and vectorise.

Both are within 4e-15 of the true value (relative to it, or to 1 for logarithms; tested over their range). A
call of the C library costs an enterprise-month more than the arithmetic in it, because everything held in
registers is saved around it.
"""

import math
from typing import Any

import numpy as np

from simulation.compile import JIT_DISABLED, submodel

LOG2_E = 1.4426950408889634
LN2_HIGH, LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
"""Natural logarithm of 2, split so that multiples of the high part are exact."""
LN2 = 0.6931471805599453
EXPONENT_BIAS, MANTISSA_BITS = np.int64(1023), np.int64(52)
ROUNDER = 6755399441055744.0
"""1.5 x 2^52: added to a double below 2^51, it leaves the nearest whole number in the lowest bits."""
WHOLE = 4503599627370496.0
WHOLE_BITS = np.int64(0x4330000000000000)
"""2^52 and its bits: a whole number below 2^52 or-ed to the bits and read as a double is 2^52 more."""
MANTISSA = np.int64((1 << 52) - 1)
HALF_EXPONENT = np.int64(1022 << 52)
ROOT_HALF = 0.7071067811865476
LARGEST = 700.0

if JIT_DISABLED:

    def exp(x):
        """e to the power of x, for x in -700..700."""
        return math.exp(min(LARGEST, max(-LARGEST, x)))

    def log(x):
        """Natural logarithm of x > 0."""
        return math.log(x) if x > 0.0 else math.nan

else:
    from numba import types
    from numba.extending import intrinsic

    @intrinsic
    def _float_of_bits(typing_context, bits):
        """The double with these 64 bits."""

        def code(context, builder, signature, arguments):
            return builder.bitcast(arguments[0], context.get_value_type(types.float64))

        return types.float64(types.int64), code

    @intrinsic
    def _bits_of_float(typing_context, value):
        """The 64 bits of a double."""

        def code(context, builder, signature, arguments):
            return builder.bitcast(arguments[0], context.get_value_type(types.int64))

        return types.int64(types.float64), code

    float_of_bits: Any = _float_of_bits  # called with the number alone
    bits_of_float: Any = _bits_of_float

    @submodel
    def exp(x):
        """e to the power of x in -700..700: 2^n e^r with |r| <= ln(2) / 2, by Taylor's series to r^12."""
        x = min(LARGEST, max(-LARGEST, x))
        rounded = x * LOG2_E + ROUNDER
        n = rounded - ROUNDER
        r = (x - n * LN2_HIGH) - n * LN2_LOW
        r2 = r * r
        r4 = r2 * r2
        low = (1.0 + r) + r2 * (1.0 / 2.0 + r * (1.0 / 6.0))
        middle = (1.0 / 24.0 + r * (1.0 / 120.0)) + r2 * (1.0 / 720.0 + r * (1.0 / 5_040.0))
        high = (1.0 / 40_320.0 + r * (1.0 / 362_880.0)) + r2 * (1.0 / 3_628_800.0 + r * (1.0 / 39_916_800.0))
        series = low + r4 * (middle + r4 * (high + r4 * (1.0 / 479_001_600.0)))
        return series * float_of_bits((bits_of_float(rounded) + EXPONENT_BIAS) << MANTISSA_BITS)

    @submodel
    def log(x):
        """Natural logarithm of a normal x > 0: of 2^n m with m about 1, by the series of the inverse tanh."""
        bits = bits_of_float(x)
        n = float_of_bits((bits >> MANTISSA_BITS) | WHOLE_BITS) - WHOLE
        m = float_of_bits((bits & MANTISSA) | HALF_EXPONENT)  # 0.5..1
        small = m < ROOT_HALF
        m = 2.0 * m if small else m
        exponent = n - (1023.0 if small else 1022.0)
        s = (m - 1.0) / (m + 1.0)
        z = s * s
        z2 = z * z
        z4 = z2 * z2
        low = (1.0 / 3.0 + z * (1.0 / 5.0)) + z2 * (1.0 / 7.0 + z * (1.0 / 9.0))
        high = (1.0 / 11.0 + z * (1.0 / 13.0)) + z2 * (1.0 / 15.0 + z * (1.0 / 17.0))
        series = low + z4 * (high + z4 * (1.0 / 19.0 + z * (1.0 / 21.0)))
        return exponent * LN2_HIGH + (2.0 * s * (1.0 + z * series) + exponent * LN2_LOW)
