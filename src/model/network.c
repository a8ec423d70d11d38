#include "model/network.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *network_init_name(size_t i)
{
	static const char *const names[] = { "zero", "uniform", "glorot", "he" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

const char *network_activation_name(size_t i)
{
	static const char *const names[] = { "relu", "tanh" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static size_t units_of(const struct network_shape *shape, size_t layer)
{
	return layer < shape->hidden_count ? shape->hidden[layer] : shape->outputs;
}

/* Lays the layers' weights and biases out in one block, and the hidden layers' buffers in another. */
static void lay_out(struct network *network, const struct network_shape *shape)
{
	size_t inputs = shape->inputs;
	size_t at = 0;
	double *buffer = network->workspace;

	for (size_t l = 0; l < network->layer_count; l++) {
		struct dense_layer *layer = &network->layers[l];
		layer->inputs = inputs;
		layer->outputs = units_of(shape, l);
		layer->weight = network->parameters + at;
		layer->weight_gradient = network->gradients + at;
		at += layer->outputs * layer->inputs;
		layer->bias = network->parameters + at;
		layer->bias_gradient = network->gradients + at;
		at += layer->outputs;
		inputs = layer->outputs;
		if (l + 1 == network->layer_count)
			break;
		layer->output = buffer;
		layer->delta = buffer + layer->outputs * shape->lanes;
		layer->kept = buffer + 2 * layer->outputs * shape->lanes;
		buffer += 3 * layer->outputs * shape->lanes;
	}
}

enum err_code network_create(const struct network_shape *shape, struct network **ret_network, struct err *err)
{
	AUTO(network_freep) struct network *network = NULL;
	size_t inputs = shape->inputs;
	size_t hidden_units = 0;

	if (mem_new(&network, 1, err) != ERR_OK || mem_new(&network->layers, shape->hidden_count + 1, err) != ERR_OK)
		return err->code;
	network->layer_count = shape->hidden_count + 1;
	network->activation = shape->activation;
	network->dropout = shape->dropout;
	for (size_t l = 0; l < network->layer_count; l++) {
		network->parameter_count += (inputs + 1) * units_of(shape, l);
		inputs = units_of(shape, l);
		hidden_units += l < shape->hidden_count ? inputs : 0;
	}
	if (mem_new(&network->parameters, network->parameter_count, err) != ERR_OK ||
	    mem_new(&network->gradients, network->parameter_count, err) != ERR_OK ||
	    mem_new(&network->workspace, 3 * hidden_units * shape->lanes, err) != ERR_OK)
		return err->code;
	lay_out(network, shape);
	*ret_network = take_ptr(&network);
	return ERR_OK;
}

void network_free(struct network *network)
{
	if (network == NULL)
		return;
	free(network->layers);
	free(network->parameters);
	free(network->gradients);
	free(network->workspace);
	free(network);
}

void network_freep(struct network **network)
{
	network_free(*network);
}

static void fill_uniform(double *values, size_t count, double bound, struct rng *rng)
{
	for (size_t i = 0; i < count; i++)
		values[i] = bound * (2.0 * rng_uniform(rng) - 1.0);
}

void network_initialise(struct network *network, enum network_init init, struct rng *rng)
{
	memset(network->parameters, 0, network->parameter_count * sizeof(double));
	for (size_t l = 0; l < network->layer_count; l++) {
		const struct dense_layer *layer = &network->layers[l];
		size_t weights = layer->inputs * layer->outputs;
		double fan_in = (double)layer->inputs;
		double fan_out = (double)layer->outputs;
		switch (init) {
		case INIT_ZERO:
			break;
		case INIT_UNIFORM:
			fill_uniform(layer->weight, weights, 1.0 / sqrt(fan_in), rng);
			fill_uniform(layer->bias, layer->outputs, 1.0 / sqrt(fan_in), rng);
			break;
		case INIT_GLOROT:
			fill_uniform(layer->weight, weights, sqrt(6.0 / (fan_in + fan_out)), rng);
			break;
		case INIT_HE:
			fill_uniform(layer->weight, weights, sqrt(6.0 / fan_in), rng);
			break;
		}
	}
}

static void activate(enum network_activation activation, size_t count, double *values)
{
	switch (activation) {
	case ACTIVATION_RELU:
		for (size_t i = 0; i < count; i++)
			values[i] = values[i] < 0.0 ? 0.0 : values[i];
		break;
	case ACTIVATION_TANH:
		for (size_t i = 0; i < count; i++)
			values[i] = tanh(values[i]);
		break;
	}
}

/* delta <- delta * f'(sum), from the layer's output a = f(sum): 1 - a^2 for tanh, a > 0 for ReLU. Where dropout has
 * scaled a, its factor is taken off first; where it has set a to 0, delta is 0 already. */
static void differentiate(enum network_activation activation, size_t count, const double *output, const double *kept,
			  double *delta)
{
	switch (activation) {
	case ACTIVATION_RELU:
		for (size_t i = 0; i < count; i++)
			delta[i] = output[i] > 0.0 ? delta[i] : 0.0;
		break;
	case ACTIVATION_TANH:
		for (size_t i = 0; i < count; i++) {
			double a = kept == NULL || kept[i] == 0.0 ? output[i] : output[i] / kept[i];
			delta[i] *= 1.0 - a * a;
		}
		break;
	}
}

static void drop(struct rng *rng, double dropout, size_t count, double *kept, double *output)
{
	for (size_t i = 0; i < count; i++) {
		kept[i] = rng_uniform(rng) < dropout ? 0.0 : 1.0 / (1.0 - dropout);
		output[i] *= kept[i];
	}
}

void network_forward(struct network *network, const struct tile *inputs, struct rng *dropout, double *ret_logits)
{
	struct tile below = *inputs;

	for (size_t l = 0; l + 1 < network->layer_count; l++) {
		const struct dense_layer *layer = &network->layers[l];
		size_t count = layer->outputs * inputs->lanes;
		tile_forward(&below, layer->weight, layer->bias, layer->inputs, layer->outputs, layer->output);
		activate(network->activation, count, layer->output);
		if (dropout != NULL && network->dropout > 0)
			drop(dropout, network->dropout, count, layer->kept, layer->output);
		below.data = layer->output;
	}
	const struct dense_layer *last = &network->layers[network->layer_count - 1];
	tile_forward(&below, last->weight, last->bias, last->inputs, last->outputs, ret_logits);
}

void network_backward(struct network *network, const struct tile *inputs, const double *delta)
{
	for (size_t l = network->layer_count; l-- > 0;) {
		const struct dense_layer *layer = &network->layers[l];
		const struct dense_layer *under = l > 0 ? &network->layers[l - 1] : NULL;
		struct tile below = *inputs;
		if (under != NULL)
			below.data = under->output;
		tile_backward(&below, delta, layer->inputs, layer->outputs, layer->weight_gradient,
			      layer->bias_gradient);
		if (under == NULL)
			break;
		size_t count = under->outputs * inputs->lanes;
		tile_backpropagate(delta, inputs->lanes, layer->weight, layer->inputs, layer->outputs, under->delta);
		for (size_t i = 0; i < count && network->dropout > 0; i++)
			under->delta[i] *= under->kept[i];
		differentiate(network->activation, count, under->output, network->dropout > 0 ? under->kept : NULL,
			      under->delta);
		delta = under->delta;
	}
}

void network_clear_gradients(struct network *network)
{
	memset(network->gradients, 0, network->parameter_count * sizeof(double));
}
