#include "app/shard.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/network.h"

/* What an instance takes besides its weights, in weights: du, dl, draws, writing. */
#define BESIDE_WEIGHTS 50.0

struct share {
	double work;
	const struct planned_run *run;
};

static double work_of(const struct planned_run *run)
{
	const struct recipe *recipe = &run->recipe;
	double weights = (double)network_count_parameters(&recipe->shape);

	return (double)recipe->training.epochs * (double)recipe->subject.dataset->instances *
	       (weights + BESIDE_WEIGHTS) * (double)(1 + recipe->tune_folds);
}

static int compare_shares(const void *one, const void *other)
{
	const struct share *a = one, *b = other;

	if (a->work != b->work)
		return a->work > b->work ? -1 : 1;
	return strcmp(a->run->key, b->run->key);
}

static size_t lightest(const double *load, size_t shards)
{
	size_t least = 0;

	for (size_t i = 1; i < shards; i++)
		if (load[i] < load[least])
			least = i;
	return least;
}

enum err_code shard_keep(struct planned_run *runs, size_t *count, size_t shard, size_t shards, struct err *err)
{
	AUTO(mem_freep) struct share *shares = NULL;
	AUTO(mem_freep) double *load = NULL;
	AUTO(mem_freep) bool *is_kept = NULL;
	size_t kept = 0;

	if (mem_new(&shares, *count, err) != ERR_OK || mem_new(&load, shards, err) != ERR_OK ||
	    mem_new(&is_kept, *count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < *count; i++)
		shares[i] = (struct share){ .work = work_of(&runs[i]), .run = &runs[i] };
	qsort(shares, *count, sizeof *shares, compare_shares);
	for (size_t i = 0; i < *count; i++) {
		size_t to = lightest(load, shards);
		load[to] += shares[i].work;
		is_kept[shares[i].run - runs] = to == shard;
	}
	for (size_t i = 0; i < *count; i++)
		if (is_kept[i])
			runs[kept++] = runs[i];
	*count = kept;
	return ERR_OK;
}
