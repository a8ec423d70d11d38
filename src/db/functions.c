#include "db/functions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/packing.h"

static void sha256_of(sqlite3_context *context, int count, sqlite3_value **values)
{
	char hex[FILE_SHA256_SIZE];
	const void *bytes = sqlite3_value_blob(values[0]);

	(void)count;
	file_sha256(bytes == NULL ? "" : bytes, (size_t)sqlite3_value_bytes(values[0]), hex);
	sqlite3_result_text(context, hex, -1, SQLITE_TRANSIENT);
}

/* Reads a JSON array of exactly d numbers, null is NaN. */
static bool read_array(const char *text, double *ret_values, int d)
{
	for (int j = 0; j < d; j++) {
		char *end = NULL;
		if (*text++ != (j == 0 ? '[' : ','))
			return false;
		bool is_null = strncmp(text, "null", 4) == 0;
		ret_values[j] = is_null ? (double)NAN : strtod(text, &end);
		if (end == text)
			return false;
		text = is_null ? text + 4 : end;
	}
	return strcmp(text, "]") == 0;
}

/* Rows of float64 that become a row of feature_block; zeroed at first. */
struct float64_block {
	double *values; /* (PACKING_INSTANCES, d), owned */
	sqlite3_int64 d;
	int rows;
};

/* float64_block(place in the block, JSON, d) */
static void take_features(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct float64_block *block = sqlite3_aggregate_context(context, sizeof *block);
	sqlite3_int64 row = sqlite3_value_int64(values[0]);
	const char *text = (const char *)sqlite3_value_text(values[1]);
	sqlite3_int64 d = sqlite3_value_int64(values[2]);

	(void)count;
	/* A text is longer than it has numbers. */
	bool is_sound = text != NULL && row >= 0 && row < PACKING_INSTANCES && d > 0 &&
			d < (sqlite3_int64)sqlite3_value_bytes(values[1]);
	if (block != NULL && is_sound && block->values == NULL) {
		sqlite3_uint64 bytes = PACKING_INSTANCES * (sqlite3_uint64)d * sizeof *block->values;
		block->values = sqlite3_malloc64(bytes);
		if (block->values != NULL)
			memset(block->values, 0, bytes);
	}
	if (block == NULL || (is_sound && block->values == NULL))
		sqlite3_result_error_nomem(context);
	else if (!is_sound || !read_array(text, block->values + row * d, (int)d))
		sqlite3_result_error(context, "features of an instance are damaged", -1);
	else
		block->rows = row < block->rows ? block->rows : (int)row + 1;
	if (block != NULL)
		block->d = d;
}

static void end_features(sqlite3_context *context)
{
	struct float64_block *block = sqlite3_aggregate_context(context, 0);

	if (block != NULL && block->values != NULL)
		sqlite3_result_blob64(context, block->values,
				      (sqlite3_uint64)block->rows * (sqlite3_uint64)block->d * sizeof *block->values,
				      sqlite3_free);
}

enum err_code functions_register(struct db *db, struct err *err)
{
	const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
	int code = sqlite3_create_function_v2(db->handle, "sha256", 1, flags, NULL, sha256_of, NULL, NULL, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_create_function_v2(db->handle, "float64_block", 3, flags, NULL, NULL, take_features,
						  end_features, NULL);
	return code == SQLITE_OK ? ERR_OK : db_fail(db, code, false, err);
}

/* false: one of them is NULL. */
static bool read_arguments(int count, sqlite3_value **values, double *arguments)
{
	for (int i = 0; i < count; i++) {
		if (sqlite3_value_type(values[i]) == SQLITE_NULL)
			return false;
		arguments[i] = sqlite3_value_double(values[i]);
	}
	return true;
}

static void call(sqlite3_context *context, int count, sqlite3_value **values)
{
	const struct db_function *function = sqlite3_user_data(context);
	double arguments[DB_FUNCTION_ARGUMENTS_MAX];

	/* SQLite makes NULL of a NaN. */
	if (read_arguments(count, values, arguments))
		sqlite3_result_double(context, function->of(arguments));
}

#define ROWS_FIRST 64

/* What an aggregate has seen; zeroed at first. */
struct rows {
	double *values; /* (n), owned */
	size_t n, capacity;
	double sums[DB_FUNCTION_ARGUMENTS_MAX]; /* of the arguments */
};

/* From SQLite's memory, which db_limit() limits. */
static bool make_room(struct rows *rows)
{
	size_t capacity = rows->capacity == 0 ? ROWS_FIRST : 2 * rows->capacity;

	if (rows->n < rows->capacity)
		return true;
	double *values = sqlite3_realloc64(rows->values, capacity * sizeof *values);
	if (values == NULL)
		return false;
	rows->values = values;
	rows->capacity = capacity;
	return true;
}

static void take_row(sqlite3_context *context, int count, sqlite3_value **values)
{
	struct rows *rows = sqlite3_aggregate_context(context, sizeof *rows);
	double arguments[DB_FUNCTION_ARGUMENTS_MAX];

	if (rows == NULL || !read_arguments(count, values, arguments))
		return;
	if (!make_room(rows)) {
		sqlite3_result_error_nomem(context);
		return;
	}
	rows->values[rows->n++] = arguments[0];
	for (int i = 0; i < count; i++)
		rows->sums[i] += arguments[i];
}

static void end_rows(sqlite3_context *context)
{
	const struct db_function *function = sqlite3_user_data(context);
	struct rows *rows = sqlite3_aggregate_context(context, 0);
	double means[DB_FUNCTION_ARGUMENTS_MAX];
	double value = NAN;
	struct err err;

	/* SQLite also ends what it gives up. */
	if (rows == NULL || rows->n == 0)
		return;
	for (size_t i = 0; i < function->arguments; i++)
		means[i] = rows->sums[i] / (double)rows->n;
	if (function->of_rows(rows->values, rows->n, means + 1, &value, &err) == ERR_OK)
		sqlite3_result_double(context, value);
	else
		sqlite3_result_error(context, err.message, -1);
	sqlite3_free(rows->values);
}

enum err_code db_add_functions(struct db *db, const struct db_function *functions, size_t count, struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		bool is_aggregate = functions[i].of == NULL;
		int code = sqlite3_create_function_v2(db->handle, functions[i].name, (int)functions[i].arguments,
						      SQLITE_UTF8 | SQLITE_DETERMINISTIC, (void *)&functions[i],
						      is_aggregate ? NULL : call, is_aggregate ? take_row : NULL,
						      is_aggregate ? end_rows : NULL, NULL);
		if (code != SQLITE_OK)
			return db_fail(db, code, false, err);
	}
	return ERR_OK;
}
