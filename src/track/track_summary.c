/* What the instances come to at the end of a run. */
#include <assert.h>
#include <math.h>

#include "db/part.h"
#include "track/statements.h"
#include "track/track_checksum.h"

/* The columns of a row in the order of its INSERT: the predicted class stands behind the first list of measures. */
enum column {
	COLUMN_RUN_ID,
	COLUMN_INSTANCE_ID,
	COLUMN_PART,
	COLUMN_CLASS,
	COLUMN_FIRST,
	COLUMN_PREDICTED = COLUMN_FIRST + MEASURE_FIRST_COUNT,
	COLUMN_LATER,
	COLUMN_LATEST = COLUMN_LATER + MEASURE_GRAND - MEASURE_FIRST_COUNT,
	COLUMN_REGRESSION = COLUMN_LATER + MEASURE_MEAN_ABS_RESIDUAL - MEASURE_FIRST_COUNT,
	COLUMN_COUNT = COLUMN_LATER + MEASURE_COUNT - MEASURE_FIRST_COUNT,
};

static_assert(COLUMN_COUNT <= DB_ROWS_COLUMNS, "a summary has too many columns for db_insert()");

#define NAME(id, column, type) ", " #column
#define INTO                                                                                                           \
	"instance_summary (run_id, instance_id, part, class" MEASURES_FIRST(NAME) ", predicted" MEASURES_LATER(NAME)   \
	    MEASURES_LATEST(NAME) MEASURES_REGRESSION(NAME) ")"

#define TYPE(id, column, type) DB_##type,

static const enum db_type measure_types[] = { MEASURES(TYPE) };

static struct db_value measure_value(enum measure measure, double value)
{
	if (measure_types[measure] == DB_INTEGER && !isnan(value))
		return (struct db_value){ .type = DB_INTEGER, .integer = (int64_t)value };
	return (struct db_value){ .type = DB_REAL, .real = value };
}

/* The rows on their way: each is made once, and summed then, before any of its values is asked for. */
struct summaries {
	int64_t run_id;
	const struct track_summaries *given;
	struct track_summary row;
	size_t taken; /* row is number taken - 1 */
	/* Each list of measures has a checksum of its own. */
	uint64_t first, later, latest;
	bool is_regression;
};

static struct db_value value_of(const struct summaries *summaries, size_t column)
{
	const struct track_summary *row = &summaries->row;

	switch (column) {
	case COLUMN_RUN_ID:
		return (struct db_value){ .type = DB_INTEGER, .integer = summaries->run_id };
	case COLUMN_INSTANCE_ID:
		return (struct db_value){ .type = DB_INTEGER, .integer = row->instance_id };
	case COLUMN_PART:
		return (struct db_value){ .type = DB_TEXT, .text = part_name(row->part) };
	case COLUMN_CLASS:
		return (struct db_value){ .type = DB_TEXT, .text = row->class_name };
	case COLUMN_PREDICTED:
		return (struct db_value){ .type = DB_TEXT, .text = row->predicted };
	default:
		break;
	}
	enum measure measure =
	    column < COLUMN_PREDICTED ? column - COLUMN_FIRST : column - COLUMN_LATER + MEASURE_FIRST_COUNT;
	return measure_value(measure, row->measure[measure]);
}

static void sum(const struct summaries *summaries, size_t first, size_t end, uint64_t *chain)
{
	for (size_t i = first; i < end; i++)
		db_sum_value(value_of(summaries, i), chain);
}

static void take(struct summaries *summaries, size_t i)
{
	uint32_t last = summaries->row.instance_id;

	assert(i == summaries->taken);
	summaries->given->row(summaries->given->context, i, &summaries->row);
	assert(i == 0 || summaries->row.instance_id > last);
	summaries->taken++;
	if (!isnan(summaries->row.measure[MEASURE_MEAN_ABS_RESIDUAL]))
		summaries->is_regression = true;
	sum(summaries, COLUMN_RUN_ID, COLUMN_LATER, &summaries->first);
	sum(summaries, COLUMN_RUN_ID, COLUMN_PART, &summaries->later);
	sum(summaries, COLUMN_LATER, COLUMN_LATEST, &summaries->later);
	sum(summaries, COLUMN_RUN_ID, COLUMN_PART, &summaries->latest);
	sum(summaries, COLUMN_LATEST, COLUMN_REGRESSION, &summaries->latest);
}

/* Rows are asked for in their order. */
static struct db_value value(void *context, size_t row, size_t column)
{
	struct summaries *summaries = context;

	if (row + 1 != summaries->taken)
		take(summaries, row);
	return value_of(summaries, column);
}

enum err_code track_put_summaries(struct track *track, int64_t run_id, const struct track_summaries *given,
				  struct err *err)
{
	struct summaries summaries = { .run_id = run_id, .given = given };
	const struct db_rows rows = { given->count, value, &summaries };
	struct db_stmt **stmt = &track->statements[TRACK_PUT_SUMMARIES];

	if (track_begin(track, err) != ERR_OK ||
	    (*stmt == NULL && db_prepare_insert(track->db, INTO, COLUMN_COUNT, stmt, err) != ERR_OK) ||
	    db_insert(*stmt, &rows, err) != ERR_OK ||
	    track_put_sum(track, SUBJECT_SUMMARY, run_id, summaries.first, err) != ERR_OK ||
	    track_put_sum(track, SUBJECT_MEASURES, run_id, summaries.later, err) != ERR_OK)
		return err->code;
	/* Those of a regression are summed behind all others. */
	if (summaries.is_regression && track_put_checksum(track, SUBJECT_MEASURES, run_id, err) != ERR_OK)
		return err->code;
	return track_put_sum(track, SUBJECT_GRADIENTS, run_id, summaries.latest, err);
}

#define BIND_MEASURE(id, column, type) BIND_##type(stmt, ":" #column, summary.measure[MEASURE_##id]);
#define BIND_REAL db_bind_real
#define BIND_INTEGER bind_whole

static void bind_whole(struct db_stmt *stmt, const char *name, double value)
{
	if (isnan(value))
		db_bind_null(stmt, name);
	else
		db_bind_int(stmt, name, (int64_t)value);
}

#define SET_MEASURE(id, column, type) ", " #column " = :" #column
/* What training knew and the recorded epochs do not say stays. */
#define SET_IF_KNOWN(id, column, type) ", " #column " = coalesce(:" #column ", " #column ")"

enum err_code track_put_measures(struct track *track, int64_t run_id, const struct track_summaries *given,
				 struct err *err)
{
	struct db_stmt *stmt;

	if (track_statement(track, TRACK_PUT_MEASURES,
			    "UPDATE instance_summary SET forgetting_events = iif(:ever_learned, forgetting_events, "
			    "NULL)" MEASURES_LATER(SET_MEASURE)
				MEASURES_LATEST(SET_IF_KNOWN) " WHERE run_id = :run_id AND instance_id = :instance_id",
			    &stmt, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < given->count; i++) {
		struct track_summary summary;
		given->row(given->context, i, &summary);
		MEASURES_LATER(BIND_MEASURE)
		MEASURES_LATEST(BIND_MEASURE)
		db_bind_int(stmt, ":run_id", run_id);
		db_bind_int(stmt, ":instance_id", summary.instance_id);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	if (track_put_checksum(track, SUBJECT_SUMMARY, run_id, err) != ERR_OK ||
	    track_put_checksum(track, SUBJECT_MEASURES, run_id, err) != ERR_OK)
		return err->code;
	return track_put_checksum(track, SUBJECT_GRADIENTS, run_id, err);
}
