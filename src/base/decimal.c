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

/* The upper bits of power * factor; the lowest is set if any below it is. */
static uint64_t multiply_to_odd(const struct power *power, uint64_t factor)
{
	uint128 low = (uint128)power->low * factor;
	uint128 high = (uint128)power->high * factor + (uint64_t)(low >> 64);

	return (uint64_t)(high >> 64) | ((uint64_t)high > 1);
}

/* binary.c > 0 */
static struct decimal shorten(struct binary binary)
{
	int k = floor_log10_power2(binary.q, binary.is_edge);
	int shift = binary.q + floor_log2_power10(-k) + 1;
	const struct power *power = &powers[-k - POWERS_FIRST];
	/* Four times the number and the ends of its interval, which belong to it if c is even. */
	uint64_t is_odd = binary.c & 1;
	uint64_t value = multiply_to_odd(power, (4 * binary.c) << shift);
	uint64_t lower = multiply_to_odd(power, (4 * binary.c - 2 + binary.is_edge) << shift) + is_odd;
	uint64_t upper = multiply_to_odd(power, (4 * binary.c + 2) << shift) - is_odd;
	uint64_t below = value / 4;

	if (below >= 10) {
		/* With one digit less at most one fits. */
		uint64_t tens = below / 10;
		bool tens_fits = lower <= 40 * tens;
		bool next_fits = 40 * tens + 40 <= upper;
		if (tens_fits != next_fits)
			return (struct decimal){ tens + next_fits, k + 1 };
	}
	bool below_fits = lower <= 4 * below;
	bool above_fits = 4 * below + 4 <= upper;
	if (below_fits != above_fits)
		return (struct decimal){ below + above_fits, k };
	uint64_t middle = 4 * below + 2;
	bool rounds_up = value > middle || (value == middle && (below & 1) != 0);
	return (struct decimal){ below + rounds_up, k };
}

/* Writes the digits of `number` so that they end before `end`; returns where they begin. */
static char *write_digits(uint64_t number, char *end)
{
	static const char pairs[] = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940"
				    "4142434445464748495051525354555657585960616263646566676869707172737475767778798081"
				    "828384858687888990919293949596979899";

	for (; number >= 100; number /= 100)
		memcpy(end -= 2, &pairs[number % 100 * 2], 2);
	if (number >= 10)
		return memcpy(end - 2, &pairs[number * 2], 2);
	*--end = (char)('0' + number);
	return end;
}

static char *fill_zeros(char *to, int count)
{
	memset(to, '0', (size_t)count);
	return to + count;
}

static char *copy(char *to, const char *from, int count)
{
	memcpy(to, from, (size_t)count);
	return to + count;
}

static char *write_exponent(char *to, int exponent)
{
	char digits[4];
	char *end = digits + sizeof digits;
	char *start = write_digits((uint64_t)(exponent < 0 ? -exponent : exponent), end);

	*to++ = 'e';
	*to++ = exponent < 0 ? '-' : '+';
	if (end - start < 2)
		*to++ = '0';
	return copy(to, start, (int)(end - start));
}

/* Lays the digits out; returns the end. */
static char *write_decimal(struct decimal decimal, char *to)
{
	const int places_max = 15;
	char text[20];

	while (decimal.digits % 10 == 0) {
		decimal.digits /= 10;
		decimal.exponent++;
	}
	const char *digits = write_digits(decimal.digits, text + sizeof text);
	int count = (int)(text + sizeof text - digits);
	int point = count + decimal.exponent; /* digits before it */
	if (point < -3 || point > (count > places_max ? count : places_max)) {
		to = copy(to, digits, 1);
		if (count > 1)
			*to++ = '.';
		return write_exponent(copy(to, digits + 1, count - 1), point - 1);
	}
	if (point <= 0)
		return copy(fill_zeros(copy(to, "0.", 2), -point), digits, count);
	if (point >= count)
		return fill_zeros(copy(to, digits, count), point - count);
	to = copy(to, digits, point);
	*to++ = '.';
	return copy(to, digits + point, count - point);
}

/* `bits` as IEEE 754 has them, with `fraction_bits` of fraction, but for the sign. */
static size_t write_real(uint64_t bits, int fraction_bits, int bias, bool is_negative, char *text)
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
		end = write_decimal(shorten(binary), end);
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
	char text[20];
	char *digits = write_digits(value < 0 ? -(uint64_t)value : (uint64_t)value, text + sizeof text);
	char *end = ret_text;

	if (value < 0)
		*end++ = '-';
	end = copy(end, digits, (int)(text + sizeof text - digits));
	*end = '\0';
	return (size_t)(end - ret_text);
}
