#include "rebalance/loss.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/tile.h"
#include "num/tile_loss.h"

static const struct loss *const losses[] = {
	&loss_cross_entropy,
	&loss_class_balanced,
	&loss_inverse_frequency,
	&loss_difficulty,
	&loss_focal,
	&loss_focal_reweighted,
	&loss_logit_adjusted,
	&loss_balanced_softmax,
	&loss_cdt,
	&loss_class_balanced_sigmoid,
	&loss_class_balanced_focal,
	&loss_focal_sigmoid,
	&loss_acsl,
	&loss_equalization,
	&loss_balanced,
	&loss_cost_sensitive,
	&loss_log_frequency,
	&loss_softmax_equalization,
	&loss_ghm,
	&loss_ldam,
	&loss_pairwise,
	&loss_meta_reweight,
	&loss_meta_weight_net,
	&loss_inverse,
	&loss_square_root_inverse,
	&loss_mse,
	&loss_l1,
	&loss_huber,
	&loss_focal_mse,
	&loss_focal_l1,
	&loss_balanced_mse,
};

const struct loss *loss_at(size_t i)
{
	return i < ARRAY_LENGTH(losses) ? losses[i] : NULL;
}

const char *loss_name(size_t i)
{
	return i < ARRAY_LENGTH(losses) ? losses[i]->name : NULL;
}

