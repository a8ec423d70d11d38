/* db: the virtual tables give the rows of the views, and both give what was stored, to the bit. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "base/text.h"
#include "db/db.h"
#include "unit/scratch.h"

TestSuite(db_rows, .init = scratch_enter, .fini = scratch_leave);

/* Data set i has i + 2 classes; `dropped`: every so manieth data row is not in it; 0: none. */
static const struct {
	uint32_t instances, dropped, runs, epochs, block_instances;
} sets[] = { { 150, 0, 3, 4, 64 }, { 64, 7, 1, 3, 64 }, { 1, 0, 2, 2, 64 }, { 131, 3, 2, 5, 32 } };

static void check(enum err_code code, const struct err *err)
{
	cr_assert_eq(code, ERR_OK, "%s", err->message);
}

static struct db_stmt *prepare(struct db *db, const char *sql)
{
	struct db_stmt *stmt = NULL;
	struct err err = { 0 };

	cr_assert_eq(db_prepare(db, sql, &stmt, &err), ERR_OK, "%s: %s", sql, err.message);
	return stmt;
}

static bool step(struct db_stmt *stmt)
{
	struct err err = { 0 };
	bool has_row = false;

	check(db_step(stmt, &has_row, &err), &err);
	return has_row;
}

static void run(struct db_stmt *stmt)
{
	struct err err = { 0 };

	check(db_run(stmt, &err), &err);
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
	struct db_stmt *dataset = prepare(
	    db, "INSERT INTO dataset VALUES (:id, 'set ' || :id, '', '', 'drop', :instances, 1, :classes, '[]', '')");
	struct db_stmt *class = prepare(db, "INSERT INTO class VALUES (:id, :index, 'class ' || :index)");
	struct db_stmt *instance = prepare(
	    db, "INSERT INTO instance VALUES (:id, :position, :instance_id, :instance_id + 2, :class, '[0.5]', NULL)");
	struct db_stmt *split = prepare(db, "INSERT INTO split VALUES (:id, :id, 0, 0.5, 0, :test, 0, 'mask')");

	db_bind_int(dataset, ":id", id);
	db_bind_int(dataset, ":instances", count);
	db_bind_int(dataset, ":classes", id + 1);
	run(dataset);
	for (int64_t c = 0; c <= id; c++) {
		db_bind_int(class, ":id", id);
		db_bind_int(class, ":index", c);
		run(class);
	}
	uint32_t row = 0;
	for (uint32_t position = 0; position < count; position++, row++) {
		if (dropped != 0 && row % dropped == 0)
			row++;
		is_test[position] = (uint8_t)rng_below(rng, 2);
		db_bind_int(instance, ":id", id);
		db_bind_int(instance, ":position", position);
		db_bind_int(instance, ":instance_id", row);
		db_bind_int(instance, ":class", rng_below(rng, (uint32_t)id + 1));
		run(instance);
	}
	db_bind_int(split, ":id", id);
	db_bind_blob(split, ":test", is_test, count);
	run(split);
	free(is_test);
	db_stmt_free(dataset);
	db_stmt_free(class);
	db_stmt_free(instance);
	db_stmt_free(split);
}

static int64_t put_block(struct db *db, struct rng *rng, uint32_t count, uint32_t classes)
{
	static const char *const floats[] = { ":difficulty", ":weight", ":du", ":dl", ":p" };
	float values[ARRAY_LENGTH(floats)][64 * 5];
	uint16_t predicted[64], draws[64];
	struct db_stmt *stmt = prepare(db, "INSERT INTO block VALUES (NULL, :predicted, :difficulty, :weight, :du, :dl,"
					   " :draws, :p, NULL)");

	for (size_t s = 0; s < ARRAY_LENGTH(floats); s++) {
		uint32_t length = s == 4 ? count * classes : count;
		for (uint32_t i = 0; i < length; i++)
			values[s][i] = random_float(rng);
		db_bind_blob(stmt, floats[s], values[s], length * sizeof(float));
	}
	for (uint32_t i = 0; i < count; i++) {
		predicted[i] = (uint16_t)rng_below(rng, classes);
		draws[i] = rng_below(rng, 2) == 0 ? UINT16_MAX : (uint16_t)rng_next(rng);
	}
	db_bind_blob(stmt, ":predicted", predicted, count * sizeof *predicted);
	db_bind_blob(stmt, ":draws", draws, count * sizeof *draws);
	run(stmt);
	db_stmt_free(stmt);
	return db_last_rowid(db);
}

