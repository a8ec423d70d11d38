#include "train/meta_weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/weight_net.h"

struct meta_weights {
	struct influence *influence;
	const struct split *split;
	const uint32_t *y; /* (n) */
	size_t instances, looked_at;
	struct rng rng;
	uint32_t *set;	   /* (m) positions; the first `looked_at` are those of a step */
	double *class_sum; /* (k) how many of each class are in the set */
	double *share;	   /* (looked_at) */
	double *total;	   /* (n) sum of count * w_i over the draws of this epoch */
	uint32_t *draws;   /* (n) of this epoch */
	double *mean;	   /* (n) */
	/* Of weights by a network, else NULL: the losses of a batch (batch), and what the meta loss changes by each
	 * weight. */
	struct weight_net *net;
	double *loss, *slope;
};

void meta_weights_free(struct meta_weights *weights)
{
	if (weights == NULL)
		return;
	influence_free(weights->influence);
	free(weights->set);
	free(weights->class_sum);
	free(weights->share);
	free(weights->total);
	free(weights->draws);
	free(weights->mean);
	weight_net_free(weights->net);
	free(weights->loss);
	free(weights->slope);
	free(weights);
}

static void meta_weights_freep(struct meta_weights **weights)
{
	meta_weights_free(*weights);
}

enum err_code meta_weights_create(const struct influence_subject *subject, const struct split *split, size_t batch,
				  uint64_t seed, struct meta_weights **ret_weights, struct err *err)
{
	AUTO(meta_weights_freep) struct meta_weights *weights = NULL;
	size_t n = subject->instances;

	if (mem_new(&weights, 1, err) != ERR_OK)
		return err->code;
	weights->split = split;
	weights->y = subject->y;
	weights->instances = n;
	weights->looked_at = split->meta_count < batch ? split->meta_count : batch;
	rng_init(&weights->rng, seed, RNG_META);
	if (influence_create(subject, &weights->influence, err) != ERR_OK ||
	    mem_new(&weights->set, split->meta_count, err) != ERR_OK ||
	    mem_new(&weights->class_sum, split->classes, err) != ERR_OK ||
	    mem_new(&weights->share, weights->looked_at, err) != ERR_OK || mem_new(&weights->total, n, err) != ERR_OK ||
	    mem_new(&weights->draws, n, err) != ERR_OK || mem_new(&weights->mean, n, err) != ERR_OK)
		return err->code;
	if (subject->loss->loss->has_weight_net &&
	    (mem_new(&weights->loss, batch, err) != ERR_OK || mem_new(&weights->slope, batch, err) != ERR_OK ||
	     weight_net_create(subject->loss->parameters.meta_rate, &weights->rng, &weights->net, err) != ERR_OK))
		return err->code;
	for (size_t i = 0; i < split->meta_count; i++)
		weights->class_sum[subject->y[split->meta[i]]]++;
	for (size_t i = 0; i < n; i++)
		weights->mean[i] = 1;
	*ret_weights = take_ptr(&weights);
	return ERR_OK;
}

/* Those of the set that the step looks at, and how much each of them counts. */
static void look(struct meta_weights *weights)
{
	size_t m = weights->split->meta_count;
	double sum = 0;

	memcpy(weights->set, weights->split->meta, m * sizeof *weights->set);
	for (size_t i = 0; i < weights->looked_at; i++) {
		if (weights->looked_at < m) {
			size_t at = i + rng_below(&weights->rng, (uint32_t)(m - i));
			uint32_t taken = weights->set[at];
			weights->set[at] = weights->set[i];
			weights->set[i] = taken;
		}
		weights->share[i] = 1 / weights->class_sum[weights->y[weights->set[i]]];
		sum += weights->share[i];
	}
	for (size_t i = 0; i < weights->looked_at; i++)
		weights->share[i] /= sum;
}

/* A batch whose pass drops what the training pass will. */
static struct influence_some some_of(const struct meta_batch *batch, struct rng *drops)
{
	if (batch->dropout != NULL)
		*drops = *batch->dropout;
	return (struct influence_some){ batch->index, batch->count, batch->dropout != NULL ? drops : NULL };
}

static void weigh_by_products(struct meta_weights *weights, const struct meta_batch *batch, double *ret_weight)
{
	const struct influence_some set = { .index = weights->set, .count = weights->looked_at };
	struct rng drops;
	const struct influence_some some = some_of(batch, &drops);
	double sum = 0;

	influence_take_some(weights->influence, &set, weights->share);
	influence_multiply_some(weights->influence, &some, ret_weight);
	for (size_t i = 0; i < batch->count; i++) {
		/* What is not a number stays so: the run has diverged. */
		ret_weight[i] = ret_weight[i] < 0 ? 0 : ret_weight[i];
		sum += ret_weight[i];
	}
	for (size_t i = 0; i < batch->count; i++)
		ret_weight[i] = sum == 0 ? 0 : ret_weight[i] / sum;
}

/* w_i = V(loss_i) / m. */
static void weigh_by_net(const struct meta_weights *weights, size_t count, double *ret_weight)
{
	weight_net_weigh(weights->net, weights->loss, count, ret_weight);
	for (size_t i = 0; i < count; i++)
		ret_weight[i] /= (double)count;
}

static void learn_net(struct meta_weights *weights, const struct meta_batch *batch, double *ret_weight)
{
	const struct influence_some set = { .index = weights->set, .count = weights->looked_at };
	size_t count = batch->count;
	struct rng drops;

	struct influence_some some = some_of(batch, &drops);
	influence_evaluate_some(weights->influence, &some, weights->loss);
	weigh_by_net(weights, count, ret_weight);
	some = some_of(batch, &drops);
	influence_take_some(weights->influence, &some, ret_weight);
	influence_step(weights->influence, batch->rate);
	influence_take_some(weights->influence, &set, weights->share);
	influence_step_back(weights->influence);
	some = some_of(batch, &drops);
	influence_multiply_some(weights->influence, &some, weights->slope);
	for (size_t i = 0; i < count; i++)
		weights->slope[i] *= -batch->rate / (double)count;
	weight_net_learn(weights->net, weights->loss, weights->slope, count);
	weigh_by_net(weights, count, ret_weight);
}

void meta_weights_weigh(struct meta_weights *weights, const struct meta_batch *batch, double *ret_weight)
{
	look(weights);
	if (weights->net != NULL)
		learn_net(weights, batch, ret_weight);
	else
		weigh_by_products(weights, batch, ret_weight);
	for (size_t i = 0; i < batch->count; i++) {
		weights->total[batch->index[i]] += (double)batch->count * ret_weight[i];
		weights->draws[batch->index[i]]++;
	}
}

void meta_weights_begin_epoch(struct meta_weights *weights)
{
	memset(weights->total, 0, weights->instances * sizeof *weights->total);
	memset(weights->draws, 0, weights->instances * sizeof *weights->draws);
}

void meta_weights_end_epoch(struct meta_weights *weights)
{
	for (size_t i = 0; i < weights->instances; i++)
		if (weights->draws[i] > 0)
			weights->mean[i] = weights->total[i] / weights->draws[i];
}

const double *meta_weights_mean(const struct meta_weights *weights)
{
	return weights->mean;
}

void meta_weights_visit_state(struct meta_weights *weights, struct state_visitor *visitor)
{
	rng_visit_state(&weights->rng, visitor);
	state_visit(visitor, "mean", STATE_DOUBLE, weights->instances, weights->mean);
	if (weights->net != NULL)
		weight_net_visit_state(weights->net, visitor);
}
