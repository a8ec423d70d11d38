/* Eight doubles at a time, with exp and log made of plain arithmetic; 16 floats where `real` is float.
 *
 * GCC's vector types compile to whatever the machine has (SSE2, AVX2, AVX-512) and every lane does the same IEEE
 * operations in the same order everywhere, so results do not depend on the machine: the C library's vector functions
 * need -ffast-math and differ between instruction sets. Private to num, but for VECTOR_CLONES. */
#ifndef HARDROW_NUM_VECTOR_H
#define HARDROW_NUM_VECTOR_H

#include <stdint.h>

#include "num/real.h"

#define VECTOR_LANES 8

typedef double vector __attribute__((vector_size(64), aligned(64), may_alias));
typedef int64_t vector_mask __attribute__((vector_size(64), aligned(64), may_alias));
typedef uint64_t vector_bits
    __attribute__((vector_size(64), aligned(64), may_alias)); /* wraps around, as bits should */

/* A vector of numbers in the precision of the file that is compiled. */
typedef real real_vector __attribute__((vector_size(64), aligned(64), may_alias));
#define REAL_LANES (64 / sizeof(real))

#define VECTOR_INLINE static inline __attribute__((always_inline))

/* One copy of a function for each level of x86-64, chosen when the program starts. */
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define VECTOR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define VECTOR_CLONES
#endif

VECTOR_INLINE vector vector_splat(double value)
{
	return (vector){ value, value, value, value, value, value, value, value };
}

/* Lanes are chosen by masks of sign bits: GCC 12 takes comparisons of 64-byte vectors apart into single lanes. */
VECTOR_INLINE vector vector_select(vector_mask mask, vector yes, vector no)
{
	return (vector)((mask & (vector_mask)yes) | (~mask & (vector_mask)no));
}

/* All ones where x < 0 or x is -0; anything for NaN. */
VECTOR_INLINE vector_mask vector_is_negative(vector x)
{
	return (vector_mask)x >> 63;
}

/* a < b, for numbers that are not NaN. */
VECTOR_INLINE vector_mask vector_less(vector a, vector b)
{
	return vector_is_negative(a - b);
}

/* Equality of whole numbers. */
VECTOR_INLINE vector_mask vector_same(vector a, vector b)
{
	vector distance = (vector)((vector_bits)(a - b) & 0x7fffffffffffffff);

	return vector_is_negative(distance - 0.5);
}

/* The larger; either for NaN. */
VECTOR_INLINE vector vector_max(vector a, vector b)
{
	return vector_select(vector_less(b, a), a, b);
}

/* Sum of the lanes as ((0+4)+(2+6)) + ((1+5)+(3+7)). */
VECTOR_INLINE double vector_sum(vector v)
{
	return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

VECTOR_INLINE real_vector real_vector_splat(real value)
{
	/* Less 0, not plus 0: -0 stays -0, and the compiler knows that nothing is to be done. */
	return value - (real_vector){ 0 };
}

/* Sum of the lanes, halves first, as vector_sum. */
VECTOR_INLINE real real_vector_sum(real_vector v)
{
#if REAL_IS_DOUBLE
	return vector_sum(v);
#else
	return (((v[0] + v[8]) + (v[4] + v[12])) + ((v[2] + v[10]) + (v[6] + v[14]))) +
	       (((v[1] + v[9]) + (v[5] + v[13])) + ((v[3] + v[11]) + (v[7] + v[15])));
#endif
}

/* exp(x) for x <= 0, to within 2 units in the last place; 0 below -708 (where the result would leave the normal
 * numbers), NaN for NaN and infinity. Cody and Waite reduction by ln 2, Taylor polynomial of degree 13 on |r| <=
 * ln(2)/2 (remainder 4e-18) in Estrin's scheme: its short chains keep the processor's units busy. */
VECTOR_INLINE vector vector_exp(vector x)
{
	const vector lowest = vector_splat(-708.0);
	const vector to_integer = vector_splat(0x1.8p52);
	vector_mask is_zero = vector_less(x, lowest);
	vector clamped = vector_select(is_zero, lowest, x);
	vector shifted = clamped * 0x1.71547652b82fep0 + to_integer;
	vector n = shifted - to_integer;
	vector r = (clamped - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
	vector r2 = r * r;
	vector r4 = r2 * r2;
	/* The terms from r^2 / 2! on; 1 + r is added last, so that its rounding is the only one that counts. */
	vector term2 = r * (1.0 / 6) + 0.5;
	vector term4 = r * (1.0 / 120) + 1.0 / 24;
	vector term6 = r * (1.0 / 5040) + 1.0 / 720;
	vector term8 = r * (1.0 / 362880) + 1.0 / 40320;
	vector term10 = r * (1.0 / 39916800) + 1.0 / 3628800;
	vector term12 = r * (1.0 / 6227020800) + 1.0 / 479001600;
	vector low = term2 + r2 * term4;
	vector middle = term6 + r2 * term8;
	vector high = term10 + r2 * term12;
	vector sum = 1.0 + (r + r2 * (low + r4 * (middle + r4 * high)));

	vector_bits exponent = (vector_bits)shifted << 52;
	/* x - x is 0, or not a number where x is not or is infinite. */
	return vector_select(is_zero, vector_splat(0.0), (vector)((vector_bits)sum + exponent)) + (x - x);
}

/* log(x) for normal x > 0, to within 2 units in the last place; NaN for NaN and infinity. x = 2^e m with m in
 * [sqrt(1/2), sqrt(2)), log m = 2 atanh(s), s = (m-1)/(m+1), by its series to s^23 (remainder 1e-19). */
VECTOR_INLINE vector vector_log(vector x)
{
	const vector_bits one = (vector_bits)vector_splat(1.0);
	const vector_bits half_root = (vector_bits)vector_splat(0x1.6a09e667f3bcdp-1);
	vector_bits bits = (vector_bits)x + (one - half_root);
	vector_mask exponent = (vector_mask)(bits >> 52) - 1023;
	vector m = (vector)((bits & 0xfffffffffffff) + half_root);
	vector e = __builtin_convertvector(exponent, vector);
	vector f = m - 1.0;
	vector s = f / (m + 1.0);
	vector square = s * s;
	vector sum = vector_splat(2.0 / 23);

	for (int odd = 21; odd >= 3; odd -= 2)
		sum = sum * square + 2.0 / odd;
	vector small = s * square * sum + e * 0x1.a39ef35793c76p-33;
	vector result = e * 0x1.62e42fee00000p-1 + (small + 2.0 * s);
	return result + (x - x);
}

#endif
