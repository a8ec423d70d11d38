/* Forward and backward passes. Compiled twice: as double and as float (num/real.h). */
#include <string.h>
#include <tgmath.h>

#include "base/mem.h"
#include "model/layers.h"

static void tile_everything(struct network_inputs *inputs)
{
	size_t n = inputs->instances;

	for (size_t first = 0; first < n; first += TILE_INSTANCES) {
		uint32_t index[TILE_INSTANCES];
		struct tile tile = { .lanes = TILE_INSTANCES,
				     .data = (real *)inputs->tiles + first * inputs->features };
		for (size_t i = first; i < n && i < first + TILE_INSTANCES; i++)
			index[tile.count++] = (uint32_t)i;
		tile_gather(&tile, inputs->rows, inputs->features, index);
	}
}

enum err_code layers_fill_inputs(const double *x, struct network_inputs *inputs, struct err *err)
{
	size_t tiles = (inputs->instances + TILE_INSTANCES - 1) / TILE_INSTANCES;
	real *all_tiles = NULL;

	if (mem_new(&all_tiles, tiles * TILE_INSTANCES * inputs->features, err) != ERR_OK)
		return err->code;
	inputs->tiles = all_tiles;
	inputs->rows = x;
	if (!REAL_IS_DOUBLE) {
		real *copy = NULL;
		if (mem_new(&copy, inputs->instances * inputs->features, err) != ERR_OK)
			return err->code;
		for (size_t i = 0; i < inputs->instances * inputs->features; i++)
			copy[i] = (real)x[i];
		inputs->rows = inputs->copy = copy;
	}
	tile_everything(inputs);
	return ERR_OK;
}

static void activate(enum network_activation activation, size_t count, real *values)
{
	switch (activation) {
	case ACTIVATION_RELU:
		for (size_t i = 0; i < count; i++)
			values[i] = values[i] < 0 ? 0 : values[i];
		break;
	case ACTIVATION_TANH:
		for (size_t i = 0; i < count; i++)
			values[i] = tanh(values[i]);
		break;
	}
}

/* delta <- delta * f'(sum), from the layer's output a = f(sum): 1 - a^2 for tanh, a > 0 for ReLU. Where dropout has
 * scaled a, its factor is taken off first; where it has set a to 0, delta is 0 already. */
static void differentiate(enum network_activation activation, size_t count, const real *output, const real *kept,
			  real *delta)
{
	switch (activation) {
	case ACTIVATION_RELU:
		for (size_t i = 0; i < count; i++)
			delta[i] = output[i] > 0 ? delta[i] : 0;
		break;
	case ACTIVATION_TANH:
		for (size_t i = 0; i < count; i++) {
			real a = kept == NULL || kept[i] == 0 ? output[i] : output[i] / kept[i];
			delta[i] *= 1 - a * a;
		}
		break;
	}
}

static void drop(struct rng *rng, double dropout, size_t count, real *kept, real *output)
{
	real factor = (real)(1.0 / (1.0 - dropout));

	for (size_t i = 0; i < count; i++) {
		kept[i] = rng_uniform(rng) < dropout ? 0 : factor;
		output[i] *= kept[i];
	}
}

static void classify(struct layers *layers, const struct tile *below, real *ret_logits)
{
	const struct dense_layer *last = &layers->layer[layers->count - 1];
	const struct tile_cosine *cosine = &layers->cosine;
	struct tile unit = *below;

	if (cosine->heads == 0) {
		tile_forward(below, last->weight, last->bias, last->inputs, last->outputs, ret_logits);
		return;
	}
	unit.data = layers->unit;
	tile_unit_features(below, last->inputs, cosine->heads, layers->unit, layers->inverse);
	tile_unit_weights(cosine, last->weight, last->inputs, last->outputs, layers->unit_weight);
	tile_forward(&unit, layers->unit_weight, last->bias, last->inputs, last->outputs, ret_logits);
}

/* The network's outputs for layers->batch. */
static void pass(struct layers *layers, struct rng *dropout, real *ret_logits)
{
	struct tile below = layers->batch;

	for (size_t l = 0; l + 1 < layers->count; l++) {
		const struct dense_layer *layer = &layers->layer[l];
		size_t count = layer->outputs * below.lanes;
		tile_forward(&below, layer->weight, layer->bias, layer->inputs, layer->outputs, layer->output);
		activate(layers->activation, count, layer->output);
		if (dropout != NULL && layers->dropout > 0)
			drop(dropout, layers->dropout, count, layer->kept, layer->output);
		below.data = layer->output;
	}
	classify(layers, &below, ret_logits);
}

