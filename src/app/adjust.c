#include "app/adjust.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/plan.h"
#include "base/mem.h"
#include "record/epoch.h"
#include "train/trainer.h"
#include "train/tune.h"

/* What the work needs; a zeroed one is empty. */
struct work {
	struct recorder *recorder;
	struct track *track; /* of the file that holds the source run; NULL: the recorder's */
	int64_t run_id;	     /* the source run */
	const struct adjust_request *request;
	struct stored_run *stored;
	struct recipe recipe; /* the stored run's with the adjustment */
	struct recipe tuned;  /* and with what cross-validation chose: what is recorded */
	size_t *epochs;	      /* those with weights */
	size_t epoch_count;
	struct trainer *trainer;
	char *method;
	int64_t experiment_id, dataset_id, split_id, source_run_id; /* of the new run */
	struct text chosen;					    /* JSON; empty: nothing was tuned */
	size_t epoch;						    /* the one that is read */
	struct epoch_summary summary;				    /* of the last one */
};

static void work_done(struct work *work)
{
	trainer_free(work->trainer);
	stored_run_free(work->stored);
	free(work->epochs);
	free(work->method);
	text_done(&work->chosen);
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
	const struct tune_watch watch = { is_stopped, (void *)request->stop, NULL };

	work->tuned = work->recipe;
	if (work->recipe.tune_folds == 0)
		return ERR_OK;
	if (tune_recipe(&work->tuned, &watch, err) != ERR_OK)
		return err->code;
	tune_describe(&work->tuned, result->chosen, sizeof result->chosen);
	return tune_append_chosen(&work->tuned, &work->chosen, err);
}

static enum err_code read_source(struct work *work,
				 enum err_code (*read)(struct track *track, void *context, struct err *err),
				 struct err *err)
{
	return work->track != NULL ? read(work->track, work, err)
				   : recorder_call(work->recorder, RECORDER_READS, read, work, err);
}

/* The network's measure that no adjustment changes. */
static enum err_code take_grand(struct track *track, void *context, struct err *err)
{
	struct work *work = context;

	return stored_run_take_grand(track, work->stored, work->trainer, err);
}

/* Puts the weights of an epoch into the trainer. */
static enum err_code read_weights(struct track *track, void *context, struct err *err)
{
	struct work *work = context;

	return stored_run_load_trainer(track, work->stored, work->epoch, work->trainer, err);
}

static enum err_code record_epoch(struct work *work, struct recording *recording, struct err *err)
{
	const struct network *network = trainer_network(work->trainer);
	struct epoch_record *record = NULL;

	if (is_stopped((void *)work->request->stop))
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	if (read_source(work, read_weights, err) != ERR_OK || recording_next(recording, &record, err) != ERR_OK)
		return err->code;
	trainer_evaluate(work->trainer, work->epoch);
	epoch_record_clear(record, work->epoch);
	if (epoch_fill_record(trainer_predictions(work->trainer), trainer_weighting(work->trainer), NULL,
			      record_rule_takes(&work->recipe.record, work->epoch, work->recipe.training.epochs),
			      record, err) != ERR_OK)
		return err->code;
	record->seconds = trainer_epoch_seconds(work->trainer);
	for (size_t c = 0; c < work->stored->dataset->classes; c++)
		record->by_class[c].weight_norm = network_class_norm(network, c);
	recording_put(recording, record);
	return ERR_OK;
}

static enum err_code record_epochs(struct work *work, struct recording *recording, struct recording_end *end,
				   struct err *err)
{
	const struct dataset *dataset = work->stored->dataset;

	if (read_source(work, take_grand, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < work->epoch_count; i++) {
		work->epoch = work->epochs[i];
		if (record_epoch(work, recording, err) != ERR_OK)
			return err->code;
	}
	work->summary = (struct epoch_summary){
		.names = { dataset->class_names, dataset->instance_id },
		.predictions = trainer_predictions(work->trainer),
		.weighting = trainer_weighting(work->trainer),
		.part = work->stored->split->is_test,
	};
	end->summaries = epoch_summaries(&work->summary);
	return ERR_OK;
}

static enum err_code record_run(struct work *work, const struct track_environment *environment,
				struct adjust_result *result, struct err *err)
{
	const struct stored_run *stored = work->stored;
	struct text settings AUTO(text_done) = { 0 };
	struct recording_shape shape = { .instances = stored->dataset->instances, .classes = stored->dataset->classes };
	struct recording_end end = { .status = TRACK_DONE };
	struct recording *recording = NULL;

