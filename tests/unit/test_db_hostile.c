/* db: no value in a file, however absurd, harms who reads it. Worth most under the sanitizers. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "db/connection.h"
#include "unit/database.h"
#include "unit/scratch.h"

TestSuite(db_hostile, .init = scratch_enter, .fini = scratch_leave);

/* Three instances of two classes, two epochs. */
#define ROWS                                                                                                           \
	"INSERT INTO dataset VALUES (1, 'd', 'x', 'class', 'error', 3, 1, 2, '', 'classification', 4);"                \
	"INSERT INTO feature VALUES (1, 0, 'a', NULL, 'float32', 0, 0, 1);"                                            \
	"INSERT INTO feature_block VALUES (1, 0, zeroblob(12), NULL);"                                                 \
	"INSERT INTO class VALUES (1, 0, 'no'), (1, 1, 'yes');"                                                        \
	"INSERT INTO instance VALUES (1, 0, 0, 2, 0, NULL, NULL, NULL), (1, 1, 1, 3, 1, NULL, NULL, NULL),"            \
	" (1, 2, 5, 7, 1, NULL, NULL, NULL);"                                                                          \
	"INSERT INTO split VALUES (1, 1, 0, 0.5, 0, x'000100', 0, 'm', 0, 0);"                                         \
	"INSERT INTO split_class VALUES (1, 0, 1, 0), (1, 1, 1, 1);"                                                   \
	"INSERT INTO run (run_id, dataset_id, split_id, model, method, seed, status, settings, block_instances,"       \
	" hardrow_version, blas, blas_threads, compiler, host, pid, argv, started_at_ms)"                              \
	" VALUES (1, 1, 1, 'm', 'base', 0, 'done', '{}', 64, '0', 'b', 1, 'c', 'h', 1, '[]', 0);"                      \
	"INSERT INTO epoch (run_id, epoch, first_block, seconds) VALUES (1, 1, 1, 0), (1, 2, 2, 0);"                   \
	"INSERT INTO class_epoch VALUES (1, 1, 0, 1, 1, 0.5, 1), (1, 1, 1, 1, 1, 0.5, 1);"                             \
	"INSERT INTO block (predicted, difficulty, weight, du, dl, draws, p) SELECT x'000001000100', zeroblob(12),"    \
	" zeroblob(12), zeroblob(12), zeroblob(12), zeroblob(6), zeroblob(24) FROM (SELECT 1 UNION ALL SELECT 2);"     \
	"INSERT INTO weight (run_id, epoch, layer, name, rows, cols, value) VALUES (1, 1, 0, 'weight', 2, 1, "         \
	"zeroblob(16));"

