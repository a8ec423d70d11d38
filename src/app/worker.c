#include "app/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "record/epoch.h"
#include "train/trainer.h"
#include "train/tune.h"

/* One run of one thread. */
struct work {
	struct workload *workload;
	const struct planned_run *planned;
	struct recording *recording;
	struct recording_end end;
};

static bool is_stopped(const struct workload *workload)
{
	return atomic_load(&workload->cancel) || recorder_failed(workload->recorder) ||
	       (workload->stop != NULL && atomic_load(workload->stop));
}

static bool asks_to_stop(void *workload)
{
	return is_stopped(workload);
}

/* The scaling goes with the weights: without it they cannot be applied to the data. */
static enum err_code record_scaling(struct work *work, const struct trainer *trainer, struct err *err)
{
	const struct recipe *recipe = &work->planned->recipe;
	const struct scaled *scaled = trainer_scaled(trainer);
	size_t d = recipe->subject.dataset->features;
	struct epoch_record *record = NULL;

	if (recipe->data.scale == SCALE_NONE ||
	    record_rule_count(&recipe->record_weights, recipe->training.epochs) == 0)
		return ERR_OK;
	if (recording_next(work->recording, &record, err) != ERR_OK)
		return err->code;
	epoch_record_clear(record, 0);
	memcpy(epoch_record_add_matrix(record, "scale_mean", 0, 1, d), scaled->mean, d * sizeof(double));
	memcpy(epoch_record_add_matrix(record, "scale_sd", 0, 1, d), scaled->sd, d * sizeof(double));
	recording_put(work->recording, record);
	return ERR_OK;
}

static void add_weights(const struct trainer *trainer, struct epoch_record *record)
{
	const struct network *network = trainer_network(trainer);
	const double *mean_feature = trainer_mean_feature(trainer);
	size_t last = network_layer_count(network) - 1;
	size_t features = network_layer(network, last).inputs;

	for (size_t l = 0; l < network_layer_count(network); l++) {
		struct network_layer layer = network_layer(network, l);
		double *weight = epoch_record_add_matrix(record, "weight", l, layer.outputs, layer.inputs);
		double *bias = layer.has_bias ? epoch_record_add_matrix(record, "bias", l, layer.outputs, 1) : NULL;
		network_read_layer(network, l, weight, bias);
	}
	if (mean_feature != NULL)
		memcpy(epoch_record_add_matrix(record, "mean_feature", last, 1, features), mean_feature,
		       features * sizeof *mean_feature);
}

/* `last`: the run's last epoch, as far as is known. */
static enum err_code record_epoch(struct work *work, const struct trainer *trainer, size_t last, struct err *err)
{
	const struct recipe *recipe = &work->planned->recipe;
	size_t epoch = trainer_epoch(trainer);
	struct epoch_record *record = NULL;

	if (recording_next(work->recording, &record, err) != ERR_OK)
		return err->code;
	epoch_record_clear(record, epoch);
	epoch_fill_record(trainer_predictions(trainer), trainer_weighting(trainer), trainer_draws(trainer),
			  record_rule_takes(&recipe->record, epoch, last), record);
	record->seconds = trainer_epoch_seconds(trainer);
	for (size_t c = 0; c < recipe->subject.dataset->classes; c++)
		record->by_class[c].weight_norm = network_class_norm(trainer_network(trainer), c);
	if (record_rule_takes(&recipe->record_weights, epoch, last))
		add_weights(trainer, record);
	recording_put(work->recording, record);
	atomic_fetch_add(&work->workload->epochs, 1);
	return ERR_OK;
}

static enum err_code train(struct work *work, struct trainer *trainer, struct err *err)
{
	size_t epochs = work->planned->recipe.training.epochs;

	for (;;) {
		bool converges = trainer_run_epoch(trainer);
		bool stopped = is_stopped(work->workload);
		bool is_done = trainer_epoch(trainer) == epochs;
		bool is_last = is_done || !converges || stopped;
		if (record_epoch(work, trainer, is_last ? trainer_epoch(trainer) : epochs, err) != ERR_OK)
			return err->code;
		if (!is_last)
			continue;
		work->end.status = !converges ? TRACK_DIVERGED : is_done ? TRACK_DONE : TRACK_INTERRUPTED;
		return ERR_OK;
	}
}

static void explain(struct recording_end *end, const struct recipe *recipe, size_t epoch)
{
	if (end->status == TRACK_DIVERGED)
		(void)snprintf(end->reason, sizeof end->reason,
			       "training loss or weights are not finite at epoch %zu; try a smaller learning rate%s",
			       epoch, recipe->data.scale == SCALE_NONE ? " or --scale standard" : "");
	else if (end->status == TRACK_INTERRUPTED)
		(void)snprintf(end->reason, sizeof end->reason, "stopped after epoch %zu", epoch);
}

