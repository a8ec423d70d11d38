#include "app/trial.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/ordering.h"
#include "app/plan.h"
#include "base/mem.h"
#include "data/levels.h"

struct ordering {
	const struct recipe *recipe;
	double *loss; /* (n) NULL: there is none */
};

static void ordering_done(struct ordering *ordering)
{
	free(ordering->loss);
}

/* For recorder_call(). */
static enum err_code read_ordering(struct track *track, void *context, struct err *err)
{
	struct ordering *ordering = context;
	size_t run_id = ordering->recipe->sampler_parameters.ordering_run;

	return run_id == 0
		   ? ERR_OK
		   : ordering_read(track, (int64_t)run_id, ordering->recipe->subject.dataset, &ordering->loss, err);
}

/* They are what a test row has and the model has never seen. */
static enum err_code tell_unknown_levels(const struct recipe_subject *subject, const struct runner_watch *watch,
					 struct err *err)
{
	char line[160];
	size_t count = 0;

	if (levels_count_unknown(subject->dataset, subject->split, &count, err) != ERR_OK)
		return err->code;
	(void)snprintf(line, sizeof line, "%zu test row%s a text that no training row has: it counts as none", count,
		       count == 1 ? " has" : "s have");
	if (count > 0 && watch->notice != NULL)
		watch->notice(watch->context, line);
	return ERR_OK;
}

enum err_code trial_run(const struct trial *trial, const struct track_environment *environment,
			const struct runner_watch *watch, struct runner_progress *ret_progress, struct err *err)
{
	AUTO(catalogue_freep) struct catalogue *catalogue = NULL;
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	AUTO(dataset_freep) struct dataset *derived = NULL;
	AUTO(split_freep) struct split *split = NULL;
	AUTO(split_freep) struct split *meta_split = NULL;
	AUTO(recorder_freep) struct recorder *recorder = NULL;
	AUTO(text_done) struct text method = { 0 };
	const struct data_settings *settings = &trial->settings.data;
	const struct recorder_watch recorder_watch = { watch->context, watch->notice, watch->stop, watch->begins };
	struct planned_run run = { 0 };
	struct ordering ordering AUTO(ordering_done) = { .recipe = &run.recipe };

	if (recipe_resolve_parts(&trial->settings, &run.recipe, err) != ERR_OK ||
	    recipe_check_uses(&run.recipe, &trial->settings, err) != ERR_OK ||
	    recipe_append_method(&run.recipe, &method, err) != ERR_OK || catalogue_create(&catalogue, err) != ERR_OK ||
	    plan_open(catalogue, &trial->path, trial->data, settings, &dataset, err) != ERR_OK ||
	    plan_split(dataset, settings, true, &derived, &split, err) != ERR_OK)
		return err->code;
	plan_tell_notes(dataset, watch);
	if (derived != NULL) {
		dataset_free(dataset);
		dataset = take_ptr(&derived);
	}
	const struct recipe *parts = &run.recipe;
	bool takes_meta;
	if (plan_takes_meta(&trial->settings, parts, split, &takes_meta, err) != ERR_OK ||
	    (takes_meta && split_take_meta(split, dataset, parts->loss_parameters.meta_per_class, settings->split_seed,
					   &meta_split, err) != ERR_OK))
		return err->code;
	const struct recipe_subject subject = { .dataset = dataset, .split = meta_split != NULL ? meta_split : split };
	run.method = method.data;
	if (recipe_resolve(&trial->settings, &subject, &run.recipe, err) != ERR_OK ||
	    recorder_open(trial->database, false, &recorder_watch, &recorder, err) != ERR_OK ||
	    recorder_call(recorder, RECORDER_READS, read_ordering, &ordering, err) != ERR_OK)
		return err->code;
	run.recipe.subject.ordering_loss = ordering.loss;
	if (plan_key(&run, err) != ERR_OK ||
	    recorder_call(recorder, RECORDER_WRITES, plan_register_one, &run, err) != ERR_OK)
		return err->code;
	plan_warn(&run, 1, watch);
	if (tell_unknown_levels(&subject, watch, err) != ERR_OK)
		return err->code;
	/* It is in the file now, and there is one trainer, unless folds have theirs first. */
	if (run.recipe.tune_folds == 0)
		run.recipe.subject.spare_x = &dataset->x;
	enum err_code code = runner_execute(recorder, &run, 1, 1, environment, watch, ret_progress, err);
	if (code != ERR_OK && code != ERR_INTERRUPTED)
		return code;
	return runner_close(take_ptr(&recorder), code, err);
}
