#include "app/verify_run.h"

#include "base/mem.h"

/* More than a uint16 can tell apart are never recorded. */
#define MOST_CLASSES SERIES_UNKNOWN

enum err_code verify_run(struct track *track, int64_t run_id, const struct verify_request *request,
			 struct track_findings *findings, struct verify_result *result, struct err *err)
{
	struct track_run_row row AUTO(track_run_row_done) = { 0 };
	AUTO(epoch_record_freep) struct epoch_record *record = NULL;
	bool found = false;

	(void)request;
	if (track_read_run(track, run_id, &row, err) != ERR_OK ||
	    track_verify_run(track, run_id, findings, err) != ERR_OK)
		return err->code;
	if (row.classes > MOST_CLASSES)
		return err_set(err, ERR_INPUT, "its data set has %zu classes", row.classes);
	if (epoch_record_create(row.instances, row.classes, 0, 0, &record, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (track_verify_epoch(track, run_id, findings, record, &found, err) != ERR_OK)
			return err->code;
		if (!found)
			return ERR_OK;
		result->epochs++;
	}
}
