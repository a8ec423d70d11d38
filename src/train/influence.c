#include "train/influence.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/tile.h"

struct direction {
	double *weight, *bias; /* (outputs, inputs), (outputs) of one layer */
};

struct influence {
	struct influence_subject subject;
	struct direction *layers; /* G */
	bool is_by_unit;	  /* the classifier's is by w^ of the network's present weights */
	struct direction *before; /* the network's parameters before a step */
	size_t layer_count;
	struct tile_cosine cosine;
	uint32_t *index;	 /* (n) */
	double *weight;		 /* (n) */
	double *y, *scale;	 /* (L) */
	double *logits, *delta;	 /* (k, L) */
	double *input, *product; /* (most inputs, L), (most outputs, L) of a layer */
	double *sums;		 /* (most outputs, L) gradients by the layer's sums */
	/* Of a cosine classifier with d inputs: */
	double *unit, *inverse;	      /* (d, L), (H, L) of tile_unit_features */
	double *own_weight, *by_unit; /* (k, d) its weights, G by w */
};

static enum err_code create_directions(const struct network *network, struct direction **ret_layers, struct err *err)
{
	if (mem_new(ret_layers, network_layer_count(network), err) != ERR_OK)
		return err->code;
	for (size_t l = 0; l < network_layer_count(network); l++) {
		struct network_layer layer = network_layer(network, l);
		if (mem_new(&(*ret_layers)[l].weight, layer.outputs * layer.inputs, err) != ERR_OK ||
		    mem_new(&(*ret_layers)[l].bias, layer.outputs, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static void free_directions(struct direction *layers, size_t count)
{
	for (size_t l = 0; layers != NULL && l < count; l++) {
		free(layers[l].weight);
		free(layers[l].bias);
	}
	free(layers);
}

static enum err_code create_workspace(struct influence *influence, struct err *err)
{
	const struct network *network = influence->subject.network;
	struct network_layer last = network_layer(network, influence->layer_count - 1);
	size_t lanes = tile_lanes(influence->subject.batch);
	size_t inputs = 0;
	size_t outputs = 0;

	for (size_t l = 0; l < influence->layer_count; l++) {
		struct network_layer layer = network_layer(network, l);
		inputs = layer.inputs > inputs ? layer.inputs : inputs;
		outputs = layer.outputs > outputs ? layer.outputs : outputs;
	}
	if (mem_new(&influence->index, influence->subject.instances, err) != ERR_OK ||
	    mem_new(&influence->weight, influence->subject.instances, err) != ERR_OK ||
	    mem_new(&influence->y, lanes, err) != ERR_OK || mem_new(&influence->scale, lanes, err) != ERR_OK ||
	    mem_new(&influence->logits, last.outputs * lanes, err) != ERR_OK ||
	    mem_new(&influence->delta, last.outputs * lanes, err) != ERR_OK ||
	    mem_new(&influence->input, inputs * lanes, err) != ERR_OK ||
	    mem_new(&influence->product, outputs * lanes, err) != ERR_OK ||
	    mem_new(&influence->sums, outputs * lanes, err) != ERR_OK)
		return err->code;
	if (influence->cosine.heads > 0 &&
	    (mem_new(&influence->unit, last.inputs * lanes, err) != ERR_OK ||
	     mem_new(&influence->inverse, influence->cosine.heads * lanes, err) != ERR_OK ||
	     mem_new(&influence->own_weight, last.outputs * last.inputs, err) != ERR_OK ||
	     mem_new(&influence->by_unit, last.outputs * last.inputs, err) != ERR_OK))
		return err->code;
	return ERR_OK;
}

enum err_code influence_create(const struct influence_subject *subject, struct influence **ret_influence,
			       struct err *err)
{
	AUTO(influence_freep) struct influence *influence = NULL;

	assert(subject->loss->loss->see_tile == NULL);
	if (mem_new(&influence, 1, err) != ERR_OK)
		return err->code;
	influence->subject = *subject;
	influence->cosine = network_cosine(subject->network);
	influence->layer_count = network_layer_count(subject->network);
	if (create_directions(subject->network, &influence->layers, err) != ERR_OK ||
	    create_directions(subject->network, &influence->before, err) != ERR_OK ||
	    create_workspace(influence, err) != ERR_OK)
		return err->code;
	*ret_influence = take_ptr(&influence);
	return ERR_OK;
}

void influence_free(struct influence *influence)
{
	if (influence == NULL)
		return;
	free_directions(influence->layers, influence->layer_count);
	free_directions(influence->before, influence->layer_count);
	free(influence->index);
	free(influence->weight);
	free(influence->y);
	free(influence->scale);
	free(influence->logits);
	free(influence->delta);
	free(influence->input);
	free(influence->product);
	free(influence->sums);
	free(influence->unit);
	free(influence->inverse);
	free(influence->own_weight);
	free(influence->by_unit);
	free(influence);
}

void influence_freep(struct influence **influence)
{
	influence_free(*influence);
}

/* Forward and backward through the network; `weight` (m) of each instance's loss, NULL: 1. */
static void pass(struct influence *influence, const struct influence_some *some, const double *weight)
{
	const struct influence_subject *subject = &influence->subject;
	size_t lanes = tile_lanes(some->count);
	const struct network_batch batch = { .inputs = subject->inputs, .index = some->index, .count = some->count };
	struct loss_tile tile = { influence->logits, influence->y, influence->scale, lanes };

	for (size_t i = 0; i < lanes; i++) {
		bool is_there = i < some->count;
		influence->y[i] = is_there ? subject->y[some->index[i]] : 0;
		influence->scale[i] = !is_there ? 0 : weight != NULL ? weight[i] : 1;
	}
	network_forward(subject->network, &batch, some->dropout, influence->logits);
	(void)loss_evaluate(subject->loss, &tile, influence->delta);
	network_backward(subject->network, influence->delta);
}

/* Those that go through the network at once, from `first` on. */
static struct influence_some part_of(const struct influence *influence, const struct influence_some *some, size_t first)
{
	size_t left = some->count - first;

	return (struct influence_some){
		.index = some->index + first,
		.count = left < influence->subject.batch ? left : influence->subject.batch,
		.dropout = some->dropout,
	};
}

/* The gradient by w is P g, g that by w^ and P symmetric, so that <P g, G> = <g, P G>: the classifier's G becomes P G.
 */
static void go_through_unit_weights(struct influence *influence)
{
	const struct network *network = influence->subject.network;
	size_t last = influence->layer_count - 1;
	struct network_layer layer = network_layer(network, last);
	size_t size = layer.outputs * layer.inputs * sizeof(double);
	double *weight = influence->layers[last].weight;

	network_read_layer(network, last, influence->own_weight, NULL);
	memcpy(influence->by_unit, weight, size);
	memset(weight, 0, size);
	tile_unit_weights_backward(&influence->cosine, influence->own_weight, layer.inputs, layer.outputs,
				   influence->by_unit, weight);
}

void influence_take_some(struct influence *influence, const struct influence_some *some, const double *weight)
{
	struct network *network = influence->subject.network;

	network_clear_gradients(network);
	for (size_t first = 0; first < some->count; first += influence->subject.batch) {
		const struct influence_some part = part_of(influence, some, first);
		pass(influence, &part, weight + first);
	}
	for (size_t l = 0; l < influence->layer_count; l++)
		network_read_gradient(network, l, influence->layers[l].weight, influence->layers[l].bias);
	influence->is_by_unit = influence->cosine.heads == 0;
}

void influence_take(struct influence *influence, const double *weight)
{
	struct influence_some some = { .index = influence->index };

	for (uint32_t i = 0; i < influence->subject.instances; i++)
		if (weight[i] != 0) {
			influence->weight[some.count] = weight[i];
			influence->index[some.count++] = i;
		}
	influence_take_some(influence, &some, influence->weight);
}

/* What layer l multiplies its weights with: its inputs, or x^. */
static struct tile read_input(struct influence *influence, size_t l, size_t count)
{
	struct tile tile = { tile_lanes(count), count, influence->input };
	size_t features = network_layer(influence->subject.network, l).inputs;

	network_read_input(influence->subject.network, l, influence->input);
	if (influence->cosine.heads == 0 || l + 1 < influence->layer_count)
		return tile;
	tile_unit_features(&tile, features, influence->cosine.heads, influence->unit, influence->inverse);
	tile.data = influence->unit;
	return tile;
}

/* product (count) += delta · (G_W h + G_b) of layer l. */
static void add_layer(struct influence *influence, size_t l, size_t count, double *product)
{
	const struct network *network = influence->subject.network;
	struct network_layer layer = network_layer(network, l);
	const struct tile input = read_input(influence, l, count);

	network_read_delta(network, l, influence->sums);
	const struct tile_layer gradients = { layer.inputs, layer.outputs, influence->layers[l].weight,
					      influence->layers[l].bias, NULL };
	tile_forward(&gradients, &input, influence->product);
	for (size_t c = 0; c < layer.outputs; c++)
		for (size_t i = 0; i < count; i++)
			product[i] += influence->sums[c * input.lanes + i] * influence->product[c * input.lanes + i];
}

void influence_multiply_some(struct influence *influence, const struct influence_some *some, double *ret_product)
{
	if (!influence->is_by_unit)
		go_through_unit_weights(influence);
	influence->is_by_unit = true;
	memset(ret_product, 0, some->count * sizeof *ret_product);
	for (size_t first = 0; first < some->count; first += influence->subject.batch) {
		const struct influence_some part = part_of(influence, some, first);
		pass(influence, &part, NULL);
		for (size_t l = 0; l < influence->layer_count; l++)
			add_layer(influence, l, part.count, ret_product + first);
	}
}

void influence_multiply(struct influence *influence, double *ret_product)
{
	const struct influence_some all = { .index = influence->index, .count = influence->subject.instances };

	for (uint32_t i = 0; i < all.count; i++)
		influence->index[i] = i;
	influence_multiply_some(influence, &all, ret_product);
}

void influence_evaluate_some(struct influence *influence, const struct influence_some *some, double *ret_loss)
{
	const struct influence_subject *subject = &influence->subject;
	size_t k = network_layer(subject->network, influence->layer_count - 1).outputs;

	for (size_t first = 0; first < some->count; first += subject->batch) {
		const struct influence_some part = part_of(influence, some, first);
		const struct network_batch batch = { .inputs = subject->inputs,
						     .index = part.index,
						     .count = part.count };
		size_t lanes = tile_lanes(part.count);
		network_forward(subject->network, &batch, part.dropout, influence->logits);
		loss_predict(subject->loss->loss, influence->logits, lanes, k, influence->logits, influence->delta);
		for (size_t i = 0; i < part.count; i++)
			ret_loss[first + i] = -influence->logits[subject->y[part.index[i]] * lanes + i];
	}
}

void influence_step(struct influence *influence, double rate)
{
	struct network *network = influence->subject.network;

	for (size_t l = 0; l < influence->layer_count; l++) {
		struct network_layer layer = network_layer(network, l);
		struct direction *g = &influence->layers[l], *before = &influence->before[l];
		network_read_layer(network, l, before->weight, before->bias);
		for (size_t i = 0; i < layer.outputs * layer.inputs; i++)
			g->weight[i] = before->weight[i] - rate * g->weight[i];
		for (size_t i = 0; i < layer.outputs; i++)
			g->bias[i] = before->bias[i] - rate * g->bias[i];
		network_write_layer(network, l, g->weight, layer.has_bias ? g->bias : NULL);
	}
}

void influence_step_back(struct influence *influence)
{
	struct network *network = influence->subject.network;

	for (size_t l = 0; l < influence->layer_count; l++)
		network_write_layer(network, l, influence->before[l].weight,
				    network_layer(network, l).has_bias ? influence->before[l].bias : NULL);
}
