/* The labelled instances of a run and their two parts, as far as numbers need to know them. Shapes: n instances, k
 * classes. In a regression the label is a number, the target, and the classes are bins of it: all that goes by the size
 * of classes goes by bins. */
#ifndef HARDROW_REBALANCE_INSTANCES_H
#define HARDROW_REBALANCE_INSTANCES_H

#include <stddef.h>
#include <stdint.h>

/* The training or the test part: m of the instances. Arrays are borrowed. */
struct part {
	size_t count;		     /* m */
	const uint32_t *index;	     /* (m) their positions, ascending */
	const uint32_t *class_count; /* (k) how many of each class; 0: it is absent */
};

struct instances {
	size_t count, classes; /* n, k */
	const uint32_t *y;     /* (n) borrowed: class of each, 0 .. k-1 */
	const double *target;  /* (n) borrowed: the target of each; NULL: what is predicted is the class */
	struct part train, test;
};

#endif