/* Logits (k, lanes) of layers->batch as double. */
static void pass_to_double(struct layers *layers, struct rng *dropout, double *ret_logits, size_t lanes)
{
	if (REAL_IS_DOUBLE) {
		pass(layers, dropout, (real *)ret_logits);
		return;
	}
	pass(layers, dropout, layers->logits);
	tile_widen(layers->logits, layers->batch.lanes, layers->layer[layers->count - 1].outputs, ret_logits, lanes);
}

void layers_forward(struct layers *layers, const struct network_batch *batch, struct rng *dropout, double *ret_logits)
{
	layers->batch = (struct tile){
		.lanes = tile_real_lanes(batch->count),
		.count = batch->count,
		.data = layers->gathered,
	};
	tile_gather(&layers->batch, batch->inputs->rows, batch->inputs->features, batch->index);
	pass_to_double(layers, dropout, ret_logits, tile_lanes(batch->count));
}

void layers_predict(struct layers *layers, const struct network_inputs *inputs, size_t first, size_t count,
		    double *ret_logits)
{
	size_t outputs = layers->layer[layers->count - 1].outputs;

	for (size_t done = 0; done < count; done += TILE_INSTANCES) {
		layers->batch = (struct tile){
			.lanes = TILE_INSTANCES,
			.count = TILE_INSTANCES,
			.data = (real *)inputs->tiles + (first + done) * inputs->features,
		};
		pass_to_double(layers, NULL, ret_logits + done * outputs, TILE_INSTANCES);
	}
}

/* The outputs of the layer below, or the network's inputs. */
static const real *input_of(const struct layers *layers, size_t l)
{
	return l > 0 ? layers->layer[l - 1].output : layers->batch.data;
}

static void take_delta(struct layers *layers, const double *delta)
{
	if (REAL_IS_DOUBLE) {
		layers->delta = (const real *)delta;
		return;
	}
	tile_narrow(delta, tile_lanes(layers->batch.count), layers->layer[layers->count - 1].outputs,
		    layers->narrow_delta, layers->batch.lanes);
	layers->delta = layers->narrow_delta;
}

/* Adds the gradients of layer l; ret_below (inputs, L): the gradient by what it read, unless NULL. */
static void backward_layer(struct layers *layers, size_t l, const real *delta, real *ret_below)
{
	const struct dense_layer *layer = &layers->layer[l];
	const struct tile_cosine *cosine = &layers->cosine;
	bool is_cosine = l + 1 == layers->count && cosine->heads > 0;
	size_t weights = layer->outputs * layer->inputs;
	struct tile input = layers->batch;

	input.data = is_cosine ? layers->unit : (real *)input_of(layers, l);
	if (is_cosine)
		memset(layers->unit_gradient, 0, weights * sizeof *layers->unit_gradient);
	tile_backward(&input, delta, layer->inputs, layer->outputs,
		      is_cosine ? layers->unit_gradient : layer->weight_gradient, layer->bias_gradient);
	if (is_cosine)
		tile_unit_weights_backward(cosine, layer->weight, layer->inputs, layer->outputs, layers->unit_gradient,
					   layer->weight_gradient);
	if (ret_below == NULL)
		return;
	tile_backpropagate(delta, input.lanes, is_cosine ? layers->unit_weight : layer->weight, layer->inputs,
			   layer->outputs, ret_below);
	if (is_cosine)
		tile_unit_features_backward(&input, layers->inverse, layer->inputs, cosine->heads, ret_below);
}

void layers_backward(struct layers *layers, const double *outer_delta)
{
	bool dropped = layers->dropout > 0;

	take_delta(layers, outer_delta);
	const real *delta = layers->delta;
	for (size_t l = layers->count - 1; l > layers->first_learning; l--) {
		const struct dense_layer *under = &layers->layer[l - 1];
		size_t count = under->outputs * layers->batch.lanes;
		backward_layer(layers, l, delta, under->delta);
		for (size_t i = 0; i < count && dropped; i++)
			under->delta[i] *= under->kept[i];
		differentiate(layers->activation, count, under->output, dropped ? under->kept : NULL, under->delta);
		delta = under->delta;
	}
	backward_layer(layers, layers->first_learning, delta, NULL);
}

void layers_read_input(const struct layers *layers, size_t l, double *ret_input)
{
	tile_widen(input_of(layers, l), layers->batch.lanes, layers->layer[l].inputs, ret_input,
		   tile_lanes(layers->batch.count));
}

void layers_read_delta(const struct layers *layers, size_t l, double *ret_delta)
{
	const real *delta = l + 1 == layers->count ? layers->delta : layers->layer[l].delta;

	tile_widen(delta, layers->batch.lanes, layers->layer[l].outputs, ret_delta, tile_lanes(layers->batch.count));
}
