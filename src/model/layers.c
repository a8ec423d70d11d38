/* Compiled twice: as double and as float (num/real.h). */
#include "model/layers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/blas.h"

/* Wide inputs of hidden layers are predicted so many at once, at least: enough for OpenBLAS's kernels. */
#define PREDICT_INSTANCES 512

/* Lays the layers' weights and biases out in one block, and the hidden layers' buffers in another. */
static void lay_out(struct layers *layers, const struct network_shape *shape, size_t lanes)
{
	size_t at = 0;
	real *buffer = layers->workspace;

	for (size_t l = 0; l < layers->count; l++) {
		struct dense_layer *layer = &layers->layer[l];
		struct network_layer size = network_shape_layer(shape, l);
		layer->inputs = size.inputs;
		layer->outputs = size.outputs;
		layer->has_bias = size.has_bias;
		layer->weight = layers->parameters + at;
		layer->weight_gradient = layers->gradients + at;
		at += layer->outputs * layer->inputs;
		layer->bias = layer->has_bias ? layers->parameters + at : layers->no_bias;
		layer->bias_gradient = layer->has_bias ? layers->gradients + at : layers->no_gradient;
		at += layer->has_bias ? layer->outputs : 0;
		if (l + 1 == layers->count)
			break;
		layer->output = buffer;
		layer->delta = buffer + layer->outputs * lanes;
		layer->kept = buffer + 2 * layer->outputs * lanes;
		buffer += 3 * layer->outputs * lanes;
	}
}

static void layers_free(struct layers *layers)
{
	if (layers == NULL)
		return;
	free(layers->layer);
	if (!layers->is_reader) {
		free(layers->parameters);
		free(layers->gradients);
	}
	free(layers->gathered);
	free(layers->workspace);
	free(layers->logits);
	free(layers->narrow_delta);
	free(layers->calibrated);
	free(layers->feature_scale);
	free(layers->unit);
	free(layers->inverse);
	free(layers->unit_weight);
	free(layers->unit_gradient);
	free(layers->no_bias);
	free(layers->no_gradient);
	free(layers);
}

static void layers_freep(struct layers **layers)
{
	layers_free(*layers);
}

static enum err_code make_cosine(struct layers *layers, const struct network_shape *shape, size_t lanes,
				 struct err *err)
{
	size_t inputs = network_shape_layer(shape, shape->hidden_count).inputs;
	size_t k = shape->outputs;

	if (mem_new(&layers->unit, inputs * lanes, err) != ERR_OK ||
	    mem_new(&layers->inverse, shape->cosine.heads * lanes, err) != ERR_OK ||
	    mem_new(&layers->unit_weight, k * inputs, err) != ERR_OK ||
	    mem_new(&layers->unit_gradient, k * inputs, err) != ERR_OK || mem_new(&layers->no_bias, k, err) != ERR_OK ||
	    mem_new(&layers->no_gradient, k, err) != ERR_OK)
		return err->code;
	layers->cosine = shape->cosine;
	return ERR_OK;
}

/* A reader's are those of `of`; NULL: all of it is its own. */
static enum err_code make_parameters(struct layers *layers, const struct layers *of, struct err *err)
{
	layers->is_reader = of != NULL;
	if (of == NULL)
		return mem_new(&layers->parameters, layers->parameter_count, err) != ERR_OK
			   ? err->code
			   : mem_new(&layers->gradients, layers->parameter_count, err);
	layers->parameters = of->parameters;
	layers->gradients = of->gradients;
	return ERR_OK;
}

static enum err_code layers_create(const struct network_shape *shape, const struct layers *of,
				   struct layers **ret_layers, struct err *err)
{
	AUTO(layers_freep) struct layers *layers = NULL;
	/* A cosine classifier of the inputs themselves works on tiles. */
	bool takes_rows = shape->inputs >= TILE_WIDE_FEATURES && (shape->hidden_count > 0 || shape->cosine.heads == 0);
	size_t least = takes_rows && shape->hidden_count > 0 ? PREDICT_INSTANCES : TILE_INSTANCES;
	size_t lanes = tile_real_lanes(shape->instances > least ? shape->instances : least);
	size_t narrow_lanes = REAL_IS_DOUBLE ? 0 : lanes;
	size_t hidden_units = 0;

