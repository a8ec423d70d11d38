/* Private to track: the tracker's connection and its statements, compiled once each when first used. */
#ifndef HARDROW_TRACK_STATEMENTS_H
#define HARDROW_TRACK_STATEMENTS_H

#include <stdbool.h>

#include "base/life.h"
#include "db/db.h"
#include "track/track.h"

/* Statements that read the rows of a checksum. */
#define TRACK_SUM_COUNT 23

enum track_statement {
	TRACK_MARK,
	TRACK_KEEP,
	TRACK_TAKE_BACK,
	TRACK_PUT_INSTANCE,
	TRACK_PUT_KEY,
	TRACK_PUT_EPOCH,
	TRACK_PUT_CLASS_EPOCH,
	TRACK_PUT_REGRESSION,
	TRACK_PUT_PARTIAL,
	TRACK_PUT_OWN_SERIES,
	TRACK_PUT_BLOCK,
	TRACK_PUT_MATRIX,
	TRACK_PUT_SUMMARIES,
	TRACK_PUT_MEASURES,
	TRACK_KEY_RUN,
	TRACK_CURRENT_RUN,
	TRACK_FIND_HOLDER,
	TRACK_RESUMABLE_RUN,
	TRACK_PUT_CLAIM,
	TRACK_DROP_CLAIM,
	TRACK_START_RUN,
	TRACK_CHECK_MINE,
	TRACK_FINISH_RUN,
	TRACK_FIND_DATASET,
	TRACK_PUT_DATASET,
	TRACK_PUT_CLASS,
	TRACK_PUT_FEATURE,
	TRACK_PUT_FEATURE_BLOCK,
	TRACK_FIND_SPLIT,
	TRACK_PUT_SPLIT,
	TRACK_PUT_SPLIT_CLASS,
	TRACK_PUT_STATE,
	TRACK_DROP_STATE,
	TRACK_SETTLE_RUN,
	TRACK_SEEN,
	TRACK_PUT_CHECKSUM,
	TRACK_VERIFY_EPOCH,
	TRACK_VERIFY_CLASSES,
	TRACK_VERIFY_BLOCK,
	TRACK_SUM, /* and those behind it: see track_checksum.c */
	TRACK_SUM_LAST = TRACK_SUM + TRACK_SUM_COUNT - 1,
	TRACK_STATEMENT_COUNT,
};

struct track {
	struct db *db;
	struct db_stmt *statements[TRACK_STATEMENT_COUNT];
	struct process_identity self;
	int64_t writer_id;   /* 0: it has not written a run yet */
	bool writer_is_kept; /* its row is committed */
	double seen_at;	     /* clock_seconds() when that was last said */
	double buried_at;    /* clock_seconds() when dead processes were looked for last; 0: not yet */
	bool is_wal;
};

/* The compiled statement, borrowed; `sql` must always be the same for one `which`. One that writes is in a transaction:
 * it begins here if none is open, so that no row is ever committed by itself. */
MUST_CHECK enum err_code track_statement(struct track *track, enum track_statement which, const char *sql,
					 struct db_stmt **ret_stmt, struct err *err);
MUST_CHECK enum err_code track_read_statement(struct track *track, enum track_statement which, const char *sql,
					      struct db_stmt **ret_stmt, struct err *err);

/* Steps `stmt` once: *ret_id is its first column, 0 if there is no row. */
MUST_CHECK enum err_code track_find_id(struct db_stmt *stmt, int64_t *ret_id, struct err *err);

/* The run goes on: what is newer than its state goes, status 'running', by this writer. */
MUST_CHECK enum err_code track_resume_run(struct track *track, const struct track_resume *resume, int64_t writer_id,
					  struct err *err);

/* A run with all its rows and blocks, in the open transaction; foreign keys to it are the caller's business. */
MUST_CHECK enum err_code track_drop_run(struct track *track, int64_t run_id, struct err *err);

/* This process's claim on a run that begins. */
MUST_CHECK enum err_code track_drop_claim(struct track *track, const struct track_run *run, struct err *err);

/* Its state goes. */
MUST_CHECK enum err_code track_drop_state(struct track *track, int64_t run_id, struct err *err);

/* The row of this process in `writer`, made on first use. */
MUST_CHECK enum err_code track_writer(struct track *track, int64_t *ret_writer_id, struct err *err);

/* Runs of dead processes become 'interrupted', their claims free. Looks for them once a second at most. */
MUST_CHECK enum err_code track_bury_dead(struct track *track, struct err *err);

/* Binds the run to :run_id and steps to the one row that it has. ERR_INPUT: there is no such run. */
MUST_CHECK enum err_code track_find_run(struct track *track, struct db_stmt *stmt, int64_t run_id, struct err *err);

#endif
