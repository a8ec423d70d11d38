/* Eight doubles at a time, with exp and log made of plain arithmetic.
 *
 * GCC's vector types compile to whatever the machine has (SSE2, AVX2, AVX-512) and every lane does the same IEEE
 * operations in the same order everywhere, so results do not depend on the machine: the C library's vector functions
 * need -ffast-math and differ between instruction sets. Private to num. */
#ifndef HARDROW_NUM_VECTOR_H
#define HARDROW_NUM_VECTOR_H

#include <stdint.h>

#define VECTOR_LANES 8

typedef double vector __attribute__((vector_size(64), aligned(64), may_alias));
typedef int64_t vector_mask __attribute__((vector_size(64), aligned(64), may_alias));
typedef uint64_t vector_bits
    __attribute__((vector_size(64), aligned(64), may_alias)); /* wraps around, as bits should */

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

VECTOR_INLINE vector vector_select(vector_mask mask, vector yes, vector no)
{
	return (vector)((mask & (vector_mask)yes) | (~mask & (vector_mask)no));
}

VECTOR_INLINE vector vector_max(vector a, vector b)
{
	return vector_select(a > b, a, b);
}

/* Sum of the lanes as ((0+4)+(2+6)) + ((1+5)+(3+7)). */
VECTOR_INLINE double vector_sum(vector v)
{
	return ((v[0] + v[4]) + (v[2] + v[6])) + ((v[1] + v[5]) + (v[3] + v[7]));
}

/* exp(x) for x <= 0, to within 2 units in the last place; 0 below -708 (where the result would leave the normal
 * numbers), NaN for NaN. Cody and Waite reduction by ln 2, Taylor polynomial of degree 13 on |r| <= ln(2)/2 (remainder
 * 4e-18). */
VECTOR_INLINE vector vector_exp(vector x)
{
	static const double inverse_factorial[] = {
		1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040,
		1.0 / 720,	  1.0 / 120,	   1.0 / 24,	   1.0 / 6,	  0.5,		1.0,	     1.0
	};
	const vector lowest = vector_splat(-708.0);
	const vector to_integer = vector_splat(0x1.8p52);
	vector_mask is_zero = x < lowest;
	vector clamped = vector_select(is_zero, lowest, x);
	vector shifted = clamped * 0x1.71547652b82fep0 + to_integer;
	vector n = shifted - to_integer;
	vector r = (clamped - n * 0x1.62e42fee00000p-1) - n * 0x1.a39ef35793c76p-33;
	vector sum = vector_splat(inverse_factorial[0]);

	for (int i = 1; i < 14; i++)
		sum = sum * r + inverse_factorial[i];
	vector_bits exponent = (vector_bits)shifted << 52;
	return vector_select(is_zero, vector_splat(0.0), (vector)((vector_bits)sum + exponent));
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
	/* Not a number, or infinite: x - x is NaN for both. */
	return vector_select((vector)(x - x) == vector_splat(0.0), result, x - x);
}

#endif
