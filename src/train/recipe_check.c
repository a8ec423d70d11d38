#include "train/recipe_check.h"

#include <string.h>

enum err_code recipe_check_training(const struct recipe *recipe, struct err *err)
{
	const struct training_settings *training = &recipe->training;
	bool is_sgd = strcmp(optimizer_name((size_t)training->optimizer), "sgd") == 0;

	if (training->init == INIT_ZERO && (recipe->model == MODEL_MLP || recipe->shape.cosine.heads > 0))
		return err_set(err, ERR_INPUT, "init 'zero' will not do: from zeros %s",
			       recipe->model == MODEL_MLP ? "hidden layers learn nothing"
							  : "a cosine classifier learns nothing");
	if (training->optimization.nesterov && (!is_sgd || training->optimization.momentum == 0))
		return err_set(err, ERR_INPUT, "nesterov will not do: %s",
			       is_sgd ? "momentum is 0" : "it is of optimizer sgd");
	if (training->warm_up_epochs > training->epochs)
		return err_set(err, ERR_INPUT, "warm-up-epochs %zu will not do: there are %zu epochs in all",
			       training->warm_up_epochs, training->epochs);
	return ERR_OK;
}

enum err_code recipe_check_objective(const struct recipe *recipe, struct err *err)
{
	const struct method *method = &recipe->method;
	const struct training_settings *training = &recipe->training;
	const char *optimizer = optimizer_name((size_t)training->optimizer);

	if (!optimizer_takes_objectives((size_t)training->optimizer))
		return ERR_OK;
	if (method->sampler != &sampler_all)
		return err_set(err, ERR_INPUT,
			       "optimizer %s will not do: it takes all instances alike, and sampler %s draws; a loss "
			       "with weights goes",
			       optimizer, method->sampler->name);
	if (method->stage != NULL && method->stage->sampler != NULL)
		return err_set(err, ERR_INPUT, "optimizer %s will not do: second stage %s has draws", optimizer,
			       method->stage->name);
	if (method->loss->see_tile != NULL || method->loss->uses_meta_set || method->loss->draws)
		return err_set(err, ERR_INPUT, "optimizer %s will not do: loss %s %s", optimizer, method->loss->name,
			       method->loss->draws ? "draws what counts" : "weighs each batch anew");
	if (recipe->shape.dropout > 0)
		return err_set(err, ERR_INPUT, "optimizer %s will not do: dropout draws what counts", optimizer);
	if (recipe->shape.precision == PRECISION_SINGLE)
		return err_set(err, ERR_INPUT, "optimizer %s will not do: it works in double precision only",
			       optimizer);
	if (training->schedule != SCHEDULE_CONSTANT || training->warm_up_epochs > 0)
		return err_set(err, ERR_INPUT, "optimizer %s will not do: it has no learning rate to %s", optimizer,
			       training->schedule != SCHEDULE_CONSTANT ? "schedule" : "warm up");
	return ERR_OK;
}

enum err_code recipe_check_pace(const struct recipe *recipe, struct err *err)
{
	size_t first = recipe->sampler_parameters.first_epochs;

	return first < recipe->training.epochs
		   ? ERR_OK
		   : err_set(err, ERR_INPUT, "first-epochs %zu will not do: of %zu epochs none is left after them",
			     first, recipe->training.epochs);
}
