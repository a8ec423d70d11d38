#include "db/rows_table.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/rows_cursor.h"

/* A plan travels from best_index to filter as a bit set of the constraints used, one for each column and op below
 * in this order, which is also that of the values, and as the bit set of the columns read, in hexadecimal. */
enum plan_op { PLAN_EQUAL, PLAN_LOW, PLAN_HIGH, PLAN_OPERATIONS };
#define PLAN_SLOT(column, op) ((int)(column)*PLAN_OPERATIONS + (int)(op))
#define PLAN_KEYS 3 /* run_id, epoch, instance_id */
#define PLAN_CLASS PLAN_SLOT(PLAN_KEYS, PLAN_EQUAL)
#define PLAN_SLOTS (PLAN_CLASS + 1)

/* More than any file holds; a damaged one may claim more than an integer takes. */
#define ROWS_MAX 1e15

struct rows_table {
	sqlite3_vtab base;
	sqlite3 *handle;
	enum rows_kind kind;
	bool has_sizes;
	double runs, epochs, instances; /* runs in the file, recorded epochs of a run, instances of a data set */
};

#define AFFINITY_CLASS " TEXT"
#define AFFINITY_FLOAT32 " REAL"
#define AFFINITY_TALLY " INTEGER"
#define COLUMN(id, name, column, storage, shape, task) IN_DYNAMICS_##task(#column AFFINITY_##storage ", ")
#define IN_BOTH_CLASSIFICATION(text) ""
#define IN_BOTH_BOTH(text) text
#define IN_BOTH_REGRESSION(text) ""
#define COLUMN_OF_BOTH(id, name, column, storage, shape, task) IN_BOTH_##task(#column AFFINITY_##storage ", ")

/* The columns have the types of the views' columns. */
static const struct {
	const char *name, *columns;
} rows_tables[] = {
	[ROWS_DYNAMICS] = { "dynamics", "CREATE TABLE x (run_id INTEGER, epoch INTEGER, instance_id INTEGER, part TEXT,"
					" class TEXT, " SERIES(COLUMN) "probabilities TEXT)" },
	[ROWS_PREDICTIONS] = { "predictions", "CREATE TABLE x (run_id INTEGER, epoch INTEGER, instance_id INTEGER,"
					      " class TEXT, probability REAL)" },
	[ROWS_REGRESSION] = { "regression_dynamics",
			      "CREATE TABLE x (run_id INTEGER, epoch INTEGER, instance_id INTEGER, part TEXT,"
			      " target REAL, predicted REAL, residual REAL, loss REAL, " SERIES(
				  COLUMN_OF_BOTH) "bin TEXT)" },
};

static struct rows_cursor *cursor_of(sqlite3_vtab_cursor *base)
{
	return (struct rows_cursor *)base;
}

static int rows_connect(sqlite3 *handle, void *context, int count, const char *const *arguments,
			sqlite3_vtab **ret_table, char **ret_message)
{
	struct err err;
	struct rows_table *table = NULL;
	enum rows_kind kind = ROWS_DYNAMICS;

	(void)context;
	(void)count;
	/* The second argument is the schema, the third the name of the table. One in the file could be what its own
	 * tables are made of, and would read itself for ever. */
	if (strcmp(arguments[1], "temp") != 0) {
		*ret_message = sqlite3_mprintf("hardrow_rows makes tables of temp only");
		return SQLITE_ERROR;
	}
	for (enum rows_kind k = 0; k < ARRAY_LENGTH(rows_tables); k++)
		if (strcmp(arguments[2], rows_tables[k].name) == 0)
			kind = k;
	int code = sqlite3_declare_vtab(handle, rows_tables[kind].columns);
	if (code != SQLITE_OK)
		return code;
	if (mem_new(&table, 1, &err) != ERR_OK)
		return SQLITE_NOMEM;
	table->handle = handle;
	table->kind = kind;
	*ret_table = &table->base;
	return SQLITE_OK;
}

static int rows_disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

/* Sizes for the planner, from what costs next to nothing to ask. Read once: they need not be exact. */
static int read_sizes(struct rows_table *table)
{
	sqlite3_stmt *stmt = NULL;

	if (table->has_sizes)
		return SQLITE_OK;
	int code = sqlite3_prepare_v2(table->handle,
				      "SELECT (SELECT count(*) FROM main.run), (SELECT max(block_id) FROM main.block),"
				      " (SELECT avg(instances) FROM main.dataset)",
				      -1, &stmt, NULL);
	if (code != SQLITE_OK)
		return code;
	if (sqlite3_step(stmt) == SQLITE_ROW) {
		double rows = 64.0 * sqlite3_column_double(stmt, 1);
		table->runs = fmax(1.0, sqlite3_column_double(stmt, 0));
		table->instances = fmax(1.0, sqlite3_column_double(stmt, 2));
		table->epochs = fmax(1.0, rows / (table->runs * table->instances));
		table->has_sizes = true;
	}
	return sqlite3_finalize(stmt);
}

