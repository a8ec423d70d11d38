/* Recordings of small runs (unit/tracked.h) for tests of record; what cannot be done fails the test. */
#ifndef HARDROW_TESTS_RECORDED_H
#define HARDROW_TESTS_RECORDED_H

#include "record/recorder.h"

extern const struct recording_shape recorded_small;

struct recorder *recorded_open(void);
void recorded_close(struct recorder *recorder);

/* The run of tracked_plan() for recorder_call(), into a struct track_run. */
enum err_code recorded_plan(struct track *track, void *run, struct err *err);
struct recording *recorded_begin(struct recorder *recorder, const struct recording_shape *shape, void *tag);

/* An epoch of tracked_fill(). From any thread: asserts would jump to the main one. False: it cannot be put. */
bool recorded_put(struct recording *recording, size_t epoch);

/* Done. */
void recorded_end(struct recorder *recorder, struct recording *recording);

#endif
