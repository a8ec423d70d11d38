#!/usr/bin/env python3
"""Writes the powers of ten that src/base/decimal.c needs, as a C table: powers.py OUTPUT

Row k - FIRST is 10^k as a 128-bit number with its highest bit set, times a power of two, rounded up.
"""

import pathlib
import sys

# Of the smallest and the largest double: floor(log10(2^-1074)) = -324, floor(log10(2^971)) = 292, both negated.
FIRST, LAST = -292, 324


def upper_128_bits(k):
    shift = max(0, -k) * 4 + 256
    number = (10 ** k << shift) if k >= 0 else -(-(1 << shift) // 10 ** -k)
    excess = number.bit_length() - 128
    return -(-number >> excess)


def main():
    rows = "".join(f"\t{{ 0x{power >> 64:016x}u, 0x{power & (1 << 64) - 1:016x}u }},\n"
                   for power in map(upper_128_bits, range(FIRST, LAST + 1)))
    pathlib.Path(sys.argv[1]).write_text(
        f"#define POWERS_FIRST ({FIRST})\n"
        f"static const struct power {{\n\tuint64_t high, low;\n}} powers[] = {{\n{rows}}};\n")


main()
