#include "data/imbalance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "base/rng.h"

/* The classes that the profile runs over. */
struct groups {
	size_t count;
	const uint32_t *of; /* (n) */
	char *const *names;
	uint32_t *available; /* (count) training instances; owned */
	size_t *wanted;	     /* (count); owned */
};

static void groups_done(struct groups *groups)
{
	free(groups->available);
	free(groups->wanted);
}

enum err_code imbalance_parse(const char *text, struct imbalance *ret_imbalance, struct err *err)
{
	static const char *const prefixes[] = { [IMBALANCE_EXP] = "exp:", [IMBALANCE_STEP] = "step:" };
	struct imbalance imbalance = { 0 };

	if (strcmp(text, "none") == 0) {
		*ret_imbalance = imbalance;
		return ERR_OK;
	}
	for (size_t i = IMBALANCE_EXP; i < ARRAY_LENGTH(prefixes); i++) {
		size_t length = strlen(prefixes[i]);
		if (strncmp(text, prefixes[i], length) != 0 || !parse_real(text + length, &imbalance.ratio) ||
		    !(imbalance.ratio > 0 && imbalance.ratio <= 1))
			continue;
		imbalance.kind = (enum imbalance_kind)i;
		*ret_imbalance = imbalance;
		return ERR_OK;
	}
	return err_set(err, ERR_INPUT, "'%s' will not do: imbalance takes none, exp:R or step:R, R above 0 up to 1",
		       text);
}

/* The share of n_max that class c of k keeps. */
static double share(const struct imbalance *imbalance, size_t c, size_t k)
{
	if (imbalance->kind == IMBALANCE_STEP)
		return c < k / 2 ? 1 : imbalance->ratio;
	return pow(imbalance->ratio, (double)c / (double)(k - 1));
}

static size_t size(size_t max, double share_of_max)
{
	return (size_t)((double)max * share_of_max);
}

/* Bins of a target are thinned: each of the ones that have training instances keeps what the profile says, of those
 * that it has, and one at least. */
static void thin(const struct imbalance *imbalance, struct groups *groups)
{
	size_t present = 0, place = 0, max = imbalance->max;

	for (size_t c = 0; c < groups->count; c++) {
		present += groups->available[c] > 0;
		if (imbalance->max == 0 && groups->available[c] > max)
			max = groups->available[c];
	}
	for (size_t c = 0; c < groups->count; c++) {
		if (groups->available[c] == 0)
			continue;
		size_t most = present > 1 ? size(max, share(imbalance, place, present)) : max;
		place++;
		most = most > 0 ? most : 1;
		groups->wanted[c] = most < groups->available[c] ? most : groups->available[c];
	}
}

/* The largest n_max for which every class has enough. */
static size_t largest_max(const struct imbalance *imbalance, const struct groups *groups)
{
	size_t max = groups->available[0];

	for (size_t c = 1; c < groups->count; c++) {
		double f = share(imbalance, c, groups->count);
		if (size(max, f) <= groups->available[c])
			continue;
		max = (size_t)((groups->available[c] + 1.0) / f);
		while (size(max, f) > groups->available[c])
			max--;
	}
	return max;
}

static enum err_code count_groups(const struct imbalance *imbalance, const struct dataset *dataset,
				  const struct split *split, struct groups *groups, struct err *err)
{
	bool has_subclasses = dataset->subclass != NULL;

	groups->count = has_subclasses ? dataset->subclasses : dataset->classes;
	groups->of = has_subclasses ? dataset->subclass : dataset->y;
	groups->names = has_subclasses ? dataset->subclass_names : dataset->class_names;
	if (mem_new(&groups->available, groups->count, err) != ERR_OK ||
	    mem_new(&groups->wanted, groups->count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < split->train_count; i++)
		groups->available[groups->of[split->train[i]]]++;
	if (dataset->target != NULL) {
		thin(imbalance, groups);
		return ERR_OK;
	}
	size_t max = imbalance->max > 0 ? imbalance->max : largest_max(imbalance, groups);
	for (size_t c = 0; c < groups->count; c++) {
		groups->wanted[c] = size(max, share(imbalance, c, groups->count));
		if (groups->wanted[c] > groups->available[c])
			return err_set(err, ERR_INPUT,
				       "%s: imbalance-max %zu asks for %zu training instances of class '%s', which has "
				       "%u",
				       dataset->name, max, groups->wanted[c], groups->names[c], groups->available[c]);
		if (groups->wanted[c] == 0)
			return err_set(err, ERR_INPUT,
				       "%s: the imbalance leaves class '%s' none of its %u training instances",
				       dataset->name, groups->names[c], groups->available[c]);
	}
	return ERR_OK;
}

/* keep (n) <- 1 for `wanted` of the `count` positions that are of class c, all if it has fewer; `members` is room. */
static void draw_class(const struct groups *groups, size_t c, size_t wanted, const uint32_t *positions, size_t count,
		       struct rng *rng, uint32_t *members, uint8_t *keep)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		if (groups->of[positions[i]] == c)
			members[found++] = positions[i];
	rng_shuffle(rng, members, found);
	for (size_t i = 0; i < wanted && i < found; i++)
		keep[members[i]] = 1;
}