static void put_run(struct db *db, struct rng *rng, int64_t run_id, int64_t dataset_id)
{
	uint32_t block_instances = sets[dataset_id - 1].block_instances;
	uint32_t count = sets[dataset_id - 1].instances;
	struct db_stmt *stmt = prepare(
	    db, "INSERT INTO run VALUES (:run_id, NULL, :dataset_id, :dataset_id, 'm', 'base', 0, 'done', NULL,"
		" '{}', :block_instances, '0', NULL, 'b', 1, 'c', 'h', 1, '[]', 0, 0, NULL, NULL, NULL, NULL, NULL)");
	struct db_stmt *put_epoch =
	    prepare(db, "INSERT INTO epoch (run_id, epoch, first_block, seconds) VALUES (:run_id, :epoch, :first, 0)");

	db_bind_int(stmt, ":run_id", run_id);
	db_bind_int(stmt, ":dataset_id", dataset_id);
	db_bind_int(stmt, ":block_instances", block_instances);
	run(stmt);
	for (uint32_t epoch = 1; epoch <= sets[dataset_id - 1].epochs; epoch++) {
		db_bind_int(put_epoch, ":run_id", run_id);
		db_bind_int(put_epoch, ":epoch", epoch);
		for (uint32_t done = 0; done < count && epoch != 2; done += block_instances) {
			uint32_t left = count - done < block_instances ? count - done : block_instances;
			int64_t block_id = put_block(db, rng, left, (uint32_t)dataset_id + 1);
			if (done == 0)
				db_bind_int(put_epoch, ":first", block_id);
		}
		run(put_epoch); /* epoch 2 was not recorded */
	}
	db_stmt_free(put_epoch);
	db_stmt_free(stmt);
}

/* Runs of the data sets by turns, so that the virtual table must change its subject again and again. */
static struct db *make_file(void)
{
	struct db *db = NULL;
	struct err err = { 0 };
	struct rng rng;
	int64_t run_id = 10;

	rng_init(&rng, 7, RNG_SAMPLING);
	check(db_open("a.db", DB_WRITE, &db, &err), &err);
	check(db_begin(db, &err), &err);
	for (size_t i = 0; i < ARRAY_LENGTH(sets); i++)
		put_dataset(db, &rng, (int64_t)i + 1);
	for (uint32_t turn = 0; turn < 3; turn++)
		for (size_t i = 0; i < ARRAY_LENGTH(sets); i++)
			if (turn < sets[i].runs)
				put_run(db, &rng, run_id++, (int64_t)i + 1);
	check(db_commit(db, &err), &err);
	db_free(db);
	check(db_open("a.db", DB_READ, &db, &err), &err);
	return db;
}

/* A value as text, reals by their bits. */
static void append_value(struct text *text, struct db_stmt *stmt, size_t column)
{
	struct err err = { 0 };
	uint64_t bits;

	switch (db_column_type(stmt, column)) {
	case DB_NULL:
		check(text_append(text, &err, "NULL|"), &err);
		break;
	case DB_INTEGER:
		check(text_append(text, &err, "%jd|", (intmax_t)db_column_int(stmt, column)), &err);
		break;
	case DB_REAL:
		bits = (union {
			       double real;
			       uint64_t bits;
		       }){ db_column_real(stmt, column) }
			   .bits;
		check(text_append(text, &err, "r%016jx|", (uintmax_t)bits), &err);
		break;
	case DB_TEXT:
	case DB_BLOB:
		check(text_append(text, &err, "'%s'|", db_column_text(stmt, column)), &err);
		break;
	}
}

/* All rows of `sql`, its every $ replaced by `schema` ("main." or ""), one a line. */
static char *rows_of(struct db *db, const char *sql, const char *schema, size_t *ret_count)
{
	struct text query AUTO(text_done) = { 0 };
	struct text rows = { 0 };
	struct err err = { 0 };

	for (; *sql != '\0'; sql++)
		if (*sql == '$')
			check(text_append(&query, &err, "%s", schema), &err);
		else
			check(text_append_bytes(&query, sql, 1, &err), &err);
	AUTO(db_stmt_freep) struct db_stmt *stmt = prepare(db, query.data);
	check(text_append_bytes(&rows, "", 0, &err), &err);
	for (*ret_count = 0; step(stmt); ++*ret_count) {
		for (size_t i = 0; i < db_column_count(stmt); i++)
			append_value(&rows, stmt, i);
		check(text_append(&rows, &err, "\n"), &err);
	}
	return rows.data;
}

