/* Private to track: the tracker's connection and its statements, compiled once each when first used. */
#ifndef HARDROW_TRACK_STATEMENTS_H
#define HARDROW_TRACK_STATEMENTS_H

#include <stdbool.h>

#include "db/db.h"
#include "track/track.h"

enum track_statement {
	TRACK_PUT_INSTANCE,
	TRACK_PUT_EPOCH,
	TRACK_PUT_CLASS_EPOCH,
	TRACK_PUT_BLOCK,
	TRACK_PUT_MATRIX,
	TRACK_PUT_SUMMARY,
	TRACK_FIND_RUN,
	TRACK_START_RUN,
	TRACK_FINISH_RUN,
	TRACK_FIND_DATASET,
	TRACK_PUT_DATASET,
	TRACK_PUT_CLASS,
	TRACK_FIND_SPLIT,
	TRACK_PUT_SPLIT,
	TRACK_PUT_SPLIT_CLASS,
	TRACK_STATEMENT_COUNT,
};

struct track {
	struct db *db;
	struct db_stmt *statements[TRACK_STATEMENT_COUNT];
	double begun_at; /* clock_seconds() of the open transaction's begin */
	bool is_wal;
};

/* The compiled statement, borrowed; `sql` must always be the same for one `which`. */
MUST_CHECK enum err_code track_statement(struct track *track, enum track_statement which, const char *sql,
					 struct db_stmt **ret_stmt, struct err *err);

/* Binds the run to :run_id and steps to the one row that it has. ERR_INPUT: there is no such run. */
MUST_CHECK enum err_code track_find_run(struct track *track, struct db_stmt *stmt, int64_t run_id, struct err *err);

#endif