/* The slot of a constraint, -1 if it is none we use. */
static int slot_of(const struct rows_table *table, sqlite3_index_info *info, int i)
{
	const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
	const int class_columns[] = {
		[ROWS_DYNAMICS] = DYNAMICS_CLASS,
		[ROWS_PREDICTIONS] = PREDICTIONS_CLASS,
		[ROWS_REGRESSION] = REGRESSION_BIN,
	};

	if (!constraint->usable)
		return -1;
	if (constraint->iColumn == class_columns[table->kind])
		return constraint->op == SQLITE_INDEX_CONSTRAINT_EQ &&
			       strcmp(sqlite3_vtab_collation(info, i), "BINARY") == 0
			   ? PLAN_CLASS
			   : -1;
	if (constraint->iColumn < 0 || constraint->iColumn >= PLAN_KEYS)
		return -1;
	switch (constraint->op) {
	case SQLITE_INDEX_CONSTRAINT_EQ:
		return PLAN_SLOT(constraint->iColumn, PLAN_EQUAL);
	case SQLITE_INDEX_CONSTRAINT_GT:
	case SQLITE_INDEX_CONSTRAINT_GE:
		return PLAN_SLOT(constraint->iColumn, PLAN_LOW);
	case SQLITE_INDEX_CONSTRAINT_LT:
	case SQLITE_INDEX_CONSTRAINT_LE:
		return PLAN_SLOT(constraint->iColumn, PLAN_HIGH);
	default:
		return -1;
	}
}

static bool plan_has(int plan, int slot)
{
	return (plan >> slot & 1) != 0;
}

/* Chooses one constraint for each slot and numbers their values. */
static int choose_constraints(const struct rows_table *table, sqlite3_index_info *info)
{
	int chosen[PLAN_SLOTS];
	int plan = 0;
	int argument = 0;

	for (int i = 0; i < info->nConstraint; i++) {
		int slot = slot_of(table, info, i);
		if (slot < 0 || plan_has(plan, slot))
			continue;
		chosen[slot] = i;
		plan |= 1 << slot;
	}
	for (int slot = 0; slot < PLAN_SLOTS; slot++)
		if (plan_has(plan, slot))
			info->aConstraintUsage[chosen[slot]].argvIndex = ++argument;
	return plan;
}

/* How many values of a key a plan leaves of `all`. */
static double values_left(int plan, int key, double all)
{
	if (plan_has(plan, PLAN_SLOT(key, PLAN_EQUAL)))
		return 1.0;
	if (plan_has(plan, PLAN_SLOT(key, PLAN_LOW)))
		all /= 3.0;
	if (plan_has(plan, PLAN_SLOT(key, PLAN_HIGH)))
		all /= 3.0;
	return fmax(1.0, all);
}

static void estimate(const struct rows_table *table, int plan, sqlite3_index_info *info)
{
	const double classes = 4.0;
	double epochs =
	    values_left(plan, DYNAMICS_RUN_ID, table->runs) * values_left(plan, DYNAMICS_EPOCH, table->epochs);
	double instances = values_left(plan, DYNAMICS_INSTANCE_ID, table->instances);
	double rows = epochs * instances;

	if (table->kind != ROWS_PREDICTIONS && plan_has(plan, PLAN_CLASS))
		rows = fmax(1.0, rows / classes);
	if (table->kind == ROWS_PREDICTIONS && !plan_has(plan, PLAN_CLASS))
		rows *= classes;
	/* The instances are read once, each epoch and each block of it once. */
	info->estimatedCost =
	    20.0 + instances + epochs * (2.0 + 4.0 * fmin(instances, table->instances / 64.0 + 1.0)) + rows;
	info->estimatedRows = (sqlite3_int64)fmin(rows, ROWS_MAX);
}

/* Whether the rows, which come by run, epoch, instance, are in the order asked for. A key fixed by '=' is in any order.
 */
static bool is_in_order(int plan, const sqlite3_index_info *info)
{
	int key = 0;

	for (int i = 0; i < info->nOrderBy; i++) {
		int column = info->aOrderBy[i].iColumn;
		if (column >= 0 && column < PLAN_KEYS && plan_has(plan, PLAN_SLOT(column, PLAN_EQUAL)))
			continue;
		while (key < PLAN_KEYS && plan_has(plan, PLAN_SLOT(key, PLAN_EQUAL)))
			key++;
		if (key == PLAN_KEYS || column != key || info->aOrderBy[i].desc != 0)
			return false;
		key++;
	}
	return true;
}