static int compare_sizes(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

/* The median of the bins' test instances, the lower one of two, over those that have some; 0: none has. */
static enum err_code find_median(const struct split *split, size_t *ret_median, struct err *err)
{
	AUTO(mem_freep) uint32_t *sizes = NULL;
	size_t present = 0;

	if (mem_new(&sizes, split->classes, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < split->classes; c++)
		if (split->test_class[c] > 0)
			sizes[present++] = split->test_class[c];
	qsort(sizes, present, sizeof *sizes, compare_sizes);
	*ret_median = present > 0 ? sizes[(present - 1) / 2] : 0;
	return ERR_OK;
}

/* keep (n) <- 1 for the instances drawn of each class and those that do not train; of targets, for the test instances
 * drawn of each bin. */
static enum err_code draw(const struct groups *groups, const struct dataset *dataset, const struct split *split,
			  uint64_t seed, uint8_t *keep, struct err *err)
{
	AUTO(mem_freep) uint32_t *members = NULL;
	size_t median = 0;
	struct rng rng;

	if (mem_new(&members, split->instances, err) != ERR_OK || find_median(split, &median, err) != ERR_OK)
		return err->code;
	rng_init(&rng, seed, RNG_IMBALANCE);
	for (size_t i = 0; i < split->instances; i++)
		keep[i] =
		    split->is_test[i] == SPLIT_META || (split->is_test[i] == SPLIT_TEST && dataset->target == NULL);
	for (size_t c = 0; c < groups->count; c++)
		draw_class(groups, c, groups->wanted[c], split->train, split->train_count, &rng, members, keep);
	for (size_t c = 0; c < groups->count && dataset->target != NULL; c++)
		draw_class(groups, c, median, split->test, split->test_count, &rng, members, keep);
	return ERR_OK;
}

static enum err_code rename_dataset(const struct imbalance *imbalance, uint64_t seed, struct dataset *dataset,
				    struct err *err)
{
	char suffix[80];
	char choice[32];
	int length = snprintf(suffix, sizeof suffix, "%s:%g", imbalance->kind == IMBALANCE_EXP ? "exp" : "step",
			      imbalance->ratio);

	if (imbalance->max > 0)
		(void)snprintf(suffix + length, sizeof suffix - (size_t)length, "-%zu", imbalance->max);
	(void)snprintf(choice, sizeof choice, "%llu", (unsigned long long)seed);
	return dataset_derive(dataset, suffix, choice, err);
}

enum err_code imbalance_apply(const struct imbalance *imbalance, const struct dataset *dataset, struct split **split,
			      uint64_t seed, struct dataset **ret_dataset, struct err *err)
{
	AUTO(dataset_freep) struct dataset *selected = NULL;
	AUTO(split_freep) struct split *selected_split = NULL;
	AUTO(groups_done) struct groups groups = { 0 };
	AUTO(mem_freep) uint8_t *keep = NULL;

	if (count_groups(imbalance, dataset, *split, &groups, err) != ERR_OK ||
	    mem_new(&keep, dataset->instances, err) != ERR_OK ||
	    draw(&groups, dataset, *split, seed, keep, err) != ERR_OK ||
	    dataset_select(dataset, keep, &selected, err) != ERR_OK ||
	    rename_dataset(imbalance, seed, selected, err) != ERR_OK ||
	    split_select(*split, keep, selected, &selected_split, err) != ERR_OK)
		return err->code;
	split_free(*split);
	*split = take_ptr(&selected_split);
	*ret_dataset = take_ptr(&selected);
	return ERR_OK;
}
