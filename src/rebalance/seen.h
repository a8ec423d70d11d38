/* The instances that an epoch has predictions of, where that is not all: a program that hands in its own may have
 * predicted some only. The others keep what they had, difficulty and dynamics, have neither du nor dl, and do not count
 * in metrics. Shapes: n instances, k classes. */
#ifndef HARDROW_REBALANCE_SEEN_H
#define HARDROW_REBALANCE_SEEN_H

#include "base/err.h"
#include "rebalance/instances.h"

struct seen {
	uint8_t *is_seen;	 /* (n) 0 or 1 */
	size_t count;		 /* of those that are */
	struct part train, test; /* those of both parts that are */
	uint32_t *index;	 /* (n) of train, then of test */
	uint32_t *class_count;	 /* (2 k) */
};

/* Nobody is seen. What `instances` borrows must outlive it. */
MUST_CHECK enum err_code seen_create(const struct instances *instances, struct seen **ret_seen, struct err *err);
void seen_free(struct seen *seen);
void seen_freep(struct seen **seen);

/* After is_seen was set: everything else. */
void seen_count(struct seen *seen, const struct instances *instances);

#endif
