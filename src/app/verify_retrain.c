#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/adjust.h"
#include "app/plan.h"
#include "app/verify_run.h"
#include "base/mem.h"
#include "base/text.h"
#include "track/track_compare.h"

/* A run that is made again, into a file of its own. */
struct retraining {
	struct track_subject_run recorded, again;
	struct track_findings *findings;
};

/* Why a run cannot be made again by what is recorded of it alone, empty if it can. */
static void say_why_not(struct track *track, const struct track_run_row *row,
			const struct track_environment *environment, char *ret_reason, size_t size)
{
	long long run_id = (long long)row->run_id;

	ret_reason[0] = '\0';
	if (!row->has_model)
		(void)snprintf(ret_reason, size, "it holds imported predictions");
	else if (strcmp(row->status, "interrupted") == 0 && row->source_run_id == 0)
		(void)snprintf(ret_reason, size, "it is not over; 'hardrow resume %lld%s' lets it go on", run_id,
			       db_option(track_db(track)));
	else if (strcmp(row->status, "done") != 0 && strcmp(row->status, "diverged") != 0)
		(void)snprintf(ret_reason, size, "it is %s", row->status);
	else if (strcmp(row->blas, environment->blas) != 0 || row->blas_threads != environment->blas_threads)
		(void)snprintf(ret_reason, size, "it was made with another OpenBLAS, '%s' on %lld thread%s", row->blas,
			       (long long)row->blas_threads, TEXT_PLURAL(row->blas_threads));
}

/* A reason that names the run itself does so once. */
static enum err_code leave_out(const struct verify_request *request, int64_t run_id, const char *reason)
{
	char line[1100], own[40];

	int length = snprintf(own, sizeof own, "run %lld: ", (long long)run_id);
	if (strncmp(reason, own, (size_t)length) == 0)
		reason += length;
	(void)snprintf(line, sizeof line, "%snot made again: %s", own, reason);
	request->notice(request->context, line);
	return ERR_OK;
}

/* For recorder_call(). */
static enum err_code compare(struct track *track, void *context, struct err *err)
{
	struct retraining *retraining = context;

	retraining->again.track = track;
	return track_compare_runs(&retraining->recorded, &retraining->again, retraining->findings, err);
}

static enum err_code train(const struct verify_request *request, const struct stored_run *stored,
			   struct recorder *recorder, int64_t *ret_run_id, struct err *err)
{
	const struct runner_watch watch = { .checkpoint_seconds = INFINITY, .stop = request->stop };
	struct planned_run planned = { .recipe = stored->recipe, .method = stored->row.method };
	struct runner_progress progress;

	/* What cross-validation chose is chosen again. */
	planned.recipe.is_chosen = false;
	if (plan_key(&planned, err) != ERR_OK ||
	    recorder_call(recorder, RECORDER_WRITES, plan_register_one, &planned, err) != ERR_OK)
		return err->code;
	enum err_code code = runner_execute(recorder, &planned, 1, 1, request->environment, &watch, &progress, err);
	if (code == ERR_INTERRUPTED)
		return err_set(err, ERR_INTERRUPTED, "interrupted");
	if (code != ERR_OK)
		return code;
	*ret_run_id = progress.last_run_id;
	return ERR_OK;
}

static enum err_code adjust(const struct verify_request *request, struct track *track, const struct stored_run *stored,
			    struct recorder *recorder, int64_t *ret_run_id, struct err *err)
{
	const struct adjust_request again = { .source = request->source, .stop = request->stop };
	struct adjust_result result;

	if (adjust_again(track, stored, recorder, &again, request->environment, &result, err) != ERR_OK)
		return err->code;
	*ret_run_id = result.run_id;
	return ERR_OK;
}

/* ERR_INPUT, ERR_MISSING: what it is made of is not here. */
static enum err_code make_again(const struct verify_request *request, struct track *track, int64_t run_id,
				struct recorder *recorder, int64_t *ret_run_id, struct err *err)
{
	AUTO(stored_run_freep) struct stored_run *stored = NULL;

	if (stored_run_read(track, run_id, &request->source, &stored, err) != ERR_OK)
		return err->code;
	return stored->row.source_run_id != 0 ? adjust(request, track, stored, recorder, ret_run_id, err)
					      : train(request, stored, recorder, ret_run_id, err);
}

enum err_code verify_retrain(struct track *track, int64_t run_id, const struct verify_request *request,
			     struct track_findings *findings, struct verify_result *result, struct err *err)
{
	AUTO(track_run_row_done) struct track_run_row row = { 0 };
	AUTO(recorder_freep) struct recorder *recorder = NULL;
	const struct recorder_watch recorder_watch = { .stop = request->stop };
	struct retraining retraining = { .recorded = { track, run_id }, .findings = findings };
	char reason[1000];

	if (track_read_run(track, run_id, &row, err) != ERR_OK)
		return err->code;
	say_why_not(track, &row, request->environment, reason, sizeof reason);
	if (reason[0] != '\0')
		return leave_out(request, run_id, reason);
	if (recorder_open(NULL, false, &recorder_watch, &recorder, err) != ERR_OK)
		return err->code;
	enum err_code code = make_again(request, track, run_id, recorder, &retraining.again.run_id, err);
	if (code == ERR_INPUT || code == ERR_MISSING)
		return leave_out(request, run_id, err->message);
	if (code != ERR_OK || recorder_call(recorder, RECORDER_READS, compare, &retraining, err) != ERR_OK)
		return err->code;
	result->made_again++;
	return ERR_OK;
}