	if (mem_new(&layers, 1, err) != ERR_OK || mem_new(&layers->layer, shape->hidden_count + 1, err) != ERR_OK)
		return err->code;
	layers->count = shape->hidden_count + 1;
	layers->activation = shape->activation;
	layers->dropout = shape->dropout;
	layers->shared = shape->branch_layers > 0 ? shape->hidden_count - shape->branch_layers : layers->count;
	layers->lanes = lanes;
	layers->takes_rows = takes_rows;
	layers->parameter_count = network_count_parameters(shape);
	for (size_t l = 0; l < shape->hidden_count; l++)
		hidden_units += shape->hidden[l];
	if (make_parameters(layers, of, err) != ERR_OK ||
	    mem_new(&layers->gathered, shape->inputs * lanes, err) != ERR_OK ||
	    mem_new(&layers->workspace, 3 * hidden_units * lanes, err) != ERR_OK ||
	    mem_new(&layers->logits, shape->outputs * lanes, err) != ERR_OK ||
	    mem_new(&layers->narrow_delta, shape->outputs * narrow_lanes, err) != ERR_OK)
		return err->code;
	if (shape->cosine.heads > 0 && make_cosine(layers, shape, lanes, err) != ERR_OK)
		return err->code;
	if (shape->branch_layers > 0 && (mem_new(&layers->no_bias, shape->outputs, err) != ERR_OK ||
					 mem_new(&layers->no_gradient, shape->outputs, err) != ERR_OK))
		return err->code;
	size_t features = network_shape_layer(shape, shape->hidden_count).inputs;
	if (shape->calibrates && (mem_new(&layers->calibrated, features * lanes, err) != ERR_OK ||
				  mem_new(&layers->feature_scale, features * lanes, err) != ERR_OK))
		return err->code;
	lay_out(layers, shape, lanes);
	*ret_layers = take_ptr(&layers);
	return ERR_OK;
}

static void fill_uniform(real *values, size_t count, double bound, struct rng *rng)
{
	for (size_t i = 0; i < count; i++)
		values[i] = (real)(bound * (2.0 * rng_uniform(rng) - 1.0));
}

/* The same, but for what joins two branches. */
static void fill_weights(const struct layers *layers, size_t l, double bound, struct rng *rng)
{
	const struct dense_layer *layer = &layers->layer[l];
	bool is_apart = l > layers->shared && l + 1 < layers->count;

	for (size_t j = 0; j < layer->outputs; j++) {
		real *row = layer->weight + j * layer->inputs;
		size_t first = is_apart && j >= layer->outputs / 2 ? layer->inputs / 2 : 0;
		fill_uniform(row + first, is_apart ? layer->inputs / 2 : layer->inputs, bound, rng);
	}
}

static void layers_initialise(struct layers *layers, size_t first, enum network_init init, struct rng *rng)
{
	for (size_t l = first; l < layers->count; l++) {
		const struct dense_layer *layer = &layers->layer[l];
		size_t weights = layer->inputs * layer->outputs;
		bool is_branch = l >= layers->shared && l + 1 < layers->count;
		double fan_in = (double)(is_branch && l > layers->shared ? layer->inputs / 2 : layer->inputs);
		double fan_out = (double)(is_branch ? layer->outputs / 2 : layer->outputs);
		memset(layer->weight, 0, weights * sizeof *layer->weight);
		memset(layer->bias, 0, layer->outputs * sizeof *layer->bias);
		switch (init) {
		case INIT_ZERO:
			break;
		case INIT_UNIFORM:
			fill_weights(layers, l, 1.0 / sqrt(fan_in), rng);
			if (layer->has_bias)
				fill_uniform(layer->bias, layer->outputs, 1.0 / sqrt(fan_in), rng);
			break;
		case INIT_GLOROT:
			fill_weights(layers, l, sqrt(6.0 / (fan_in + fan_out)), rng);
			break;
		case INIT_HE:
			fill_weights(layers, l, sqrt(6.0 / fan_in), rng);
			break;
		}
	}
}

static void freeze_hidden(struct layers *layers)
{
	layers->first_learning = layers->count - 1;
}

