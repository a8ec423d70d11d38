#include "app/workload.h"

#include <stdlib.h>

#include "app/plan.h"
#include "base/clock.h"
#include "base/mem.h"

/* Runs are claimed for about so long: a claim is a transaction of its own, and others want some of the runs, too. */
#define CLAIM_SECONDS 0.5
#define FIRST_BATCH 4

void workload_init(struct workload *workload)
{
	workload->batch = FIRST_BATCH;
	(void)pthread_mutex_init(&workload->hand_out, NULL);
}

void workload_done(struct workload *workload)
{
	(void)pthread_mutex_destroy(&workload->hand_out);
	free(workload->claims);
}

bool workload_is_stopped(const struct workload *workload)
{
	const atomic_bool *stop = workload->watch->stop;

	return atomic_load(&workload->cancel) || recorder_failed(workload->recorder) ||
	       (stop != NULL && atomic_load(stop));
}

/* For recorder_call(): the next `batch` runs. */
static enum err_code claim_batch(struct track *track, void *context, struct err *err)
{
	struct workload *workload = context;
	size_t end =
	    workload->count - workload->next < workload->batch ? workload->count : workload->next + workload->batch;

	for (size_t i = workload->next; i < end; i++) {
		struct planned_run *planned = &workload->runs[i];
		const struct track_run run = plan_track_run(planned, NULL);
		if (track_claim_run(track, &run, &workload->claims[i], &planned->resume_id, err) != ERR_OK)
			return err->code;
	}
	workload->claimed_to = end;
	return ERR_OK;
}

static enum err_code claim_more(struct workload *workload, struct err *err)
{
	double now = clock_seconds();

	if (workload->claims == NULL && mem_new(&workload->claims, workload->count, err) != ERR_OK)
		return err->code;
	if (now - workload->claimed_at < CLAIM_SECONDS)
		workload->batch *= 2;
	else if (workload->batch > FIRST_BATCH)
		workload->batch /= 2;
	workload->claimed_at = now;
	return recorder_call(workload->recorder, RECORDER_WRITES, claim_batch, workload, err);
}

enum err_code workload_take(struct workload *workload, struct planned_run **ret_run, struct err *err)
{
	*ret_run = NULL;
	while (*ret_run == NULL && workload->next < workload->count && !workload_is_stopped(workload)) {
		struct planned_run *planned = &workload->runs[workload->next];
		bool is_shared = planned->experiment_id != 0;
		if (is_shared && workload->next == workload->claimed_to && claim_more(workload, err) != ERR_OK)
			return err->code;
		if (!is_shared || workload->claims[workload->next] == TRACK_CLAIMED)
			*ret_run = planned;
		else
			atomic_fetch_add(&workload->elsewhere, 1);
		workload->next++;
	}
	return ERR_OK;
}
