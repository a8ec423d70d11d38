/* Features that are the levels of one text column, 0 and 1 each: "sex=F", "sex=M". They are told by their names and
 * values, so those of a file that somebody else made from texts are, too. */
#ifndef HARDROW_DATA_LEVELS_H
#define HARDROW_DATA_LEVELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/dataset.h"
#include "data/split.h"

#define NO_LEVEL UINT32_MAX

/* *ret_first (d), freed with free(): of each feature the first one of its column; NO_LEVEL if it is no level. Levels of
 * a column stand side by side, have the same name up to the first '=', and hold 0, 1 and NaN only. */
MUST_CHECK enum err_code levels_find(const struct dataset *dataset, uint32_t **ret_first, struct err *err);

/* Marks the levels that no training instance has: is_unknown (d). */
void levels_mark_unknown(const struct dataset *dataset, const struct split *split, const uint32_t *first,
			 uint8_t *ret_is_unknown);

/* How many test instances have a level that no training instance has. */
MUST_CHECK enum err_code levels_count_unknown(const struct dataset *dataset, const struct split *split,
					      size_t *ret_count, struct err *err);

#endif
