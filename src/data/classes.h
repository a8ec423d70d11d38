/* The distinct labels of a data set, collected row by row and then put in order. */
#ifndef HARDROW_DATA_CLASSES_H
#define HARDROW_DATA_CLASSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct class_set {
	char **names;	  /* (count) in order of appearance; owned */
	uint32_t *sorted; /* (count) indices into names, bytewise by name */
	size_t count, names_capacity, sorted_capacity;
};

/* The index of `name` in order of appearance, added if new. ERR_INPUT: more than CLASSES_MOST. */
MUST_CHECK enum err_code class_set_add(struct class_set *set, const char *name, uint32_t *ret_index, struct err *err);

/* Whether `name` is among them, and its index. */
bool class_set_find(const struct class_set *set, const char *name, uint32_t *ret_index);

/* The final order: by value if all names are numbers (those of equal value are one class, called by the shortest), else
 * bytewise, as scikit-learn does; or, `as_they_are`, that of appearance. Classes without a member (members (count) by
 * order of appearance) are left out. ret_rank (count), freed with free(): the place of each class. *ret_names (k), its
 * texts taken out of the set: owned by the caller, *ret_classes is k. */
MUST_CHECK enum err_code class_set_order(struct class_set *set, const uint32_t *members, bool as_they_are,
					 uint32_t **ret_rank, char ***ret_names, size_t *ret_classes, struct err *err);

void class_set_done(struct class_set *set);

#endif