	if (recipe_append_json(&work->tuned, &settings, err) != ERR_OK)
		return err->code;
	struct track_run run = {
		.experiment_id = work->experiment_id,
		.dataset_id = work->dataset_id,
		.split_id = work->split_id,
		.model = model_name((size_t)work->recipe.model),
		.method = work->method,
		.settings = settings.data,
		.source_run_id = work->source_run_id,
		.chosen = work->chosen.data,
		.seed = work->recipe.training.seed,
		.environment = environment,
	};
	if (recorder_begin(work->recorder, &run, &shape, NULL, &recording, err) != ERR_OK)
		return err->code;
	result->epochs = work->epoch_count;
	return recording_finish(recording, &end, record_epochs(work, recording, &end, err), &result->run_id, err);
}

static enum err_code read_run(struct track *track, void *context, struct err *err)
{
	struct work *work = context;

	if (stored_run_read(track, work->run_id, &work->request->source, &work->stored, err) != ERR_OK ||
	    stored_run_check_classes(&work->stored->row, "adjust", err) != ERR_OK)
		return err->code;
	return stored_run_list_epochs(track, work->stored, 1, &work->epochs, &work->epoch_count, err);
}

static enum err_code apply(struct work *work, const struct track_environment *environment,
			   struct adjust_result *ret_result, struct err *err)
{
	struct adjust_result result = { 0 };

	if (tune(work, work->request, &result, err) != ERR_OK ||
	    trainer_create(work->stored->dataset, work->stored->split, &work->tuned, &work->trainer, err) != ERR_OK ||
	    record_run(work, environment, &result, err) != ERR_OK)
		return err->code;
	*ret_result = result;
	return ERR_OK;
}

enum err_code adjust_run(struct recorder *recorder, int64_t run_id, const struct adjust_request *request,
			 const struct track_environment *environment, struct adjust_result *ret_result, struct err *err)
{
	AUTO(work_done) struct work work = { .recorder = recorder, .run_id = run_id, .request = request };

	if (read_source(&work, read_run, err) != ERR_OK)
		return err->code;
	if (compose(&work, request, err) != ERR_OK)
		return err_prefix(err, "run %lld", (long long)run_id);
	work.experiment_id = work.stored->row.experiment_id;
	work.dataset_id = work.stored->row.dataset_id;
	work.split_id = work.stored->row.split_id;
	work.source_run_id = run_id;
	return apply(&work, environment, ret_result, err);
}

enum err_code adjust_again(struct track *track, const struct stored_run *adjusted, struct recorder *recorder,
			   const struct adjust_request *request, const struct track_environment *environment,
			   struct adjust_result *ret_result, struct err *err)
{
	AUTO(work_done)
	struct work work = {
		.recorder = recorder, .track = track, .run_id = adjusted->row.source_run_id, .request = request
	};
	struct planned_run planned = { .recipe = adjusted->recipe };

	if (read_source(&work, read_run, err) != ERR_OK)
		return err->code;
	if (work.stored->row.dataset_id != adjusted->row.dataset_id ||
	    work.stored->row.split_id != adjusted->row.split_id)
		return err_set(err, ERR_INPUT, "run %lld, whose weights it has, is of another data set or split",
			       (long long)work.run_id);
	if (mem_copy_text(adjusted->row.method, &work.method, err) != ERR_OK ||
	    recorder_call(recorder, RECORDER_WRITES, plan_register_one, &planned, err) != ERR_OK)
		return err->code;
	work.recipe = adjusted->recipe;
	/* What cross-validation chose is chosen again. */
	work.recipe.is_chosen = false;
	work.dataset_id = planned.dataset_id;
	work.split_id = planned.split_id;
	/* The source run may have been trained further since. */
	while (work.epoch_count > 0 && work.epochs[work.epoch_count - 1] > adjusted->row.last_epoch)
		work.epoch_count--;
	return apply(&work, environment, ret_result, err);
}
