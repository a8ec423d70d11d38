/* db: SQL of a person. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "db/db.h"
#include "db/json_guard.h"
#include "unit/database.h"
#include "unit/scratch.h"

TestSuite(db_guard, .init = scratch_enter, .fini = scratch_leave);

static struct db *open_to_read(void)
{
	struct db *db = NULL;
	struct err err = { 0 };

	cr_assert_eq(db_open("a.db", DB_WRITE, &db, &err), ERR_OK, "%s", err.message);
	db_free(db);
	cr_assert_eq(db_open("a.db", DB_READ, &db, &err), ERR_OK, "%s", err.message);
	return db;
}

Test(db_guard, refused)
{
	static const struct {
		const char *sql, *words;
	} cases[] = {
		{ "ATTACH 'b.db' AS b", "ATTACH is not allowed" },
		{ "DETACH main", "DETACH is not allowed" },
		{ "PRAGMA user_version", "PRAGMA is not allowed" },
		{ "PRAGMA journal_mode = WAL", "PRAGMA is not allowed" },
		{ "INSERT INTO experiment (name, source) VALUES ('a', '')", "INSERT is not allowed" },
		{ "WITH x AS (SELECT 1) DELETE FROM run", "DELETE is not allowed" },
		{ "UPDATE run SET host = 'x'", "UPDATE is not allowed" },
		{ "UPDATE sqlite_master SET sql = ''", "sqlite_master may not be modified" },
		{ "DELETE FROM sqlite_master", "sqlite_master may not be modified" },
		{ "CREATE TEMP TABLE x (a)", "schema" },
		{ "CREATE TABLE x (a)", "schema" },
		{ "CREATE TEMP VIEW x AS SELECT 1", "schema" },
		{ "CREATE VIRTUAL TABLE temp.x USING hardrow_rows", "schema" },
		{ "DROP TABLE run", "schema" },
		{ "DROP TABLE temp.dynamics", "schema" },
		{ "ALTER TABLE run RENAME TO walk", "ALTER TABLE is not allowed" },
		{ "REINDEX", "REINDEX is not allowed" },
		{ "ANALYZE", "" },
		{ "VACUUM", "must only read" },
		{ "VACUUM INTO 'b.db'", "must only read" },
		{ "BEGIN", "a transaction is not allowed" },
		{ "COMMIT", "a transaction is not allowed" },
		{ "SAVEPOINT x", "SAVEPOINT is not allowed" },
		{ "SELECT load_extension('x')", "load_extension() is not allowed" },
		{ "SELECT Load_Extension('x', 'y')", "is not allowed" },
		{ "SELECT writefile('b', 'x')", "no such function: writefile" },
		{ "SELECT readfile('a.db')", "no such function: readfile" },
		{ "SELECT 1; SELECT 2", "only one statement" },
		{ "SELECT 1; ATTACH 'b.db' AS b", "only one statement" },
		{ "SELECT 1; nonsense", "only one statement" },
		{ "SELECT 1 /* a */; -- b\n SELECT 2", "only one statement" },
		{ "", "no statement" },
		{ " ;", "no statement" },
		{ "-- only a comment", "no statement" },
		{ "SELEC 1", "syntax error" },
		{ "SELECT nonsense FROM runs", "no such column: nonsense" },
		{ "SELECT * FROM nonsense", "no such table: nonsense" },
	};
	struct db *db = open_to_read();

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct db_stmt *stmt = NULL;
		struct err err = { 0 };
		cr_assert_eq(db_prepare_foreign(db, cases[i].sql, &stmt, &err), ERR_INPUT, "%s: %d %s", cases[i].sql,
			     err.code, err.message);
		cr_assert_null(stmt);
		cr_assert_not_null(strstr(err.message, cases[i].words), "%s: %s", cases[i].sql, err.message);
	}
	db_free(db);
	cr_assert_eq(scratch_count("."), 1);
}

