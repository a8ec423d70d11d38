/* The state of an interrupted run, and the run as it was when that was saved. */
#ifndef HARDROW_TRACK_TRACK_STATE_H
#define HARDROW_TRACK_TRACK_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/state.h"
#include "base/text.h"
#include "track/track.h"

/* The same as track_put_state() with the bytes of the object's state, which are read off it in small parts. */
MUST_CHECK enum err_code track_write_state(struct track *track, int64_t run_id, size_t epoch, state_list *list,
					   void *object, struct err *err);

/* Appends the bytes that track_put_state() was given last; *ret_epoch: after which epoch, 0 if the run has none.
 * ERR_SYSTEM: they are damaged. */
MUST_CHECK enum err_code track_read_state(struct track *track, int64_t run_id, struct text *ret_bytes,
					  size_t *ret_epoch, struct err *err);

MUST_CHECK enum err_code track_has_state(struct track *track, int64_t run_id, bool *ret_has, struct err *err);

/* What cross-validation chose for the run under that name. *ret_found false: nothing. */
MUST_CHECK enum err_code track_read_chosen(struct track *track, int64_t run_id, const char *name, double *ret_value,
					   bool *ret_found, struct err *err);

#endif
