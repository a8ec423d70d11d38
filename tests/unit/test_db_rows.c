/* db: the virtual tables give the rows of the views, and both give what was stored, to the bit. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "unit/rows_file.h"
#include "unit/scratch.h"

TestSuite(db_rows, .init = scratch_enter, .fini = scratch_leave);

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
	{ "SELECT * FROM $regression_dynamics ORDER BY " KEYS, 2 * 2 * 140 + 64 },
	{ "SELECT count(*), sum(loss), count(du), count(weight), sum(draws), count(bin) FROM $regression_dynamics", 1 },
	{ "SELECT predicted FROM $regression_dynamics WHERE epoch = 3 ORDER BY " KEYS, -1 },
	{ "SELECT residual, loss, bin FROM $regression_dynamics WHERE bin = 'class 1' ORDER BY " KEYS, -1 },
	{ "SELECT target FROM $regression_dynamics WHERE instance_id BETWEEN 7 AND 70 AND epoch = 1 ORDER BY " KEYS,
	  -1 },
	{ "SELECT * FROM $regression_dynamics WHERE run_id = 10", 0 },
	{ "SELECT part, max(draws), min(du), max(dl) FROM $regression_dynamics WHERE residual > 0 GROUP BY part ORDER "
	  "BY 1",
	  -1 },
	{ "SELECT epoch, lag(p_true) OVER (PARTITION BY instance_id ORDER BY epoch) FROM $dynamics WHERE run_id = 13"
	  " ORDER BY instance_id, epoch",
	  -1 },
	{ "SELECT instance_id FROM $dynamics WHERE du > '2' OR draws = '3' ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $predictions WHERE run_id = 16 AND epoch = 3 AND instance_id = 5 ORDER BY class", -1 },
	{ "SELECT * FROM $predictions WHERE class = 'class 2' ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $predictions WHERE class = 'class 2' COLLATE NOCASE AND run_id = 11 ORDER BY " KEYS, -1 },
	{ "SELECT * FROM $predictions WHERE class = 'class 4' AND run_id = 10", 0 },
	{ "SELECT class, count(*), count(probability) FROM $predictions GROUP BY class ORDER BY class", 5 },
	{ "SELECT * FROM $predictions WHERE probability > 0.5 AND run_id = 10 AND epoch > 2 ORDER BY " KEYS ", class",
	  -1 },
};

/* A table keeps no -0.0. */
static void make_zeros_positive(char *rows)
{
	for (char *at = rows; (at = strstr(at, "r8000000000000000|")) != NULL;)
		at[1] = '0';
}

static void compare_views(struct db *db, bool has_plain_rows)
{
	for (size_t i = 0; i < ARRAY_LENGTH(queries); i++) {
		size_t view_count = 0, table_count = 0;
		AUTO(mem_freep) char *from_view = rows_file_ask(db, queries[i].sql, "main.", &view_count);
		AUTO(mem_freep) char *from_table = rows_file_ask(db, queries[i].sql, "", &table_count);
		if (has_plain_rows) {
			make_zeros_positive(from_view);
			make_zeros_positive(from_table);
		}
		cr_assert_str_eq(from_table, from_view, "%s", queries[i].sql);
		cr_assert(queries[i].count < 0 ? view_count > 0 : view_count == (size_t)queries[i].count, "%s: %zu",
			  queries[i].sql, view_count);
	}
}

Test(db_rows, views_and_virtual_tables_are_equal)
{
	struct db *db = rows_file_make();

	compare_views(db, false);
	db_free(db);
}

/* Also where there are plain rows of all epochs of a run, of its first, and of none. */
Test(db_rows, views_read_plain_rows)
{
	struct db *db = NULL;
	struct err err = { 0 };

	db_free(rows_file_make());
	must(db_open("a.db", DB_WRITE, &db, &err), &err);
	must(db_exec(db,
		     "INSERT INTO dynamics_rows (run_id, epoch, instance_id, part, class, predicted, p_true, du, dl,"
		     " difficulty, weight, draws, probabilities) SELECT run_id, epoch, instance_id, part, class,"
		     " predicted, p_true, du, dl, difficulty, weight, draws, probabilities FROM dynamics"
		     " WHERE run_id IN (10, 11) OR run_id = 13 AND epoch < 4",
		     &err),
	     &err);
	compare_views(db, true);
	must(db_exec(db,
		     "UPDATE dynamics_rows SET part = 'p', predicted = 'q', p_true = 2, draws = 3,"
		     " probabilities = '[]'",
		     &err),
	     &err);
	size_t count = 0;
	AUTO(mem_freep)
	char *rows = rows_file_ask(db,
				   "SELECT run_id, epoch, count(*), max(epoch) FROM $dynamics WHERE (part, predicted,"
				   " p_true, draws, probabilities) = ('p', 'q', 2, 3, '[]') GROUP BY run_id, epoch",
				   "main.", &count);
	cr_assert_str_eq(rows,
			 "10|1|150|1|\n10|3|150|3|\n10|4|150|4|\n11|1|64|1|\n11|3|64|3|\n13|1|131|1|\n13|3|131|3|\n");
	db_free(db);
}

