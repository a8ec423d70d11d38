#include "unit/recorded.h"

#include <criterion/criterion.h>

#include "unit/tracked.h"

const struct recording_shape recorded_small = { TRACKED_INSTANCES, TRACKED_CLASSES, 1, TRACKED_VALUES };

struct recorder *recorded_open(void)
{
	struct recorder *recorder = NULL;
	struct err err = { 0 };

	cr_assert_eq(recorder_open(TRACKED_FILE, false, &(struct recorder_watch){ 0 }, &recorder, &err), ERR_OK, "%s",
		     err.message);
	return recorder;
}

void recorded_close(struct recorder *recorder)
{
	struct err err = { 0 };

	cr_assert_eq(recorder_close(recorder, &err), ERR_OK, "%s", err.message);
}

enum err_code recorded_plan(struct track *track, void *run, struct err *err)
{
	(void)err;
	*(struct track_run *)run = tracked_plan(track, "key");
	return ERR_OK;
}

struct recording *recorded_begin(struct recorder *recorder, const struct recording_shape *shape, void *tag)
{
	struct recording *recording = NULL;
	struct track_run run;
	struct err err = { 0 };

	cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, recorded_plan, &run, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(recorder_begin(recorder, &run, shape, tag, &recording, &err), ERR_OK, "%s", err.message);
	return recording;
}

bool recorded_put(struct recording *recording, size_t epoch)
{
	struct epoch_record *record = NULL;
	struct err err;

	if (recording_next(recording, &record, &err) != ERR_OK || !tracked_fill(record, epoch, NULL))
		return false;
	recording_put(recording, record);
	return true;
}

void recorded_end(struct recorder *recorder, struct recording *recording)
{
	recording_end(recording, &(struct recording_end){ .status = TRACK_DONE });
	recorder_flush(recorder);
}