#define KEYS "run_id, epoch, instance_id"

/* $ stands before dynamics and predictions. count: of the rows, -1: more than none. */
static const struct {
	const char *sql;
	int count;
} queries[] = {
	{ "SELECT * FROM $dynamics ORDER BY " KEYS, 150 * 9 + 64 * 2 + 2 + 131 * 8 },
	{ "SELECT * FROM $predictions ORDER BY " KEYS ", class", 2 * 150 * 9 + 3 * 64 * 2 + 4 * 2 + 5 * 131 * 8 },
	{ "SELECT count(*), sum(draws), count(du), count(weight) FROM $dynamics", 1 },
	{ "SELECT epoch, probabilities FROM $dynamics WHERE run_id = 13 ORDER BY epoch, instance_id", -1 },
	{ "SELECT * FROM $dynamics WHERE run_id = 10 AND epoch = 3 ORDER BY instance_id", 150 },
	{ "SELECT * FROM $dynamics WHERE run_id = 10 AND epoch = 2", 0 },
	{ "SELECT * FROM $dynamics WHERE run_id = 10 AND epoch = 3 AND instance_id = 149", 1 },
	{ "SELECT * FROM $dynamics WHERE instance_id = 2 ORDER BY run_id, epoch", -1 },
	{ "SELECT * FROM $dynamics WHERE instance_id = 7 ORDER BY run_id, epoch", -1 },
	{ "SELECT * FROM $dynamics WHERE instance_id = 0 AND run_id = 13", 0 },
	{ "SELECT * FROM $dynamics WHERE epoch > 2 AND epoch <= 4 ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $dynamics WHERE epoch >= 4 AND run_id < 12 ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $dynamics WHERE run_id > 10 AND run_id <= 13 AND instance_id BETWEEN 60 AND 70 ORDER BY " KEYS,
	  -1 },
	{ "SELECT * FROM $dynamics WHERE epoch > 2.5 AND epoch < 4.5 ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $dynamics WHERE epoch = 2.5", 0 },
	{ "SELECT * FROM $dynamics WHERE run_id = '11' ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $dynamics WHERE run_id = 'x' OR run_id = x'00'", 0 },
	{ "SELECT count(*) FROM $dynamics WHERE run_id < 'x'", 1 },
	{ "SELECT * FROM $dynamics WHERE run_id > 'x'", 0 },
	{ "SELECT * FROM $dynamics WHERE run_id = NULL", 0 },
	{ "SELECT * FROM $dynamics WHERE run_id IS NULL", 0 },
	{ "SELECT count(*) FROM $dynamics WHERE run_id < 1e300 AND epoch > -1e300", 1 },
	{ "SELECT count(*) FROM $dynamics WHERE run_id <= 9223372036854775807 AND epoch >= -9223372036854775808", 1 },
	{ "SELECT * FROM $dynamics WHERE class = 'class 1' ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $dynamics WHERE class = 'CLASS 1' COLLATE NOCASE ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $dynamics WHERE class = 'nobody'", 0 },
	{ "SELECT * FROM $dynamics WHERE class = 1", 0 },
	{ "SELECT * FROM $dynamics WHERE class = 'class 4' AND run_id = 13 AND epoch = 1 ORDER BY instance_id", -1 },
	{ "SELECT * FROM $dynamics WHERE class IN ('class 0', 'class 3') AND instance_id < 9 ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $dynamics WHERE part = 'test' AND run_id = 16 ORDER BY epoch, instance_id", -1 },
	{ "SELECT * FROM $dynamics WHERE predicted <> class AND run_id = 16 ORDER BY epoch, instance_id", -1 },
	{ "SELECT * FROM $dynamics WHERE run_id IN (16, 10, 99) AND epoch IN (3, 1) ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $dynamics WHERE (run_id = 10 AND epoch = 1) OR instance_id = 3 ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $dynamics WHERE run_id = 10 ORDER BY epoch DESC, instance_id DESC", 450 },
	{ "SELECT * FROM $dynamics WHERE run_id = 10 ORDER BY run_id DESC, epoch, instance_id LIMIT 7 OFFSET 145", 7 },
	{ "SELECT " KEYS " FROM $dynamics ORDER BY instance_id, run_id, epoch", -1 },
	{ "SELECT " KEYS " FROM $dynamics WHERE epoch = 3 ORDER BY run_id, instance_id", -1 },
	{ "SELECT " KEYS " FROM $dynamics WHERE epoch = 3 ORDER BY epoch, instance_id, run_id", -1 },
	{ "SELECT instance_id, difficulty FROM $dynamics WHERE run_id = 10 AND epoch = 4 AND difficulty > 0"
	  " ORDER BY difficulty DESC, instance_id LIMIT 20",
	  20 },
	{ "SELECT run_id, epoch, count(*), max(difficulty), min(dl) FROM $dynamics GROUP BY run_id, epoch ORDER BY 1, "
	  "2",
	  -1 },
	{ "SELECT DISTINCT run_id, class FROM $dynamics ORDER BY 1, 2", -1 },
	{ "SELECT class, part, max(class), count(p_true) FROM $dynamics GROUP BY class, part ORDER BY 1, 2", -1 },
	{ "SELECT a.instance_id, a.difficulty, b.difficulty FROM $dynamics AS a JOIN $dynamics AS b"
	  " ON b.instance_id = a.instance_id AND b.epoch = a.epoch WHERE a.run_id = 10 AND b.run_id = 14 AND a.epoch = "
	  "3"
	  " ORDER BY a.instance_id",
	  150 },
	{ "SELECT runs.run_id, instance_id, du FROM runs JOIN $dynamics AS d ON d.run_id = runs.run_id"
	  " AND d.epoch = runs.epochs WHERE runs.dataset = 'set 4' ORDER BY 1, 2",
	  262 },
	{ "SELECT p.run_id, p.epoch, p.instance_id, probability - p_true FROM $dynamics AS d JOIN $predictions AS p"
	  " USING (run_id, epoch, instance_id, class) WHERE d.run_id IN (11, 13) ORDER BY 1, 2, 3",
	  -1 },
	{ "SELECT epoch, lag(p_true) OVER (PARTITION BY instance_id ORDER BY epoch) FROM $dynamics WHERE run_id = 13"
	  " ORDER BY instance_id, epoch",
	  -1 },
	{ "SELECT instance_id FROM $dynamics WHERE du > '2' OR draws = '3' ORDER BY " KEYS, 0 },
	{ "SELECT * FROM $predictions WHERE run_id = 16 AND epoch = 3 AND instance_id = 5 ORDER BY class", -1 },
	{ "SELECT * FROM $predictions WHERE class = 'class 2' ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $predictions WHERE class = 'class 2' COLLATE NOCASE AND run_id = 11 ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $predictions WHERE class = 'class 4' AND run_id = 10", 0 },
	{ "SELECT class, count(*), count(probability) FROM $predictions GROUP BY class ORDER BY class", 5 },
	{ "SELECT * FROM $predictions WHERE probability > 0.5 AND run_id = 10 AND epoch > 2 ORDER BY " KEYS ", class",
	  -1 },
};

