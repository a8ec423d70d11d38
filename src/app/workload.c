#include "app/workload.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "app/plan.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"

/* Runs are claimed for about so long: a claim is a transaction of its own, and others want some of the runs, too. */
#define CLAIM_SECONDS 0.5
#define FIRST_BATCH 4

#define LOOK_SECONDS 1.0  /* how often the runs that others have are looked at */
#define STOP_SECONDS 0.05 /* and the person's wish to stop meanwhile */
#define TELL_SECONDS 5.0  /* so long others are waited for in silence */

enum err_code workload_init(struct workload *workload, struct err *err)
{
	bool is_shared = workload->runs[0].experiment_id != 0;

	(void)pthread_mutex_init(&workload->hand_out, NULL);
	workload->batch = FIRST_BATCH;
	if (mem_new(&workload->claims, workload->count, err) != ERR_OK ||
	    mem_new(&workload->holders, workload->count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < workload->count; i++)
		workload->claims[i] = is_shared ? TRACK_ELSEWHERE : TRACK_CLAIMED;
	workload->claimed_to = is_shared ? 0 : workload->count;
	return ERR_OK;
}

void workload_done(struct workload *workload)
{
	(void)pthread_mutex_destroy(&workload->hand_out);
	free(workload->claims);
	free(workload->holders);
	free(atomic_load(&workload->news));
}

bool workload_is_stopped(const struct workload *workload)
{
	const atomic_bool *stop = workload->watch->stop;

	return atomic_load(&workload->cancel) || recorder_failed(workload->recorder) ||
	       (stop != NULL && atomic_load(stop));
}

/* What is known of a run that was to be claimed. */
static void settle(struct workload *workload, size_t i, enum track_claim claim)
{
	workload->claims[i] = claim;
	if (claim != TRACK_IS_DONE)
		return;
	atomic_fetch_add(&workload->elsewhere, 1);
	atomic_fetch_add(&workload->epochs_elsewhere, workload->runs[i].recipe.training.epochs);
}

/* For recorder_call(): the next `batch` of those that are still to be claimed. */
static enum err_code claim_batch(struct track *track, void *context, struct err *err)
{
	struct workload *workload = context;
	size_t i = workload->claimed_to;

	for (size_t tried = 0; i < workload->count && tried < workload->batch; i++) {
		struct planned_run *planned = &workload->runs[i];
		const struct track_run run = plan_track_run(planned, NULL);
		enum track_claim claim = TRACK_ELSEWHERE;
		if (workload->claims[i] != TRACK_ELSEWHERE)
			continue;
		if (track_claim_run(track, &run, &claim, &planned->resume_id, err) != ERR_OK)
			return err->code;
		settle(workload, i, claim);
		tried++;
	}
	workload->claimed_to = i;
	return ERR_OK;
}

static enum err_code claim_more(struct workload *workload, struct err *err)
{
	double now = clock_seconds();

	if (now - workload->claimed_at < CLAIM_SECONDS)
		workload->batch *= 2;
	else if (workload->batch > FIRST_BATCH)
		workload->batch /= 2;
	workload->claimed_at = now;
	/* What is recorded of runs that were claimed before need not be written first. */
	return recorder_call(workload->recorder, RECORDER_WRITES_AT_ONCE, claim_batch, workload, err);
}

/* For recorder_call(): what has become of the runs that others have. */
static enum err_code look(struct track *track, void *context, struct err *err)
{
	struct workload *workload = context;

	if (track_has_dead(track, &workload->can_claim, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < workload->count; i++) {
		const struct track_run run = plan_track_run(&workload->runs[i], NULL);
		enum track_claim claim = TRACK_ELSEWHERE;
		if (workload->claims[i] != TRACK_ELSEWHERE)
			continue;
		if (track_look_at_run(track, &run, &claim, &workload->holders[i], err) != ERR_OK)
			return err->code;
		if (claim == TRACK_CLAIMED)
			workload->can_claim = true;
		else
			settle(workload, i, claim);
	}
	return ERR_OK;
}

/* For recorder_call(): "waiting for 3 runs of process 4711 on HOST, 1 run of ...". Forgets the holders. */
static enum err_code make_news(struct track *track, void *context, struct err *err)
{
	struct workload *workload = context;
	struct text line AUTO(text_done) = { 0 };