/* `vtab`: what the virtual tables make of it: rows, or the error. */
static const struct {
	const char *sql;
	enum err_code vtab;
} cases[] = {
	{ "SELECT 1", ERR_OK },
	{ "UPDATE epoch SET first_block = 9223372036854775807", ERR_SYSTEM },
	{ "UPDATE epoch SET first_block = 9223372036854775807 - 4294967296", ERR_OK },
	{ "UPDATE epoch SET first_block = -9223372036854775808", ERR_SYSTEM },
	{ "UPDATE epoch SET first_block = 'one'", ERR_SYSTEM },
	{ "UPDATE epoch SET first_block = 0", ERR_SYSTEM },
	{ "UPDATE epoch SET first_block = 0 WHERE epoch = 2", ERR_SYSTEM },
	{ "UPDATE OR IGNORE epoch SET epoch = 9223372036854775807", ERR_OK },
	{ "UPDATE epoch SET seconds = NULL, train_loss = 'text'", ERR_OK },
	{ "UPDATE run SET block_instances = 0", ERR_SYSTEM },
	{ "UPDATE run SET block_instances = -64", ERR_SYSTEM },
	{ "UPDATE run SET block_instances = 4294967296 + 64", ERR_SYSTEM },
	{ "UPDATE run SET block_instances = 65537", ERR_SYSTEM },
	{ "UPDATE run SET block_instances = 1", ERR_OK },
	{ "UPDATE run SET block_instances = NULL", ERR_SYSTEM },
	{ "UPDATE run SET block_instances = 1e300", ERR_SYSTEM },
	{ "UPDATE run SET dataset_id = 0", ERR_OK },
	{ "UPDATE run SET dataset_id = NULL, split_id = NULL", ERR_OK },
	{ "UPDATE run SET split_id = 0", ERR_OK },
	{ "UPDATE run SET model = NULL, method = NULL, settings = NULL, status = NULL", ERR_OK },
	{ "UPDATE run SET started_at_ms = 9223372036854775807, seed = -9223372036854775808", ERR_OK },
	{ "UPDATE run SET run_id = 9223372036854775807", ERR_OK },
	{ "UPDATE split SET test = NULL", ERR_OK },
	{ "UPDATE split SET test = ''", ERR_OK },
	{ "UPDATE split SET test = 'text'", ERR_OK },
	{ "UPDATE split SET test = zeroblob(100000)", ERR_OK },
	{ "UPDATE class SET name = NULL", ERR_SYSTEM },
	{ "UPDATE class SET name = 'no'", ERR_OK },
	{ "UPDATE class SET name = x'00ff00'", ERR_OK },
	{ "UPDATE class SET class_index = class_index + 1 WHERE class_index = 1", ERR_SYSTEM },
	{ "UPDATE class SET class_index = -1 WHERE class_index = 0", ERR_SYSTEM },
	{ "UPDATE class SET class_index = 9223372036854775807 WHERE class_index = 1", ERR_SYSTEM },
	{ "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 70000)"
	  " INSERT INTO class SELECT 1, i, 'c' || i FROM n",
	  ERR_SYSTEM },
	{ "DELETE FROM class", ERR_OK },
	{ "UPDATE instance SET class_index = 2", ERR_OK },
	{ "UPDATE instance SET class_index = -1", ERR_SYSTEM },
	{ "UPDATE instance SET class_index = 4294967296", ERR_SYSTEM },
	{ "UPDATE instance SET class_index = NULL", ERR_OK },
	{ "UPDATE instance SET position = 4294967295 WHERE position = 2", ERR_OK },
	{ "UPDATE instance SET position = 4294967296 WHERE position = 2", ERR_SYSTEM },
	{ "UPDATE instance SET position = -1 WHERE position = 2", ERR_SYSTEM },
	{ "UPDATE instance SET instance_id = 9223372036854775807 WHERE position = 2", ERR_OK },
	{ "UPDATE instance SET instance_id = 'text' WHERE position = 2", ERR_OK },
	{ "UPDATE dataset SET instances = 9223372036854775807, features = -1, classes = -9223372036854775808", ERR_OK },
	{ "UPDATE dataset SET instances = NULL, name = NULL, instance_bytes = -1", ERR_OK },
	{ "UPDATE block SET block_id = 9223372036854775807 WHERE block_id = 2", ERR_OK },
	{ "UPDATE block SET block_id = -9223372036854775808 WHERE block_id = 2", ERR_OK },
	{ "UPDATE block SET predicted = NULL, p = NULL, du = NULL, dl = NULL, draws = NULL, weight = NULL", ERR_OK },
	{ "UPDATE block SET predicted = x'', p = x'', du = x'00', draws = x'00'", ERR_OK },
	{ "UPDATE block SET predicted = zeroblob(100000)", ERR_OK },
	{ "UPDATE block SET predicted = x'ffffffffffff', draws = x'ffffffffffff', p = zeroblob(4)", ERR_OK },
	{ "UPDATE block SET predicted = 1, p = 1.5, du = 'text'", ERR_OK },
	{ "UPDATE split_class SET train_instances = NULL", ERR_OK },
	{ "UPDATE weight SET rows = 9223372036854775807, cols = -1, value = NULL", ERR_OK },
	{ "DELETE FROM float32_scale", ERR_OK },
	{ "DELETE FROM float64_scale", ERR_OK },
	{ "UPDATE dataset SET instance_bytes = 9223372036854775807", ERR_OK },
	{ "UPDATE feature SET place = 9223372036854775807, low = 9223372036854775807, divisor = 0", ERR_OK },
	{ "UPDATE feature SET place = -1, low = NULL, divisor = 'text'", ERR_OK },
	{ "UPDATE feature_block SET value = x'00'", ERR_OK },
	{ "UPDATE feature_block SET value = 'text', block = block - 1", ERR_OK },
	{ "UPDATE float32_scale SET scale = 'text', hidden_bit = 9223372036854775807", ERR_OK },
	{ "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = NULL WHERE name = 'runs'", ERR_OK },
};

