#include "model/network.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/arithmetic.h"
#include "num/tile.h"

const char *network_precision_name(size_t i)
{
	static const char *const names[] = { "double", "single" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

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

static enum err_code create(const struct network_shape *shape, const struct layers *of, struct network **ret_network,
			    struct err *err)
{
	AUTO(network_freep) struct network *network = NULL;

	if (mem_new(&network, 1, err) != ERR_OK)
		return err->code;
	network->shape = *shape;
	network->arithmetic = shape->precision == PRECISION_SINGLE ? &arithmetic_single : &arithmetic_double;
	if (network->arithmetic->create(shape, of, &network->layers, err) != ERR_OK)
		return err->code;
	*ret_network = take_ptr(&network);
	return ERR_OK;
}

enum err_code network_create(const struct network_shape *shape, struct network **ret_network, struct err *err)
{
	return create(shape, NULL, ret_network, err);
}

enum err_code network_create_reader(const struct network *of, struct network **ret_reader, struct err *err)
{
	return create(&of->shape, of->layers, ret_reader, err);
}

void network_free(struct network *network)
{
	if (network == NULL)
		return;
	if (network->layers != NULL)
		network->arithmetic->free(network->layers);
	free(network);
}

void network_freep(struct network **network)
{
	network_free(*network);
}

struct network_layer network_shape_layer(const struct network_shape *shape, size_t l)
{
	return (struct network_layer){
		.inputs = l > 0 ? shape->hidden[l - 1] : shape->inputs,
		.outputs = l < shape->hidden_count ? shape->hidden[l] : shape->outputs,
		.has_bias = l < shape->hidden_count || (shape->cosine.heads == 0 && shape->branch_layers == 0),
	};
}

static size_t count_parameters(struct network_layer layer)
{
	return (layer.inputs + layer.has_bias) * layer.outputs;
}

size_t network_count_parameters(const struct network_shape *shape)
{
	size_t count = 0;

	for (size_t l = 0; l <= shape->hidden_count; l++)
		count += count_parameters(network_shape_layer(shape, l));
	return count;
}

size_t network_layer_count(const struct network *network)
{
	return network->shape.hidden_count + 1;
}

struct network_layer network_layer(const struct network *network, size_t l)
{
	return network_shape_layer(&network->shape, l);
}

void network_initialise(struct network *network, enum network_init init, struct rng *rng)
{
	network->arithmetic->initialise(network->layers, 0, init, rng);
}

void network_initialise_classifier(struct network *network, enum network_init init, struct rng *rng)
{
	network->arithmetic->initialise(network->layers, network->shape.hidden_count, init, rng);
}

void network_freeze_hidden(struct network *network)
{
	network->arithmetic->freeze_hidden(network->layers);
}

struct tile_cosine network_cosine(const struct network *network)
{
	return network->shape.cosine;
}

void network_read_layer(const struct network *network, size_t l, double *ret_weight, double *ret_bias)
{
	network->arithmetic->read_layer(network->layers, l, ret_weight, ret_bias);
}

void network_write_layer(struct network *network, size_t l, const double *weight, const double *bias)
{
	network->arithmetic->write_layer(network->layers, l, weight, bias);
}

void network_read_gradient(const struct network *network, size_t l, double *ret_weight, double *ret_bias)
{
	network->arithmetic->read_gradient(network->layers, l, ret_weight, ret_bias);
}

double network_class_norm(const struct network *network, size_t class)
{
	return network->arithmetic->class_norm(network->layers, class);
}

void network_visit_state(struct network *network, struct state_visitor *visitor)
{
	state_visit(visitor, "parameters", network->arithmetic->type, network_count_parameters(&network->shape),
		    network->arithmetic->parameters(network->layers));
}

bool network_is_finite(const struct network *network)
{
	return network->arithmetic->is_finite(network->layers);
}

enum err_code network_inputs_create(const struct network *network, const double *x, size_t instances,
				    struct network_inputs **ret_inputs, struct err *err)
{
	AUTO(network_inputs_freep) struct network_inputs *inputs = NULL;

	if (mem_new(&inputs, 1, err) != ERR_OK)
		return err->code;
	inputs->instances = instances;
	inputs->features = network->shape.inputs;
	if (network->arithmetic->fill_inputs(network->layers, x, inputs, err) != ERR_OK)
		return err->code;
	*ret_inputs = take_ptr(&inputs);
	return ERR_OK;
}

bool network_takes_packed(const struct network *network, size_t instances)
{
	return network->arithmetic->takes_packed(network->layers, instances * network->shape.inputs);
}

enum err_code network_inputs_create_packed(const struct network *network, const struct packed_rows *rows,
					   size_t instances, struct network_inputs **ret_inputs, struct err *err)
{
	assert(rows->features == network->shape.inputs && network_takes_packed(network, instances));
	if (mem_new(ret_inputs, 1, err) != ERR_OK)
		return err->code;
	**ret_inputs = (struct network_inputs){ .instances = instances, .features = rows->features, .packed = rows };
	return ERR_OK;
}

void network_inputs_free(struct network_inputs *inputs)
{
	if (inputs == NULL)
		return;
	free(inputs->copy);
	free(inputs->tiles);
	free(inputs);
}

void network_inputs_freep(struct network_inputs **inputs)
{
	network_inputs_free(*inputs);
}

void network_share(struct network *network, struct pool *pool)
{
	network->pool = pool;
	network->arithmetic->share(network->layers, pool);
}

void network_set_halves(struct network *network, const struct network_halves *halves)
{
	network->arithmetic->set_halves(network->layers, halves);
}

void network_calibrate(struct network *network, const struct network_calibration *calibration)
{
	assert(network->shape.calibrates);
	network->arithmetic->calibrate(network->layers, calibration);
}

void network_forward(struct network *network, const struct network_batch *batch, struct rng *dropout,
		     double *ret_logits)
{
	network->arithmetic->forward(network->layers, batch, dropout, ret_logits);
}

void network_backward(struct network *network, const double *delta)
{
	network->arithmetic->backward(network->layers, delta);
}

/* A piece of fewer parameters is over before another thread has begun. */
#define PIECE_PARAMETERS 32768

size_t parameter_pieces(const struct network *network)
{
	size_t count = network->arithmetic->learning(network->layers).count;
	size_t pieces = 1;

	while (count / (2 * pieces) >= PIECE_PARAMETERS)
		pieces *= 2;
	return pieces;
}

struct parameter_slice parameter_slice(const struct network *network, size_t piece, size_t l)
{
	size_t pieces = parameter_pieces(network);
	size_t learning = network->arithmetic->learning(network->layers).first;
	size_t first = 0;

	for (size_t below = 0; below < l; below++)
		first += count_parameters(network_layer(network, below));
	if (first < learning)
		return (struct parameter_slice){ 0, 0 };
	size_t count = count_parameters(network_layer(network, l));
	size_t from = count * piece / pieces;
	return (struct parameter_slice){ first - learning + from, count * (piece + 1) / pieces - from };
}

static void clear_some(void *context, size_t piece, size_t thread)
{
	const struct network *network = context;
	char *gradients = network->arithmetic->learning(network->layers).gradients;
	size_t size = network->arithmetic->size;

	(void)thread;
	for (size_t l = 0; l < network_layer_count(network); l++) {
		struct parameter_slice slice = parameter_slice(network, piece, l);
		memset(gradients + slice.first * size, 0, slice.count * size);
	}
}

void network_clear_gradients(struct network *network)
{
	pool_run(network->pool, parameter_pieces(network), clear_some, network);
}

void network_predict(struct network *network, const struct network_inputs *inputs, size_t first, size_t count,
		     double *ret_logits)
{
	network->arithmetic->predict(network->layers, inputs, first, count, ret_logits);
}

void network_read_input(const struct network *network, size_t l, double *ret_input)
{
	network->arithmetic->read_input(network->layers, l, ret_input);
}

void network_read_tile(struct network *network, const struct network_inputs *inputs, size_t t, double *ret_logits,
		       double *ret_features)
{
	uint32_t index[TILE_INSTANCES];
	const struct network_batch batch = { .inputs = inputs, .index = index, .count = TILE_INSTANCES };

	for (size_t i = 0; i < TILE_INSTANCES; i++) {
		size_t at = t * TILE_INSTANCES + i;
		index[i] = (uint32_t)(at < inputs->instances ? at : inputs->instances - 1);
	}
	network_forward(network, &batch, NULL, ret_logits);
	network_read_input(network, network->shape.hidden_count, ret_features);
}

void network_read_delta(const struct network *network, size_t l, double *ret_delta)
{
	network->arithmetic->read_delta(network->layers, l, ret_delta);
}
