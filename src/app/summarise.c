#include "app/summarise.h"

#include "app/verify_run.h"
#include "base/mem.h"

/* For track_findings: that there are any is enough. */
static void take_finding(void *context, int64_t run_id, const char *finding)
{
	bool *is_damaged = context;

	(void)run_id;
	(void)finding;
	*is_damaged = true;
}

static bool has_all_epochs(const struct verify_run *run)
{
	return run->count > 0 && run->is_complete;
}

enum err_code summarise_run(struct track *track, int64_t run_id, const struct verify_request *request,
			    size_t *ret_instances, struct err *err)
{
	bool is_damaged = false;
	struct track_findings findings = { .context = &is_damaged, .say = take_finding };
	struct verify_run run AUTO(verify_run_done) = { .run_id = run_id, .findings = &findings };
	struct verify_result ignored = { 0 };

	if (verify_run_read(track, request, &run, &ignored, err) != ERR_OK)
		return err->code;
	if (is_damaged)
		return err_set(err, ERR_SYSTEM, "run %lld is damaged; 'hardrow verify %lld%s' says where",
			       (long long)run_id, (long long)run_id, db_option(track_db(track)));
	if (!has_all_epochs(&run))
		return err_set(err, ERR_INPUT, "run %lld: the measures need every epoch, and not all are recorded",
			       (long long)run_id);
	const struct epoch_summary summary = {
		.names = { run.dataset.class_names, run.dataset.instance_id },
		.predictions = run.predictions,
		.weighting = run.weighting,
		.part = run.split->is_test,
	};
	const struct track_summaries summaries = epoch_summaries(&summary);
	if (track_put_measures(track, run_id, &summaries, err) != ERR_OK)
		return err->code;
	*ret_instances = run.row.instances;
	return track_commit(track, err);
}
