#include "app/worker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/message.h"
#include "base/mem.h"
#include "train/trainer.h"
#include "train/tune.h"

/* Epochs that may wait for the disk. */
#define MESSAGES 4

struct worker {
	pthread_t thread;
	struct workload *workload;
	struct queue *home;
	struct message messages[MESSAGES];
};

static bool is_stopped(struct workload *workload)
{
	return atomic_load(&workload->cancel) || (workload->stop != NULL && atomic_load(workload->stop));
}

static struct message *next_message(struct worker *worker, enum message_kind kind, size_t run)
{
	struct message *message = queue_take(worker->home);

	message->kind = kind;
	message->run = run;
	return message;
}

/* Waits until the writer has read everything, so that the records may be touched. */
static void wait_for_all(struct worker *worker)
{
	for (size_t i = 0; i < MESSAGES; i++)
		(void)queue_take(worker->home);
	for (size_t i = 0; i < MESSAGES; i++)
		queue_put(worker->home, &worker->messages[i]);
}

static void free_records(struct worker *worker)
{
	wait_for_all(worker);
	for (size_t i = 0; i < MESSAGES; i++) {
		epoch_record_free(worker->messages[i].record);
		worker->messages[i].record = NULL;
	}
}

static enum err_code make_records(struct worker *worker, size_t run, const struct network *network, struct err *err)
{
	size_t layers = network_layer_count(network);
	const struct recipe *recipe = &worker->workload->runs[run].recipe;
	const struct dataset *dataset = recipe->subject.dataset;
	size_t parameters = network_count_parameters(&recipe->shape);
	size_t scaling = 2 * dataset->features;
	/* Besides its parameters, a network may have a mean feature. */
	size_t most = parameters + network_layer(network, layers - 1).inputs;
	size_t values = most > scaling ? most : scaling;