/* Chooses what the recipe leaves to cross-validation; then it is as it stays. */
static enum err_code tune(struct work *work, struct recipe *recipe, struct err *err)
{
	const struct tune_watch watch = { asks_to_stop, work->workload };
	struct text json AUTO(text_done) = { 0 };
	struct text chosen AUTO(text_done) = { 0 };

	if (recipe->tune_folds == 0)
		return ERR_OK;
	enum err_code code = tune_recipe(recipe, &watch, err);
	if (code == ERR_INTERRUPTED) {
		work->end.status = TRACK_INTERRUPTED;
		(void)snprintf(work->end.reason, sizeof work->end.reason,
			       "stopped while its cross-validation was under way");
	}
	if (code != ERR_OK || tune_append_chosen(recipe, &chosen, err) != ERR_OK ||
	    recipe_append_json(recipe, &json, err) != ERR_OK)
		return err->code;
	return recording_settle(work->recording, json.data, chosen.data, err);
}

static enum err_code do_run(struct work *work, struct err *err)
{
	AUTO(trainer_freep) struct trainer *trainer = NULL;
	struct recipe recipe = work->planned->recipe;
	const struct dataset *dataset = recipe.subject.dataset;
	const struct epoch_names names = { dataset->class_names, dataset->instance_id };

	if (tune(work, &recipe, err) != ERR_OK)
		return work->end.status == TRACK_INTERRUPTED ? ERR_OK : err->code;
	if (trainer_create(dataset, recipe.subject.split, &recipe, &trainer, err) != ERR_OK ||
	    record_scaling(work, trainer, err) != ERR_OK || train(work, trainer, err) != ERR_OK)
		return err->code;
	explain(&work->end, &recipe, trainer_epoch(trainer));
	return epoch_summarise(&names, trainer_predictions(trainer), trainer_weighting(trainer), &work->end.summaries,
			       err);
}

static struct recording_shape shape_of(const struct recipe *recipe)
{
	const struct network_shape *shape = &recipe->shape;
	/* Besides its parameters, a network may have a mean feature; the scaling has an epoch of its own. */
	size_t most = network_count_parameters(shape) + network_shape_layer(shape, shape->hidden_count).inputs;
	size_t scaling = 2 * shape->inputs;

	return (struct recording_shape){
		.instances = recipe->subject.dataset->instances,
		.classes = recipe->subject.dataset->classes,
		.matrices = 2 * (shape->hidden_count + 1) + 1,
		.values = most > scaling ? most : scaling,
	};
}

static enum err_code begin(struct work *work, struct err *err)
{
	const struct planned_run *planned = work->planned;
	struct text settings AUTO(text_done) = { 0 };

	struct recording_shape shape = shape_of(&planned->recipe);

	if (recipe_append_json(&planned->recipe, &settings, err) != ERR_OK)
		return err->code;
	const struct track_run run = {
		.experiment_id = planned->experiment_id,
		.dataset_id = planned->dataset_id,
		.split_id = planned->split_id,
		.model = model_name((size_t)planned->recipe.model),
		.method = planned->method,
		.settings = settings.data,
		.seed = planned->recipe.training.seed,
		.environment = work->workload->environment,
	};
	return recorder_begin(work->workload->recorder, &run, &shape, (void *)planned, &work->recording, err);
}

/* Begins the next run of the plan; false when there is none. */
static bool begin_next(struct work *work)
{
	struct workload *workload = work->workload;
	bool has_begun = false;

	*work = (struct work){ .workload = workload, .end = { .status = TRACK_FAILED } };
	(void)pthread_mutex_lock(&workload->hand_out);
	if (workload->next < workload->count && !is_stopped(workload)) {
		work->planned = &workload->runs[workload->next];
		has_begun = begin(work, &workload->failure) == ERR_OK;
		workload->next += has_begun;
		atomic_store(&workload->cancel, !has_begun);
	}
	(void)pthread_mutex_unlock(&workload->hand_out);
	return has_begun;
}

static void *work_on(void *workload)
{
	struct work work = { .workload = workload };

	while (begin_next(&work)) {
		struct err err;
		if (do_run(&work, &err) != ERR_OK) {
			work.end.status = TRACK_FAILED;
			(void)snprintf(work.end.reason, sizeof work.end.reason, "%.*s", (int)sizeof work.end.reason - 1,
				       err.message);
		}
		recording_end(work.recording, &work.end);
	}
	if (atomic_fetch_sub(&work.workload->at_work, 1) == 1)
		recorder_flush(work.workload->recorder);
	return NULL;
}

enum err_code worker_start(struct workload *workload, pthread_t *ret_thread, struct err *err)
{
	atomic_fetch_add(&workload->at_work, 1);
	int status = pthread_create(ret_thread, NULL, work_on, workload);
	if (status == 0)
		return ERR_OK;
	atomic_fetch_sub(&workload->at_work, 1);
	return err_set(err, ERR_SYSTEM, "cannot start a thread: %s", strerror(status));
}
