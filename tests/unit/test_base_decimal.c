/* base: numbers as the shortest text. Golden texts are digits of Python's repr() and numpy's format_float_scientific().
 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/mem.h"

Test(decimal, doubles)
{
	static const struct {
		double value;
		const char *text;
	} cases[] = {
		{ 0.0, "0" },
		{ -0.0, "-0" },
		{ 1.0, "1" },
		{ -1.5, "-1.5" },
		{ 0.1, "0.1" },
		{ 0.30000000000000004, "0.30000000000000004" },
		{ 1.0 / 3, "0.3333333333333333" },
		{ (double)0.1f, "0.10000000149011612" },
		{ 100000.0, "100000" },
		{ 123456789012345.0, "123456789012345" },
		{ 1234567890123456.0, "1234567890123456" },
		{ 1e14, "100000000000000" },
		{ 1e15, "1e+15" },
		{ 1.5e20, "1.5e+20" },
		{ 9007199254740993.0, "9007199254740992" },
		{ 1e23, "1e+23" },
		{ 0.0001, "0.0001" },
		{ 0.00012345, "0.00012345" },
		{ 0.00001, "1e-05" },
		{ 1.25e-7, "1.25e-07" },
		{ 5e-324, "5e-324" },
		{ 2.2250738585072014e-308, "2.2250738585072014e-308" },
		{ 2.225073858507201e-308, "2.225073858507201e-308" },
		{ 1.7976931348623157e308, "1.7976931348623157e+308" },
		/* Powers of two, whose neighbour below is nearer. */
		{ 0x1p-44, "5.684341886080802e-14" },
		{ 0x1p-1021, "4.450147717014403e-308" },
		{ 0x1p970, "9.9792015476736e+291" },
	};
	char text[DECIMAL_SIZE];

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		size_t length = decimal_write_double(cases[i].value, text);
		cr_expect_str_eq(text, cases[i].text);
		cr_expect_eq(length, strlen(cases[i].text), "%s", text);
	}
}

Test(decimal, floats)
{
	static const struct {
		float value;
		const char *text;
	} cases[] = {
		{ 0.0f, "0" },
		{ -0.0f, "-0" },
		{ 0.1f, "0.1" },
		{ 0.3f, "0.3" },
		{ 1.0f / 3, "0.33333334" },
		{ 16777216.0f, "16777216" },
		{ 1e10f, "10000000000" },
		{ 1e-5f, "1e-05" },
		{ 1e-45f, "1e-45" },
		{ 1.1754944e-38f, "1.1754944e-38" },
		{ 3.4028235e38f, "3.4028235e+38" },
		{ 0x1p-96f, "1.2621775e-29" },
	};
	char text[DECIMAL_SIZE];

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		cr_expect_eq(decimal_write_float(cases[i].value, text), strlen(cases[i].text));
		cr_expect_str_eq(text, cases[i].text);
	}
}

Test(decimal, integers)
{
	static const struct {
		int64_t value;
		const char *text;
	} cases[] = {
		{ 0, "0" },
		{ 7, "7" },
		{ -10, "-10" },
		{ 99, "99" },
		{ 100, "100" },
		{ 12345, "12345" },
		{ INT64_MAX, "9223372036854775807" },
		{ INT64_MIN, "-9223372036854775808" },
	};
	char text[DECIMAL_SIZE];

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		cr_expect_eq(decimal_write_integer(cases[i].value, text), strlen(cases[i].text));
		cr_expect_str_eq(text, cases[i].text);
	}
}

static int count_digits(const char *text)
{
	int count = 0;
	int zeros = 0;

	for (; *text != '\0' && *text != 'e'; text++)
		if (*text >= '0' && *text <= '9' && (count > 0 || *text != '0')) {
			count++;
			zeros = *text == '0' ? zeros + 1 : 0;
		}
	return count - zeros;
}

static double read_double(const char *text)
{
	return strtod(text, NULL);
}

static double read_float(const char *text)
{
	return (double)strtof(text, NULL);
}

/* Reads back, has no digit too many, and is the nearest with so many digits if that reads back. */
static void expect_shortest(double value, const char *text, double (*read)(const char *))
{
	int digits = count_digits(text);
	char other[40];

	cr_expect_eq(read(text), value, "%s", text);
	(void)snprintf(other, sizeof other, "%.*e", digits - 1, value);
	cr_expect(read(other) != value || strtod(other, NULL) == strtod(text, NULL), "%s is nearer than %s", other,
		  text);
	(void)snprintf(other, sizeof other, "%.*e", digits - 2, value);
	cr_expect(digits < 2 || read(other) != value, "%s is shorter than %s", other, text);
}

Test(decimal, numbers_of_every_size)
{
	uint64_t state = 1;
	char text[DECIMAL_SIZE];

	for (size_t i = 0; i < 40000; i++) {
		/* Knuth's MMIX generator. */
		state = state * 6364136223846793005u + 1442695040888963407u;
		uint64_t bits = state & INT64_MAX;
		uint32_t few = (uint32_t)(state >> 33);
		double value;
		float single;
		/* Every exponent's first and last numbers too. */
		if (i < 2 * 2047)
			bits = (uint64_t)(i / 2) << 52 | (i % 2 == 0 ? 0 : 0xfffffffffffffu);
		if (i < 2 * 255)
			few = (uint32_t)(i / 2) << 23 | (i % 2 == 0 ? 0 : 0x7fffffu);
		memcpy(&value, &bits, sizeof value);
		memcpy(&single, &few, sizeof single);
		if (isfinite(value) && value > 0) {
			(void)decimal_write_double(value, text);
			expect_shortest(value, text, read_double);
		}
		if (isfinite(single) && single > 0) {
			(void)decimal_write_float(single, text);
			expect_shortest((double)single, text, read_float);
		}
	}
}
