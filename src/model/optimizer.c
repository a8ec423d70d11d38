#include "model/optimizer.h"

#include <stdlib.h>

#include "base/mem.h"

#define MAX_MOMENTS 2

static const struct optimizer_kind *const kinds[] = { &optimizer_sgd, &optimizer_adam };

struct optimizer {
	const struct optimizer_kind *kind;
	struct optimizer_settings settings;
	struct network *network;
	size_t steps;
	double *moment[MAX_MOMENTS];
};

const char *optimizer_name(size_t i)
{
	return i < ARRAY_LENGTH(kinds) ? kinds[i]->name : NULL;
}

enum err_code optimizer_create(size_t kind, const struct optimizer_settings *settings, struct network *network,
			       struct optimizer **ret_optimizer, struct err *err)
{
	AUTO(optimizer_freep) struct optimizer *optimizer = NULL;

	if (mem_new(&optimizer, 1, err) != ERR_OK)
		return err->code;
	optimizer->kind = kinds[kind];
	optimizer->settings = *settings;
	optimizer->network = network;
	for (size_t i = 0; i < kinds[kind]->moments; i++)
		if (mem_new(&optimizer->moment[i], network->parameter_count, err) != ERR_OK)
			return err->code;
	*ret_optimizer = take_ptr(&optimizer);
	return ERR_OK;
}

void optimizer_free(struct optimizer *optimizer)
{
	if (optimizer == NULL)
		return;
	for (size_t i = 0; i < MAX_MOMENTS; i++)
		free(optimizer->moment[i]);
	free(optimizer);
}

void optimizer_freep(struct optimizer **optimizer)
{
	optimizer_free(*optimizer);
}

static void add_weight_decay(const struct network *network, double weight_decay)
{
	for (size_t l = 0; l < network->layer_count; l++) {
		const struct dense_layer *layer = &network->layers[l];
		for (size_t i = 0; i < layer->inputs * layer->outputs; i++)
			layer->weight_gradient[i] += weight_decay * layer->weight[i];
	}
}

void optimizer_step(struct optimizer *optimizer, double rate_factor)
{
	struct network *network = optimizer->network;
	struct optimizer_settings settings = optimizer->settings;

	if (optimizer->settings.weight_decay != 0)
		add_weight_decay(network, optimizer->settings.weight_decay);
	optimizer->steps++;
	settings.learning_rate *= rate_factor;
	optimizer->kind->step(&settings, optimizer->steps, network->parameter_count, network->parameters,
			      network->gradients, optimizer->moment);
}