Test(db_guard, allowed)
{
	static const struct {
		const char *sql, *answer;
	} cases[] = {
		{ "SELECT 1", "1" },
		{ "SELECT 2; -- with a comment behind it\n ; ", "2" },
		{ "VALUES (3)", "3" },
		{ "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT sum(i) FROM n",
		  "45" },
		{ "SELECT group_concat(value) FROM json_each('[1,2]')", "1,2" },
		{ "SELECT json_extract('{\"a\":5}', '$.a')", "5" },
		{ "SELECT count(*) FROM runs CROSS JOIN dynamics", "0" },
		{ "SELECT sum(1) OVER () FROM (SELECT 1)", "1" },
		{ "SELECT count(*) > 0 FROM sqlite_schema", "1" },
		{ "SELECT (SELECT count(*) FROM predictions) + (SELECT count(*) FROM main.predictions)", "0" },
		{ "SELECT upper('x') || char(65)", "XA" },
	};
	struct db *db = open_to_read();

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct db_stmt *stmt = NULL;
		struct err err = { 0 };
		bool has_row = false;
		cr_assert_eq(db_prepare_foreign(db, cases[i].sql, &stmt, &err), ERR_OK, "%s: %s", cases[i].sql,
			     err.message);
		cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK, "%s: %s", cases[i].sql, err.message);
		cr_assert(has_row);
		cr_assert_str_eq(db_column_text(stmt, 0), cases[i].answer);
		db_stmt_free(stmt);
	}
	db_free(db);
}

/* What goes wrong while it runs is the person's error too. */
Test(db_guard, fails_while_running)
{
	static const char *const cases[] = {
		"SELECT json('{')",
		"SELECT abs(-9223372036854775808)",
		"SELECT * FROM pragma_table_info('run')",
		"SELECT zeroblob(3000000000)",
	};
	struct db *db = open_to_read();

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct db_stmt *stmt = NULL;
		struct err err = { 0 };
		bool has_row = false;
		cr_assert_eq(db_prepare_foreign(db, cases[i], &stmt, &err), ERR_OK, "%s: %s", cases[i], err.message);
		cr_assert_eq(db_step(stmt, &has_row, &err), ERR_INPUT, "%s: %s", cases[i], err.message);
		db_stmt_free(stmt);
	}
	db_free(db);
}

Test(db_guard, interrupt)
{
	struct db *db = open_to_read();
	struct db_stmt *stmt = NULL;
	struct err err = { 0 };
	bool has_row = false;

	cr_assert_eq(
	    db_prepare_foreign(db, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
			       &stmt, &err),
	    ERR_OK);
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK);
	db_interrupt(db);
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_INTERRUPTED);
	/* The connection goes on. */
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK);
	db_stmt_free(stmt);
	db_free(db);
}

/* What was refused once is no reason for what fails later. */
Test(db_guard, a_refusal_is_said_once)
{
	struct db *db = open_to_read();
	struct db_stmt *stmt = NULL;
	struct err err = { 0 };

	cr_assert_neq(db_prepare_foreign(db, "DELETE FROM run", &stmt, &err), ERR_OK);
	cr_expect_not_null(strstr(err.message, "DELETE is not allowed here"), "%s", err.message);
	cr_assert_neq(db_exec(db, "SELECT 1 FROM nowhere", &err), ERR_OK);
	cr_expect_not_null(strstr(err.message, "no such table: nowhere"), "%s", err.message);
	db_free(db);
}

static enum err_code run(struct db *db, const char *sql, struct err *err)
{
	struct db_stmt *stmt = NULL;
	bool has_row = true;

	cr_assert_eq(db_prepare_foreign(db, sql, &stmt, err), ERR_OK, "%s: %s", sql, err->message);
	while (has_row && db_step(stmt, &has_row, err) == ERR_OK)
		;
	db_stmt_free(stmt);
	return err->code;
}

#define ENDLESS "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT "

Test(db_guard, limits)
{
	static const struct {
		const char *sql;
		enum err_code code;
		const char *words;
	} cases[] = {
		{ "SELECT 1", ERR_OK, "" },
		{ "SELECT zeroblob(49000000)", ERR_OK, "" },
		{ "SELECT zeroblob(51000000)", ERR_INPUT, "a.db: a value is longer than 50 MB" },
		{ "SELECT hex(zeroblob(26000000))", ERR_INPUT, "longer than 50 MB" },
		{ "SELECT a.x || b.x, c.x FROM (SELECT zeroblob(20000000) AS x) AS a, (SELECT zeroblob(20000000) AS x)"
		  " AS b, (SELECT zeroblob(40000000) AS x) AS c",
		  ERR_SYSTEM, "a.db: this takes more than 100 MB of memory" },
		{ ENDLESS "count(*) FROM n", ERR_INPUT, "a.db: took longer than 0.3 s; --timeout N gives it more" },
		{ "SELECT 1", ERR_OK, "" }, /* too short to be asked for the time */
	};
	struct db *db = open_to_read();

	db_limit(db, 0.3, 100000000);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct err err = { 0 };
		cr_expect_eq(run(db, cases[i].sql, &err), cases[i].code, "%s: %d %s", cases[i].sql, err.code,
			     err.message);
		cr_expect_not_null(strstr(err.message, cases[i].words), "%s: %s", cases[i].sql, err.message);
	}
	db_free(db);
}

