/* Rows of numbers in 4 bytes each, as the file keeps them (base/packing.h), which are scaled as they are read: half the
 * memory of doubles, and all of their digits. */
#ifndef HARDROW_NUM_PACKED_H
#define HARDROW_NUM_PACKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* x = (whole + low) / divisor, or the float that the 4 bytes are; then (x - mean) / sd, 0 where sd is 0. */
struct packed_feature {
	bool is_single;
	double low, divisor; /* low: a whole number, |low| <= 2^51 */
	double mean, sd;
};

struct packed_rows {
	size_t features;
	const uint32_t *values;		  /* (n, d) row-major */
	const struct packed_feature *how; /* (d) */
};

/* ret_tile (d, lanes) <- rows `index` (count) of them; lanes behind `count` become 0. is_far: as of tile_gather(). */
void packed_gather(const struct packed_rows *rows, const uint32_t *index, size_t count, size_t lanes, bool is_far,
		   double *ret_tile);

#endif
