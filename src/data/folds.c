#include "data/folds.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

/* held[i] <- 1 for the instances `order` (count), which is random, that fall into the fold. */
static enum err_code deal(const struct dataset *dataset, const uint32_t *order, size_t count, const struct folds *folds,
			  uint8_t *held, struct err *err)
{
	AUTO(mem_freep) size_t *dealt = NULL;

	if (mem_new(&dealt, dataset->classes + 1, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count && folds->stratified; i++)
		dealt[dataset->y[order[i]] + 1]++;
	for (size_t c = 1; c < dataset->classes; c++)
		dealt[c] += dealt[c - 1];
	for (size_t i = 0; i < count; i++)
		if (dealt[folds->stratified ? dataset->y[order[i]] : 0]++ % folds->count == folds->at)
			held[order[i]] = 1;
	return ERR_OK;
}

/* One group; its instances stand together in an array. */
struct group {
	size_t first, count;
	uint32_t order; /* random: who comes first among equally large ones */
};

static int compare_groups(const void *left, const void *right)
{
	const struct group *a = left;
	const struct group *b = right;

	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	return (a->order > b->order) - (a->order < b->order);
}

/* Some instances: positions (count), ascending. */
struct some {
	const uint32_t *at;
	size_t count;
};

/* groups (dataset->groups), the largest first, and their members among `some` (count). */
static enum err_code list_groups(const struct dataset *dataset, const struct some *some, struct rng *rng,
				 struct group *groups, uint32_t *members, struct err *err)
{
	AUTO(mem_freep) uint32_t *order = NULL;

	if (mem_new(&order, dataset->groups, err) != ERR_OK)
		return err->code;
	for (uint32_t g = 0; g < dataset->groups; g++)
		order[g] = g;
	rng_shuffle(rng, order, dataset->groups);
	for (size_t i = 0; i < some->count; i++)
		groups[dataset->group[some->at[i]]].count++;
	for (size_t g = 0; g < dataset->groups; g++) {
		groups[g].order = order[g];
		groups[g].first = g == 0 ? 0 : groups[g - 1].first + groups[g - 1].count;
	}
	for (size_t g = 0; g < dataset->groups; g++)
		groups[g].count = 0;
	for (size_t i = 0; i < some->count; i++) {
		struct group *group = &groups[dataset->group[some->at[i]]];
		members[group->first + group->count++] = some->at[i];
	}
	qsort(groups, dataset->groups, sizeof *groups, compare_groups);
	return ERR_OK;
}

/* Shares of the classes: of all instances as one class if not stratified. */
struct shares {
	const struct dataset *dataset;
	bool stratified;
	double *of_one; /* (classes) one over the square of the instances of the class */
	uint32_t *held; /* (folds, classes) instances of it in each fold */
};

static size_t class_of(const struct shares *shares, uint32_t i)
{
	return shares->stratified ? shares->dataset->y[i] : 0;
}

/* Adds the members to the fold; returns by how much the sum of squares of its shares grows. */
static double add_members(struct shares *shares, const uint32_t *members, size_t count, size_t fold)
{
	uint32_t *held = shares->held + fold * shares->dataset->classes;
	double growth = 0;

	for (size_t i = 0; i < count; i++) {
		size_t c = class_of(shares, members[i]);
		growth += shares->of_one[c] * (2.0 * held[c] + 1);
		held[c]++;
	}
	return growth;
}

static void remove_members(struct shares *shares, const uint32_t *members, size_t count, size_t fold)
{
	uint32_t *held = shares->held + fold * shares->dataset->classes;

	for (size_t i = 0; i < count; i++)
		held[class_of(shares, members[i])]--;
}

static size_t lightest_fold(struct shares *shares, const uint32_t *members, size_t count, size_t folds)
{
	size_t best = 0;
	double least = 0;

	for (size_t f = 0; f < folds; f++) {
		double growth = add_members(shares, members, count, f);
		remove_members(shares, members, count, f);
		if (f == 0 || growth < least) {
			least = growth;
			best = f;
		}
	}
	return best;
}

/* held[i] <- 1 for those of `some` whose groups are in the fold. */
static enum err_code deal_groups(const struct dataset *dataset, const struct some *some, const struct folds *folds,
				 struct rng *rng, uint8_t *held, struct err *err)
{
	AUTO(mem_freep) struct group *groups = NULL;
	AUTO(mem_freep) uint32_t *members = NULL;
	AUTO(mem_freep) double *of_one = NULL;
	AUTO(mem_freep) uint32_t *shares_held = NULL;

	if (mem_new(&groups, dataset->groups, err) != ERR_OK || mem_new(&members, some->count, err) != ERR_OK ||
	    mem_new(&of_one, dataset->classes, err) != ERR_OK ||
	    mem_new(&shares_held, folds->count * dataset->classes, err) != ERR_OK ||
	    list_groups(dataset, some, rng, groups, members, err) != ERR_OK)
		return err->code;
	struct shares shares = { dataset, folds->stratified, of_one, shares_held };
	for (size_t i = 0; i < some->count; i++)
		of_one[class_of(&shares, some->at[i])]++;
	for (size_t c = 0; c < dataset->classes; c++)
		of_one[c] = of_one[c] > 0 ? 1 / (of_one[c] * of_one[c]) : 0;
	for (size_t g = 0; g < dataset->groups; g++) {
		const uint32_t *own = members + groups[g].first;
		size_t fold = lightest_fold(&shares, own, groups[g].count, folds->count);
		(void)add_members(&shares, own, groups[g].count, fold);
		for (size_t i = 0; i < groups[g].count && fold == folds->at; i++)
			held[own[i]] = 1;
	}
	return ERR_OK;
}

static enum err_code check(const struct dataset *dataset, const struct folds *folds, struct err *err)
{
	if (dataset_has_own(dataset, SPLIT_TEST))
		return err_set(err, ERR_INPUT, "%s: comes with its own test part; folds do not apply", dataset->name);
	if (folds->blocks && dataset->groups > 0)
		return err_set(err, ERR_INPUT, "blocks will not do: there are groups");
	if (folds->count > dataset->instances)
		return err_set(err, ERR_INPUT, "%s: %zu folds will not do: there are %zu instances", dataset->name,
			       folds->count, dataset->instances);
	if (dataset->groups > 0 && folds->count > dataset->groups)
		return err_set(err, ERR_INPUT, "%s: %zu folds will not do: there are %zu groups", dataset->name,
			       folds->count, dataset->groups);
	return ERR_OK;
}

/* held (n) <- 1 for the instances of the fold; the data set's own meta set stays one. */
static enum err_code hold_out(const struct dataset *dataset, const struct folds *folds, uint8_t *held, struct err *err)
{
	AUTO(mem_freep) uint32_t *order = NULL;
	size_t n = 0;
	struct rng rng;

	rng_init(&rng, folds->seed, RNG_SPLIT);
	if (mem_new(&order, dataset->instances, err) != ERR_OK)
		return err->code;
	for (uint32_t i = 0; i < dataset->instances; i++)
		if (dataset->own_part != NULL && dataset->own_part[i] == SPLIT_META)
			held[i] = SPLIT_META;
		else
			order[n++] = i;
	for (size_t i = folds->at * n / folds->count; folds->blocks && i < (folds->at + 1) * n / folds->count; i++)
		held[order[i]] = 1;
	if (folds->blocks)
		return ERR_OK;
	if (dataset->groups > 0)
		return deal_groups(dataset, &(const struct some){ order, n }, folds, &rng, held, err);
	rng_shuffle(&rng, order, n);
	return deal(dataset, order, n, folds, held, err);
}

enum err_code folds_create_split(const struct dataset *dataset, const struct folds *folds, struct split **ret_split,
				 struct err *err)
{
	AUTO(mem_freep) uint8_t *held = NULL;

	if (check(dataset, folds, err) != ERR_OK || mem_new(&held, dataset->instances, err) != ERR_OK ||
	    hold_out(dataset, folds, held, err) != ERR_OK)
		return err->code;
	return split_restore_to_train(dataset, held, false, ret_split, err);
}

/* Groups that train. */
static enum err_code count_training_groups(const struct split *split, const struct dataset *dataset, size_t *ret_count,
					   struct err *err)
{
	AUTO(mem_freep) uint8_t *is_seen = NULL;
	size_t count = 0;

	if (mem_new(&is_seen, dataset->groups, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < split->train_count; i++) {
		uint32_t group = dataset->group[split->train[i]];
		count += !is_seen[group];
		is_seen[group] = 1;
	}
	*ret_count = count;
	return ERR_OK;
}

/* deal_groups() of the training part. */
static enum err_code deal_training_groups(const struct split *split, const struct dataset *dataset,
					  const struct folds *folds, struct rng *rng, uint8_t *held, struct err *err)
{
	const struct some some = { split->train, split->train_count };
	size_t groups = 0;

	if (count_training_groups(split, dataset, &groups, err) != ERR_OK)
		return err->code;
	if (folds->count > groups)
		return err_set(err, ERR_INPUT, "%s: %zu folds will not do: %zu groups train", dataset->name,
			       folds->count, groups);
	return deal_groups(dataset, &some, folds, rng, held, err);
}

enum err_code folds_part_training(const struct split *split, const struct dataset *dataset, const struct folds *folds,
				  struct split **ret_split, struct err *err)
{
	AUTO(mem_freep) uint8_t *is_test = NULL;
	AUTO(mem_freep) uint32_t *order = NULL;
	struct folds stratified = *folds;
	struct rng rng;

	stratified.stratified = true;
	if (mem_new(&is_test, split->instances, err) != ERR_OK || mem_new(&order, split->train_count, err) != ERR_OK)
		return err->code;
	memcpy(is_test, split->is_test, split->instances);
	memcpy(order, split->train, split->train_count * sizeof *order);
	rng_init(&rng, folds->seed, RNG_FOLDS);
	if (dataset->groups > 0) {
		if (deal_training_groups(split, dataset, &stratified, &rng, is_test, err) != ERR_OK)
			return err->code;
		return split_restore_to_train(dataset, is_test, false, ret_split, err);
	}
	rng_shuffle(&rng, order, split->train_count);
	if (deal(dataset, order, split->train_count, &stratified, is_test, err) != ERR_OK)
		return err->code;
	return split_restore_to_train(dataset, is_test, false, ret_split, err);
}
