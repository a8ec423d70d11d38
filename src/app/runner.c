#include "app/runner.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "app/worker.h"
#include "base/clock.h"
#include "base/mem.h"

/* How often the progress is shown while nothing happens. */
#define IDLE_SECONDS 0.25

/* What takes longer is said, judged by the epochs of the first second. */
#define LONG_SECONDS 10
#define LOOK_SECONDS 1

static bool is_doubtful(const struct recorder_ended *ended)
{
	return ended->status == TRACK_DONE && ended->reason[0] != '\0';
}

/* What is doubtful is told of a run alone: of many the caller has the count. */
static void tell_end(const struct runner_watch *watch, const struct recorder_ended *ended, bool is_alone)
{
	const struct planned_run *planned = ended->tag;
	bool is_told = is_doubtful(ended) && is_alone;
	bool is_failure = ended->status == TRACK_DIVERGED || ended->status == TRACK_FAILED;
	void (*tell)(void *, const char *) = is_failure && watch->failure != NULL ? watch->failure : watch->notice;
	char line[512];

	if (tell == NULL || (!is_failure && !is_told))
		return;
	(void)snprintf(line, sizeof line, "run %lld (%s, %s)%s: %s", (long long)ended->run_id,
		       planned->recipe.subject.dataset->name, planned->method,
		       ended->status == TRACK_FAILED	 ? " failed"
		       : ended->status == TRACK_DIVERGED ? " diverged"
							 : "",
		       ended->reason);
	tell(watch->context, line);
}

static void count_end(struct runner_progress *progress, const struct recorder_ended *ended)
{
	progress->runs_ended++;
	progress->diverged += ended->status == TRACK_DIVERGED;
	progress->failed += ended->status == TRACK_FAILED;
	progress->interrupted += ended->status == TRACK_INTERRUPTED;
	progress->doubtful += is_doubtful(ended);
	progress->last_run_id = ended->run_id;
}

static void tell_news(struct workload *workload, const struct runner_watch *watch)
{
	char *line = atomic_exchange(&workload->news, NULL);

	if (line != NULL && watch->notice != NULL)
		watch->notice(watch->context, line);
	free(line);
}

/* Once, when there is something to judge by: how long it will take, if that is long. */
static void tell_time(const struct runner_watch *watch, const struct runner_progress *progress, double *started_at)
{
	double passed = clock_seconds() - *started_at;
	char line[80], duration[32];

	if (isinf(*started_at) || passed < LOOK_SECONDS || progress->epochs_ended == 0)
		return;
	*started_at = -INFINITY;
	double seconds = passed / progress->epochs_ended * progress->epochs;
	if (seconds < LONG_SECONDS || watch->notice == NULL)
		return;
	clock_write_duration(seconds, duration, sizeof duration);
	(void)snprintf(line, sizeof line, "this will take about %s", duration);
	watch->notice(watch->context, line);
}

/* Until all that was begun has ended. */
static void follow(struct workload *workload, const struct runner_watch *watch, struct runner_progress *progress)
{
	struct recorder_ended ended;
	double started_at = clock_seconds();
	bool is_over = false;

	while (!is_over) {
		if (recorder_take_ended(workload->recorder, IDLE_SECONDS, &ended)) {
			count_end(progress, &ended);
			if (!recorder_failed(workload->recorder))
				tell_end(watch, &ended, progress->runs == 1);
		}
		/* In this order: whoever is not at work any more begins nothing. */
		is_over = atomic_load(&workload->at_work) == 0 && progress->runs_ended == atomic_load(&workload->begun);
		progress->epochs_ended =
		    (double)(atomic_load(&workload->epochs) + atomic_load(&workload->epochs_elsewhere));
		progress->elsewhere = atomic_load(&workload->elsewhere);
		tell_news(workload, watch);
		tell_time(watch, progress, &started_at);
		if (watch->progress != NULL)
			watch->progress(watch->context, progress);
	}
}

static enum err_code run_workers(struct workload *workload, size_t jobs, const struct runner_watch *watch,
				 struct runner_progress *progress, struct err *err)
{
	AUTO(mem_freep) pthread_t *threads = NULL;
	size_t started = 0;

	if (mem_new(&threads, jobs, err) != ERR_OK)
		return err->code;
	/* What cannot start now is the others' work. */
	while (started < jobs && worker_start(workload, &threads[started], err) == ERR_OK)
		started++;
	if (started == 0)
		return err->code;
	follow(workload, watch, progress);
	for (size_t i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	return ERR_OK;
}

enum err_code runner_execute(struct recorder *recorder, struct planned_run *runs, size_t count, size_t jobs,
			     const struct track_environment *environment, const struct runner_watch *watch,
			     struct runner_progress *ret_progress, struct err *err)
{
	struct workload workload AUTO(workload_done) = {
		.recorder = recorder, .runs = runs, .count = count, .environment = environment, .watch = watch
	};
	struct runner_progress progress = { .runs = count };

	for (size_t i = 0; i < count; i++)
		progress.epochs += (double)runs[i].recipe.training.epochs;
	*ret_progress = progress;
	/* Claims come before the first run, and a sweep may only wait for the runs of others. */
	if (watch->begins != NULL)
		watch->begins();
	if (workload_init(&workload, err) != ERR_OK)
		return err->code;
	enum err_code code = run_workers(&workload, jobs < count ? jobs : count, watch, &progress, err);
	*ret_progress = progress;
	workload_release(&workload);
	if (code == ERR_OK && atomic_load(&workload.cancel))
		return err_set(err, workload.failure.code, "%s", workload.failure.message);
	if (code == ERR_OK && watch->stop != NULL && atomic_load(watch->stop))
		return err_set(err, ERR_INTERRUPTED, "interrupted; what was done is in the file");
	return code;
}

enum err_code runner_close(struct recorder *recorder, enum err_code code, struct err *err)
{
	struct err closing;

	if (recorder_close(recorder, &closing) != ERR_OK)
		return err_set(err, closing.code, "%s", closing.message);
	return code;
}