/* Reads every value of every row. */
static enum err_code read_all(struct db *db, const char *sql, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool has_row = true;
	size_t length;

	if (db_prepare_foreign(db, sql, &stmt, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(stmt, &has_row, err) != ERR_OK)
			return err->code;
		if (!has_row)
			return ERR_OK;
		for (size_t i = 0; i < db_column_count(stmt); i++) {
			(void)db_column_blob(stmt, i, &length);
			(void)db_column_real(stmt, i);
			(void)db_column_text(stmt, i);
		}
	}
}

static void read_views(struct db *db, size_t i)
{
	static const char *const virtual_tables[] = {
		"SELECT * FROM dynamics",
		"SELECT * FROM predictions",
		"SELECT * FROM features",
		"SELECT * FROM instances",
		"SELECT rowid, a.* FROM dynamics AS a WHERE class = 'yes' OR instance_id = 5 ORDER BY epoch",
		"SELECT * FROM dynamics AS a JOIN dynamics AS b USING (instance_id) WHERE a.epoch = 1 AND b.epoch = 2"
	};
	enum err_code worst = ERR_OK;
	struct err err = { 0 };

	for (size_t v = 0; v < sql_view_count; v++) {
		struct text sql AUTO(text_done) = { 0 };
		cr_assert_eq(text_append(&sql, &err, "SELECT * FROM main.%s", sql_views[v].name), ERR_OK);
		(void)read_all(db, sql.data, &err);
	}
	for (size_t v = 0; v < ARRAY_LENGTH(virtual_tables); v++) {
		enum err_code code = read_all(db, virtual_tables[v], &err);
		worst = code > worst ? code : worst;
		cr_assert(code == ERR_OK || strstr(err.message, "malformed") != NULL, "%s: %s", cases[i].sql,
			  err.message);
	}
	cr_assert_eq(worst, cases[i].vtab, "%s: %d %s", cases[i].sql, worst, err.message);
}

Test(db_hostile, values)
{
	AUTO(mem_freep) char *file = NULL;
	size_t length = 0;
	struct err err = { 0 };

	/* Without their constraints the tables take everything. */
	database_make("a.db",
		      ROWS "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql ="
			   " replace(replace(replace(sql, 'NOT NULL', ''), ') STRICT, W', ') W'), ') STRICT', ')')"
			   " WHERE type = 'table'");
	cr_assert_eq(file_read("a.db", &file, &length, &err), ERR_OK, "%s", err.message);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		scratch_write("a.db", file, length);
		struct db *db = database_open("a.db", DB_WRITE);
		database_exec(db, "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
		database_exec(db, cases[i].sql);
		db_free(db);
		if (db_open("a.db", DB_READ, &db, &err) == ERR_OK) {
			read_views(db, i);
			db_free(db);
		}
		if (db_open("a.db", DB_WRITE, &db, &err) == ERR_OK)
			db_free(db);
	}
}

Test(db_hostile, null_where_a_text_is_expected)
{
	struct db *db = database_open("a.db", DB_WRITE);
	struct db_stmt *stmt = NULL;
	struct err err = { 0 };
	const char *text = NULL;
	bool has_row = false;

	cr_assert_eq(db_prepare(db, "SELECT 'x', NULL AS name", &stmt, &err), ERR_OK);
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK);
	cr_assert_eq(db_read_text(stmt, 0, &text, &err), ERR_OK);
	cr_assert_str_eq(text, "x");
	cr_assert_eq(db_read_text(stmt, 1, &text, &err), ERR_SYSTEM);
	cr_assert_str_eq(err.message, "a.db: damaged: 'name' has no value");
	db_stmt_free(stmt);
	db_free(db);
}
