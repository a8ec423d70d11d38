#include "unit/rows_file.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"

/* Data set i has i + 2 classes; `dropped`: every so manieth data row is not in it; 0: none. The last two are those of a
 * regression. */
static const struct {
	uint32_t instances, dropped, runs, epochs, block_instances;
	bool is_regression;
} sets[] = { { 150, 0, 3, 4, 64, false }, { 64, 7, 1, 3, 64, false }, { 1, 0, 2, 2, 64, false },
	     { 131, 3, 2, 5, 32, false }, { 140, 5, 2, 3, 64, true }, { 64, 0, 1, 2, 32, true } };

void must(enum err_code code, const struct err *err)
{
	cr_assert_eq(code, ERR_OK, "%s", err->message);
}

struct db_stmt *must_prepare(struct db *db, const char *sql)
{
	struct db_stmt *stmt = NULL;
	struct err err = { 0 };

	cr_assert_eq(db_prepare(db, sql, &stmt, &err), ERR_OK, "%s: %s", sql, err.message);
	return stmt;
}

bool must_step(struct db_stmt *stmt)
{
	struct err err = { 0 };
	bool has_row = false;

	must(db_step(stmt, &has_row, &err), &err);
	return has_row;
}

static void must_run(struct db_stmt *stmt)
{
	struct err err = { 0 };

	must(db_run(stmt, &err), &err);
}

static float random_float(struct rng *rng)
{
	static const float special[] = { 0.0f,
					 -0.0f,
					 NAN,
					 INFINITY,
					 -INFINITY,
					 1e-45f,
					 -1e-45f,
					 1.17549421e-38f,
					 1.17549435e-38f,
					 3.40282347e+38f,
					 -3.40282347e+38f,
					 1.0f,
					 0.1f };
	uint32_t bits = (uint32_t)rng_next(rng);
	float value;

	if (rng_below(rng, 3) == 0)
		return special[rng_below(rng, ARRAY_LENGTH(special))];
	if (rng_below(rng, 2) == 0)
		return (float)rng_uniform(rng);
	memcpy(&value, &bits, sizeof value);
	return value;
}

static void put_dataset(struct db *db, struct rng *rng, int64_t id)
{
	uint32_t count = sets[id - 1].instances;
	uint32_t dropped = sets[id - 1].dropped;
	uint8_t *is_test = calloc(count, 1);
	struct db_stmt *dataset = must_prepare(
	    db, "INSERT INTO dataset VALUES (:id, 'set ' || :id, '', '', 'drop', :instances, 1, :classes, '',"
		" :task, 0)");
	struct db_stmt *class = must_prepare(db, "INSERT INTO class VALUES (:id, :index, 'class ' || :index)");
	struct db_stmt *instance = must_prepare(db, "INSERT INTO instance VALUES (:id, :position, :instance_id, "
						    ":instance_id + 2, :class, NULL, NULL, :target)");
	struct db_stmt *split =
	    must_prepare(db, "INSERT INTO split VALUES (:id, :id, 0, 0.5, 0, :test, 0, 'mask', 0, 0)");

	db_bind_int(dataset, ":id", id);
	db_bind_int(dataset, ":instances", count);
	db_bind_int(dataset, ":classes", id + 1);
	db_bind_text(dataset, ":task", sets[id - 1].is_regression ? "regression" : "classification");
	must_run(dataset);
	for (int64_t c = 0; c <= id; c++) {
		db_bind_int(class, ":id", id);
		db_bind_int(class, ":index", c);
		must_run(class);
	}
	uint32_t row = 0;
	for (uint32_t position = 0; position < count; position++, row++) {
		if (dropped != 0 && row % dropped == 0)
			row++;
		is_test[position] = (uint8_t)rng_below(rng, 4); /* 3: never written */
		db_bind_int(instance, ":id", id);
		db_bind_int(instance, ":position", position);
		db_bind_int(instance, ":instance_id", row);
		db_bind_int(instance, ":class", rng_below(rng, (uint32_t)id + 1));
		if (sets[id - 1].is_regression)
			db_bind_real(instance, ":target", rng_uniform(rng) * 100 - 50);
		else
			db_bind_null(instance, ":target");
		must_run(instance);
	}
	db_bind_int(split, ":id", id);
	db_bind_blob(split, ":test", is_test, count);
	must_run(split);
	free(is_test);
	db_stmt_free(dataset);
	db_stmt_free(class);
	db_stmt_free(instance);
	db_stmt_free(split);
}

/* classes 0: of a regression. */
static int64_t put_block(struct db *db, struct rng *rng, uint32_t count, uint32_t classes)
{
	static const char *const floats[] = { ":difficulty", ":weight", ":du", ":dl", ":p", ":residual" };
	float values[ARRAY_LENGTH(floats)][64 * 5];
	uint16_t predicted[64], draws[64];
	struct db_stmt *stmt =
	    must_prepare(db, "INSERT INTO block VALUES (NULL, :predicted, :difficulty, :weight, :du, :dl,"
			     " :draws, :p, NULL, :residual)");

	for (size_t s = 0; s < ARRAY_LENGTH(floats) - (classes > 0); s++) {
		uint32_t length = s == 4 ? count * classes : count;
		for (uint32_t i = 0; i < length; i++)
			values[s][i] = random_float(rng);
		db_bind_blob(stmt, floats[s], values[s], length * sizeof(float));
	}
	for (uint32_t i = 0; i < count; i++) {
		predicted[i] = classes == 0 ? 0 : (uint16_t)rng_below(rng, classes);
		draws[i] = rng_below(rng, 2) == 0 ? UINT16_MAX : (uint16_t)rng_next(rng);
	}
	db_bind_blob(stmt, ":predicted", predicted, classes == 0 ? 0 : count * sizeof *predicted);
	db_bind_blob(stmt, ":draws", draws, count * sizeof *draws);
	must_run(stmt);
	db_stmt_free(stmt);
	return db_last_rowid(db);
}

