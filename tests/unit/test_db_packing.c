/* db: features as they are stored come back bit by bit, in C and in SQL. */
#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/packing.h"
#include "base/rng.h"
#include "base/text.h"
#include "db/connection.h"
#include "unit/database.h"
#include "unit/scratch.h"

TestSuite(db_packing, .init = scratch_enter, .fini = scratch_leave);

#define N 130 /* two blocks and a short one */

static const struct {
	enum packing_kind kind;
	int64_t low;
	double divisor;
	double values[8]; /* over and over */
} columns[] = {
	{ PACKING_UINT8, 0, 1, { 0, 1, 0, 1, 1, 0, 1, 0 } },
	{ PACKING_UINT8, 43, 10, { 4.3, 7.9, 5.1, 4.9, 6.2, 5.8, NAN, 5.5 } },
	{ PACKING_UINT8, -100, 1, { -100, 154, 0, 1, 2, 3, 4, 5 } },
	{ PACKING_UINT8, 0, 1, { NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN } },
	{ PACKING_UINT16, -100, 1, { -100, 155, 0, 1, 2, 3, 4, 5 } },
	{ PACKING_UINT16, 150000, 100000, { 1.51115, 1.53393, 1.51651, 1.51658, NAN, 1.52, 1.5, 1.51115 } },
	{ PACKING_UINT32, -123456, 1000, { -123.456, 4000000.001, 0, 0.1, 0.25, 17, 3, NAN } },
	{ PACKING_UINT32, 0, 1, { 0, 4294967294, 1, 2, 3, 4, 5, 6 } },
	{ PACKING_FLOAT64, 0, 1, { 0, 4294967295, 1, 2, 3, 4, 5, 0.1 } },
	{ PACKING_FLOAT32, 0, 1, { 0.1f, 1e-45f, 3.40282347e+38f, -1e30f, NAN, -0.0, 0, 1.17549421e-38f } },
	{ PACKING_FLOAT32, 0, 1, { -0.0, 1, 2, 3, 4, 5, 6, 7 } },
	{ PACKING_FLOAT64,
	  0,
	  1,
	  { DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324, -5e-324, M_PI, 1e-310, 0x1.fffffffffffffp-1023 } },
	{ PACKING_FLOAT64, 0, 1, { NAN, 1.0 / 3, -2.0 / 3, 0x1p-1000, 0x1p1000, 0x1.8p-991, 0x1.8p-1, -0.0 } },
};
#define D (sizeof columns / sizeof columns[0])

static void fill(double x[N][D])
{
	for (size_t i = 0; i < N; i++)
		for (size_t j = 0; j < D; j++)
			x[i][j] = columns[j].values[i % 8];
}

static void expect_same(double value, double expected, const char *what, size_t i, size_t j)
{
	if (isnan(expected))
		cr_expect(isnan(value), "%s: %zu of column %zu: %g", what, i, j, value);
	else
		cr_expect_eq(memcmp(&value, &expected, sizeof value), 0, "%s: %zu of column %zu: %.17g, not %.17g",
			     what, i, j, value, expected);
}

Test(db_packing, every_form_gives_back_its_numbers)
{
	static double x[N][D];
	struct packing packings[D];
	unsigned char row[8 * D];
	size_t place = 0;

	fill(x);
	size_t bytes = packing_choose(&x[0][0], N, D, packings);
	for (size_t j = 0; j < D; j++) {
		cr_expect_eq(packings[j].kind, columns[j].kind, "column %zu: %s", j, packing_name(packings[j].kind));
		cr_expect_eq(packings[j].place, place, "column %zu", j);
		place += packing_width(packings[j].kind);
	}
	cr_expect_eq(bytes, place);
	for (size_t i = 0; i < N; i++) {
		for (size_t j = 0; j < D; j++)
			packing_write(&packings[j], x[i][j], row);
		for (size_t j = 0; j < D; j++)
			expect_same(packing_read(&packings[j], row), x[i][j], "C", i, j);
	}
}

/* Decimal numbers of any length, and sums of them that are none. */
Test(db_packing, random_numbers_come_back)
{
	struct rng rng;
	unsigned char row[8];

	rng_init(&rng, 1, 0);
	for (size_t t = 0; t < 3000; t++) {
		double x[20];
		struct packing packing;
		double divisor = pow(10, rng_below(&rng, 12));
		double range = pow(10, rng_below(&rng, 16));
		for (size_t i = 0; i < 20; i++)
			x[i] = floor((rng_uniform(&rng) - 0.3) * range) / divisor +
			       (t % 10 == 0 ? 1e-7 * rng_uniform(&rng) : 0);
		(void)packing_choose(x, 20, 1, &packing);
		for (size_t i = 0; i < 20; i++) {
			packing_write(&packing, x[i], row);
			expect_same(packing_read(&packing, row), x[i], packing_name(packing.kind), i, t);
		}
	}
}

/* The data set of columns[] as the file has it. */
static struct db *make_file(void)
{
	static double x[N][D];
	struct packing packings[D];
	unsigned char bytes[PACKING_INSTANCES * 8 * D];
	struct err err = { 0 };

