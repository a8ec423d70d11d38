#include "data/classes.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "num/bins.h"

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

bool class_set_find(const struct class_set *set, const char *name, uint32_t *ret_index)
{
	size_t place = find_place(set, name);

	if (place == set->count || strcmp(set->names[set->sorted[place]], name) != 0)
		return false;
	*ret_index = set->sorted[place];
	return true;
}

enum err_code class_set_add(struct class_set *set, const char *name, uint32_t *ret_index, struct err *err)
{
	if (class_set_find(set, name, ret_index))
		return ERR_OK;
	size_t place = find_place(set, name);
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

/* Whole numbers up to here are doubles of their own. */
#define WHOLE_MOST 9007199254740992.0

struct ordered {
	int64_t whole; /* 0 for all if one is no whole number */
	double number; /* 0 for all if one is no number */
	const char *name;
	uint32_t index;
};

static int compare_numbers(const struct ordered *a, const struct ordered *b)
{
	if (a->whole != b->whole)
		return (a->whole > b->whole) - (a->whole < b->whole);
	return (a->number > b->number) - (a->number < b->number);
}

static int compare_ordered(const void *left, const void *right)
{
	const struct ordered *a = left;
	const struct ordered *b = right;
	int order = compare_numbers(a, b);

	return order != 0 ? order : strcmp(a->name, b->name);
}

/* ret_ordered (count) <- the classes that have members, in final order; returns their number. *ret_numbers: all are
 * numbers. */
static size_t order_present(const struct class_set *set, const uint32_t *members, struct ordered *ret_ordered,
			    bool *ret_numbers)
{
	bool whole = true;
	bool numbers = true;
	size_t classes = 0;

	for (uint32_t i = 0; i < set->count; i++) {
		struct ordered class = { .name = set->names[i], .index = i };
		if (members[i] == 0)
			continue;
		whole = parse_integer(class.name, &class.whole) && whole;
		numbers = parse_real(class.name, &class.number) && isfinite(class.number) && numbers;
		ret_ordered[classes++] = class;
	}
	for (size_t c = 0; c < classes; c++) {
		ret_ordered[c].whole = whole ? ret_ordered[c].whole : 0;
		ret_ordered[c].number = numbers && !whole ? ret_ordered[c].number : 0;
	}
	qsort(ret_ordered, classes, sizeof *ret_ordered, compare_ordered);
	*ret_numbers = numbers;
	return classes;
}

/* The names in order of appearance that have members. */
static size_t keep_present(const struct class_set *set, const uint32_t *members, struct ordered *ret_ordered)
{
	size_t classes = 0;

	for (uint32_t i = 0; i < set->count; i++)
		if (members[i] > 0)
			ret_ordered[classes++] = (struct ordered){ .name = set->names[i], .index = i };
	return classes;
}

enum err_code class_set_order(struct class_set *set, const uint32_t *members, bool as_they_are, uint32_t **ret_rank,
			      char ***ret_names, size_t *ret_classes, struct err *err)
{
	AUTO(mem_freep) struct ordered *ordered = NULL;
	AUTO(mem_freep) uint32_t *rank = NULL;
	AUTO(mem_freep) char **names = NULL;
	bool numbers = false;
	size_t classes = 0;

	if (mem_new(&ordered, set->count, err) != ERR_OK || mem_new(&rank, set->count, err) != ERR_OK ||
	    mem_new(&names, set->count, err) != ERR_OK)
		return err->code;
	size_t present =
	    as_they_are ? keep_present(set, members, ordered) : order_present(set, members, ordered, &numbers);
	for (size_t i = 0; i < present; i++) {
		const struct ordered *class = &ordered[i];
		/* Of numbers with more digits than a double has, equal ones may be written otherwise. */
		bool is_same =
		    numbers && i > 0 && compare_numbers(class - 1, class) == 0 && fabs(class->number) <= WHOLE_MOST;
		classes += !is_same;
		rank[class->index] = (uint32_t)(classes - 1);
		/* Of "01", "1" and "1.0" the shortest. */
		if (!is_same || strlen(class->name) < strlen(names[classes - 1]))
			names[classes - 1] = set->names[class->index];
	}
	/* Whose text it is: the caller's. */
	for (size_t i = 0; i < present; i++)
		if (names[rank[ordered[i].index]] == set->names[ordered[i].index])
			(void)take_ptr(&set->names[ordered[i].index]);
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