static void put_run(struct db *db, struct rng *rng, int64_t run_id, int64_t dataset_id)
{
	uint32_t block_instances = sets[dataset_id - 1].block_instances;
	uint32_t count = sets[dataset_id - 1].instances;
	struct db_stmt *stmt = must_prepare(
	    db, "INSERT INTO run VALUES (:run_id, NULL, :dataset_id, :dataset_id, 'm', 'base', 0, 'done', NULL,"
		" '{}', :block_instances, '0', NULL, 'b', 1, 'c', 'h', 1, '[]', 0, 0, NULL, NULL, NULL, NULL, NULL, "
		"NULL, NULL, NULL)");
	struct db_stmt *put_epoch = must_prepare(
	    db, "INSERT INTO epoch (run_id, epoch, first_block, seconds) VALUES (:run_id, :epoch, :first, 0)");

	db_bind_int(stmt, ":run_id", run_id);
	db_bind_int(stmt, ":dataset_id", dataset_id);
	db_bind_int(stmt, ":block_instances", block_instances);
	must_run(stmt);
	for (uint32_t epoch = 1; epoch <= sets[dataset_id - 1].epochs; epoch++) {
		db_bind_int(put_epoch, ":run_id", run_id);
		db_bind_int(put_epoch, ":epoch", epoch);
		for (uint32_t done = 0; done < count && epoch != 2; done += block_instances) {
			uint32_t left = count - done < block_instances ? count - done : block_instances;
			int64_t block_id =
			    put_block(db, rng, left, sets[dataset_id - 1].is_regression ? 0 : (uint32_t)dataset_id + 1);
			if (done == 0)
				db_bind_int(put_epoch, ":first", block_id);
		}
		must_run(put_epoch); /* epoch 2 was not recorded */
	}
	db_stmt_free(put_epoch);
	db_stmt_free(stmt);
}

struct db *rows_file_make(void)
{
	struct db *db = NULL;
	struct err err = { 0 };
	struct rng rng;
	int64_t run_id = 10;

	rng_init(&rng, 7, RNG_SAMPLING);
	must(db_open("a.db", DB_WRITE, &db, &err), &err);
	must(db_begin(db, &err), &err);
	for (size_t i = 0; i < ARRAY_LENGTH(sets); i++)
		put_dataset(db, &rng, (int64_t)i + 1);
	for (uint32_t round = 0; round < 6; round++)
		for (size_t i = 0; i < ARRAY_LENGTH(sets); i++)
			if (round % 3 < sets[i].runs && sets[i].is_regression == (round >= 3))
				put_run(db, &rng, run_id++, (int64_t)i + 1);
	must(db_commit(db, &err), &err);
	db_free(db);
	must(db_open("a.db", DB_READ, &db, &err), &err);
	return db;
}

/* A value as text, reals by their bits. */
static void append_value(struct text *text, struct db_stmt *stmt, size_t column)
{
	struct err err = { 0 };
	uint64_t bits;

	switch (db_column_type(stmt, column)) {
	case DB_NULL:
		must(text_append(text, &err, "NULL|"), &err);
		break;
	case DB_INTEGER:
		must(text_append(text, &err, "%jd|", (intmax_t)db_column_int(stmt, column)), &err);
		break;
	case DB_REAL:
		bits = (union {
			       double real;
			       uint64_t bits;
		       }){ db_column_real(stmt, column) }
			   .bits;
		must(text_append(text, &err, "r%016jx|", (uintmax_t)bits), &err);
		break;
	case DB_TEXT:
	case DB_BLOB:
		must(text_append(text, &err, "'%s'|", db_column_text(stmt, column)), &err);
		break;
	}
}

char *rows_file_ask(struct db *db, const char *sql, const char *schema, size_t *ret_count)
{
	struct text query AUTO(text_done) = { 0 };
	struct text rows = { 0 };
	struct err err = { 0 };

	for (; *sql != '\0'; sql++)
		if (*sql == '$')
			must(text_append(&query, &err, "%s", schema), &err);
		else
			must(text_append_bytes(&query, sql, 1, &err), &err);
	AUTO(db_stmt_freep) struct db_stmt *stmt = must_prepare(db, query.data);
	must(text_append_bytes(&rows, "", 0, &err), &err);
	for (*ret_count = 0; must_step(stmt); ++*ret_count) {
		for (size_t i = 0; i < db_column_count(stmt); i++)
			append_value(&rows, stmt, i);
		must(text_append(&rows, &err, "\n"), &err);
	}
	return rows.data;
}
