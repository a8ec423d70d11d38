/* What is recorded of runs, as files: CSV, JSON lines, or arrays of numpy. */
#ifndef HARDROW_APP_EXPORT_H
#define HARDROW_APP_EXPORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "track/track.h"

/* What can be exported, by number; NULL behind the last. 0 is "all". */
const char *export_what_name(size_t i);

/* How, by number; NULL behind the last. */
const char *export_format_name(size_t i);

struct export_request {
	int what, format; /* of the two above */
	const char *folder;
	bool force;		 /* files of the same names are replaced; else the folder must be empty or not there */
	const atomic_bool *stop; /* true: end with ERR_INTERRUPTED */
};

/* Writes RUN's files `runR_NAME.FORMAT` into the folder, which is made, all of them or none. Of a file opened to read.
 * *ret_files: how many. ERR_INPUT: no such run; dynamics or predictions alone of a run that has none recorded; the
 * folder has files; blocks are damaged. */
MUST_CHECK enum err_code export_runs(struct track *track, const int64_t *runs, size_t count,
				     const struct export_request *request, size_t *ret_files, struct err *err);

#endif