	fill(x);
	size_t row = packing_choose(&x[0][0], N, D, packings);
	struct db *db = database_open("a.db", DB_WRITE);
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	struct text sql AUTO(text_done) = { 0 };
	cr_assert_eq(
	    text_append(
		&sql, &err,
		"INSERT INTO dataset VALUES (1, 'd', 'x', 'class', 'error', %d, %zu, 1, '', 'classification', %zu);"
		"INSERT INTO class VALUES (1, 0, 'c');"
		"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
		" INSERT INTO instance SELECT 1, i, i, i + 2, 0, NULL, NULL, NULL FROM n;",
		N, D, row, N - 1),
	    ERR_OK);
	for (size_t j = 0; j < D; j++)
		cr_assert_eq(text_append(&sql, &err,
					 "INSERT INTO feature VALUES (1, %zu, 'x%zu', NULL, '%s', %zu, %lld, %.17g);",
					 j, j, packing_name(packings[j].kind), packings[j].place,
					 (long long)packings[j].low, packings[j].divisor),
			     ERR_OK);
	database_exec(db, sql.data);
	cr_assert_eq(db_prepare(db, "INSERT INTO feature_block VALUES (1, :block, :value, NULL)", &stmt, &err), ERR_OK);
	for (size_t first = 0; first < N; first += PACKING_INSTANCES) {
		size_t count = N - first < PACKING_INSTANCES ? N - first : PACKING_INSTANCES;
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < D; j++)
				packing_write(&packings[j], x[first + i][j], bytes + i * row);
		db_bind_int(stmt, ":block", (int64_t)(first / PACKING_INSTANCES));
		db_bind_blob(stmt, ":value", bytes, count * row);
		cr_assert_eq(db_run(stmt, &err), ERR_OK, "%s", err.message);
	}
	return db;
}

Test(db_packing, views_read_every_form)
{
	static double x[N][D];
	struct db *db = make_file();
	struct err err = { 0 };

	fill(x);
	for (size_t v = 0; v < 2; v++) {
		AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
		const char *view = v == 0 ? "main.features" : "features";
		bool has_row = false;
		cr_assert_eq(db_prepare(db,
					v == 0 ? "SELECT value FROM main.features ORDER BY position, feature_index"
					       : "SELECT value FROM features ORDER BY position, feature_index",
					&stmt, &err),
			     ERR_OK, "%s", err.message);
		for (size_t i = 0; i < N * D; i++) {
			cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK);
			cr_assert(has_row);
			bool is_null = db_column_type(stmt, 0) == DB_NULL;
			expect_same(is_null ? NAN : db_column_real(stmt, 0), x[i / D][i % D], view, i / D, i % D);
		}
	}
	cr_expect_eq(database_query_int(
			 db, "SELECT count(*) FROM (SELECT * FROM instances EXCEPT SELECT * FROM main.instances)"),
		     0);
	db_free(db);
}

/* A text column stands with its text, a missing one not at all. */
Test(db_packing, features_are_an_object_by_column)
{
	static const struct {
		const char *bytes, *json;
	} cases[] = {
		{ "x'0501000f'", "{\"a\":0.5,\"b \\\"q\\\"\":\"x=y\",\"c\":15}" },
		{ "x'0a000100'", "{\"a\":1,\"b \\\"q\\\"\":\"z\",\"c\":0}" },
		{ "x'ffffffff'", "{\"a\":null,\"c\":null}" },
		{ "x'00000001'", "{\"a\":0,\"c\":1}" },
	};
	struct db *db = database_open("a.db", DB_WRITE);

	database_exec(
	    db, "INSERT INTO dataset VALUES (1, 'd', 'x', 'class', 'error', 1, 4, 1, '', 'classification', 4);"
		"INSERT INTO class VALUES (1, 0, 'c'); INSERT INTO instance VALUES (1, 0, 0, 2, 0, NULL, NULL, NULL);"
		"INSERT INTO feature VALUES (1, 0, 'a', NULL, 'uint8', 0, 0, 10),"
		" (1, 1, 'b \"q\"=x=y', 'x=y', 'uint8', 1, 0, 1), (1, 2, 'b \"q\"=z', 'z', 'uint8', 2, 0, 1),"
		" (1, 3, 'c', NULL, 'uint8', 3, 0, 1)");
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		for (size_t v = 0; v < 2; v++) {
			struct text sql AUTO(text_done) = { 0 };
			struct err err = { 0 };
			cr_assert_eq(text_append(&sql, &err, "SELECT count(*) FROM %s WHERE features = '%s'",
						 v == 0 ? "instances" : "main.instances", cases[i].json),
				     ERR_OK);
			struct text put AUTO(text_done) = { 0 };
			cr_assert_eq(text_append(&put, &err,
						 "INSERT OR REPLACE INTO feature_block VALUES (1, 0, %s, NULL)",
						 cases[i].bytes),
				     ERR_OK);
			database_exec(db, put.data);
			cr_expect_eq(database_query_int(db, sql.data), 1, "%s", cases[i].json);
		}
	database_exec(db, "UPDATE dataset SET instance_bytes = 0");
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM instances WHERE features IS NULL"), 1);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM features"), 0);
	db_free(db);
}
