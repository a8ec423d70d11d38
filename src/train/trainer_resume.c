/* A trainer's state, and what follows from it. */
#include "base/mem.h"
#include "train/trainer_state.h"

void trainer_visit_state(void *object, struct state_visitor *visitor)
{
	struct trainer *trainer = object;
	const struct sampling *sampling = &trainer->weighting->sampling;
	const struct sampler *samplers[] = { trainer->recipe->method.sampler,
					     trainer->recipe->method.stage != NULL
						 ? trainer->recipe->method.stage->sampler
						 : NULL };

	visitor->part = "trainer";
	state_visit_size(visitor, "epoch", &trainer->epoch, trainer->recipe->training.epochs);
	visitor->part = "network";
	network_visit_state(trainer->network, visitor);
	visitor->part = "optimizer";
	optimizer_visit_state(trainer->optimizer, visitor);
	visitor->part = "class_scales";
	if (trainer->scales != NULL)
		class_scales_visit_state(trainer->scales, visitor);
	visitor->part = "features";
	moving_mean_visit_state(&trainer->moving_mean, visitor);
	visitor->part = "feature_smoothing";
	if (trainer->feature_smoothing.bins > 0)
		feature_smoothing_visit_state(&trainer->feature_smoothing, visitor);
	visitor->part = "loss";
	loss_visit_state(&trainer->loss, visitor);
	visitor->part = "meta_weights";
	if (trainer->meta_weights != NULL)
		meta_weights_visit_state(trainer->meta_weights, visitor);
	visitor->part = "sampler";
	sampler_work_visit_state(&trainer->sampler_work, &sampling->instances, visitor);
	for (size_t i = 0; i < ARRAY_LENGTH(samplers); i++)
		if (samplers[i] != NULL && samplers[i]->accepts_memory != NULL)
			state_check(visitor, samplers[i]->accepts_memory(sampling, trainer->sampler_work.memory));
	visitor->part = "weighting";
	weighting_visit_state(trainer->weighting, visitor);
	visitor->part = "initial_weights";
	rng_visit_state(&trainer->initial_weights, visitor);
	visitor->part = "dropout";
	rng_visit_state(&trainer->dropout_rng, visitor);
	visitor->part = "predictions";
	predictions_visit_state(trainer->predictions, visitor);
	visitor->part = "unadjusted";
	if (trainer->unadjusted != NULL)
		predictions_visit_state(trainer->unadjusted, visitor);
}

enum err_code trainer_save_state(struct trainer *trainer, struct text *bytes, struct err *err)
{
	return state_save(trainer_visit_state, trainer, bytes, err);
}

enum err_code trainer_load_state(struct trainer *trainer, const char *bytes, size_t size, struct err *err)
{
	if (state_load(trainer_visit_state, trainer, bytes, size, err) != ERR_OK)
		return err->code;
	if (trainer->epoch == 0)
		return ERR_OK;
	predictions_recall(trainer->predictions);
	if (trainer->unadjusted != NULL)
		predictions_recall(trainer->unadjusted);
	if (trainer->feature_smoothing.bins > 0)
		feature_smoothing_recall(&trainer->feature_smoothing);
	trainer_take_up_stage(trainer);
	weighting_update(trainer->weighting, trainer->epoch + 1);
	return ERR_OK;
}

enum err_code recipe_check_extension(const struct recipe *recipe, size_t epochs, struct err *err)
{
	const struct training_settings *training = &recipe->training;

	if (epochs <= training->epochs)
		return err_set(err, ERR_INPUT, "epochs %zu will not do: the run has %zu already", epochs,
			       training->epochs);
	const char *reason = training->schedule == SCHEDULE_COSINE ? "the cosine schedule"
			     : recipe->method.stage != NULL	   ? "the second stage"
			     : recipe->method.sampler->uses_epochs ? "the sampler"
			     : recipe->tune_folds > 0		   ? "the cross-validation"
								   : NULL;
	if (reason == NULL)
		return ERR_OK;
	return err_set(err, ERR_INPUT,
		       "epochs %zu will not do: %s went by the %zu epochs of the run; train a new run with more",
		       epochs, reason, training->epochs);
}