static void widen(const real *from, size_t count, double *ret_to)
{
	for (size_t i = 0; ret_to != NULL && i < count; i++)
		ret_to[i] = from[i];
}

static void narrow(const double *from, size_t count, real *ret_to)
{
	for (size_t i = 0; from != NULL && i < count; i++)
		ret_to[i] = (real)from[i];
}

static void read_layer(const struct layers *layers, size_t l, double *ret_weight, double *ret_bias)
{
	const struct dense_layer *layer = &layers->layer[l];

	widen(layer->weight, layer->outputs * layer->inputs, ret_weight);
	widen(layer->bias, layer->has_bias ? layer->outputs : 0, ret_bias);
}

static void write_layer(struct layers *layers, size_t l, const double *weight, const double *bias)
{
	const struct dense_layer *layer = &layers->layer[l];

	narrow(weight, layer->outputs * layer->inputs, layer->weight);
	narrow(bias, layer->has_bias ? layer->outputs : 0, layer->bias);
}

static void read_gradient(const struct layers *layers, size_t l, double *ret_weight, double *ret_bias)
{
	const struct dense_layer *layer = &layers->layer[l];

	widen(layer->weight_gradient, layer->outputs * layer->inputs, ret_weight);
	widen(layer->bias_gradient, layer->has_bias ? layer->outputs : 0, ret_bias);
}

static double class_norm(const struct layers *layers, size_t class)
{
	const struct dense_layer *last = &layers->layer[layers->count - 1];

	return blas_norm(last->inputs, last->weight + class * last->inputs);
}

static bool is_finite(const struct layers *layers)
{
	for (size_t i = 0; i < layers->parameter_count; i++)
		if (!isfinite(layers->parameters[i]))
			return false;
	return true;
}

static void set_halves(struct layers *layers, const struct network_halves *halves)
{
	layers->halves = halves;
}

static void share(struct layers *layers, struct pool *pool)
{
	layers->pool = pool;
}

static void calibrate(struct layers *layers, const struct network_calibration *calibration)
{
	layers->calibration = calibration;
}

static void *all_parameters(struct layers *layers)
{
	return layers->parameters;
}

static struct parameter_range learning_parameters(struct layers *layers)
{
	size_t first = (size_t)(layers->layer[layers->first_learning].weight - layers->parameters);

	return (struct parameter_range){
		.first = first,
		.count = layers->parameter_count - first,
		.parameters = layers->parameters + first,
		.gradients = layers->gradients + first,
	};
}

static void decay_weights(struct layers *layers, double weight_decay)
{
	real factor = (real)weight_decay;

	for (size_t l = layers->first_learning; l < layers->count; l++) {
		const struct dense_layer *layer = &layers->layer[l];
		for (size_t i = 0; i < layer->inputs * layer->outputs; i++)
			layer->weight_gradient[i] += factor * layer->weight[i];
	}
}

static double sum_squares(const struct layers *layers)
{
	double sum = 0;

	for (size_t l = layers->first_learning; l < layers->count; l++) {
		const struct dense_layer *layer = &layers->layer[l];
		for (size_t i = 0; i < layer->inputs * layer->outputs; i++)
			sum += (double)layer->weight[i] * (double)layer->weight[i];
	}
	return sum;
}

const struct arithmetic REAL_NAME(arithmetic) = {
	.size = sizeof(real),
	.type = REAL_IS_DOUBLE ? STATE_DOUBLE : STATE_FLOAT,
	.create = layers_create,
	.free = layers_free,
	.initialise = layers_initialise,
	.freeze_hidden = freeze_hidden,
	.read_layer = read_layer,
	.write_layer = write_layer,
	.read_gradient = read_gradient,
	.class_norm = class_norm,
	.is_finite = is_finite,
	.fill_inputs = layers_fill_inputs,
	.takes_packed = layers_takes_packed,
	.share = share,
	.set_halves = set_halves,
	.calibrate = calibrate,
	.forward = layers_forward,
	.backward = layers_backward,
	.predict = layers_predict,
	.read_input = layers_read_input,
	.read_delta = layers_read_delta,
	.parameters = all_parameters,
	.learning = learning_parameters,
	.decay = decay_weights,
	.sum_squares = sum_squares,
};
