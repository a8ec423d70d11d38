#include "num/packed.h"

#include <string.h>

#include "num/vector.h"

/* Rows at a time, and numbers in a line of the cache. */
#define ROWS 8
#define LINE 16

/* Number j of some rows, next to each other. */
VECTOR_INLINE void read_some(size_t some, const uint32_t *const *rows, size_t j, const struct packed_feature *how,
			     double *ret_to)
{
	double x[ROWS];

	for (size_t r = 0; r < some; r++) {
		float single;
		memcpy(&single, rows[r] + j, sizeof single);
		x[r] = how->is_single ? (double)single : ((double)rows[r][j] + how->low) / how->divisor;
	}
	for (size_t r = 0; r < some; r++)
		ret_to[r] = how->sd > 0 ? (x[r] - how->mean) / how->sd : 0;
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
			read_some(some, at, j, &rows->how[j], ret_tile + j * lanes + i);
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
