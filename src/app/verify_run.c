#include "app/verify_run.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rebalance/regression.h"
#include "train/split_instances.h"

/* More than a uint16 can tell apart are never recorded. */
#define MOST_CLASSES SERIES_UNKNOWN

void verify_run_done(struct verify_run *run)
{
	trainer_free(run->trainer);
	stored_run_free(run->stored);
	weighting_free(run->weighting);
	predictions_free(run->predictions);
	seen_free(run->seen);
	split_free(run->split);
	epoch_record_free(run->record);
	epoch_record_free(run->expected);
	mem_free_texts(run->dataset.class_names, run->row.classes);
	free(run->dataset.y);
	free(run->dataset.target);
	free(run->dataset.instance_id);
	free(run->dataset.source_line);
	free(run->p);
	free(run->log_p);
	free(run->step_error);
	free(run->sum_error);
	free(run->doubtful_falls);
	free(run->has_lost);
	track_run_row_done(&run->row);
}

/* The settings that difficulty needs. */
static enum err_code take_setting(void *context, const char *name, const char *value, struct err *err)
{
	static const char *const needed[] = { "difficulty", "prior", "floor", "el2n-epoch", "sampler" };
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);
	struct verify_run *run = context;
	bool is_ours = run->row.has_model;

	/* Texts do not live on; of a run that another program logged the others are that program's. */
	for (size_t i = 0; spec != NULL && i < ARRAY_LENGTH(needed); i++)
		is_ours = is_ours || strcmp(spec->name, needed[i]) == 0;
	if (spec == NULL || spec->type == OPTION_TEXT || !is_ours)
		return ERR_OK;
	return option_set(spec, &run->settings, value, err) != ERR_OK ? err_prefix(err, "setting %s", name) : ERR_OK;
}

static enum err_code read_dataset(struct track *track, struct verify_run *run, struct err *err)
{
	const struct track_run_row *row = &run->row;
	struct track_run_row classes_alone = *row;
	struct dataset *dataset = &run->dataset;

	if (row->classes == 0 || row->classes > MOST_CLASSES)
		return err_set(err, ERR_INPUT, "its data set has %zu classes", row->classes);
	classes_alone.features = 0;
	dataset->instances = row->instances;
	dataset->classes = row->classes;
	option_reset_recorded(settings_specs, settings_spec_count, &run->settings);
	if (mem_new(&dataset->y, row->instances, err) != ERR_OK ||
	    mem_new(&dataset->instance_id, row->instances, err) != ERR_OK ||
	    mem_new(&dataset->source_line, row->instances, err) != ERR_OK ||
	    mem_new(&dataset->class_names, row->classes, err) != ERR_OK ||
	    track_read_names(track, &classes_alone, dataset->class_names, NULL, err) != ERR_OK ||
	    track_read_instances(track, row, dataset->y, dataset->instance_id, dataset->source_line, err) != ERR_OK ||
	    (row->is_regression && (mem_new(&dataset->target, row->instances, err) != ERR_OK ||
				    track_read_targets(track, row, dataset->target, err) != ERR_OK)) ||
	    track_read_settings(track, run->run_id, take_setting, run, err) != ERR_OK)
		return err->code;
	return split_restore(dataset, row->is_test, row->given, &run->split, err);
}

/* The run's own weighting, and a trainer for its weights. */
static enum err_code open_trainer(struct track *track, const struct stored_run_source *source, struct verify_run *run,
				  struct err *err)
{
	if (!run->row.has_model)
		return ERR_OK;
	if (stored_run_read(track, run->run_id, source, &run->stored, err) != ERR_OK)
		/* Data that is not in the file need not be here. */
		return run->row.instance_bytes > 0 ? err->code : ERR_OK;
	return trainer_create(run->stored->dataset, run->stored->split, &run->stored->recipe, &run->trainer, err);
}

static enum err_code create_weighting(struct verify_run *run, struct err *err)
{
	/* As of an import or a run that another program logged; of one whose data is not here it is not compared. */
	const struct sampler *sampler =
	    run->settings.sampler > 0 ? sampler_at((size_t)run->settings.sampler - 1) : &sampler_multinomial;
	struct weighting_settings settings = {
		.sampler = sampler,
		.sampler_parameters = sampler_fill_parameters(sampler, &run->settings.sampler_parameters),
		.epochs = 1,
	};

	run->has_weighting = !run->row.has_model && !sampler->has_bounds && !sampler->uses_epochs;
	if (run->trainer != NULL) {
		const struct weighting *own = trainer_weighting(run->trainer);
		settings = own->settings;
		/* It may go by predictions that are not recorded, or by bins of probabilities before they were rounded.
		 */
		run->has_weighting = own->predictions == trainer_predictions(run->trainer) &&
				     !settings.sampler->has_bounds && settings.batch_weight == NULL;
	}
	return weighting_create(run->predictions, &settings, &run->weighting, err);
}

