/* db: rows in memory that one INSERT reads. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/checksum.h"
#include "base/mem.h"
#include "db/db.h"
#include "unit/database.h"
#include "unit/scratch.h"

TestSuite(insert, .init = scratch_enter, .fini = scratch_leave);

#define TABLE "CREATE TABLE t (a INTEGER PRIMARY KEY, b REAL, c TEXT, d)"

/* A row of every type, with -0 and two kinds of NULL. */
static struct db_value value(void *context, size_t row, size_t column)
{
	const int64_t *first = context;

	switch (column) {
	case 0:
		return (struct db_value){ .type = DB_INTEGER, .integer = *first + (int64_t)row };
	case 1:
		return (struct db_value){ .type = DB_REAL, .real = row == 0 ? -0.0 : row == 1 ? NAN : 0.5 };
	case 2:
		return (struct db_value){ .type = DB_TEXT, .text = row == 2 ? NULL : "it" };
	default:
		return (struct db_value){ .type = DB_NULL };
	}
}

static void insert(struct db *db, int64_t first, size_t count, enum err_code expected)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const struct db_rows rows = { count, value, &first };
	struct err err;

	cr_assert_eq(db_prepare_insert(db, "t (a, b, c, d)", 4, &stmt, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(db_insert(stmt, &rows, &err), expected);
	/* It can be used again. */
	cr_assert_eq(db_insert(stmt, &(struct db_rows){ 0, value, &first }, &err), ERR_OK);
}

Test(insert, values)
{
	struct db *db = database_open("a.db", DB_WRITE);

	database_exec(db, TABLE);
	insert(db, 1, 3, ERR_OK);
	insert(db, 1000, 0, ERR_OK);
	cr_assert_eq(database_query_int(db, "SELECT group_concat(quote(a) || quote(b) || quote(c) || quote(d), ' ')"
					    " = '10.0''it''NULL 2NULL''it''NULL 30.5NULLNULL'"
					    " FROM (SELECT * FROM t ORDER BY a)"),
		     1);
	db_free(db);
}

/* One row that cannot be: none is there. */
Test(insert, all_or_none)
{
	struct db *db = database_open("a.db", DB_WRITE);

	database_exec(db, TABLE "; INSERT INTO t (a) VALUES (3)");
	insert(db, 1, 3, ERR_INPUT);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM t"), 1);
	db_free(db);
}

/* Summed before they are written or as they are read: the same. */
Test(insert, sums)
{
	struct db *db = database_open("a.db", DB_WRITE);
	int64_t first = 1;

	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	uint64_t given = 0, read = 0;
	bool more = false;
	struct err err;

	database_exec(db, TABLE);
	insert(db, first, 3, ERR_OK);
	cr_assert_eq(db_prepare(db, "SELECT b, c, d FROM t ORDER BY a", &stmt, &err), ERR_OK);
	for (size_t i = 0; i < 3; i++) {
		cr_assert_eq(db_step(stmt, &more, &err), ERR_OK);
		for (size_t column = 1; column < 4; column++)
			db_sum_value(value(&first, i, column), &given);
		db_sum_row(stmt, 3, &read);
		cr_assert_eq(given, read, "row %zu", i);
	}
	db_stmt_freep(&stmt);
	stmt = NULL;
	db_free(db);
}

/* It is a table of statements of the program's own. */
Test(insert, is_not_for_people)
{
	struct db *db = database_open("a.db", DB_WRITE);
	struct db_stmt *stmt = NULL;
	struct err err;

	cr_assert_eq(db_finish(db, &err), ERR_OK);
	db_free(db);
	db = database_open("a.db", DB_READ);
	cr_assert_eq(db_prepare_foreign(db, "SELECT * FROM hardrow_given(1)", &stmt, &err), ERR_INPUT);
	db_free(db);
}
