#include "data/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

struct quota {
	uint32_t class;
	uint32_t order;	    /* random: who comes first among equal remainders */
	uint64_t remainder; /* of class size * test_count / instances */
};

static int compare_quotas(const void *left, const void *right)
{
	const struct quota *a = left;
	const struct quota *b = right;

	if (a->remainder != b->remainder)
		return a->remainder > b->remainder ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* split->test_class <- each class's share of the test part: the whole part of size * test_count / n, and one more for
 * the largest remainders until all test_count are given out. In whole numbers, so that equal remainders are equal. */
static enum err_code share_test_part(struct split *split, const uint32_t *size, struct rng *rng, struct err *err)
{
	AUTO(mem_freep) struct quota *quotas = NULL;
	AUTO(mem_freep) uint32_t *order = NULL;
	size_t left = split->test_count;
	size_t all = split->instances - split->meta_count;

	if (mem_new(&quotas, split->classes, err) != ERR_OK || mem_new(&order, split->classes, err) != ERR_OK)
		return err->code;
	for (uint32_t c = 0; c < split->classes; c++)
		order[c] = c;
	rng_shuffle(rng, order, split->classes);
	for (uint32_t c = 0; c < split->classes; c++) {
		uint64_t product = (uint64_t)size[c] * split->test_count;
		quotas[c] = (struct quota){ c, order[c], product % all };
		split->test_class[c] = (uint32_t)(product / all);
		left -= split->test_class[c];
	}
	qsort(quotas, split->classes, sizeof *quotas, compare_quotas);
	for (size_t i = 0; i < left; i++)
		split->test_class[quotas[i].class]++;
	return ERR_OK;
}

static bool is_own_meta(const struct dataset *dataset, uint32_t i)
{
	return dataset->own_part != NULL && dataset->own_part[i] == SPLIT_META;
}

/* The first of a random order go to the test part: test_count of all, or test_class of each class. */
static enum err_code draw_test_part(struct split *split, const struct dataset *dataset, bool stratified,
				    struct rng *rng, struct err *err)
{
	AUTO(mem_freep) uint32_t *order = NULL;
	AUTO(mem_freep) uint32_t *open = NULL;

	if (mem_new(&order, split->instances, err) != ERR_OK || mem_new(&open, split->classes, err) != ERR_OK)
		return err->code;
	for (uint32_t i = 0; i < split->instances; i++)
		order[i] = i;
	rng_shuffle(rng, order, split->instances);
	memcpy(open, split->test_class, split->classes * sizeof *open);
	for (size_t i = 0, drawn = 0; i < split->instances; i++) {
		uint32_t class = dataset->y[order[i]];
		bool is_test = stratified ? open[class] > 0 : drawn < split->test_count;
		if (is_own_meta(dataset, order[i])) {
			split->is_test[order[i]] = SPLIT_META;
			continue;
		}
		drawn++;
		if (is_test && stratified)
			open[class]--;
		split->is_test[order[i]] = is_test;
	}
	return ERR_OK;
}

static void list_parts(struct split *split, const struct dataset *dataset)
{
	size_t train = 0;
	size_t test = 0;
	size_t meta = 0;

	memset(split->test_class, 0, split->classes * sizeof *split->test_class);
	for (uint32_t i = 0; i < split->instances; i++) {
		if (split->is_test[i] == SPLIT_TEST) {
			split->test[test++] = i;
			split->test_class[dataset->y[i]]++;
		} else if (split->is_test[i] == SPLIT_META) {
			split->meta[meta++] = i;
		} else {
			split->train[train++] = i;
			split->train_class[dataset->y[i]]++;
		}
	}
	file_sha256((const char *)split->is_test, split->instances, split->sha256);
}

static enum err_code check_training_part(const struct split *split, const struct dataset *dataset, double test_fraction,
					 struct err *err)
{
	static const char *const words[][2] = { { "classes", "class" }, { "bins", "bin" } };
	const char *const *word = words[dataset->target != NULL];
	size_t present = 0;

	for (size_t c = 0; c < split->classes; c++)
		present += split->train_class[c] > 0;
	if (present < 2)
		return err_set(err, ERR_INPUT,
			       "%s: with the test fraction %g, %zu of %zu instances are left to train on, of %zu %s; "
			       "two %s are needed",
			       dataset->name, test_fraction, split->train_count, split->instances, present,
			       word[present == 1], word[0]);
	return ERR_OK;
}

static enum err_code allocate(struct split *split, const struct dataset *dataset, struct err *err)
{
	split->instances = dataset->instances;
	split->classes = dataset->classes;
	split->train_count = split->instances - split->test_count - split->meta_count;
	if (mem_new(&split->is_test, split->instances, err) != ERR_OK ||
	    mem_new(&split->train, split->train_count, err) != ERR_OK ||
	    mem_new(&split->test, split->test_count, err) != ERR_OK ||
	    mem_new(&split->meta, split->meta_count, err) != ERR_OK ||
	    mem_new(&split->train_class, split->classes, err) != ERR_OK ||
	    mem_new(&split->test_class, split->classes, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

enum err_code split_restore(const struct dataset *dataset, const uint8_t *is_test, bool is_given,
			    struct split **ret_split, struct err *err)
{
	AUTO(split_freep) struct split *split = NULL;

	if (mem_new(&split, 1, err) != ERR_OK)
		return err->code;
	split->is_given = is_given;
	for (size_t i = 0; i < dataset->instances; i++) {
		split->test_count += is_test[i] == SPLIT_TEST;
		split->meta_count += is_test[i] == SPLIT_META;
	}
	if (allocate(split, dataset, err) != ERR_OK)
		return err->code;
	memcpy(split->is_test, is_test, dataset->instances);
	list_parts(split, dataset);
	*ret_split = take_ptr(&split);
	return ERR_OK;
}

enum err_code split_restore_to_train(const struct dataset *dataset, const uint8_t *is_test, bool is_given,
				     struct split **ret_split, struct err *err)
{
	AUTO(split_freep) struct split *split = NULL;

	if (split_restore(dataset, is_test, is_given, &split, err) != ERR_OK ||
	    check_training_part(split, dataset, split_test_share(split), err) != ERR_OK)
		return err->code;
	*ret_split = take_ptr(&split);
	return ERR_OK;
}

enum err_code split_select(const struct split *split, const uint8_t *keep, const struct dataset *selected,
			   struct split **ret_split, struct err *err)
{
	AUTO(mem_freep) uint8_t *is_test = NULL;
	size_t at = 0;

	if (mem_new(&is_test, selected->instances, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < split->instances; i++)
		if (keep[i])
			is_test[at++] = split->is_test[i];
	return split_restore(selected, is_test, split->is_given, ret_split, err);
}

enum err_code split_take_meta(const struct split *split, const struct dataset *dataset, size_t per_class, uint64_t seed,
			      struct split **ret_split, struct err *err)
{
	AUTO(mem_freep) uint8_t *is_test = NULL;
	AUTO(mem_freep) uint32_t *order = NULL;
	AUTO(mem_freep) uint32_t *taken = NULL;
	size_t count = 0;
	struct rng rng;

	if (mem_new(&is_test, split->instances, err) != ERR_OK || mem_new(&order, split->train_count, err) != ERR_OK ||
	    mem_new(&taken, split->classes, err) != ERR_OK)
		return err->code;
	memcpy(is_test, split->is_test, split->instances);
	memcpy(order, split->train, split->train_count * sizeof *order);
	rng_init(&rng, seed, RNG_META);
	rng_shuffle(&rng, order, split->train_count);
	for (size_t i = 0; i < split->train_count; i++) {
		uint32_t c = dataset->y[order[i]];
		if (taken[c] == per_class || taken[c] == split->train_class[c] / 2)
			continue;
		is_test[order[i]] = SPLIT_META;
		taken[c]++;
		count++;
	}
	if (count == 0)
		return err_set(err, ERR_INPUT, "%s: no class has two training instances, one of them for a meta set",
			       dataset->name);
	return split_restore(dataset, is_test, split->is_given, ret_split, err);
}

double split_test_share(const struct split *split)
{
	return (double)split->test_count / (double)split->instances;
}

enum err_code split_create(const struct dataset *dataset, double test_fraction, bool stratified, uint64_t seed,
			   struct split **ret_split, struct err *err)
{
	AUTO(split_freep) struct split *split = NULL;
	AUTO(mem_freep) uint32_t *size = NULL;
	struct rng rng;

	if (!(test_fraction >= 0 && test_fraction < 1))
		return err_set(err, ERR_INPUT, "'%g' will not do: the test fraction is from 0 to below 1",
			       test_fraction);
	if (dataset_has_own(dataset, SPLIT_TEST))
		return split_restore_to_train(dataset, dataset->own_part, true, ret_split, err);
	if (mem_new(&split, 1, err) != ERR_OK || mem_new(&size, dataset->classes, err) != ERR_OK)
		return err->code;
	for (uint32_t i = 0; i < dataset->instances; i++)
		split->meta_count += is_own_meta(dataset, i);
	split->test_count = (size_t)ceil(test_fraction * (double)(dataset->instances - split->meta_count));
	if (allocate(split, dataset, err) != ERR_OK)
		return err->code;
	for (uint32_t i = 0; i < dataset->instances; i++)
		size[dataset->y[i]] += !is_own_meta(dataset, i);
	rng_init(&rng, seed, RNG_SPLIT);
	if ((stratified && share_test_part(split, size, &rng, err) != ERR_OK) ||
	    draw_test_part(split, dataset, stratified, &rng, err) != ERR_OK)
		return err->code;
	list_parts(split, dataset);
	if (check_training_part(split, dataset, test_fraction, err) != ERR_OK)
		return err->code;
	*ret_split = take_ptr(&split);
	return ERR_OK;
}

void split_free(struct split *split)
{
	if (split == NULL)
		return;
	free(split->is_test);
	free(split->train);
	free(split->test);
	free(split->meta);
	free(split->train_class);
	free(split->test_class);
	free(split);
}

void split_freep(struct split **split)
{
	split_free(*split);
}
