/* Shen, Lin and Huang, "Relay Backpropagation for Effective Learning of Deep Convolutional Neural Networks", ECCV 2016,
 * as in the code of Kang et al. 2020: the classes come by turns in a shuffled cycle, and so do the instances
 * of each class in one of its own; a cycle that ends is shuffled anew. The cycles go on from epoch to epoch. The
 * reference calls K n_max draws an epoch; here it is N draws, as for the other samplers. */
#include <string.h>

#include "rebalance/sampler.h"

/* The cycles, in the memory that a run keeps. What is left of a cycle are its first entries; 0, as at the start: it
 * begins anew. */
struct cycles {
	uint32_t *classes_left; /* (1) */
	uint32_t *class_order;	/* (k) */
	uint32_t *left;		/* (k) of each class's own cycle */
	uint32_t *members;	/* (N) class by class, as by_class */
};

static size_t next_class(const struct sampling *sampling, struct rng *rng, const struct cycles *cycles)
{
	if (*cycles->classes_left == 0) {
		for (size_t c = 0; c < sampling->instances.classes; c++)
			if (sampling->instances.train.class_count[c] > 0)
				cycles->class_order[(*cycles->classes_left)++] = (uint32_t)c;
		rng_shuffle(rng, cycles->class_order, *cycles->classes_left);
	}
	return cycles->class_order[--*cycles->classes_left];
}

static uint32_t next_member(const struct sampling *sampling, struct rng *rng, const struct cycles *cycles, size_t c)
{
	uint32_t *members = cycles->members + sampling->class_start[c];

	if (cycles->left[c] == 0) {
		cycles->left[c] = sampling->instances.train.class_count[c];
		memcpy(members, sampling->by_class + sampling->class_start[c], cycles->left[c] * sizeof *members);
		rng_shuffle(rng, members, cycles->left[c]);
	}
	return members[--cycles->left[c]];
}

static struct cycles cycles_in(uint32_t *memory, size_t classes)
{
	return (struct cycles){
		.classes_left = memory,
		.class_order = memory + 1,
		.left = memory + 1 + classes,
		.members = memory + 1 + 2 * classes,
	};
}

static size_t fill_in_cycles(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	const struct cycles cycles = cycles_in(work->memory, sampling->instances.classes);

	for (size_t i = 0; i < sampling->instances.train.count; i++)
		ret_order[i] = next_member(sampling, &work->rng, &cycles, next_class(sampling, &work->rng, &cycles));
	return sampling->instances.train.count;
}

static bool accepts_cycles(const struct sampling *sampling, uint32_t *memory)
{
	const struct instances *instances = &sampling->instances;
	const struct cycles cycles = cycles_in(memory, instances->classes);
	bool is_good = *cycles.classes_left <= sampling->present;

	for (size_t i = 0; is_good && i < *cycles.classes_left; i++)
		is_good = cycles.class_order[i] < instances->classes &&
			  instances->train.class_count[cycles.class_order[i]] > 0;
	for (size_t c = 0; is_good && c < instances->classes; c++) {
		is_good = cycles.left[c] <= instances->train.class_count[c];
		for (size_t i = 0; is_good && i < cycles.left[c]; i++)
			is_good = cycles.members[sampling->class_start[c] + i] < instances->count;
	}
	return is_good;
}

static double weigh_alike(const struct sampling *sampling, size_t c)
{
	return 1.0 / sampling->instances.train.class_count[c];
}

const struct sampler sampler_class_aware = {
	.name = "class-aware",
	.summary = "the classes by turns, each one's instances by turns, in shuffled cycles without replacement",
	.expected = "N / (K n_c)",
	.weigh_class = weigh_alike,
	.accepts_memory = accepts_cycles,
	.fill = fill_in_cycles,
};