Test(db_rows, views_and_virtual_tables_are_equal)
{
	struct db *db = make_file();

	for (size_t i = 0; i < ARRAY_LENGTH(queries); i++) {
		size_t view_count = 0, table_count = 0;
		AUTO(mem_freep) char *from_view = rows_of(db, queries[i].sql, "main.", &view_count);
		AUTO(mem_freep) char *from_table = rows_of(db, queries[i].sql, "", &table_count);
		cr_assert_str_eq(from_table, from_view, "%s", queries[i].sql);
		cr_assert(queries[i].count < 0 ? view_count > 0 : view_count == (size_t)queries[i].count, "%s: %zu",
			  queries[i].sql, view_count);
	}
	db_free(db);
}

/* The query's plan, a line a step. */
static void append_plan(struct db *db, const char *query, struct text *plan)
{
	struct text sql AUTO(text_done) = { 0 };
	struct err err = { 0 };

	check(text_append(&sql, &err, "EXPLAIN QUERY PLAN %s", query), &err);
	struct db_stmt *stmt = prepare(db, sql.data);
	while (step(stmt))
		check(text_append(plan, &err, "%s\n", db_column_text(stmt, 3)), &err);
	db_stmt_free(stmt);
}

/* The names without a schema are the virtual tables, also for a writer (materialize). */
Test(db_rows, virtual_tables_come_first)
{
	db_free(make_file());
	for (enum db_mode mode = DB_WRITE; mode <= DB_READ; mode++) {
		struct text plan AUTO(text_done) = { 0 };
		struct db *db = NULL;
		struct err err = { 0 };
		check(db_open("a.db", mode, &db, &err), &err);
		append_plan(db, "SELECT * FROM dynamics", &plan);
		cr_assert_not_null(strstr(plan.data, "VIRTUAL TABLE"));
		db_free(db);
	}
}

