/* How far a sweep is: a bar on a terminal, plain lines otherwise. On standard error. */
#ifndef HARDROW_CLI_PROGRESS_H
#define HARDROW_CLI_PROGRESS_H

#include <stdbool.h>

#include "app/runner.h"

struct progress {
	bool terminal; /* redraw one line; otherwise a line for every tenth of the runs */
	bool quiet;
	double started_at, shown_at;
	double tenths;	   /* plain lines: shown so far */
	bool line_open;	   /* the terminal's cursor is behind the bar */
	char failure[512]; /* why a run diverged or failed, if progress_keep_failure() was told */
};

void progress_init(struct progress *progress, bool terminal, bool quiet);

/* For struct runner_watch: `context` is the struct progress. */
void progress_update(void *context, const struct runner_progress *now);
void progress_notice(void *context, const char *line);
void progress_keep_failure(void *context, const char *line);

/* Ends the bar's line. */
void progress_done(struct progress *progress);

#endif
