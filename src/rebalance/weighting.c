#include "rebalance/weighting.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What the loss makes of the training instances, any scale, if it is known; the sum over them. */
static double weigh_losses(struct weighting *weighting)
{
	const struct instances *instances = &weighting->predictions->instances;
	const double *difficulty = weighting->predictions->difficulty->value;
	const double *batch_weight = weighting->settings.batch_weight;
	double sum = 0;

	for (size_t i = 0; weighting->loss_weight != NULL && i < instances->train.count; i++) {
		uint32_t at = instances->train.index[i];
		weighting->loss_weight[at] = batch_weight != NULL ? batch_weight[at]
					     : weighting->settings.loss_weighs_difficulty
						 ? difficulty[at]
						 : weighting->settings.class_weight[instances->y[at]];
		sum += weighting->loss_weight[at];
	}
	return sum;
}

static void scale(const struct part *part, double *weight, double factor)
{
	for (size_t i = 0; i < part->count; i++)
		weight[part->index[i]] *= factor;
}

/* After the first epochs the training instances have an order, for good. */
static void order(struct weighting *weighting, size_t epoch)
{
	struct sampling *sampling = &weighting->sampling;
	size_t first_epochs = sampling->parameters.first_epochs;
	const struct predictions *predictions = weighting->predictions;

	if (weighting->first_loss == NULL || sampling->is_ranked || epoch <= first_epochs)
		return;
	/* A run that is taken up later knows what they cost, and its dynamics have gone on since. */
	if (epoch == first_epochs + 1 && weighting->settings.ordering_loss == NULL)
		memcpy(weighting->first_loss, predictions->dynamics->loss,
		       predictions->instances.count * sizeof *weighting->first_loss);
	sampling_order(sampling, weighting->first_loss);
}

void weighting_update(struct weighting *weighting, size_t epoch)
{
	const struct instances *instances = &weighting->predictions->instances;
	const struct part *train = &instances->train;
	double loss_sum = weigh_losses(weighting);
	double sum = 0, squares = 0;

	weighting->sampling.epoch = epoch;
	order(weighting, epoch);
	sampler_weigh(weighting->settings.sampler, &weighting->sampling);
	memset(weighting->sampling_share, 0, instances->classes * sizeof(double));
	for (size_t i = 0; i < train->count; i++) {
		uint32_t at = train->index[i];
		double weight =
		    (weighting->loss_weight != NULL ? weighting->loss_weight[at] : 1) * weighting->sampling.weight[at];
		weighting->weight[at] = weight;
		weighting->sampling_share[instances->y[at]] += weight;
		sum += weight;
		squares += weight * weight;
	}
	/* Nobody may be drawn. */
	double divisor = sum > 0 || isnan(sum) ? sum : 1;
	scale(train, weighting->weight, (double)train->count / divisor);
	for (size_t c = 0; c < instances->classes; c++)
		weighting->sampling_share[c] /= divisor;
	weighting->effective_sample_size = sum == 0 ? 0 : sum * sum / squares;
	if (weighting->settings.loss_weighs_difficulty)
		scale(train, weighting->loss_weight, (double)train->count / loss_sum);
}

static enum err_code create_sampling(struct weighting *weighting, struct err *err)
{
	const struct predictions *predictions = weighting->predictions;

	if (sampling_init(&weighting->sampling, &predictions->instances, &weighting->settings.sampler_parameters,
			  err) != ERR_OK)
		return err->code;
	weighting->sampling.epochs = weighting->settings.epochs;
	weighting->sampling.neighbourhood = weighting->settings.neighbourhood;
	weighting->sampling.difficulty = predictions->difficulty->value;
	weighting->sampling.p_true = predictions->p_true;
	weighting->sampling.log_p_true = predictions->log_p_true;
	if (!sampler_has_order(weighting->settings.sampler))
		return ERR_OK;
	if (sampling_init_order(&weighting->sampling, err) != ERR_OK ||
	    mem_new(&weighting->first_loss, predictions->instances.count, err) != ERR_OK)
		return err->code;
	if (weighting->settings.ordering_loss != NULL)
		memcpy(weighting->first_loss, weighting->settings.ordering_loss,
		       predictions->instances.count * sizeof *weighting->first_loss);
	return ERR_OK;
}

enum err_code weighting_create(const struct predictions *predictions, const struct weighting_settings *settings,
			       struct weighting **ret_weighting, struct err *err)
{
	AUTO(weighting_freep) struct weighting *made = NULL;
	size_t padded = predictions->tiles * TILE_INSTANCES;

	if (mem_new(&made, 1, err) != ERR_OK)
		return err->code;
	made->settings = *settings;
	made->predictions = predictions;
	if ((settings->class_weight != NULL &&
	     mem_new(&made->loss_weight, predictions->instances.count, err) != ERR_OK) ||
	    mem_new(&made->weight, padded, err) != ERR_OK ||
	    mem_new(&made->sampling_share, predictions->instances.classes, err) != ERR_OK ||
	    create_sampling(made, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < padded; i++)
		made->weight[i] = NAN;
	weighting_update(made, 1);
	*ret_weighting = take_ptr(&made);
	return ERR_OK;
}

void weighting_free(struct weighting *weighting)
{
	if (weighting == NULL)
		return;
	sampling_done(&weighting->sampling);
	free(weighting->first_loss);
	free(weighting->loss_weight);
	free(weighting->weight);
	free(weighting->sampling_share);
	free(weighting);
}

void weighting_freep(struct weighting **weighting)
{
	weighting_free(*weighting);
}

void weighting_visit_state(struct weighting *weighting, struct state_visitor *visitor)
{
	if (weighting->first_loss != NULL)
		state_visit(visitor, "first_loss", STATE_DOUBLE, weighting->predictions->instances.count,
			    weighting->first_loss);
}
