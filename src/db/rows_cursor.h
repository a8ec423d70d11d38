/* Private to db: one scan of a virtual table, over runs of the task that the table is of. Rows come by run, epoch,
 * instance_id (and class, in class order). */
#ifndef HARDROW_DB_ROWS_CURSOR_H
#define HARDROW_DB_ROWS_CURSOR_H

#include "db/rows_subject.h"
#include "db/series.h"

enum rows_kind { ROWS_DYNAMICS, ROWS_PREDICTIONS, ROWS_REGRESSION };

enum dynamics_column {
	DYNAMICS_RUN_ID,
	DYNAMICS_EPOCH,
	DYNAMICS_INSTANCE_ID,
	DYNAMICS_PART,
	DYNAMICS_CLASS,
	DYNAMICS_SERIES, /* the first of the series, in their order */
	DYNAMICS_PROBABILITIES = DYNAMICS_SERIES + SERIES_DYNAMICS_COUNT,
};

/* The first three are those of dynamics. */
enum predictions_column { PREDICTIONS_CLASS = 3, PREDICTIONS_PROBABILITY };

/* The first four are those of dynamics. */
enum regression_column {
	REGRESSION_TARGET = 4,
	REGRESSION_PREDICTED,
	REGRESSION_RESIDUAL,
	REGRESSION_LOSS,
	REGRESSION_SERIES, /* the first of the series that both tasks have, in their order */
	REGRESSION_BIN = REGRESSION_SERIES + SERIES_RESIDUAL - SERIES_DU,
};

/* The series that the columns of the bit set `columns` are made of, as a bit set. */
unsigned rows_series(enum rows_kind kind, uint64_t columns);

/* What a scan is narrowed to. It may leave more rows than the constraints allow: SQLite tests each row again. */
struct rows_filter {
	int64_t low[3], high[3]; /* run_id, epoch, instance_id; both ends included */
	char *class_name;	 /* NULL: any; owned */
	unsigned series;	 /* what to read of each block */
};

struct series_blob {
	const unsigned char *bytes;
	size_t length;
};

struct rows_cursor {
	sqlite3_vtab_cursor base;
	enum rows_kind kind;
	sqlite3 *handle;
	struct rows_filter filter;
	struct subject subject;
	sqlite3_stmt *find_epochs, *find_block;
	enum series_tally tally; /* of the epoch's blocks */
	unsigned block_series;	 /* what find_block reads */
	bool is_end;
	int64_t run_id, epoch, first_block;
	uint32_t block_instances;
	int64_t block_id; /* the one loaded, 0: none */
	bool has_block;
	struct series_blob series[SERIES_COUNT];
	size_t at;	      /* index into subject.instances */
	uint32_t class_index; /* predictions */
};

/* NULL if memory is short. */
struct rows_cursor *rows_cursor_create(sqlite3 *handle, enum rows_kind kind);
void rows_cursor_free(struct rows_cursor *cursor);

/* All return a SQLite code. Start takes over filter->class_name and stands on the first row. */
int rows_cursor_start(struct rows_cursor *cursor, const struct rows_filter *filter);
int rows_cursor_next(struct rows_cursor *cursor);

void rows_cursor_column(struct rows_cursor *cursor, sqlite3_context *context, int column);

/* The same for the same row in every scan. */
int64_t rows_cursor_rowid(const struct rows_cursor *cursor);

#endif
