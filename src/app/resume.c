#include "app/resume.h"

#include <stdlib.h>
#include <string.h>

#include "app/plan.h"
#include "base/mem.h"
#include "track/track_state.h"
#include "train/trainer.h"

/* What is read of the runs before they go on. */
struct resumption {
	const struct resume_request *request;
	struct stored_run **stored; /* (count) */
	struct planned_run *runs;   /* (count) */
};

static void resumption_done(struct resumption *resumption)
{
	for (size_t i = 0; resumption->stored != NULL && i < resumption->request->count; i++)
		stored_run_free(resumption->stored[i]);
	free(resumption->stored);
	free(resumption->runs);
}

static enum err_code check_named_once(const struct resume_request *request, struct err *err)
{
	for (size_t i = 0; i < request->count; i++)
		for (size_t j = 0; j < i; j++)
			if (request->run_ids[i] == request->run_ids[j])
				return err_set(err, ERR_INPUT, "run %lld is named twice",
					       (long long)request->run_ids[i]);
	return ERR_OK;
}

static enum err_code check(struct track *track, const struct stored_run *stored, size_t epochs, struct err *err)
{
	long long run_id = (long long)stored->run_id;
	const char *status = stored->row.status;
	bool has_state = false;

	if (strcmp(status, "running") == 0)
		return err_set(err, ERR_INPUT, "run %lld is still running", run_id);
	if (strcmp(status, "done") == 0 && epochs == 0)
		return err_set(err, ERR_INPUT, "run %lld is done; --epochs N trains it further", run_id);
	if (track_has_state(track, stored->run_id, &has_state, err) != ERR_OK)
		return err->code;
	if (!has_state)
		return err_set(err, ERR_INPUT, "run %lld has nothing to go on from: %s", run_id,
			       strcmp(status, "done") == 0
				   ? "--keep-state keeps the state of a run that is done"
				   : "it was stopped before its first checkpoint, or kept none");
	return epochs == 0 ? ERR_OK : recipe_check_extension(&stored->recipe, epochs, err);
}

static enum err_code plan(const struct stored_run *stored, size_t epochs, struct planned_run *run, struct err *err)
{
	*run = (struct planned_run){
		.recipe = stored->recipe,
		.method = stored->row.method,
		.dataset_id = stored->row.dataset_id,
		.split_id = stored->row.split_id,
		.resume_id = stored->run_id,
		.is_longer = epochs > 0,
	};
	if (epochs > 0)
		run->recipe.training.epochs = epochs;
	return plan_key(run, err);
}

/* For recorder_call(). */
static enum err_code read_runs(struct track *track, void *context, struct err *err)
{
	struct resumption *resumption = context;
	const struct resume_request *request = resumption->request;

	for (size_t i = 0; i < request->count; i++) {
		if (stored_run_read(track, request->run_ids[i], &request->source, &resumption->stored[i], err) !=
		    ERR_OK)
			return err->code;
		if (check(track, resumption->stored[i], request->epochs, err) != ERR_OK)
			return err->code;
		if (plan(resumption->stored[i], request->epochs, &resumption->runs[i], err) != ERR_OK)
			return err_prefix(err, "run %lld", (long long)request->run_ids[i]);
	}
	return ERR_OK;
}

enum err_code resume_runs(const char *database, const struct resume_request *request,
			  const struct track_environment *environment, const struct runner_watch *watch,
			  struct runner_progress *ret_progress, struct err *err)
{
	AUTO(recorder_freep) struct recorder *recorder = NULL;
	AUTO(resumption_done) struct resumption resumption = { .request = request };
	const struct recorder_watch recorder_watch = { watch->context, watch->notice, watch->stop, watch->begins };

	if (check_named_once(request, err) != ERR_OK || mem_new(&resumption.stored, request->count, err) != ERR_OK ||
	    mem_new(&resumption.runs, request->count, err) != ERR_OK ||
	    recorder_open(database, true, &recorder_watch, &recorder, err) != ERR_OK ||
	    recorder_call(recorder, RECORDER_READS, read_runs, &resumption, err) != ERR_OK)
		return err->code;
	enum err_code code = runner_execute(recorder, resumption.runs, request->count, request->jobs, environment,
					    watch, ret_progress, err);
	return runner_close(take_ptr(&recorder), code, err);
}