static enum err_code create_predictions(struct verify_run *run, const struct instances *instances, struct err *err)
{
	const struct run_settings *settings = &run->settings;
	size_t count = instances->classes * TILE_INSTANCES;

	if (seen_create(instances, &run->seen, err) != ERR_OK || mem_new(&run->p, count, err) != ERR_OK ||
	    mem_new(&run->log_p, count, err) != ERR_OK)
		return err->code;
	if (run->row.is_regression)
		return regression_create_predictions(instances, &settings->difficulty, true, &run->predictions, err);
	return predictions_create(instances, &settings->difficulty, settings->training.el2n_epoch, &run->predictions,
				  err);
}

enum err_code verify_run_init(struct track *track, const struct verify_request *request, struct verify_run *run,
			      struct err *err)
{
	if (track_read_run(track, run->run_id, &run->row, err) != ERR_OK || read_dataset(track, run, err) != ERR_OK)
		return err->code;
	const struct instances instances = split_instances(&run->dataset, run->split);
	size_t n = run->row.instances;

	run->is_complete = true;
	size_t probabilities = track_run_row_probabilities(&run->row);
	if (epoch_record_create(n, probabilities, 0, 0, &run->record, err) != ERR_OK ||
	    epoch_record_create(n, probabilities, 0, 0, &run->expected, err) != ERR_OK ||
	    mem_new(&run->step_error, n, err) != ERR_OK || mem_new(&run->sum_error, n, err) != ERR_OK ||
	    mem_new(&run->has_lost, n, err) != ERR_OK || mem_new(&run->doubtful_falls, n, err) != ERR_OK ||
	    create_predictions(run, &instances, err) != ERR_OK ||
	    open_trainer(track, &request->source, run, err) != ERR_OK)
		return err->code;
	return create_weighting(run, err);
}

/* From the recorded weights, if they are there. */
static enum err_code take_grand(struct track *track, struct verify_run *run, struct err *err)
{
	if (run->trainer == NULL || run->row.is_regression)
		return ERR_OK;
	if (stored_run_take_grand(track, run->stored, run->trainer, err) != ERR_OK)
		return err->code;
	memcpy(run->predictions->dynamics->grand, trainer_predictions(run->trainer)->dynamics->grand,
	       run->row.instances * sizeof(double));
	return ERR_OK;
}

static enum err_code compare_epochs(struct track *track, const struct verify_request *request, struct verify_run *run,
				    struct verify_result *result, struct err *err)
{
	AUTO(mem_freep) size_t *epochs = NULL;
	size_t count = 0, next = 0;
	bool found = false;

	if (take_grand(track, run, err) != ERR_OK ||
	    track_list_weight_epochs(track, run->run_id, 1, &epochs, &count, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (request->stop != NULL && atomic_load(request->stop))
			return err_set(err, ERR_INTERRUPTED, "interrupted");
		uint64_t unchecked = run->findings->unchecked;
		if (track_verify_epoch(track, run->run_id, run->findings, run->record, &found, err) != ERR_OK)
			return err->code;
		run->is_old = run->findings->unchecked > unchecked;
		if (!found)
			return ERR_OK;
		result->epochs++;
		verify_epoch(run);
		if (run->row.is_regression && verify_regression_metrics(track, run, err) != ERR_OK)
			return err->code;
		while (next < count && epochs[next] < run->record->epoch)
			next++;
		if (run->trainer == NULL || next == count || epochs[next] != run->record->epoch)
			continue;
		if (stored_run_load_trainer(track, run->stored, run->record->epoch, run->trainer, err) != ERR_OK)
			return err->code;
		trainer_evaluate(run->trainer, run->record->epoch);
		verify_weights(run);
	}
}

/* For track_read_summaries(). */
static void take_summary(void *context, size_t i, const struct track_summary *summary)
{
	struct verify_run *run = context;

	if (run->is_complete && run->count > 0)
		verify_summary(run, i, summary);
}

enum err_code verify_run_read(struct track *track, const struct verify_request *request, struct verify_run *run,
			      struct verify_result *result, struct err *err)
{
	if (track_verify_run(track, run->run_id, run->findings, err) != ERR_OK ||
	    verify_run_init(track, request, run, err) != ERR_OK)
		return err->code;
	return compare_epochs(track, request, run, result, err);
}

enum err_code verify_run(struct track *track, int64_t run_id, const struct verify_request *request,
			 struct track_findings *findings, struct verify_result *result, struct err *err)
{
	struct verify_run run AUTO(verify_run_done) = { .run_id = run_id, .findings = findings };

	if (verify_run_read(track, request, &run, result, err) != ERR_OK)
		return err->code;
	if (track_read_summaries(track, &run.row, take_summary, &run, findings, err) != ERR_OK)
		return err->code;
	result->trusted += run.trusts_grand;
	return ERR_OK;
}
