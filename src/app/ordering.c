#include "app/ordering.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "track/track_verify.h"

struct ordering_reading {
	double *loss; /* (n) */
	size_t count;
};

/* For track_read_summaries(). */
static void take_loss(void *context, size_t i, const struct track_summary *summary)
{
	struct ordering_reading *reading = context;
	double loss = summary->measure[MEASURE_MEAN_LOSS];

	reading->loss[i] = isnan(loss) ? INFINITY : loss;
	reading->count++;
}

/* What is wrong with the summary is for 'verify' to say. */
static void ignore(void *context, int64_t run_id, const char *finding)
{
	(void)context;
	(void)run_id;
	(void)finding;
}

enum err_code ordering_read(struct track *track, int64_t run_id, const struct dataset *dataset, double **ret_loss,
			    struct err *err)
{
	struct track_run_row row AUTO(track_run_row_done) = { 0 };
	AUTO(mem_freep) double *loss = NULL;
	struct track_findings findings = { .say = ignore };

	if (track_read_run(track, run_id, &row, err) != ERR_OK)
		return err_prefix(err, "curriculum-run %lld", (long long)run_id);
	if (strcmp(row.sha256, dataset->sha256) != 0 || strcmp(row.label, dataset->label) != 0 ||
	    row.instances != dataset->instances)
		return err_set(err, ERR_INPUT,
			       "curriculum-run %lld will not do: it is of other data, '%s' (label '%s', %zu instances)",
			       (long long)run_id, row.dataset, row.label, row.instances);
	if (mem_new(&loss, row.instances, err) != ERR_OK)
		return err->code;
	struct ordering_reading reading = { .loss = loss };
	if (track_read_summaries(track, &row, take_loss, &reading, &findings, err) != ERR_OK)
		return err->code;
	if (reading.count != row.instances)
		return err_set(err, ERR_INPUT,
			       "curriculum-run %lld will not do: it is %s and has no summary of its instances",
			       (long long)run_id, row.status);
	*ret_loss = take_ptr(&loss);
	return ERR_OK;
}

enum err_code ordering_restore(struct track *track, const struct track_run_row *row, double **ret_loss, struct err *err)
{
	AUTO(mem_freep) double *loss = NULL;
	bool has_ended = strcmp(row->status, "done") == 0 || strcmp(row->status, "diverged") == 0;
	const struct track_matrix matrix = {
		.run_id = row->source_run_id != 0 ? row->source_run_id : row->run_id,
		.name = ORDERING_MATRIX,
		.rows = 1,
		.cols = row->instances,
	};

	if (mem_new(&loss, row->instances, err) != ERR_OK)
		return err->code;
	enum err_code code = track_read_matrix(track, &matrix, loss, err);
	if (code == ERR_INPUT && !has_ended)
		return ERR_OK;
	if (code != ERR_OK)
		return code;
	*ret_loss = take_ptr(&loss);
	return ERR_OK;
}
