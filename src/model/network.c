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

enum err_code network_create(size_t inputs, size_t outputs, struct network **ret_network, struct err *err)
{
	AUTO(network_freep) struct network *network = NULL;

	if (mem_new(&network, 1, err) != ERR_OK || mem_new(&network->layers, 1, err) != ERR_OK)
		return err->code;
	network->layer_count = 1;
	network->parameter_count = outputs * inputs + outputs;
	if (mem_new(&network->parameters, network->parameter_count, err) != ERR_OK ||
	    mem_new(&network->gradients, network->parameter_count, err) != ERR_OK)
		return err->code;
	network->layers[0] = (struct dense_layer){
		.inputs = inputs,
		.outputs = outputs,
		.weight = network->parameters,
		.bias = network->parameters + outputs * inputs,
		.weight_gradient = network->gradients,
		.bias_gradient = network->gradients + outputs * inputs,
	};
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

void network_forward(const struct network *network, const struct tile *inputs, double *ret_logits)
{
	const struct dense_layer *layer = &network->layers[0];

	tile_forward(inputs, layer->weight, layer->bias, layer->inputs, layer->outputs, ret_logits);
}

void network_backward(struct network *network, const struct tile *inputs, const double *delta)
{
	const struct dense_layer *layer = &network->layers[0];

	tile_backward(inputs, delta, layer->inputs, layer->outputs, layer->weight_gradient, layer->bias_gradient);
}

void network_clear_gradients(struct network *network)
{
	memset(network->gradients, 0, network->parameter_count * sizeof(double));
}
