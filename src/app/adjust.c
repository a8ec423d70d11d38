#include "app/adjust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/message.h"
#include "base/mem.h"
#include "train/trainer.h"
#include "train/tune.h"

/* What the work needs; a zeroed one is empty. */
struct work {
	struct track *track;
	struct stored_run *stored;
	struct recipe recipe; /* the stored run's with the adjustment, as recorded */
	struct recipe tuned;  /* and with what cross-validation chose */
	size_t *epochs;	      /* those with weights */
	size_t epoch_count;
	struct trainer *trainer;
	char *method;
};

static void work_done(struct work *work)
{
	trainer_free(work->trainer);
	stored_run_free(work->stored);
	free(work->epochs);
	free(work->method);
}

static enum err_code name_method(struct work *work, const char *name, const struct adjustment *adjustment,
				 struct err *err)
{
	const char *method = work->stored->row.method;
	struct text label AUTO(text_done) = { 0 };

	if (name != NULL && strcmp(name, method) == 0)
		return err_set(err, ERR_INPUT,
			       "name '%s' will not do: the run itself has it, and tables count the newest", name);
	if (name != NULL)
		return mem_copy_text(name, &work->method, err);
	if (text_append(&label, err, "%s+%s", method, adjustment->name) != ERR_OK)
		return err->code;
	return mem_copy_text(label.data, &work->method, err);
}

/* The recipe of the new run. */
static enum err_code compose(struct work *work, const struct adjust_request *request, struct err *err)
{
	struct run_settings options = work->stored->options;
	const struct adjustment *adjustment = adjustment_at((size_t)request->settings->adjustment - 2);

	if (options.adjustment > 1 && options.adjustment != request->settings->adjustment)
		return err_set(err, ERR_INPUT, "has the adjustment %s already; it can be given other parameters",
			       adjustment_name((size_t)options.adjustment - 2));
	options.adjustment = request->settings->adjustment;
	options.adjustment_parameters = request->settings->adjustment_parameters;
	options.tune_folds = request->settings->tune_folds;
	if (adjustment->defaults.tau != 0)
		options.tau = request->settings->tau;
	else if (!isnan(request->settings->tau))
		return err_set(err, ERR_INPUT, "tau will not do: adjustment %s has no such parameter",
			       adjustment->name);
	options.record_weights = "none";
	if (name_method(work, request->name, adjustment, err) != ERR_OK ||
	    recipe_resolve(&options, &work->stored->recipe.subject, &work->recipe, err) != ERR_OK)
		return err->code;
	return recipe_check_uses(&work->recipe, &options, err);
}

static bool is_stopped(void *stop)
{
	return stop != NULL && atomic_load((const atomic_bool *)stop);
}

static enum err_code tune(struct work *work, const struct adjust_request *request, struct adjust_result *result,
			  struct err *err)
{
	const struct tune_watch watch = { is_stopped, (void *)request->stop };

	work->tuned = work->recipe;
	if (work->recipe.tune_folds == 0)
		return ERR_OK;
	if (tune_recipe(&work->tuned, &watch, err) != ERR_OK)
		return err->code;
	tune_describe(&work->tuned, result->chosen, sizeof result->chosen);
	return ERR_OK;
}

/* Puts the weights of an epoch into the trainer and evaluates them. */
static enum err_code evaluate(struct work *work, size_t epoch, struct err *err)
{
	double *mean_feature = NULL;
	struct network *network = trainer_open(work->trainer, &mean_feature);
	size_t last = network_layer_count(network) - 1;
	const struct track_matrix matrix = {
		.run_id = work->stored->run_id,
		.epoch = epoch,
		.layer = last,
		.name = "mean_feature",
		.rows = 1,
		.cols = network_layer(network, last).inputs,
	};

	if (stored_run_load(work->track, work->stored, epoch, network, err) != ERR_OK)
		return err->code;
	if (mean_feature != NULL && track_read_matrix(work->track, &matrix, mean_feature, err) != ERR_OK)
		return err->code;
	trainer_evaluate(work->trainer);
	return ERR_OK;
}

static enum err_code write_epochs(struct work *work, int64_t run_id, struct err *err)
{
	const struct dataset *dataset = work->stored->dataset;
	const struct predictions *predictions = trainer_predictions(work->trainer);
	const struct weighting *weighting = trainer_weighting(work->trainer);
	AUTO(epoch_record_freep) struct epoch_record *record = NULL;
	AUTO(mem_freep) struct track_summary *summaries = NULL;

	if (epoch_record_create(dataset->instances, dataset->classes, 0, 0, &record, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < work->epoch_count; i++) {
		size_t epoch = work->epochs[i];
		if (evaluate(work, epoch, err) != ERR_OK)
			return err->code;
		message_record_epoch(predictions, weighting, NULL,
				     record_rule_takes(&work->recipe.record, epoch, work->recipe.training.epochs),
				     record);
		record->epoch = epoch;
		record->seconds = trainer_epoch_seconds(work->trainer);
		for (size_t c = 0; c < dataset->classes; c++)
			record->by_class[c].weight_norm = network_class_norm(trainer_network(work->trainer), c);
		if (track_put_epoch(work->track, run_id, record, err) != ERR_OK)
			return err->code;
	}
	if (message_summarise(dataset, work->stored->split, predictions, weighting, &summaries, err) != ERR_OK)
		return err->code;
	return track_put_summaries(work->track, run_id, summaries, dataset->instances, err);
}

static enum err_code write_run(struct work *work, const struct track_environment *environment,
			       struct adjust_result *result, struct err *err)
{
	const struct stored_run *stored = work->stored;
	struct text settings AUTO(text_done) = { 0 };
	struct text message AUTO(text_done) = { 0 };

	if (recipe_append_json(&work->recipe, &settings, err) != ERR_OK ||
	    text_append(&message, err, "%s%s" STORED_RUN_SOURCE "%lld", result->chosen,
			result->chosen[0] != '\0' ? ", " : "", (long long)stored->run_id) != ERR_OK)
		return err->code;
	struct track_run track_run = {
		.experiment_id = stored->row.experiment_id,
		.dataset_id = stored->row.dataset_id,
		.split_id = stored->row.split_id,
		.model = model_name((size_t)work->recipe.model),
		.method = work->method,
		.settings = settings.data,
		.source_run_id = stored->run_id,
		.seed = work->recipe.training.seed,
		.environment = environment,
	};
	if (track_start_run(work->track, &track_run, &result->run_id, err) != ERR_OK ||
	    write_epochs(work, result->run_id, err) != ERR_OK)
		return err->code;
	result->epochs = work->epoch_count;
	return track_finish_run(work->track, result->run_id, TRACK_DONE, message.data, err);
}

enum err_code adjust_run(struct track *track, int64_t run_id, const struct adjust_request *request,
			 const struct track_environment *environment, struct adjust_result *ret_result, struct err *err)
{
	AUTO(work_done) struct work work = { .track = track };
	struct adjust_result result = { 0 };

	if (stored_run_read(track, run_id, &request->source, &work.stored, err) != ERR_OK ||
	    stored_run_list_epochs(track, work.stored, &work.epochs, &work.epoch_count, err) != ERR_OK)
		return err->code;
	if (compose(&work, request, err) != ERR_OK)
		return err_prefix(err, "run %lld", (long long)run_id);
	if (tune(&work, request, &result, err) != ERR_OK ||
	    trainer_create(work.stored->dataset, work.stored->split, &work.tuned, &work.trainer, err) != ERR_OK ||
	    write_run(&work, environment, &result, err) != ERR_OK)
		return err->code;
	*ret_result = result;
	return ERR_OK;
}