	for (size_t i = 0; i < workload->count; i++) {
		int64_t holder = workload->holders[i];
		size_t runs = 0;
		if (workload->claims[i] != TRACK_ELSEWHERE || holder == -1)
			continue;
		for (size_t j = i; j < workload->count; j++) {
			if (workload->claims[j] != TRACK_ELSEWHERE || workload->holders[j] != holder)
				continue;
			workload->holders[j] = -1;
			runs++;
		}
		if (text_append(&line, err, "%s %zu run%s of ", line.length == 0 ? "waiting for" : ",", runs,
				TEXT_PLURAL(runs)) != ERR_OK ||
		    track_append_writer(track, holder, &line, err) != ERR_OK)
			return err->code;
	}
	if (text_append(&line, err, "; Ctrl-C ends the wait") != ERR_OK)
		return err->code;
	free(atomic_exchange(&workload->news, take_ptr(&line.data)));
	return ERR_OK;
}

static bool has_runs_elsewhere(const struct workload *workload)
{
	for (size_t i = 0; i < workload->count; i++)
		if (workload->claims[i] == TRACK_ELSEWHERE)
			return true;
	return false;
}

/* A second, unless the work is stopped meanwhile. */
static void pause_for_a_look(const struct workload *workload)
{
	const struct timespec moment = { .tv_nsec = (long)(STOP_SECONDS * 1e9) };
	double until = clock_seconds() + LOOK_SECONDS;

	while (clock_seconds() < until && !workload_is_stopped(workload))
		(void)nanosleep(&moment, NULL);
}

/* All that is left is with others: waits a moment, and looks. If something may be free, another round begins. */
static enum err_code wait_for_others(struct workload *workload, struct err *err)
{
	if (workload->waiting_since == 0)
		workload->waiting_since = clock_seconds();
	pause_for_a_look(workload);
	if (workload_is_stopped(workload))
		return ERR_OK;
	if (recorder_call(workload->recorder, RECORDER_READS, look, workload, err) != ERR_OK)
		return err->code;
	if (workload->can_claim) {
		workload->next = workload->claimed_to = 0;
		return ERR_OK;
	}
	if (clock_seconds() - workload->waiting_since < TELL_SECONDS || !has_runs_elsewhere(workload))
		return ERR_OK;
	/* Once is enough. */
	workload->waiting_since = INFINITY;
	return recorder_call(workload->recorder, RECORDER_READS, make_news, workload, err);
}

enum err_code workload_take(struct workload *workload, struct planned_run **ret_run, struct err *err)
{
	*ret_run = NULL;
	while (*ret_run == NULL && !workload_is_stopped(workload)) {
		if (workload->next == workload->count) {
			if (!has_runs_elsewhere(workload))
				return ERR_OK;
			if (wait_for_others(workload, err) != ERR_OK)
				return err->code;
			continue;
		}
		if (workload->next == workload->claimed_to && claim_more(workload, err) != ERR_OK)
			return err->code;
		if (workload->claims[workload->next] == TRACK_CLAIMED) {
			workload->claims[workload->next] = TRACK_IS_DONE;
			workload->waiting_since = 0;
			*ret_run = &workload->runs[workload->next];
		}
		workload->next++;
	}
	return ERR_OK;
}

/* For recorder_call(). */
static enum err_code release_claims(struct track *track, void *context, struct err *err)
{
	(void)context;
	return track_release_claims(track, err);
}

void workload_release(struct workload *workload)
{
	struct err ignored;

	if (workload->runs[0].experiment_id != 0 && workload->claimed_to > workload->next)
		(void)!recorder_call(workload->recorder, RECORDER_WRITES, release_claims, NULL, &ignored);
}
