#include "base/packing.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "numbers are stored as they lie in memory");

static const double divisors[] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9 };
#define DIVISORS (sizeof divisors / sizeof divisors[0])

/* Beyond it, rounding could make another whole number of value * divisor. */
#define LARGEST_WHOLE 0x1p50

static const struct {
	const char *name;
	size_t width;
	double numbers; /* that an unsigned one tells apart, besides NaN */
} kinds[] = {
	[PACKING_UINT8] = { "uint8", 1, 255 },		[PACKING_UINT16] = { "uint16", 2, 65535 },
	[PACKING_UINT32] = { "uint32", 4, 4294967295 }, [PACKING_FLOAT32] = { "float32", 4, 0 },
	[PACKING_FLOAT64] = { "float64", 8, 0 },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

const char *packing_name(size_t i)
{
	return i < KINDS ? kinds[i].name : NULL;
}

bool packing_find(const char *name, enum packing_kind *ret_kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0) {
			*ret_kind = (enum packing_kind)i;
			return true;
		}
	return false;
}

size_t packing_width(enum packing_kind kind)
{
	return kinds[kind].width;
}

/* The whole number next to value; |value| < 2^51. Adding what leaves no bits for a fraction rounds it. */
static double nearest(double value)
{
	const double shift = 0x1.8p52;

	return value + shift - shift;
}

/* Whether value is a whole number divided by the divisor. */
static bool is_quotient(double value, double divisor)
{
	double product = value * divisor;

	return fabs(product) < LARGEST_WHOLE && nearest(product) / divisor == value && !(value == 0 && signbit(value));
}

/* What a feature's numbers have been so far. */
struct range {
	size_t divisor; /* of divisors[]: all are quotients by it; DIVISORS: they are not */
	bool is_single; /* all are float32 */
	double low, high;
};

static void take(struct range *range, double value)
{
	/* What is a quotient by a power of ten is one by the next. */
	while (range->divisor < DIVISORS && !is_quotient(value, divisors[range->divisor]))
		range->divisor++;
	range->is_single = range->is_single && (double)(float)value == value;
	range->low = value < range->low ? value : range->low;
	range->high = value > range->high ? value : range->high;
}

static struct packing choose(const struct range *range)
{
	struct packing packing = { .kind = range->is_single ? PACKING_FLOAT32 : PACKING_FLOAT64, .divisor = 1 };

	if (range->low > range->high) /* there is no number */
		return (struct packing){ .kind = PACKING_UINT8, .divisor = 1 };
	if (range->divisor == DIVISORS)
		return packing;
	double divisor = divisors[range->divisor];
	double low = range->low * divisor, high = range->high * divisor;
	if (fmax(fabs(low), fabs(high)) >= LARGEST_WHOLE)
		return packing;
	for (enum packing_kind kind = PACKING_UINT8; kind <= PACKING_UINT32; kind++)
		if (nearest(high) - nearest(low) < kinds[kind].numbers)
			return (struct packing){ .kind = kind, .low = (int64_t)nearest(low), .divisor = divisor };
	return packing;
}

#define AT_ONCE 64 /* features whose ranges stay near */

size_t packing_choose(const double *x, size_t n, size_t d, struct packing *ret_packings)
{
	size_t place = 0;

	for (size_t first = 0; first < d; first += AT_ONCE) {
		struct range ranges[AT_ONCE];
		size_t count = d - first < AT_ONCE ? d - first : AT_ONCE;
		for (size_t j = 0; j < count; j++)
			ranges[j] = (struct range){ .is_single = true, .low = INFINITY, .high = -INFINITY };
		for (size_t i = 0; i < n; i++)
			for (size_t j = 0; j < count; j++) {
				double value = x[i * d + first + j];
				if (!isnan(value))
					take(&ranges[j], value);
			}
		for (size_t j = 0; j < count; j++) {
			ret_packings[first + j] = choose(&ranges[j]);
			ret_packings[first + j].place = place;
			place += kinds[ret_packings[first + j].kind].width;
		}
	}
	return place;
}

void packing_write(const struct packing *packing, double value, unsigned char *row)
{
	uint32_t whole = UINT32_MAX;
	float single;

	switch (packing->kind) {
	case PACKING_FLOAT32:
		single = (float)value;
		memcpy(row + packing->place, &single, sizeof single);
		break;
	case PACKING_FLOAT64:
		memcpy(row + packing->place, &value, sizeof value);
		break;
	default:
		if (!isnan(value))
			whole = (uint32_t)((int64_t)nearest(value * packing->divisor) - packing->low);
		memcpy(row + packing->place, &whole, kinds[packing->kind].width);
	}
}

double packing_read(const struct packing *packing, const unsigned char *row)
{
	size_t width = kinds[packing->kind].width;
	uint32_t whole = 0;
	float single;
	double value;

	switch (packing->kind) {
	case PACKING_FLOAT32:
		memcpy(&single, row + packing->place, sizeof single);
		return single;
	case PACKING_FLOAT64:
		memcpy(&value, row + packing->place, sizeof value);
		return value;
	default:
		memcpy(&whole, row + packing->place, width);
		return whole == UINT32_MAX >> (32 - 8 * width)
			   ? (double)NAN
			   : (double)(int64_t)((uint64_t)packing->low + whole) / packing->divisor;
	}
}