/* Order by the keys costs no sorting. The planner begins with what leaves fewer rows: `a`, which is named last. */
Test(db_rows, plans_of_the_virtual_tables)
{
	static const struct {
		const char *sql, *begins;
		bool sorts;
	} cases[] = {
		{ "SELECT * FROM dynamics ORDER BY run_id, epoch, instance_id", "SCAN", false },
		{ "SELECT * FROM dynamics WHERE run_id = 10 ORDER BY epoch", "SCAN", false },
		{ "SELECT * FROM dynamics WHERE run_id = 10 AND instance_id = 3 ORDER BY epoch", "SCAN", false },
		{ "SELECT * FROM dynamics WHERE epoch = 3 ORDER BY run_id, instance_id", "SCAN", false },
		{ "SELECT * FROM dynamics WHERE epoch = 3 ORDER BY instance_id", "SCAN", true },
		{ "SELECT * FROM dynamics ORDER BY epoch", "SCAN", true },
		{ "SELECT * FROM dynamics ORDER BY run_id DESC", "SCAN", true },
		{ "SELECT * FROM dynamics WHERE run_id IN (10, 12) ORDER BY run_id", "SCAN", true },
		{ "SELECT * FROM dynamics ORDER BY difficulty", "SCAN", true },
#define B_BEFORE_A "SELECT 1 FROM dynamics AS b JOIN dynamics AS a "
		{ B_BEFORE_A "USING (instance_id) WHERE a.run_id = 10", "SCAN a", false },
		{ B_BEFORE_A "USING (instance_id) WHERE a.epoch = 3", "SCAN a", false },
		{ B_BEFORE_A "USING (epoch) WHERE a.instance_id = 3", "SCAN a", false },
		{ B_BEFORE_A "USING (instance_id) WHERE a.epoch > 1 AND a.epoch < 9 AND b.epoch > 1", "SCAN a", false },
		{ B_BEFORE_A "USING (instance_id) WHERE a.class = 'class 1'", "SCAN a", false },
		{ "SELECT 1 FROM predictions AS b JOIN predictions AS a USING (instance_id) WHERE a.class = 'class 1'",
		  "SCAN a", false },
	};
	struct db *db = make_file();

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text plan AUTO(text_done) = { 0 };
		append_plan(db, cases[i].sql, &plan);
		bool sorts = strstr(plan.data, "B-TREE") != NULL,
		     begins = strstr(plan.data, cases[i].begins) == plan.data;
		cr_expect(begins && sorts == cases[i].sorts, "%s:\n%s", cases[i].sql, plan.data);
	}
	db_free(db);
}

