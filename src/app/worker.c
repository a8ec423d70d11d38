#include "app/worker.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/ordering.h"
#include "app/plan.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/pool.h"
#include "record/epoch.h"
#include "track/track_state.h"
#include "train/diagnosis.h"
#include "train/trainer.h"
#include "train/tune.h"

/* One run of one thread. */
struct work {
	struct workload *workload;
	struct pool *pool; /* of the thread */
	struct planned_run *planned;
	struct recipe recipe; /* the planned one, and what cross-validation chose */
	struct text state;    /* to go on from; empty: it is a new run */
	size_t epoch;	      /* of that state */
	double saved_at;      /* clock_seconds() when its state was saved last */
	struct recording *recording;
	struct recording_end end;
};

static bool asks_to_stop(void *workload)
{
	return workload_is_stopped(workload);
}

static void add_scaling(const struct trainer *trainer, size_t features, struct epoch_record *record)
{
	const struct scaled *scaled = trainer_scaled(trainer);
	size_t size = features * sizeof(double);

	memcpy(epoch_record_add_matrix(record, "scale_mean", 0, 1, features), scaled->mean, size);
	memcpy(epoch_record_add_matrix(record, "scale_sd", 0, 1, features), scaled->sd, size);
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

/* Epoch 0: what training begins with. The scaling goes with any weights: without it they cannot be applied to the data.
 */
static enum err_code record_beginning(struct work *work, const struct trainer *trainer, struct err *err)
{
	const struct recipe *recipe = &work->recipe;
	const struct dataset *dataset = recipe->subject.dataset;
	const double *ordering_loss = recipe->subject.ordering_loss;
	size_t epochs = recipe->training.epochs;
	bool scales = recipe->data.scale != SCALE_NONE && record_rule_count(&recipe->record_weights, epochs) > 0;
	bool weighs = record_rule_takes(&recipe->record_weights, 0, epochs);
	struct epoch_record *record = NULL;

	if (!scales && !weighs && ordering_loss == NULL)
		return ERR_OK;
	if (recording_next(work->recording, &record, err) != ERR_OK)
		return err->code;
	epoch_record_clear(record, 0);
	if (scales)
		add_scaling(trainer, dataset->features, record);
	if (weighs)
		add_weights(trainer, record);
	if (ordering_loss != NULL)
		memcpy(epoch_record_add_matrix(record, ORDERING_MATRIX, 0, 1, dataset->instances), ordering_loss,
		       dataset->instances * sizeof *ordering_loss);
	recording_put(work->recording, record);
	return ERR_OK;
}

/* `last`: the run's last epoch, as far as is known. */
static enum err_code record_epoch(struct work *work, const struct trainer *trainer, size_t last, struct err *err)
{
	const struct recipe *recipe = &work->recipe;
	size_t epoch = trainer_epoch(trainer);
	struct epoch_record *record = NULL;

	if (recording_next(work->recording, &record, err) != ERR_OK)
		return err->code;
	epoch_record_clear(record, epoch);
	if (epoch_fill_record(trainer_predictions(trainer), trainer_weighting(trainer), trainer_draws(trainer),
			      record_rule_takes(&recipe->record, epoch, last), record, err) != ERR_OK)
		return err->code;
	record->seconds = trainer_epoch_seconds(trainer);
	for (size_t c = 0; c < record->classes; c++)
		record->by_class[c].weight_norm = network_class_norm(trainer_network(trainer), c);
	if (record_rule_takes(&recipe->record_weights, epoch, last))
		add_weights(trainer, record);
	recording_put(work->recording, record);
	atomic_fetch_add(&work->workload->epochs, 1);
	return ERR_OK;
}

static enum err_code save_state(struct work *work, struct trainer *trainer, struct err *err)
{
	work->saved_at = clock_seconds();
	return recording_write_state(work->recording, trainer_epoch(trainer), trainer_visit_state, trainer, err);
}

/* Whether the state after this epoch is worth keeping: it is time, somebody stops us, or wants to train on later. */
static bool is_worth_saving(const struct work *work, bool is_last)
{
	const struct runner_watch *watch = work->workload->watch;

	if (work->end.status == TRACK_DIVERGED || isinf(watch->checkpoint_seconds))
		return false;
	if (is_last)
		return work->end.status == TRACK_INTERRUPTED || watch->keeps_state;
	return clock_seconds() - work->saved_at >= watch->checkpoint_seconds;
}

static enum err_code train(struct work *work, struct trainer *trainer, struct err *err)
{
	size_t epochs = work->recipe.training.epochs;
	bool is_last = trainer_epoch(trainer) == epochs;

	work->end.status = TRACK_DONE;
	work->saved_at = clock_seconds();
	while (!is_last) {
		bool converges = trainer_run_epoch(trainer);
		bool stopped = workload_is_stopped(work->workload);
		bool is_done = trainer_epoch(trainer) == epochs;
		is_last = is_done || !converges || stopped;
		if (is_last)
			work->end.status = !converges ? TRACK_DIVERGED : is_done ? TRACK_DONE : TRACK_INTERRUPTED;
		/* In this order: a state is never newer than the epochs in the file. */
		if (record_epoch(work, trainer, is_last ? trainer_epoch(trainer) : epochs, err) != ERR_OK ||
		    (is_worth_saving(work, is_last) && save_state(work, trainer, err) != ERR_OK))
			return err->code;
	}
	work->end.keeps_state = work->workload->watch->keeps_state;
	return ERR_OK;
}

static void explain(struct recording_end *end, const struct trainer *trainer)
{
	if (end->status == TRACK_INTERRUPTED)
		(void)snprintf(end->reason, sizeof end->reason, "stopped after epoch %zu", trainer_epoch(trainer));
	else
		diagnose(trainer, end->status == TRACK_DIVERGED, end->reason, sizeof end->reason);
}

/* Chooses what the recipe leaves to cross-validation; then it is as it stays. */
static enum err_code tune(struct work *work, struct err *err)
{
	const struct tune_watch watch = { asks_to_stop, work->workload, work->pool };
	struct recipe *recipe = &work->recipe;
	struct text json AUTO(text_done) = { 0 };
	struct text chosen AUTO(text_done) = { 0 };

	if (recipe->tune_folds == 0 || recipe->is_chosen)
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
	return recording_settle(work->recording, json.data, NULL, chosen.data, err);
}

/* A new run begins with its epoch 0, one that goes on with its state. */
static enum err_code start(struct work *work, struct trainer *trainer, struct err *err)
{
	struct text json AUTO(text_done) = { 0 };

	if (work->state.length == 0)
		return record_beginning(work, trainer, err);
	if (trainer_load_state(trainer, work->state.data, work->state.length, err) != ERR_OK)
		return err_prefix(err, "state of run %lld", (long long)work->planned->resume_id);
	if (!work->planned->is_longer)
		return ERR_OK;
	if (recipe_append_json(&work->recipe, &json, err) != ERR_OK)
		return err->code;
	return recording_settle(work->recording, json.data, work->planned->key, NULL, err);
}

/* Numbers of an instance in an outcome, about, besides its probabilities. */
#define OUTCOME_NUMBERS 28

/* What the summaries of a run are made of. */
struct outcome {
	struct epoch_summary summary;
	struct predictions *predictions;
	struct weighting *weighting;
};

static void outcome_free(void *outcome)
{
	predictions_free(((struct outcome *)outcome)->predictions);
	weighting_free(((struct outcome *)outcome)->weighting);
	free(outcome);
}

/* All else of the trainer may go before they are written. */
static enum err_code keep_outcome(struct trainer *trainer, const struct recipe_subject *subject,
				  struct recording_end *end, struct err *err)
{
	const struct dataset *dataset = subject->dataset;
	struct outcome *outcome = NULL;

	if (mem_new(&outcome, 1, err) != ERR_OK)
		return err->code;
	trainer_take_outcome(trainer, &outcome->predictions, &outcome->weighting);
	outcome->summary = (struct epoch_summary){
		.names = { dataset->class_names, dataset->instance_id },
		.predictions = outcome->predictions,
		.weighting = outcome->weighting,
		.part = subject->split->is_test,
	};
	end->summaries = epoch_summaries(&outcome->summary);
	end->kept = outcome;
	end->let_go = outcome_free;
	end->kept_bytes = dataset->instances * (dataset->classes + OUTCOME_NUMBERS) * sizeof(double);
	return ERR_OK;
}

static enum err_code do_run(struct work *work, struct err *err)
{
	AUTO(trainer_freep) struct trainer *trainer = NULL;
	const struct recipe_subject *subject = &work->recipe.subject;

	if (tune(work, err) != ERR_OK)
		return work->end.status == TRACK_INTERRUPTED ? ERR_OK : err->code;
	if (trainer_create(subject->dataset, subject->split, &work->recipe, &trainer, err) != ERR_OK ||
	    trainer_share(trainer, work->pool, err) != ERR_OK || start(work, trainer, err) != ERR_OK ||
	    train(work, trainer, err) != ERR_OK)
		return err->code;
	explain(&work->end, trainer);
	return keep_outcome(trainer, subject, &work->end, err);
}

static struct recording_shape shape_of(const struct recipe *recipe)
{
	const struct network_shape *shape = &recipe->shape;
	/* Besides its parameters, a network may have a mean feature; at epoch 0 all else that a run begins with comes
	 * with them. */
	size_t most = network_count_parameters(shape) + network_shape_layer(shape, shape->hidden_count).inputs;
	size_t instances = recipe->subject.dataset->instances;
	size_t beginning = 2 * shape->inputs + (recipe->subject.ordering_loss != NULL ? instances : 0);

	return (struct recording_shape){
		.instances = instances,
		.classes = recipe->subject.dataset->target != NULL ? 0 : recipe->subject.dataset->classes,
		.matrices = 2 * (shape->hidden_count + 1) + 1 + 3,
		.values = most + beginning,
	};
}

/* For recorder_call(): what the run needs to go on. */
static enum err_code read_state(struct track *track, void *context, struct err *err)
{
	struct work *work = context;
	const char *name = recipe_tuned_name(&work->recipe);
	double value = 0;
	bool found = false;

	if (track_read_state(track, work->planned->resume_id, &work->state, &work->epoch, err) != ERR_OK)
		return err->code;
	if (work->recipe.tune_folds == 0 || work->recipe.is_chosen)
		return ERR_OK;
	if (track_read_chosen(track, work->planned->resume_id, name, &value, &found, err) != ERR_OK)
		return err->code;
	if (found)
		recipe_choose(&work->recipe, value);
	return ERR_OK;
}

static enum err_code begin(struct work *work, struct err *err)
{
	struct planned_run *planned = work->planned;
	const struct recipe *recipe = &work->recipe;
	struct recording_shape shape = shape_of(&planned->recipe);
	struct text settings AUTO(text_done) = { 0 };

	if (recipe_append_json(&planned->recipe, &settings, err) != ERR_OK ||
	    (planned->resume_id != 0 &&
	     recorder_call(work->workload->recorder, RECORDER_READS, read_state, work, err) != ERR_OK))
		return err->code;
	/* A sweep's run that was deleted meanwhile is trained anew. */
	if (planned->resume_id != 0 && planned->experiment_id == 0 && work->state.length == 0)
		return err_set(err, ERR_INPUT, "it has nothing to go on from any more: it was trained elsewhere");
	struct track_run run = plan_track_run(planned, settings.data);
	run.environment = work->workload->environment;
	if (work->state.length > 0)
		run.resume = (struct track_resume){
			.run_id = planned->resume_id,
			.epoch = work->epoch,
			.keeps_blocks = record_rule_takes(&recipe->record, work->epoch, recipe->training.epochs),
			.keeps_weights =
			    record_rule_takes(&recipe->record_weights, work->epoch, recipe->training.epochs),
		};
	return recorder_begin(work->workload->recorder, &run, &shape, planned, &work->recording, err);
}

/* What keeps one run from beginning is no other's business. */
static enum err_code begin_or_refuse(struct work *work, struct err *err)
{
	struct planned_run *planned = work->planned;
	struct err reason;

	work->recipe = planned->recipe;
	if (begin(work, &reason) == ERR_OK)
		return ERR_OK;
	return recorder_refuse(work->workload->recorder, planned->resume_id, planned, &reason, err);
}

/* Takes the next run of the plan and begins it, if it can; false when there is none. */
static bool begin_next(struct work *work)
{
	struct workload *workload = work->workload;
	bool is_taken = false;

	text_done(&work->state);
	*work = (struct work){ .workload = workload, .pool = work->pool, .end = { .status = TRACK_FAILED } };
	(void)pthread_mutex_lock(&workload->hand_out);
	if (!atomic_load(&workload->cancel)) {
		enum err_code code = workload_take(workload, &work->planned, &workload->failure);
		if (code == ERR_OK && work->planned != NULL)
			code = begin_or_refuse(work, &workload->failure);
		atomic_store(&workload->cancel, code != ERR_OK);
		is_taken = code == ERR_OK && work->planned != NULL;
	}
	(void)pthread_mutex_unlock(&workload->hand_out);
	return is_taken;
}

static void *work_on(void *argument)
{
	struct workload *workload = argument;
	AUTO(pool_freep) struct pool *pool = NULL;
	struct work work = { .workload = workload };
	struct err ignored;

	/* Without memory for one the thread does its work alone. */
	(void)!pool_create((size_t)workload->environment->threads, &pool, &ignored);
	work.pool = pool;
	while (begin_next(&work)) {
		struct err err;
		atomic_fetch_add(&work.workload->begun, 1);
		if (work.recording == NULL)
			continue;
		if (do_run(&work, &err) != ERR_OK)
			recording_end_failed(&work.end, &err);
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
