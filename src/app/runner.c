#include "app/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/message.h"
#include "app/worker.h"
#include "base/mem.h"

/* How often the progress is shown while nothing happens. */
#define IDLE_SECONDS 0.25

struct writer {
	struct track *track;
	const struct planned_run *runs;
	int64_t *run_id; /* (count) of the plan, once started */
	const struct track_environment *environment;
	const struct runner_watch *watch;
	struct runner_progress progress;
};

static enum err_code start_run(struct writer *writer, size_t run, struct err *err)
{
	const struct planned_run *planned = &writer->runs[run];
	struct text settings AUTO(text_done) = { 0 };

	if (recipe_append_json(&planned->recipe, &settings, err) != ERR_OK)
		return err->code;
	struct track_run track_run = {
		.experiment_id = planned->experiment_id,
		.dataset_id = planned->dataset_id,
		.split_id = planned->split_id,
		.model = model_name((size_t)planned->recipe.model),
		.method = planned->method,
		.settings = settings.data,
		.seed = planned->recipe.training.seed,
		.environment = writer->environment,
	};
	return track_start_run(writer->track, &track_run, &writer->run_id[run], err);
}

static enum err_code end_run(struct writer *writer, const struct message *message, struct err *err)
{
	const struct planned_run *planned = &writer->runs[message->run];
	int64_t run_id = writer->run_id[message->run];

	writer->progress.runs_ended++;
	writer->progress.diverged += message->status == TRACK_DIVERGED;
	writer->progress.failed += message->status == TRACK_FAILED;
	writer->progress.last_run_id = run_id;
	if (message->summaries != NULL &&
	    track_put_summaries(writer->track, run_id, message->summaries, planned->recipe.subject.dataset->instances,
				err) != ERR_OK)
		return err->code;
	return track_finish_run(writer->track, run_id, message->status,
				message->reason[0] == '\0' ? NULL : message->reason, err);
}

static void tell_end(const struct writer *writer, const struct message *message)
{
	const struct runner_watch *watch = writer->watch;
	bool failed = message->status == TRACK_FAILED;
	void (*tell)(void *, const char *) = watch->failure != NULL ? watch->failure : watch->notice;
	char line[512];

	if (tell == NULL || (message->status != TRACK_DIVERGED && !failed))
		return;
	(void)snprintf(line, sizeof line, "run %lld (%s, %s) %s: %s", (long long)writer->run_id[message->run],
		       writer->runs[message->run].recipe.subject.dataset->name, writer->runs[message->run].method,
		       failed ? "failed" : "diverged", message->reason);
	tell(watch->context, line);
}

static enum err_code write_message(struct writer *writer, const struct message *message, struct err *err)
{
	switch (message->kind) {
	case MESSAGE_START:
		return start_run(writer, message->run, err);
	case MESSAGE_EPOCH:
		writer->progress.epochs_ended += message->record->epoch > 0;
		return track_put_epoch(writer->track, writer->run_id[message->run], message->record, err);
	case MESSAGE_END:
		return end_run(writer, message, err);
	case MESSAGE_LEAVE:
		break;
	}
	return ERR_OK;
}

static void show_progress(const struct writer *writer)
{
	if (writer->watch->progress != NULL)
		writer->watch->progress(writer->watch->context, &writer->progress);
}

/* Reads messages until `workers` have left. After the first failure nothing more is written. */
static enum err_code write_everything(struct writer *writer, struct workload *workload, size_t workers, struct err *err)
{
	enum err_code code = ERR_OK;

	while (workers > 0) {
		struct message *message = queue_take_within(workload->news, IDLE_SECONDS);
		if (message != NULL) {
			if (code == ERR_OK)
				code = write_message(writer, message, err);
			if (code != ERR_OK)
				atomic_store(&workload->cancel, true);
			if (code == ERR_OK && message->kind == MESSAGE_END)
				tell_end(writer, message);
			if (message->kind == MESSAGE_LEAVE)
				workers--;
			if (message->kind == MESSAGE_END) {
				free(message->summaries);
				message->summaries = NULL;
			}
			queue_put(message->home, message);
		}
		show_progress(writer);
	}
	return code == ERR_OK ? track_commit(writer->track, err) : code;
}

static enum err_code run_workers(struct writer *writer, struct workload *workload, size_t jobs, struct err *err)
{
	AUTO(mem_freep) struct worker **workers = NULL;
	enum err_code code = ERR_OK;
	size_t started = 0;

	if (mem_new(&workers, jobs, err) != ERR_OK)
		return err->code;
	while (started < jobs && code == ERR_OK) {
		code = worker_start(workload, &workers[started], err);
		started += code == ERR_OK;
	}
	if (code != ERR_OK) {
		struct err ignored;
		atomic_store(&workload->cancel, true);
		if (write_everything(writer, workload, started, &ignored) != ERR_OK)
			*err = ignored;
	} else {
		code = write_everything(writer, workload, started, err);
	}
	for (size_t i = 0; i < started; i++)
		worker_join(workers[i]);
	return code;
}

enum err_code runner_execute(struct track *track, const struct planned_run *runs, size_t count, size_t jobs,
			     const struct track_environment *environment, const struct runner_watch *watch,
			     struct runner_progress *ret_progress, struct err *err)
{
	AUTO(mem_freep) int64_t *run_id = NULL;
	AUTO(queue_freep) struct queue *news = NULL;
	struct writer writer = {
		.track = track, .runs = runs, .environment = environment, .watch = watch, .progress = { .runs = count }
	};
	struct workload workload = { .runs = runs, .count = count, .stop = watch->stop };

	for (size_t i = 0; i < count; i++)
		writer.progress.epochs += (double)runs[i].recipe.training.epochs;
	*ret_progress = writer.progress;
	if (mem_new(&run_id, count, err) != ERR_OK || queue_create(4 * jobs, &news, err) != ERR_OK)
		return err->code;
	writer.run_id = run_id;
	workload.news = news;
	(void)pthread_mutex_init(&workload.hand_out, NULL);
	enum err_code code = run_workers(&writer, &workload, jobs < count ? jobs : count, err);
	(void)pthread_mutex_destroy(&workload.hand_out);
	*ret_progress = writer.progress;
	if (code == ERR_OK && watch->stop != NULL && atomic_load(watch->stop))
		return err_set(err, ERR_INTERRUPTED, "interrupted; what was done is in the file");
	return code;
}