	wait_for_all(worker);
	for (size_t i = 0; i < MESSAGES; i++)
		if (epoch_record_create(dataset->instances, dataset->classes, 2 * layers + 1, values,
					&worker->messages[i].record, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

/* The scaling goes with the weights: without it they cannot be applied to the data. */
static void send_scaling(struct worker *worker, size_t run, const struct trainer *trainer)
{
	const struct recipe *recipe = &worker->workload->runs[run].recipe;
	const struct scaled *scaled = trainer_scaled(trainer);
	size_t d = recipe->subject.dataset->features;

	if (recipe->data.scale == SCALE_NONE || recipe->record_weights.kind == RECORD_NONE)
		return;
	struct message *message = next_message(worker, MESSAGE_EPOCH, run);
	message->record->epoch = 0;
	message->record->matrix_count = 0;
	message->record->value_count = 0;
	memcpy(epoch_record_add_matrix(message->record, "scale_mean", 0, 1, d), scaled->mean, d * sizeof(double));
	memcpy(epoch_record_add_matrix(message->record, "scale_sd", 0, 1, d), scaled->sd, d * sizeof(double));
	queue_put(worker->workload->news, message);
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
static void send_epoch(struct worker *worker, size_t run, const struct trainer *trainer, size_t epoch, size_t last)
{
	const struct recipe *recipe = &worker->workload->runs[run].recipe;
	const struct network *network = trainer_network(trainer);
	struct message *message = next_message(worker, MESSAGE_EPOCH, run);
	struct epoch_record *record = message->record;

	message_record_epoch(trainer_predictions(trainer), trainer_weighting(trainer), trainer_draws(trainer),
			     record_rule_takes(&recipe->record, epoch, last), record);
	record->epoch = epoch;
	record->seconds = trainer_epoch_seconds(trainer);
	for (size_t c = 0; c < recipe->subject.dataset->classes; c++)
		record->by_class[c].weight_norm = network_class_norm(network, c);
	if (record_rule_takes(&recipe->record_weights, epoch, last))
		add_weights(trainer, record);
	queue_put(worker->workload->news, message);
}

static enum track_status train(struct worker *worker, size_t run, struct trainer *trainer)
{
	size_t epochs = worker->workload->runs[run].recipe.training.epochs;

	for (size_t epoch = 1;; epoch++) {
		bool converges = trainer_run_epoch(trainer);
		bool stopped = is_stopped(worker->workload);
		bool is_last = epoch == epochs || !converges || stopped;
		size_t last = is_last ? epoch : epochs;
		send_epoch(worker, run, trainer, epoch, last);
		if (!converges)
			return TRACK_DIVERGED;
		if (epoch == epochs)
			return TRACK_DONE;
		if (stopped)
			return TRACK_INTERRUPTED;
	}
}

static void explain(struct message *end, const struct recipe *recipe, size_t epoch)
{
	if (end->status == TRACK_DIVERGED)
		(void)snprintf(end->reason, sizeof end->reason,
			       "training loss or weights are not finite at epoch %zu; try a smaller learning rate%s",
			       epoch, recipe->data.scale == SCALE_NONE ? " or --scale standard" : "");
	else if (end->status == TRACK_INTERRUPTED)
		(void)snprintf(end->reason, sizeof end->reason, "stopped after epoch %zu", epoch);
}

static bool asks_to_stop(void *workload)
{
	return is_stopped(workload);
}

/* Chooses what the recipe leaves to cross-validation, and says so. */
static enum err_code tune(struct worker *worker, struct recipe *recipe, struct message *end, struct err *err)
{
	const struct tune_watch watch = { asks_to_stop, worker->workload };

	if (recipe->tune_folds == 0)
		return ERR_OK;
	enum err_code code = tune_recipe(recipe, &watch, err);
	if (code == ERR_INTERRUPTED) {
		end->status = TRACK_INTERRUPTED;
		(void)snprintf(end->reason, sizeof end->reason, "stopped while its cross-validation was under way");
	}
	if (code != ERR_OK)
		return code;
	tune_describe(recipe, end->reason, sizeof end->reason);
	return ERR_OK;
}

static enum err_code do_run(struct worker *worker, size_t run, struct message *end, struct err *err)
{
	AUTO(trainer_freep) struct trainer *trainer = NULL;
	struct recipe recipe = worker->workload->runs[run].recipe;

	if (tune(worker, &recipe, end, err) != ERR_OK)
		return end->status == TRACK_INTERRUPTED ? ERR_OK : err->code;
	if (trainer_create(recipe.subject.dataset, recipe.subject.split, &recipe, &trainer, err) != ERR_OK ||
	    make_records(worker, run, trainer_network(trainer), err) != ERR_OK)
		return err->code;
	send_scaling(worker, run, trainer);
	end->status = train(worker, run, trainer);
	explain(end, &recipe, trainer_epoch(trainer));
	return message_summarise(recipe.subject.dataset, recipe.subject.split, trainer_predictions(trainer),
				 trainer_weighting(trainer), &end->summaries, err);
}

/* The next run of the plan, announced to the writer; false when there is none. */
static bool take_run(struct worker *worker, size_t *ret_run)
{
	struct workload *workload = worker->workload;
	bool taken = false;

	(void)pthread_mutex_lock(&workload->hand_out);
	if (workload->next < workload->count && !is_stopped(workload)) {
		*ret_run = workload->next++;
		queue_put(workload->news, next_message(worker, MESSAGE_START, *ret_run));
		taken = true;
	}
	(void)pthread_mutex_unlock(&workload->hand_out);
	return taken;
}

static void *work(void *argument)
{
	struct worker *worker = argument;
	size_t run;

	while (take_run(worker, &run)) {
		struct err err;
		struct message end = { .status = TRACK_FAILED };
		if (do_run(worker, run, &end, &err) != ERR_OK) {
			end.status = TRACK_FAILED;
			(void)snprintf(end.reason, sizeof end.reason, "%.*s", (int)sizeof end.reason - 1, err.message);
		}
		free_records(worker);
		struct message *message = next_message(worker, MESSAGE_END, run);
		message->status = end.status;
		message->summaries = end.summaries;
		memcpy(message->reason, end.reason, sizeof message->reason);
		queue_put(worker->workload->news, message);
	}
	queue_put(worker->workload->news, next_message(worker, MESSAGE_LEAVE, 0));
	return NULL;
}

enum err_code worker_start(struct workload *workload, struct worker **ret_worker, struct err *err)
{
	AUTO(mem_freep) struct worker *worker = NULL;
	AUTO(queue_freep) struct queue *home = NULL;

	if (mem_new(&worker, 1, err) != ERR_OK || queue_create(MESSAGES, &home, err) != ERR_OK)
		return err->code;
	worker->workload = workload;
	worker->home = home;
	for (size_t i = 0; i < MESSAGES; i++) {
		worker->messages[i].home = home;
		queue_put(home, &worker->messages[i]);
	}
	int status = pthread_create(&worker->thread, NULL, work, worker);
	if (status != 0)
		return err_set(err, ERR_SYSTEM, "cannot start a thread: %s", strerror(status));
	take_ptr(&home);
	*ret_worker = take_ptr(&worker);
	return ERR_OK;
}

void worker_join(struct worker *worker)
{
	if (worker == NULL)
		return;
	(void)pthread_join(worker->thread, NULL);
	queue_free(worker->home);
	free(worker);
}
