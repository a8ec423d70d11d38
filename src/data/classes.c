#include "data/classes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"

/* Where `name` is or belongs in set->sorted. */
static size_t find_place(const struct class_set *set, const char *name)
{
	size_t low = 0;
	size_t high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(set->names[set->sorted[middle]], name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

enum err_code class_set_add(struct class_set *set, const char *name, uint32_t *ret_index, struct err *err)
{
	size_t place = find_place(set, name);

	if (place < set->count && strcmp(set->names[set->sorted[place]], name) == 0) {
		*ret_index = set->sorted[place];
		return ERR_OK;
	}
	if (set->count == CLASSES_MOST)
		return err_set(err, ERR_INPUT, "more than %d different values: is this the right column?",
			       CLASSES_MOST);
	if (mem_more(&set->names, set->count, &set->names_capacity, err) != ERR_OK ||
	    mem_more(&set->sorted, set->count, &set->sorted_capacity, err) != ERR_OK ||
	    mem_copy_text(name, &set->names[set->count], err) != ERR_OK)
		return err->code;
	memmove(set->sorted + place + 1, set->sorted + place, (set->count - place) * sizeof *set->sorted);
	set->sorted[place] = (uint32_t)set->count;
	*ret_index = (uint32_t)set->count++;
	return ERR_OK;
}

struct ordered {
	int64_t value; /* 0 for all if one is not a whole number */
	const char *name;
	uint32_t index;
};

static int compare_ordered(const void *left, const void *right)
{
	const struct ordered *a = left;
	const struct ordered *b = right;

	return a->value != b->value ? (a->value > b->value) - (a->value < b->value) : strcmp(a->name, b->name);
}

/* ret_ordered (count) <- the classes that have members, in final order; returns their number. */
static size_t order_present(const struct class_set *set, const uint32_t *members, struct ordered *ret_ordered)
{
	bool whole = true;
	size_t classes = 0;

	for (uint32_t i = 0; i < set->count; i++) {
		struct ordered class = { .name = set->names[i], .index = i };
		if (members[i] == 0)
			continue;
		whole = parse_integer(class.name, &class.value) && whole;
		ret_ordered[classes++] = class;
	}
	for (size_t c = 0; !whole && c < classes; c++)
		ret_ordered[c].value = 0;
	qsort(ret_ordered, classes, sizeof *ret_ordered, compare_ordered);
	return classes;
}

enum err_code class_set_order(struct class_set *set, const uint32_t *members, uint32_t **ret_rank, char ***ret_names,
			      size_t *ret_classes, struct err *err)
{
	AUTO(mem_freep) struct ordered *ordered = NULL;
	AUTO(mem_freep) uint32_t *rank = NULL;
	AUTO(mem_freep) char **names = NULL;

	if (mem_new(&ordered, set->count, err) != ERR_OK || mem_new(&rank, set->count, err) != ERR_OK ||
	    mem_new(&names, set->count, err) != ERR_OK)
		return err->code;
	size_t classes = order_present(set, members, ordered);
	for (size_t c = 0; c < classes; c++) {
		rank[ordered[c].index] = (uint32_t)c;
		names[c] = take_ptr(&set->names[ordered[c].index]);
	}
	*ret_rank = take_ptr(&rank);
	*ret_names = take_ptr(&names);
	*ret_classes = classes;
	return ERR_OK;
}

void class_set_done(struct class_set *set)
{
	mem_free_texts(set->names, set->count);
	free(set->sorted);
	*set = (struct class_set){ 0 };
}
