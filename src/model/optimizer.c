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
	{ .name = "sgd", .moments = 1, .width = 1, .step = BOTH(optimizer_step_sgd) },
	{ .name = "adam", .moments = 2, .width = 1, .step = BOTH(optimizer_step_adam) },
	{ .name = "lbfgs", .moments = 2, .width = OPTIMIZER_PAIRS, .iterate = optimizer_iterate_lbfgs, .scratch = 3 },
};

struct optimizer {
	const struct optimizer_kind *kind;
	struct optimizer_settings settings;
	struct network *network;
	size_t steps;
	void *moment[OPTIMIZER_MOMENTS_MAX]; /* (width, parameters) */
	double *scratch;		     /* (scratch, parameters) */
	/* Of the parameters as they are, if the last objective was looked at there: its value, and whether it is the
	 * least that can be had. Not state: looking once more gives the same. */
	bool is_known, is_least;
	double value;
};

const char *optimizer_name(size_t i)
{
	return i < ARRAY_LENGTH(kinds) ? kinds[i].name : NULL;
}

bool optimizer_takes_objectives(size_t kind)
{
	return kinds[kind].iterate != NULL;
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
	size_t count = network_count_parameters(&network->shape);
	for (size_t i = 0; i < kinds[kind].moments; i++)
		if (mem_alloc(kinds[kind].width * count, network->arithmetic->size, &optimizer->moment[i], err) !=
		    ERR_OK)
			return err->code;
	if (mem_new(&optimizer->scratch, kinds[kind].scratch * count, err) != ERR_OK)
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
	free(optimizer->scratch);
	free(optimizer);
}

void optimizer_freep(struct optimizer **optimizer)
{
	optimizer_free(*optimizer);
}

/* The parameters that learn, with their part of the moments. */
static struct optimizer_arrays learning_arrays(struct optimizer *optimizer)
{
	const struct network *network = optimizer->network;
	struct parameter_range learning = network->arithmetic->learning(network->layers);
	struct optimizer_arrays arrays = {
		.count = learning.count,
		.theta = learning.parameters,
		.gradient = learning.gradients,
	};

	for (size_t i = 0; i < optimizer->kind->moments; i++)
		arrays.moment[i] =
		    (char *)optimizer->moment[i] + optimizer->kind->width * learning.first * network->arithmetic->size;
	return arrays;
}

/* A step, some parameters at a time. */
struct step {
	const struct optimizer *optimizer;
	struct optimizer_settings settings;
	struct optimizer_arrays arrays;
};

static void step_some(void *context, size_t piece, size_t thread)
{
	const struct step *step = context;
	const struct optimizer *optimizer = step->optimizer;
	const struct network *network = optimizer->network;

	(void)thread;
	for (size_t l = 0; l < network_layer_count(network); l++) {
		struct parameter_slice slice = parameter_slice(network, piece, l);
		size_t offset = slice.first * network->arithmetic->size;
		struct optimizer_arrays arrays = {
			.count = slice.count,
			.theta = (char *)step->arrays.theta + offset,
			.gradient = (const char *)step->arrays.gradient + offset,
		};
		for (size_t i = 0; i < optimizer->kind->moments; i++)
			arrays.moment[i] = (char *)step->arrays.moment[i] + offset;
		optimizer->kind->step[network->shape.precision](&step->settings, optimizer->steps, &arrays);
	}
}

void optimizer_step(struct optimizer *optimizer, double rate_factor)
{
	const struct network *network = optimizer->network;
	struct step step = { optimizer, optimizer->settings, learning_arrays(optimizer) };

	if (step.settings.weight_decay != 0)
		network->arithmetic->decay(network->layers, step.settings.weight_decay);
	optimizer->steps++;
	step.settings.learning_rate *= rate_factor;
	pool_run(network->pool, parameter_pieces(network), step_some, &step);
}

/* An objective with the weight decay of a network. */
struct decayed {
	const struct optimizer *optimizer;
	optimizer_objective *objective;
	void *context;
};

static double evaluate_decayed(void *context)
{
	const struct decayed *decayed = context;
	struct network *network = decayed->optimizer->network;
	double weight_decay = decayed->optimizer->settings.weight_decay;

	network_clear_gradients(network);
	double value = decayed->objective(decayed->context);
	if (weight_decay != 0) {
		network->arithmetic->decay(network->layers, weight_decay);
		value += weight_decay / 2 * network->arithmetic->sum_squares(network->layers);
	}
	return value;
}

void optimizer_minimise(struct optimizer *optimizer, optimizer_objective *objective, void *context, bool is_other)
{
	struct decayed decayed = { optimizer, objective, context };
	struct optimizer_iteration iteration = {
		.arrays = learning_arrays(optimizer),
		.scratch = optimizer->scratch,
		.steps = &optimizer->steps,
		.evaluate = evaluate_decayed,
		.context = &decayed,
	};

	if (!optimizer->is_known || is_other) {
		optimizer->value = evaluate_decayed(&decayed);
		optimizer->is_least = false;
	}
	optimizer->is_known = true;
	if (optimizer->is_least)
		return;
	iteration.value = optimizer->value;
	optimizer->is_least = !optimizer->kind->iterate(&iteration);
	optimizer->value = iteration.value;
}

void optimizer_restart(struct optimizer *optimizer)
{
	const struct network *network = optimizer->network;
	size_t bytes = optimizer->kind->width * network_count_parameters(&network->shape) * network->arithmetic->size;

	for (size_t i = 0; i < optimizer->kind->moments; i++)
		memset(optimizer->moment[i], 0, bytes);
	optimizer->steps = 0;
	optimizer->is_known = false;
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
	optimizer_visit_moments(optimizer->kind, network->arithmetic->type,
				optimizer->kind->width * network_count_parameters(&network->shape), optimizer->moment,
				visitor);
}
