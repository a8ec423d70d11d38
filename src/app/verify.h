/* Whether a file holds what was written, and whether it fits together: checksums, SQLite's checks, and everything that
 * follows from the recorded predictions computed again. Reads; writes nothing. */
#ifndef HARDROW_APP_VERIFY_H
#define HARDROW_APP_VERIFY_H

#include <stdatomic.h>
#include <stdint.h>

#include "app/stored_run.h"

struct verify_request {
	const int64_t *runs; /* (count); none: all */
	size_t count;
	struct stored_run_source source; /* of runs whose features are not in the file */
	void *context;
	void (*say)(void *context, const char *line); /* what is found wrong, one line each */
	const atomic_bool *stop;		      /* ends it with ERR_INTERRUPTED */
	/* Of those who train; the runs are made again, too, and compared with what comes out. NULL: they are not. */
	const struct track_environment *environment;
	/* Which run is not made again and why, one line each. */
	void (*notice)(void *context, const char *line);
};

struct verify_result {
	size_t runs, epochs, made_again;
	size_t trusted;	    /* runs whose GraNd has a checksum, but not the weights that it follows from */
	uint64_t values;    /* compared with a checksum or computed again */
	uint64_t unchecked; /* rows without checksum, of older versions */
	uint64_t findings;
	bool has_other_views; /* than this program makes: no finding */
};

/* What cannot be read for damage is a finding too. ERR_INPUT: a run that is not there. */
MUST_CHECK enum err_code verify_file(struct track *track, const struct verify_request *request,
				     struct verify_result *ret_result, struct err *err);

#endif