const char *loss_reduction_name(size_t i)
{
	static const char *const names[] = { "batch", "weights" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

void loss_weigh_classes(const struct loss *loss, const struct loss_parameters *parameters, const uint32_t *counts,
			size_t classes, double *ret_weight)
{
	double sum = 0;
	double shares = 0;

	for (size_t c = 0; c < classes; c++)
		ret_weight[c] =
		    counts[c] == 0 ? 0 : kernel_smooth_size(&parameters->kernel, counts, classes, c, loss->size);
	if (loss->weigh_classes != NULL)
		loss->weigh_classes(parameters, ret_weight, classes, ret_weight);
	for (size_t c = 0; c < classes; c++) {
		bool is_present = counts[c] > 0;
		double share = loss->weights_mean == MEAN_OF_INSTANCES ? counts[c] : is_present;
		if (!is_present || loss->weigh_classes == NULL)
			ret_weight[c] = is_present;
		sum += share * ret_weight[c];
		shares += share;
	}
	for (size_t c = 0; c < classes && loss->weights_mean != MEAN_AS_IT_COMES; c++)
		ret_weight[c] *= shares / sum;
}

double loss_sum_sizes(const double *sizes, size_t classes)
{
	double sum = 0;

	for (size_t c = 0; c < classes; c++)
		sum += sizes[c];
	return sum;
}

double loss_count_instances(const uint32_t *counts, size_t classes)
{
	double sum = 0;

	for (size_t c = 0; c < classes; c++)
		sum += counts[c];
	return sum;
}

bool loss_only_weighs(const struct loss *loss)
{
	return loss->task == TASK_CLASSIFICATION && loss->evaluate == NULL && !loss->uses_meta_set;
}

static double fill(double given, double initial)
{
	if (initial == 0)
		return NAN;
	return isnan(given) ? initial : given;
}

static const char *fill_text(const char *given, const char *initial)
{
	return initial == NULL || given == NULL ? initial : given;
}

struct loss_parameters loss_fill_parameters(const struct loss *loss, const struct loss_parameters *given)
{
	return (struct loss_parameters){
		.beta = given->beta,
		.gamma = fill(given->gamma, loss->defaults.gamma),
		.tau = fill(given->tau, loss->defaults.tau),
		.alpha = fill(given->alpha, loss->defaults.alpha),
		.xi = fill(given->xi, loss->defaults.xi),
		.lambda = fill(given->lambda, loss->defaults.lambda),
		.margin = fill(given->margin, loss->defaults.margin),
		.momentum = fill(given->momentum, loss->defaults.momentum),
		.bins = loss->defaults.bins == 0 || given->bins == 0 ? loss->defaults.bins : given->bins,
		.meta_per_class = loss->defaults.meta_per_class == 0 || given->meta_per_class == 0
				      ? loss->defaults.meta_per_class
				      : given->meta_per_class,
		.meta_rate = fill(given->meta_rate, loss->defaults.meta_rate),
		.pairwise_alpha = fill_text(given->pairwise_alpha, loss->defaults.pairwise_alpha),
		.pairwise_delta = fill_text(given->pairwise_delta, loss->defaults.pairwise_delta),
		.scale = given->scale,
		.focal_beta = fill(given->focal_beta, loss->defaults.focal_beta),
		.focal_form = fill_text(given->focal_form, loss->defaults.focal_form),
		.huber_beta = fill(given->huber_beta, loss->defaults.huber_beta),
		.noise = fill(given->noise, loss->defaults.noise),
		.noise_rate = fill(given->noise_rate, loss->defaults.noise_rate),
		.batch = given->batch,
		.kernel = given->kernel,
	};
}

enum err_code loss_check(const struct loss *loss, const struct loss_parameters *given, size_t classes, struct err *err)
{
	struct loss_parameters parameters = loss_fill_parameters(loss, given);

	return loss->check == NULL ? ERR_OK : loss->check(&parameters, classes, err);
}

enum err_code loss_check_probability(const struct loss_parameters *parameters, size_t classes, struct err *err)
{
	(void)classes;
	if (parameters->gamma > 1)
		return err_set(err, ERR_INPUT, "gamma %g will not do: it is a probability here, at most 1",
			       parameters->gamma);
	return ERR_OK;
}

enum err_code loss_state_init(struct loss_state *state, const struct loss *loss, const struct loss_parameters *given,
			      const uint32_t *counts, size_t classes, struct err *err)
{
	AUTO(mem_freep) double *constant = NULL;
	AUTO(mem_freep) double *memory = NULL;
	struct loss_parameters parameters = loss_fill_parameters(loss, given);

	if (loss_check(loss, given, classes, err) != ERR_OK ||
	    mem_new(&constant, loss->by_pairs ? classes * classes : classes, err) != ERR_OK ||
	    (loss->count_memory != NULL && mem_new(&memory, loss->count_memory(&parameters), err) != ERR_OK))
		return err->code;
	*state = (struct loss_state){ .loss = loss, .parameters = parameters, .classes = classes };
	if (loss->prepare != NULL)
		loss->prepare(&state->parameters, counts, classes, constant);
	state->constant = take_ptr(&constant);
	state->memory = take_ptr(&memory);
	return ERR_OK;
}

void loss_state_done(struct loss_state *state)
{
	free(state->constant);
	free(state->memory);
	state->constant = state->memory = NULL;
}

void loss_visit_state(struct loss_state *state, struct state_visitor *visitor)
{
	size_t count = state->loss->count_memory != NULL ? state->loss->count_memory(&state->parameters) : 0;

	rng_visit_state(&state->rng, visitor);
	state_visit(visitor, "memory", STATE_DOUBLE, count, state->memory);
	state_check(visitor, state->loss->accepts_memory == NULL || state->loss->accepts_memory(state));
}

double loss_evaluate_cross_entropy(const struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	tile_softmax(tile->logits, tile->lanes, state->classes, tile->logits, ret_delta);
	tile_cross_entropy_delta(ret_delta, tile->y, tile->scale, tile->lanes, state->classes, ret_delta);
	return tile_cross_entropy(tile->logits, tile->y, tile->scale, tile->lanes, state->classes);
}

double loss_evaluate(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	return state->loss->evaluate != NULL ? state->loss->evaluate(state, tile, ret_delta)
					     : loss_evaluate_cross_entropy(state, tile, ret_delta);
}

double loss_evaluate_shifted(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	for (size_t c = 0; c < state->classes; c++)
		for (size_t i = 0; i < tile->lanes; i++)
			tile->logits[c * tile->lanes + i] += state->constant[c];
	return loss_evaluate_cross_entropy(state, tile, ret_delta);
}

void loss_predict(const struct loss *loss, const double *logits, size_t lanes, size_t classes, double *ret_log_p,
		  double *ret_p)
{
	if (loss->link == LINK_SIGMOID) {
		/* s_c / sum_j s_j is the softmax of log s. */
		tile_log_sigmoid(logits, lanes, classes, ret_log_p);
		logits = ret_log_p;
	}
	tile_softmax(logits, lanes, classes, ret_log_p, ret_p);
}