/* Each series of each instance against the bytes of its block. */
Test(db_rows, views_decode_what_was_stored)
{
	struct db *db = make_file();
	struct db_stmt *stmt = prepare(
	    db, "SELECT d.du, d.draws, d.p_true, block.du, block.draws, block.p, length(block.predicted) / 2 AS m,"
		" i.position % run.block_instances, i.class_index"
		" FROM main.dynamics AS d JOIN run USING (run_id) JOIN epoch USING (run_id, epoch)"
		" JOIN instance AS i USING (dataset_id, instance_id)"
		" JOIN block ON block_id = first_block + position / block_instances");
	size_t rows = 0;

	for (; step(stmt); rows++) {
		size_t length = 0;
		size_t i = (size_t)db_column_int(stmt, 7);
		float expected[2];
		uint16_t draws;
		memcpy(&expected[0], (const char *)db_column_blob(stmt, 3, &length) + 4 * i, 4);
		memcpy(&draws, (const char *)db_column_blob(stmt, 4, &length) + 2 * i, 2);
		i += (size_t)db_column_int(stmt, 8) * (size_t)db_column_int(stmt, 6);
		memcpy(&expected[1], (const char *)db_column_blob(stmt, 5, &length) + 4 * i, 4);
		for (size_t c = 0; c < 2; c++) {
			double got = db_column_real(stmt, c == 0 ? 0 : 2);
			bool is_null = db_column_type(stmt, c == 0 ? 0 : 2) == DB_NULL;
			cr_assert_eq(is_null, !isfinite(expected[c]));
			cr_assert(is_null || (got == (double)expected[c] && !signbit(got) == !signbit(expected[c])));
		}
		cr_assert_eq(db_column_type(stmt, 1) == DB_NULL, draws == UINT16_MAX);
		cr_assert(draws == UINT16_MAX || db_column_int(stmt, 1) == draws);
	}
	cr_assert_gt(rows, 2000);
	db_stmt_free(stmt);
	db_free(db);
}

/* The stock sqlite3 shell, which knows nothing of us, reads the same rows from the views. */
Test(db_rows, stock_shell)
{
	struct db *db = make_file();
	struct db_stmt *stmt =
	    prepare(db, "SELECT json_array(run_id, epoch, instance_id, part, class, predicted,"
			" printf('%!.17g', p_true), printf('%!.17g', du), printf('%!.17g', weight),"
			" draws, json(probabilities)) FROM dynamics ORDER BY run_id, epoch, instance_id");
	FILE *shell = popen("sqlite3 a.db \"SELECT json_array(run_id, epoch, instance_id, part, class, predicted,"
			    " printf('%!.17g', p_true), printf('%!.17g', du), printf('%!.17g', weight),"
			    " draws, json(probabilities)) FROM dynamics ORDER BY run_id, epoch, instance_id\"",
			    "r");
	char line[4096];

	cr_assert_not_null(shell);
	while (step(stmt)) {
		cr_assert_not_null(fgets(line, sizeof line, shell));
		line[strcspn(line, "\n")] = '\0';
		cr_assert_str_eq(line, db_column_text(stmt, 0));
	}
	cr_assert_null(fgets(line, sizeof line, shell));
	cr_assert_eq(pclose(shell), 0);
	db_stmt_free(stmt);
	db_free(db);
}

/* A missing block has no rows, a damaged one no values, an interrupt ends the scan. */
Test(db_rows, damaged_blocks)
{
	struct db *db = NULL;
	struct err err = { 0 };
	size_t count = 0;
	bool has_row = false;

	db_free(make_file());
	check(db_open("a.db", DB_WRITE, &db, &err), &err);
	check(db_exec(db,
		      "DELETE FROM block WHERE block_id = 2; UPDATE block SET du = x'00', draws = x'', p = x'',"
		      " predicted = x'' WHERE block_id = 1; UPDATE run SET block_instances = 0 WHERE run_id = 14",
		      &err),
	      &err);
	AUTO(mem_freep)
	char *view = rows_of(db, "SELECT instance_id FROM $dynamics WHERE run_id = 10", "main.", &count);
	AUTO(mem_freep) char *table = rows_of(db, "SELECT instance_id FROM $dynamics WHERE run_id = 10", "", &count);
	cr_assert_str_eq(view, table);
	cr_assert_eq(count, 2 * 150 + 64 + 22);
	AUTO(mem_freep)
	char *values = rows_of(db,
			       "SELECT du, draws, p_true, predicted, probabilities FROM dynamics WHERE instance_id = 0"
			       " AND run_id = 10 AND epoch = 1",
			       "", &count);
	cr_assert_str_eq(values, "NULL|NULL|NULL|NULL|'[null,null]'|\n");
	struct db_stmt *stmt = prepare(db, "SELECT * FROM dynamics WHERE run_id = 14");
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_SYSTEM);
	db_stmt_free(stmt);
	stmt = prepare(db, "SELECT * FROM dynamics");
	cr_assert(step(stmt));
	db_interrupt(db);
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_INTERRUPTED);
	db_stmt_free(stmt);
	db_free(db);
}