static int rows_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	struct rows_table *table = (struct rows_table *)base;
	int code = read_sizes(table);

	if (code != SQLITE_OK) {
		/* "no such table: main.run": it is another program's file. */
		sqlite3_free(base->zErrMsg);
		base->zErrMsg = sqlite3_mprintf("%s", sqlite3_errmsg(table->handle));
		return code;
	}
	int plan = choose_constraints(table, info);
	estimate(table, plan, info);
	info->orderByConsumed = is_in_order(plan, info);
	info->idxNum = plan;
	info->idxStr = sqlite3_mprintf("%llx", (unsigned long long)info->colUsed);
	info->needToFreeIdxStr = 1;
	return info->idxStr == NULL ? SQLITE_NOMEM : SQLITE_OK;
}

static int rows_open(sqlite3_vtab *base, sqlite3_vtab_cursor **ret_cursor)
{
	struct rows_table *table = (struct rows_table *)base;
	struct rows_cursor *cursor = rows_cursor_create(table->handle, table->kind);

	if (cursor == NULL)
		return SQLITE_NOMEM;
	*ret_cursor = &cursor->base;
	return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *base)
{
	rows_cursor_free(cursor_of(base));
	return SQLITE_OK;
}

/* Narrows [low, high] by a value of whatever type; SQLite tests the rows again. */
static void narrow(sqlite3_value *value, enum plan_op op, int64_t *low, int64_t *high)
{
	const double limit = 9.0e18; /* within int64 */
	int type = sqlite3_value_numeric_type(value);
	double real = sqlite3_value_double(value);

	if (type == SQLITE_INTEGER) {
		if (op != PLAN_HIGH && sqlite3_value_int64(value) > *low)
			*low = sqlite3_value_int64(value);
		if (op != PLAN_LOW && sqlite3_value_int64(value) < *high)
			*high = sqlite3_value_int64(value);
	} else if (type == SQLITE_FLOAT && fabs(real) < limit) {
		if (op != PLAN_HIGH && (int64_t)floor(real) > *low)
			*low = (int64_t)floor(real);
		if (op != PLAN_LOW && (int64_t)ceil(real) < *high)
			*high = (int64_t)ceil(real);
	} else if (type == SQLITE_NULL || (type != SQLITE_FLOAT && op != PLAN_HIGH)) {
		/* Nothing equals NULL, and all numbers come before all texts and blobs. */
		*low = INT64_MAX;
		*high = INT64_MIN;
	}
}

static int rows_filter(sqlite3_vtab_cursor *base, int plan, const char *columns, int count, sqlite3_value **values)
{
	struct rows_cursor *cursor = cursor_of(base);
	struct rows_filter filter = { .series = rows_series(cursor->kind, strtoull(columns, NULL, 16)) };
	struct err err;
	int argument = 0;

	for (int key = 0; key < PLAN_KEYS; key++) {
		filter.low[key] = INT64_MIN;
		filter.high[key] = INT64_MAX;
		for (enum plan_op op = 0; op < PLAN_OPERATIONS; op++)
			if (plan_has(plan, PLAN_SLOT(key, op)))
				narrow(values[argument++], op, &filter.low[key], &filter.high[key]);
	}
	if (plan_has(plan, PLAN_CLASS)) {
		sqlite3_value *value = values[argument++];
		const char *name = (const char *)sqlite3_value_text(value);
		if (sqlite3_value_type(value) == SQLITE_TEXT && mem_copy_text(name, &filter.class_name, &err) != ERR_OK)
			return SQLITE_NOMEM;
	}
	assert(argument == count);
	return rows_cursor_start(cursor, &filter);
}

static int rows_next(sqlite3_vtab_cursor *base)
{
	return rows_cursor_next(cursor_of(base));
}

static int rows_eof(sqlite3_vtab_cursor *base)
{
	return cursor_of(base)->is_end;
}

static int rows_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	rows_cursor_column(cursor_of(base), context, column);
	return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret_rowid)
{
	*ret_rowid = rows_cursor_rowid(cursor_of(base));
	return SQLITE_OK;
}

int rows_table_attach(sqlite3 *handle)
{
	static const sqlite3_module module = {
		.iVersion = 0,
		.xCreate = rows_connect,
		.xConnect = rows_connect,
		.xBestIndex = rows_best_index,
		.xDisconnect = rows_disconnect,
		.xDestroy = rows_disconnect,
		.xOpen = rows_open,
		.xClose = rows_close,
		.xFilter = rows_filter,
		.xNext = rows_next,
		.xEof = rows_eof,
		.xColumn = rows_column,
		.xRowid = rows_rowid,
	};

	int code = sqlite3_create_module(handle, "hardrow_rows", &module, NULL);
	for (size_t i = 0; i < ARRAY_LENGTH(rows_tables) && code == SQLITE_OK; i++) {
		char sql[96];
		(void)sqlite3_snprintf(sizeof sql, sql, "CREATE VIRTUAL TABLE IF NOT EXISTS temp.%s USING hardrow_rows",
				       rows_tables[i].name);
		code = sqlite3_exec(handle, sql, NULL, NULL, NULL);
	}
	return code;
}
