#include "model/optimizer.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/arithmetic.h"
#include "model/optimizer_step.h"

#define BOTH(function)                                                                                                 \
	{                                                                                                              \
		function##_double, function##_single                                                                   \
	}

static const struct optimizer_kind kinds[] = {
	{ "sgd", 1, BOTH(optimizer_step_sgd) },
	{ "adam", 2, BOTH(optimizer_step_adam) },
};

struct optimizer {
	const struct optimizer_kind *kind;
	struct optimizer_settings settings;
	struct network *network;
	size_t steps;
	void *moment[OPTIMIZER_MOMENTS_MAX]; /* (parameters) */
};

const char *optimizer_name(size_t i)
{
	return i < ARRAY_LENGTH(kinds) ? kinds[i].name : NULL;
}

const struct optimizer_kind *optimizer_kind_at(size_t i)
{
	return &kinds[i];
}

enum err_code optimizer_create(size_t kind, const struct optimizer_settings *settings, struct network *network,
			       struct optimizer **ret_optimizer, struct err *err)
{
	AUTO(optimizer_freep) struct optimizer *optimizer = NULL;

	if (mem_new(&optimizer, 1, err) != ERR_OK)
		return err->code;
	optimizer->kind = &kinds[kind];
	optimizer->settings = *settings;
	optimizer->network = network;
	for (size_t i = 0; i < kinds[kind].moments; i++)
		if (mem_alloc(network_count_parameters(&network->shape), network->arithmetic->size,
			      &optimizer->moment[i], err) != ERR_OK)
			return err->code;
	*ret_optimizer = take_ptr(&optimizer);
	return ERR_OK;
}

void optimizer_free(struct optimizer *optimizer)
{
	if (optimizer == NULL)
		return;
	for (size_t i = 0; i < OPTIMIZER_MOMENTS_MAX; i++)
		free(optimizer->moment[i]);
	free(optimizer);
}

void optimizer_freep(struct optimizer **optimizer)
{
	optimizer_free(*optimizer);
}

void optimizer_step(struct optimizer *optimizer, double rate_factor)
{
	const struct network *network = optimizer->network;
	struct parameter_range learning = network->arithmetic->learning(network->layers);
	struct optimizer_settings settings = optimizer->settings;
	struct optimizer_arrays arrays = {
		.count = learning.count,
		.theta = learning.parameters,
		.gradient = learning.gradients,
	};

	for (size_t i = 0; i < optimizer->kind->moments; i++)
		arrays.moment[i] = (char *)optimizer->moment[i] + learning.first * network->arithmetic->size;
	if (settings.weight_decay != 0)
		network->arithmetic->decay(network->layers, settings.weight_decay);
	optimizer->steps++;
	settings.learning_rate *= rate_factor;
	optimizer->kind->step[network->shape.precision](&settings, optimizer->steps, &arrays);
}

void optimizer_restart(struct optimizer *optimizer)
{
	const struct network *network = optimizer->network;
	size_t bytes = network_count_parameters(&network->shape) * network->arithmetic->size;

	for (size_t i = 0; i < optimizer->kind->moments; i++)
		memset(optimizer->moment[i], 0, bytes);
	optimizer->steps = 0;
}

void optimizer_visit_moments(const struct optimizer_kind *kind, enum state_type type, size_t count,
			     void *const *moments, struct state_visitor *visitor)
{
	static const char *const names[OPTIMIZER_MOMENTS_MAX] = { "moment_1", "moment_2" };

	for (size_t i = 0; i < kind->moments; i++)
		state_visit(visitor, names[i], type, count, moments[i]);
}

void optimizer_visit_state(struct optimizer *optimizer, struct state_visitor *visitor)
{
	const struct network *network = optimizer->network;

	state_visit_size(visitor, "steps", &optimizer->steps, SIZE_MAX);
	optimizer_visit_moments(optimizer->kind, network->arithmetic->type, network_count_parameters(&network->shape),
				optimizer->moment, visitor);
}
