/* Raffaello Giulietti, "The Schubfach way to render doubles" (2021): v = c 2^q lies in an interval of numbers that read
 * back as v. Scaled by a power of ten so that it holds one to ten integers, the shortest decimal is one of four
 * candidates next to v. Products are cut to 66 bits, "rounded to odd": enough to compare exactly. */
#include "base/decimal.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/powers.h"

__extension__ typedef unsigned __int128 uint128;

/* digits 10^exponent */
struct decimal {
	uint64_t digits;
	int exponent;
};

/* c 2^q; `is_edge`: the next number below is half as far away as the one above. */
struct binary {
	uint64_t c;
	int q;
	bool is_edge;
};

/* floor(log2(10^k)), right for |k| <= 1233. */
static int floor_log2_power10(int k)
{
	return (k * 1741647) >> 19;
}

/* floor(log10(2^q)), of an edge floor(log10(3/4 2^q)), right for |q| <= 1500. */
static int floor_log10_power2(int q, bool is_edge)
{
	return (q * 1262611 - (is_edge ? 524031 : 0)) >> 22;
}

/* The upper bits of power * factor; the lowest is set if any below it is. For the factors of a float, below 2^32, half
 * of the power is enough. */
static inline uint64_t multiply_to_odd(const struct power *power, uint64_t factor, bool is_float)
{
	if (is_float) {
		uint128 product = (uint128)(power->high + 1) * factor;
		return (uint64_t)(product >> 64) | ((uint64_t)product >> 32 != 0);
	}
	uint128 low = (uint128)power->low * factor;
	uint128 high = (uint128)power->high * factor + (uint64_t)(low >> 64);

	return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* binary.c > 0 */
static inline struct decimal shorten(struct binary binary, bool is_float)
{
	int k = floor_log10_power2(binary.q, binary.is_edge);
	int shift = binary.q + floor_log2_power10(-k) + 1;
	const struct power *power = &powers[-k - POWERS_FIRST];
	/* Four times the number and the ends of its interval, which belong to it if c is even. */
	uint64_t is_odd = binary.c & 1;
	uint64_t value = multiply_to_odd(power, (4 * binary.c) << shift, is_float);
	uint64_t lower = multiply_to_odd(power, (4 * binary.c - 2 + binary.is_edge) << shift, is_float) + is_odd;
	uint64_t upper = multiply_to_odd(power, (4 * binary.c + 2) << shift, is_float) - is_odd;
	uint64_t below = value / 4;

	/* With one digit less at most one fits. No branches: which it is cannot be foreseen. */
	uint64_t tens = below / 10;
	bool tens_fits = (lower <= 40 * tens) & (below >= 10);
	bool next_fits = (40 * tens + 40 <= upper) & (below >= 10);
	bool is_shorter = tens_fits ^ next_fits;
	bool below_fits = lower <= 4 * below;
	bool above_fits = 4 * below + 4 <= upper;
	uint64_t middle = 4 * below + 2;
	bool rounds_up = (value > middle) | ((value == middle) & (below & 1));
	uint64_t digits = below + (below_fits ^ above_fits ? above_fits : rounds_up);
	return (struct decimal){ is_shorter ? tens + next_fits : digits, k + is_shorter };
}

/* Of 0 it is 1. */
static int count_digits(uint64_t number)
{
	static const uint64_t powers10[] = { 0, /* 0 has a digit, too */
					     10u,
					     100u,
					     1000u,
					     10000u,
					     100000u,
					     1000000u,
					     10000000u,
					     100000000u,
					     1000000000u,
					     10000000000u,
					     100000000000u,
					     1000000000000u,
					     10000000000000u,
					     100000000000000u,
					     1000000000000000u,
					     10000000000000000u,
					     100000000000000000u,
					     1000000000000000000u,
					     10000000000000000000u };
	/* log10(2) = 1233 / 4096, or one more */
	int count = (64 - __builtin_clzll(number | 1)) * 1233 >> 12;

	return count + (number >= powers10[count]);
}

/* Writes the digits of `number` so that they end before `end`. */
static void write_digits(uint64_t number, char *end)
{
	static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940"
				    "4142434445464748495051525354555657585960616263646566676869707172737475767778798081"
				    "828384858687888990919293949596979899";

	/* Four at a time: each division waits for the one before. */
	for (; number >= 10000; number /= 10000) {
		uint64_t four = number % 10000;
		memcpy(end -= 2, &pairs[four % 100 * 2], 2);
		memcpy(end -= 2, &pairs[four / 100 * 2], 2);
	}
	if (number >= 100) {
		memcpy(end -= 2, &pairs[number % 100 * 2], 2);
		number /= 100;
	}
	if (number >= 10)
		memcpy(end - 2, &pairs[number * 2], 2);
	else
		end[-1] = (char)('0' + number);
}

static char *write_exponent(char *to, int exponent)
{
	int magnitude = exponent < 0 ? -exponent : exponent;
	int count = magnitude < 100 ? 2 : 3;

	*to++ = 'e';
	*to++ = exponent < 0 ? '-' : '+';
	*to = '0';
	write_digits((uint64_t)magnitude, to + count);
	return to + count;
}

/* Lays the digits out; returns the end. They are written where they are to be, or one place behind it. */
static char *write_decimal(struct decimal decimal, char *to)
{
	const int places_max = 15;

	while (decimal.digits % 10 == 0) {
		decimal.digits /= 10;
		decimal.exponent++;
	}
	int count = count_digits(decimal.digits);
	int point = count + decimal.exponent; /* digits before it */
	if (point < -3 || point > (count > places_max ? count : places_max)) {
		write_digits(decimal.digits, to + 1 + count);
		to[0] = to[1];
		to[1] = '.';
		return write_exponent(count > 1 ? to + 1 + count : to + 1, point - 1);
	}
	if (point <= 0) {
		memcpy(to, "0.000", 5);
		write_digits(decimal.digits, to + 2 - point + count);
		return to + 2 - point + count;
	}
	if (point >= count) {
		write_digits(decimal.digits, to + count);
		memset(to + count, '0', (size_t)(point - count));
		return to + point;
	}
	write_digits(decimal.digits, to + 1 + count);
	for (int i = 0; i < point; i++)
		to[i] = to[i + 1];
	to[point] = '.';
	return to + 1 + count;
}

/* `bits` as IEEE 754 has them, with `fraction_bits` of fraction, but for the sign. */
static inline size_t write_real(uint64_t bits, int fraction_bits, int bias, bool is_negative, char *text)
{
	uint64_t hidden = (uint64_t)1 << fraction_bits;
	uint64_t fraction = bits & (hidden - 1);
	int exponent = (int)(bits >> fraction_bits);
	/* Subnormal numbers have the exponent 1 and no hidden bit. */
	const struct binary binary = {
		.c = exponent == 0 ? fraction : fraction | hidden,
		.q = (exponent == 0 ? 1 : exponent) - bias - fraction_bits,
		.is_edge = fraction == 0 && exponent > 1,
	};
	char *end = text;

	if (is_negative)
		*end++ = '-';
	if (binary.c == 0)
		*end++ = '0';
	else
		end = write_decimal(shorten(binary, fraction_bits < 52), end);
	*end = '\0';
	return (size_t)(end - text);
}

size_t decimal_write_double(double value, char ret_text[DECIMAL_SIZE])
{
	uint64_t bits;

	assert(isfinite(value));
	memcpy(&bits, &value, sizeof bits);
	return write_real(bits & INT64_MAX, 52, 1023, signbit(value) != 0, ret_text);
}

size_t decimal_write_float(float value, char ret_text[DECIMAL_SIZE])
{
	uint32_t bits;

	assert(isfinite(value));
	memcpy(&bits, &value, sizeof bits);
	return write_real(bits & INT32_MAX, 23, 127, signbit(value) != 0, ret_text);
}

size_t decimal_write_integer(int64_t value, char ret_text[DECIMAL_SIZE])
{
	uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value;
	size_t length = (size_t)((value < 0) + count_digits(magnitude));

	ret_text[0] = '-';
	write_digits(magnitude, ret_text + length);
	ret_text[length] = '\0';
	return length;
}