/* Sorting more than may be in memory goes over the disk. */
Test(db_guard, temporary_tables_are_files)
{
	struct db *db = open_to_read();
	struct err err = { 0 };

	db_limit(db, 0, 30000000);
	cr_assert_eq(run(db,
			 "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)"
			 " SELECT x FROM (SELECT DISTINCT i, zeroblob(20000) AS x FROM n) ORDER BY x, i DESC LIMIT -1",
			 &err),
		     ERR_OK, "%s", err.message);
	db_free(db);
}

/* The connection itself is guarded, not only what a person writes. */
Test(db_guard, connection)
{
	struct db *db = open_to_read();
	struct err err = { 0 };

	cr_assert_eq(db_exec(db, "ATTACH 'b.db' AS b", &err), ERR_SYSTEM);
	cr_assert_eq(db_begin(db, &err), ERR_SYSTEM);
	db_free(db);
}

/* The view that shows dead processes' runs is made of the names that the file's own has. */
Test(db_guard, names_of_columns_are_no_sql)
{
	struct db *db = database_open("a.db", DB_WRITE);

	database_exec(db,
		      "INSERT INTO writer VALUES (1, 'other', '', 0, 0, 0, 0);"
		      "INSERT INTO dataset VALUES (1, 'd', '', '', '', 0, 0, 0, '', 'classification', 0);"
		      "INSERT INTO split VALUES (1, 1, 0, 0, 0, x'', 0, '', 0, 0);"
		      "INSERT INTO run (run_id, dataset_id, split_id, model, method, seed, status, settings,"
		      " block_instances, hardrow_version, blas, blas_threads, compiler, host, pid, argv,"
		      " started_at_ms, writer_id) VALUES (7, 1, 1, '', '', 0, 'running', '{}', 64, '', '', 1, '', '',"
		      " 1, '[]', 0, 1);"
		      "DROP VIEW runs;"
		      "CREATE VIEW runs AS SELECT run_id, status, 1 AS \"a\"\" FROM main.runs; ATTACH 'b.db' AS b; --\""
		      " FROM run");
	db_free(db);
	db = database_open("a.db", DB_READ);
	cr_expect_eq(database_query_int(db, "SELECT run_id FROM runs WHERE status = 'interrupted'"), 7);
	cr_expect_not(file_exists("b.db"));
	db_free(db);
}

Test(db_guard, names_of_with)
{
	static const struct {
		const char *sql;
		bool defines;
	} cases[] = {
		{ "SELECT 1 FROM runs", false },
		{ "SELECT 1 FROM runs AS r, runs r, main.runs AS (x)", true }, /* no SQL anyway */
		{ "SELECT runs.a FROM current_runs, runs_of AS (x), \"runs\" AS a", false },
		{ "WITH runs AS (SELECT 1) SELECT 1", true },
		{ "with recursive a as (select 1), RUNS(x) as (select 1) select 1", true },
		{ "WITH \"runs\" AS MATERIALIZED (SELECT 1) SELECT 1", true },
		{ "WITH [Runs]\nAS NOT MATERIALIZED (SELECT 1) SELECT 1", true },
		{ "WITH `runs`/* AS */--\n AS/**/(SELECT 1) SELECT 1", true },
		{ "WITH 'runs' (a) AS (SELECT 1) SELECT 1", true },
		{ "SELECT 1 FROM runs /* AS (", false },
		{ "SELECT 1 FROM runs -- (", false },
		{ "SELECT 1 FROM runs AS", false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_eq(json_guard_defines(cases[i].sql, "runs"), cases[i].defines, "%s", cases[i].sql);
}

Test(db_guard, keys_of_json)
{
	static const struct {
		const char *text;
		bool plain;
	} cases[] = {
		{ "{}", true },
		{ "[1,2.5e3,null]", true },
		{ "{\"a\" :\"b:c\",\"d\":[{\"e\\\":\":1}]}", true },
		{ "[\"a:b\",\"\\\\\"]", true },
		{ "{{\"a\":[\"b\"]}:0}", false },
		{ "{[\"x\"]:\"model\"}", false },
		{ "{\"x\":[{{}:0}]}", false },
		{ "{\"a\\\":1", true },
		{ ":", false },
		{ "", true },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_eq(json_guard_has_plain_keys(cases[i].text), cases[i].plain, "%s", cases[i].text);
}
