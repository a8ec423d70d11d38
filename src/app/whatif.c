#include "app/whatif.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/stored_run.h"
#include "base/mem.h"

/* For track_findings: keeps the first. */
static void note_damage(void *context, int64_t run_id, const char *finding)
{
	struct whatif *whatif = context;

	(void)run_id;
	if (whatif->damage[0] == '\0')
		(void)snprintf(whatif->damage, sizeof whatif->damage, "%s", finding);
}

static enum err_code create_rule(const struct whatif_request *request, struct whatif *whatif, struct err *err)
{
	const struct recipe *recipe = &whatif->recipe;
	const struct split *split = whatif->run.split;

	if (recipe_resolve_parts(request->settings, &whatif->recipe, err) != ERR_OK ||
	    recipe_check_uses(recipe, request->settings, err) != ERR_OK)
		return err->code;
	if (recipe->method.stage != NULL)
		return err_set(err, ERR_INPUT,
			       "method %s will not do: it has a second stage, and so weighs by the epoch",
			       recipe->method.name);
	if (recipe->sampler_parameters.neighbours > 0)
		return err_set(err, ERR_INPUT, "sampler %s will not do: it goes by features, not by predictions",
			       recipe->method.sampler->name);
	const struct loss *loss = recipe->method.loss;
	if (loss->uses_meta_set)
		return err_set(err, ERR_INPUT, "loss %s will not do: its weights come from gradients", loss->name);
	struct loss_parameters parameters = loss_fill_parameters(loss, &recipe->loss_parameters);
	if (mem_new(&whatif->class_weight, split->classes, err) != ERR_OK ||
	    loss_check(loss, &parameters, split->classes, err) != ERR_OK)
		return err->code;
	loss_weigh_classes(loss, &parameters, split->train_class, split->classes, whatif->class_weight);
	const struct weighting_settings settings = {
		.sampler = recipe->method.sampler,
		.sampler_parameters = recipe->sampler_parameters,
		.epochs = whatif->run.settings.training.epochs,
		.class_weight = whatif->class_weight,
		.loss_weighs_difficulty = loss->uses_difficulty,
	};
	return weighting_create(whatif->run.predictions, &settings, &whatif->rule, err);
}

/* Share of each class and effective sample size of weights (n). */
static double sum_up(const struct whatif *whatif, const double *weight, double *ret_share)
{
	const struct instances *instances = &whatif->run.predictions->instances;
	double sum = 0;
	double squares = 0;

	for (size_t i = 0; i < instances->train.count; i++) {
		uint32_t at = instances->train.index[i];
		ret_share[instances->y[at]] += weight[at];
		sum += weight[at];
		squares += weight[at] * weight[at];
	}
	for (size_t c = 0; c < instances->classes; c++)
		ret_share[c] /= sum;
	return sum * sum / squares;
}

static bool are_alike(const struct whatif *whatif)
{
	const struct instances *instances = &whatif->run.predictions->instances;

	for (size_t i = 0; i < instances->train.count; i++)
		if (whatif->weight[instances->train.index[i]] != 1)
			return false;
	return true;
}

/* The weights after the epoch that was just taken in. */
static void take_weights(struct whatif *whatif)
{
	struct verify_run *run = &whatif->run;

	whatif->epoch = run->record->epoch;
	weighting_update(whatif->rule, (run->row.has_model ? run->record->epoch : run->count) + 1);
	for (size_t i = 0; i < run->row.instances; i++) {
		whatif->recorded[i] = verify_recorded_weight(run, i);
		whatif->weight[i] = run->split->is_test[i] ? NAN : whatif->rule->weight[i];
	}
}

static enum err_code take_epochs(struct track *track, const struct whatif_request *request, struct whatif *whatif,
				 struct err *err)
{
	struct verify_run *run = &whatif->run;
	bool found = true;

	while (found && (request->epoch == 0 || run->record->epoch < request->epoch)) {
		if (request->stop != NULL && atomic_load(request->stop))
			return err_set(err, ERR_INTERRUPTED, "interrupted");
		uint64_t unchecked = run->findings->unchecked;
		if (track_verify_epoch(track, run->run_id, run->findings, run->record, &found, err) != ERR_OK)
			return err->code;
		run->is_old = run->findings->unchecked > unchecked;
		if (!found)
			break;
		verify_epoch(run);
		if (run->record->has_blocks)
			take_weights(whatif);
	}
	if (whatif->epoch == 0 || (request->epoch != 0 && whatif->epoch != request->epoch))
		return err_set(err, ERR_INPUT, "run %lld: the instances of %s%.0zu are not recorded",
			       (long long)run->run_id, request->epoch == 0 ? "its epochs" : "epoch ", request->epoch);
	if (whatif->damage[0] != '\0')
		return err_set(err, ERR_SYSTEM, "run %lld is damaged: %s; 'hardrow verify %lld%s' says all",
			       (long long)run->run_id, whatif->damage, (long long)run->run_id,
			       db_option(track_db(track)));
	return ERR_OK;
}

enum err_code whatif_compute(struct track *track, const struct whatif_request *request, struct whatif *whatif,
			     struct err *err)
{
	const struct verify_request verify = { .source = request->source };
	struct verify_run *run = &whatif->run;

	whatif->findings = (struct track_findings){ .context = whatif, .say = note_damage };
	run->run_id = request->run_id;
	run->findings = &whatif->findings;
	if (verify_run_init(track, &verify, run, err) != ERR_OK ||
	    stored_run_check_classes(&run->row, "whatif", err) != ERR_OK || create_rule(request, whatif, err) != ERR_OK)
		return err->code;
	size_t n = run->row.instances;
	size_t k = run->row.classes;
	if (mem_new(&whatif->recorded, n, err) != ERR_OK || mem_new(&whatif->weight, n, err) != ERR_OK ||
	    mem_new(&whatif->recorded_share, k, err) != ERR_OK || mem_new(&whatif->share, k, err) != ERR_OK ||
	    take_epochs(track, request, whatif, err) != ERR_OK)
		return err->code;
	whatif->recorded_size = sum_up(whatif, whatif->recorded, whatif->recorded_share);
	whatif->size = sum_up(whatif, whatif->weight, whatif->share);
	whatif->all_alike = are_alike(whatif);
	return ERR_OK;
}

void whatif_done(struct whatif *whatif)
{
	weighting_free(whatif->rule);
	verify_run_done(&whatif->run);
	free(whatif->class_weight);
	free(whatif->recorded);
	free(whatif->weight);
	free(whatif->recorded_share);
	free(whatif->share);
}
