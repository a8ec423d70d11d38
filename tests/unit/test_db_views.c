/* db: the views in the stock sqlite3 shell, and against what was stored. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/mem.h"
#include "base/text.h"
#include "unit/rows_file.h"
#include "unit/scratch.h"

TestSuite(db_views, .init = scratch_enter, .fini = scratch_leave);

/* The answer of the stock shell, '' if it could not write what it had to. cache_size: as little as a client may have.
 */
static void ask_shell(const char *select, char ret_line[64])
{
	struct text command AUTO(text_done) = { 0 };
	struct err err = { 0 };

	must(text_append(
		 &command, &err,
		 "exec sqlite3 -readonly -cmd 'PRAGMA cache_size = 10' small.db 'SELECT count(*) FROM (SELECT %s)'",
		 select),
	     &err);
	FILE *shell = popen(command.data, "r");
	cr_assert_not_null(shell);
	ret_line[0] = '\0';
	(void)fgets(ret_line, 64, shell);
	(void)pclose(shell);
}

/* What a client sorts are keys and numbers, never blobs: 100 bytes a row, so that 1.2 million rows are 120 MB. With
 * pages of 512 bytes SQLite sorts in 128 KB of memory, and all of the rows go to a file. */
Test(db_views, stock_shell_sorts_little)
{
	enum { ROWS = 30000, ROW_BYTES = 100 };
	static const char *const asked[] = {
		"epoch, part, avg(p_true) FROM dynamics WHERE run_id = 99 GROUP BY 1, 2",
		"epoch, class, avg(predicted = class) FROM dynamics WHERE run_id = 99 GROUP BY 1, 2",
		"instance_id, avg(p_true), max(du), sum(draws) FROM dynamics WHERE run_id = 99 GROUP BY 1",
		"instance_id FROM dynamics WHERE run_id = 99 ORDER BY difficulty LIMIT 20000, 1",
		"lag(predicted) OVER (PARTITION BY instance_id ORDER BY epoch) FROM dynamics WHERE run_id = 99",
		"class, avg(probability) FROM predictions WHERE run_id = 99 GROUP BY 1",
	};
	const struct rlimit limit = { ROWS * ROW_BYTES, ROWS * ROW_BYTES };
	struct db *db = NULL;
	struct err err = { 0 };
	char line[64];

	db_free(rows_file_make());
	must(db_open("a.db", DB_WRITE, &db, &err), &err);
	/* Run 10 with more epochs, all of the same blocks. */
	must(
	    db_exec(db,
		    "CREATE TEMP TABLE copied AS SELECT * FROM run WHERE run_id = 10; UPDATE copied SET run_id = 99;"
		    "INSERT INTO run SELECT * FROM copied; WITH n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
		    " WHERE i < 200) INSERT INTO epoch (run_id, epoch, first_block, seconds) SELECT 99, i, 1, 0 FROM n",
		    &err),
	    &err);
	db_free(db);
	cr_assert_eq(system("sqlite3 a.db 'PRAGMA page_size = 512; VACUUM INTO \"small.db\"'"), 0);
	ask_shell("* FROM dynamics WHERE run_id = 99", line);
	cr_assert_eq(atoi(line), ROWS);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(asked); i++) {
		ask_shell(asked[i], line);
		cr_expect_gt(atoi(line), 0, "%s: %s", asked[i], line);
	}
	/* A series of 64 numbers in each row is too much. */
	ask_shell("max(du) FROM epoch, block, instance WHERE run_id = 99 AND dataset_id = 1 AND position < 150 AND"
		  " block_id = first_block GROUP BY instance_id",
		  line);
	cr_expect_str_empty(line);
}

/* Each series of each instance against the bytes of its block. */
Test(db_views, views_decode_what_was_stored)
{
	struct db *db = rows_file_make();
	struct db_stmt *stmt = must_prepare(
	    db, "SELECT d.du, d.draws, d.p_true, block.du, block.draws, block.p, length(block.predicted) / 2 AS m,"
		" i.position % run.block_instances, i.class_index"
		" FROM main.dynamics AS d JOIN run USING (run_id) JOIN epoch USING (run_id, epoch)"
		" JOIN instance AS i USING (dataset_id, instance_id)"
		" JOIN block ON block_id = first_block + position / block_instances");
	size_t rows = 0;

	for (; must_step(stmt); rows++) {
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
Test(db_views, stock_shell)
{
	struct db *db = rows_file_make();
	struct db_stmt *stmt =
	    must_prepare(db, "SELECT json_array(run_id, epoch, instance_id, part, class, predicted,"
			     " printf('%!.17g', p_true), printf('%!.17g', du), printf('%!.17g', weight),"
			     " draws, json(probabilities)) FROM dynamics ORDER BY run_id, epoch, instance_id");
	FILE *shell = popen("sqlite3 a.db \"SELECT json_array(run_id, epoch, instance_id, part, class, predicted,"
			    " printf('%!.17g', p_true), printf('%!.17g', du), printf('%!.17g', weight),"
			    " draws, json(probabilities)) FROM dynamics ORDER BY run_id, epoch, instance_id\"",
			    "r");
	char line[4096];

	cr_assert_not_null(shell);
	while (must_step(stmt)) {
		cr_assert_not_null(fgets(line, sizeof line, shell));
		line[strcspn(line, "\n")] = '\0';
		cr_assert_str_eq(line, db_column_text(stmt, 0));
	}
	cr_assert_null(fgets(line, sizeof line, shell));
	cr_assert_eq(pclose(shell), 0);
	db_stmt_free(stmt);
	db_free(db);
}