/* The query's plan, a line a step. */
static void append_plan(struct db *db, const char *query, struct text *plan)
{
	struct text sql AUTO(text_done) = { 0 };
	struct err err = { 0 };

	must(text_append(&sql, &err, "EXPLAIN QUERY PLAN %s", query), &err);
	struct db_stmt *stmt = must_prepare(db, sql.data);
	while (must_step(stmt))
		must(text_append(plan, &err, "%s\n", db_column_text(stmt, 3)), &err);
	db_stmt_free(stmt);
}

/* The names without a schema are the virtual tables, also for a writer (materialize). */
Test(db_rows, virtual_tables_come_first)
{
	db_free(rows_file_make());
	for (enum db_mode mode = DB_WRITE; mode <= DB_READ; mode++) {
		struct text plan AUTO(text_done) = { 0 };
		struct db *db = NULL;
		struct err err = { 0 };
		must(db_open("a.db", mode, &db, &err), &err);
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
		{ "SELECT 1 FROM dynamics AS b JOIN epoch AS a USING (epoch) WHERE a.run_id = 10", "SEARCH a", false },
		{ "SELECT 1 FROM predictions AS b JOIN predictions AS a USING (instance_id) WHERE a.class = 'class 1'",
		  "SCAN a", false },
	};
	struct db *db = rows_file_make();

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text plan AUTO(text_done) = { 0 };
		append_plan(db, cases[i].sql, &plan);
		bool sorts = strstr(plan.data, "B-TREE") != NULL,
		     begins = strstr(plan.data, cases[i].begins) == plan.data;
		cr_expect(begins && sorts == cases[i].sorts, "%s:\n%s", cases[i].sql, plan.data);
	}
	db_free(db);
}

/* A missing block has no rows, a damaged one no values, an interrupt ends the scan. */
Test(db_rows, damaged_blocks)
{
	struct db *db = NULL;
	struct err err = { 0 };
	size_t count = 0;
	bool has_row = false;

	db_free(rows_file_make());
	must(db_open("a.db", DB_WRITE, &db, &err), &err);
	must(db_exec(db,
		     "DELETE FROM block WHERE block_id = 2; UPDATE block SET du = x'00', draws = x'', p = x'',"
		     " predicted = x'' WHERE block_id = 1; UPDATE run SET block_instances = 0 WHERE run_id = 14",
		     &err),
	     &err);
	AUTO(mem_freep)
	char *view = rows_file_ask(db, "SELECT instance_id FROM $dynamics WHERE run_id = 10", "main.", &count);
	AUTO(mem_freep)
	char *table = rows_file_ask(db, "SELECT instance_id FROM $dynamics WHERE run_id = 10", "", &count);
	cr_assert_str_eq(view, table);
	cr_assert_eq(count, 2 * 150 + 64 + 22);
	AUTO(mem_freep)
	char *values =
	    rows_file_ask(db,
			  "SELECT du, draws, p_true, predicted, probabilities FROM dynamics WHERE instance_id = 0"
			  " AND run_id = 10 AND epoch = 1",
			  "", &count);
	cr_assert_str_eq(values, "NULL|NULL|NULL|NULL|'[null,null]'|\n");
	struct db_stmt *stmt = must_prepare(db, "SELECT * FROM dynamics WHERE run_id = 14");
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_SYSTEM);
	db_stmt_free(stmt);
	stmt = must_prepare(db, "SELECT * FROM dynamics");
	cr_assert(must_step(stmt));
	db_interrupt(db);
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_INTERRUPTED);
	db_stmt_free(stmt);
	db_free(db);
}
