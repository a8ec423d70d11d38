#include "num/packed.h"

#include <string.h>

#include "num/vector.h"

/* Rows at a time, and numbers in a line of the cache. */
#define ROWS 8
#define LINE 16

/* Number j of some rows, next to each other. `how` is a copy: what is written to is none of it. */
VECTOR_INLINE void read_some(size_t some, const uint32_t *const *rows, size_t j, struct packed_feature how,
			     double *ret_to)
{
	uint32_t whole[ROWS];
	float single[ROWS];

	for (size_t r = 0; r < some; r++)
		whole[r] = rows[r][j];
	memcpy(single, whole, sizeof single);
	if (how.sd == 0)
		for (size_t r = 0; r < some; r++)
			ret_to[r] = 0;
	else if (how.is_single)
		for (size_t r = 0; r < some; r++)
			ret_to[r] = ((double)single[r] - how.mean) / how.sd;
	else
		for (size_t r = 0; r < some; r++)
			ret_to[r] = (((double)whole[r] + how.low) / how.divisor - how.mean) / how.sd;
}

/* Those of rows that are far away come into the cache while the ones before are read. */
VECTOR_INLINE size_t gather_rows(size_t some, size_t from, const struct packed_rows *rows, const uint32_t *index,
				 size_t count, size_t lanes, bool is_far, double *ret_tile)
{
	size_t d = rows->features;
	size_t i = from;

	for (; i + some <= count; i += some) {
		const uint32_t *at[ROWS], *next[ROWS];
		size_t ahead = i + 2 * some <= count ? some : 0;
		for (size_t r = 0; r < some; r++) {
			at[r] = rows->values + index[i + r] * d;
			next[r] = rows->values + index[i + ahead + r] * d;
		}
		for (size_t j = 0; j < d; j++) {
			if (is_far && j % (LINE / ROWS) == 0)
				__builtin_prefetch(next[j / (LINE / ROWS) % some] + j / LINE * LINE);
			read_some(some, at, j, rows->how[j], ret_tile + j * lanes + i);
		}
	}
	return i;
}

VECTOR_CLONES void packed_gather(const struct packed_rows *rows, const uint32_t *index, size_t count, size_t lanes,
				 bool is_far, double *ret_tile)
{
	size_t i = gather_rows(ROWS, 0, rows, index, count, lanes, is_far, ret_tile);

	(void)gather_rows(1, i, rows, index, count, lanes, false, ret_tile);
	for (size_t j = 0; j < rows->features && count < lanes; j++)
		memset(ret_tile + j * lanes + count, 0, (lanes - count) * sizeof *ret_tile);
}
