/* db: the schema for readers against the migrations, the views' columns and plans, the table of float32 scales. */
#include <criterion/criterion.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "db/connection.h"
#include "unit/database.h"
#include "unit/scratch.h"

TestSuite(db_schema, .init = scratch_enter, .fini = scratch_leave);

static char *read_source(const char *name)
{
	AUTO(mem_freep) char *path = NULL;
	char *data = NULL;
	size_t length = 0;
	struct err err = { 0 };

	cr_assert_not_null(getenv("HARDROW_SOURCE"));
	cr_assert_eq(file_join(getenv("HARDROW_SOURCE"), name, &path, &err), ERR_OK);
	cr_assert_eq(file_read(path, &data, &length, &err), ERR_OK, "%s", err.message);
	return data;
}

/* A file made by one migration of that text. */
static struct db *make_file(const char *path, const char *sql)
{
	const struct sql_file migration = { "0001_try", sql };
	const struct db_options options = { 1000, NULL, &migration, 1 };
	struct db *db = NULL;
	struct err err = { 0 };

	cr_assert_eq(db_open_with(path, DB_WRITE, &options, &db, &err), ERR_OK, "%s", err.message);
	return db;
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

	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK, "%s", err.message);
	return has_row;
}

/* Where the next token starts: behind blanks and comments. */
static const char *skip_blanks(const char *sql)
{
	for (;;) {
		sql += strspn(sql, " \t\n");
		if (strncmp(sql, "--", 2) != 0)
			return sql;
		sql += strcspn(sql, "\n");
	}
}

/* Appends the tokens of a statement, one blank between them, quotes of names dropped: ALTER TABLE adds quotes and moves
 * comments. */
static void append_tokens(struct text *tokens, const char *sql)
{
	struct err err;

	for (sql = skip_blanks(sql); *sql != '\0'; sql = skip_blanks(sql)) {
		size_t length = 1;
		bool is_quoted = *sql == '"';
		if (*sql == '\'' || is_quoted)
			length = strcspn(sql + 1, is_quoted ? "\"" : "'") + 2;
		else if (isalnum((unsigned char)*sql) || *sql == '_')
			while (isalnum((unsigned char)sql[length]) || sql[length] == '_')
				length++;
		cr_assert_eq(text_append(tokens, &err, "%.*s ", (int)length - 2 * is_quoted, sql + is_quoted), ERR_OK);
		sql += length;
	}
}

/* Every table, index and trigger of a file as tokens, one a line. */
static char *schema_tokens(struct db *db)
{
	struct text tokens = { 0 };
	struct err err;
	AUTO(db_stmt_freep)
	struct db_stmt *stmt = prepare(
	    db, "SELECT sql FROM main.sqlite_schema WHERE sql IS NOT NULL AND type IN ('table', 'index', 'trigger')"
		" AND name NOT LIKE 'sqlite_%' ORDER BY type, name");

	while (step(stmt)) {
		append_tokens(&tokens, db_column_text(stmt, 0));
		cr_assert_eq(text_append(&tokens, &err, "\n"), ERR_OK);
	}
	return tokens.data;
}

Test(db_schema, tokens)
{
	struct text tokens AUTO(text_done) = { 0 };

	append_tokens(&tokens, "a  (\"b c\"\n-- note\n, 'x y', d_1) -- end");
	cr_assert_str_eq(tokens.data, "a ( b c , 'x y' , d_1 ) ");
}

Test(db_schema, tables_equal_the_migrations)
{
	AUTO(mem_freep) char *for_readers = read_source("schema/tables.sql");
	struct db *by_migrations = database_open("a.db", DB_WRITE);
	struct db *by_tables = make_file("b.db", for_readers);
	AUTO(mem_freep) char *expected = schema_tokens(by_migrations);
	AUTO(mem_freep) char *got = schema_tokens(by_tables);

	cr_assert_str_eq(got, expected);
	db_free(by_tables);
	db_free(by_migrations);
}

Test(db_schema, all_tables_are_strict)
{
	struct db *db = database_open("a.db", DB_WRITE);
	int64_t count = 1;
	struct err err = { 0 };

	cr_assert_eq(db_query_int(db,
				  "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
				  " AND name NOT LIKE 'sqlite_%' AND NOT strict",
				  &count, &err),
		     ERR_OK);
	cr_assert_eq(count, 0);
	db_free(db);
}

/* The published order of the columns; more may follow. */
Test(db_schema, columns_of_the_views)
{
	static const char *const views[][2] = {
		{ "runs", "run_id,experiment,dataset,model,method,seed,split_seed,status,epochs,train_accuracy,"
			  "test_accuracy,test_balanced_error" },
		{ "epochs", "run_id,epoch,train_loss,train_accuracy,test_loss,test_accuracy,test_balanced_error,"
			    "effective_sample_size,seconds" },
		{ "class_epochs", "run_id,epoch,part,class,instances,correct,sampling_share,weight_norm" },
		{ "dynamics", "run_id,epoch,instance_id,part,class,predicted,p_true,du,dl,difficulty,weight,draws,"
			      "probabilities" },
		{ "main.dynamics", "run_id,epoch,instance_id,part,class,predicted,p_true,du,dl,difficulty,weight,draws,"
				   "probabilities" },
		{ "predictions", "run_id,epoch,instance_id,class,probability" },
		{ "main.predictions", "run_id,epoch,instance_id,class,probability" },
		{ "instances", "dataset,instance_id,source_line,class,features" },
		{ "features", "dataset_id,position,feature,value" },
		{ "weights", "run_id,epoch,layer,name,rows,cols,value" },
		{ "instance_summary", "run_id,instance_id,part,class,p_true_mean,p_true_sd,correctness,"
				      "forgetting_events,difficulty,weight,predicted" },
	};
	struct db *db = database_open("a.db", DB_WRITE);

	for (size_t i = 0; i < ARRAY_LENGTH(views); i++) {
		struct text sql AUTO(text_done) = { 0 };
		struct text columns AUTO(text_done) = { 0 };
		struct err err;
		cr_assert_eq(text_append(&sql, &err, "SELECT * FROM %s", views[i][0]), ERR_OK);
		AUTO(db_stmt_freep) struct db_stmt *stmt = prepare(db, sql.data);
		for (size_t c = 0; c < db_column_count(stmt); c++)
			cr_assert_eq(text_append(&columns, &err, "%s%s", c == 0 ? "" : ",", db_column_name(stmt, c)),
				     ERR_OK);
		cr_assert_eq(strncmp(columns.data, views[i][1], strlen(views[i][1])), 0, "%s: %s", views[i][0],
			     columns.data);
	}
	db_free(db);
}

/* runs shares keys and metrics with epochs, and keys alone with all else that is joined to it by run_id, so that a
 * query of two of them says only of a metric whose it is. */
Test(db_schema, names_that_meet_in_a_join)
{
	static const char shared[] =
	    "SELECT mine.name, other.name || '.' || theirs.name, other.name = 'epochs'"
	    " FROM pragma_table_info('runs') AS mine"
	    " JOIN sqlite_schema AS other JOIN pragma_table_info(other.name) AS theirs"
	    " WHERE (other.type = 'view' OR other.name = 'instance_summary')"
	    " AND other.name NOT IN ('runs', 'ended_runs', 'current_runs') AND mine.name = theirs.name"
	    " AND EXISTS (SELECT 1 FROM pragma_table_info(other.name) WHERE name = 'run_id')";
	struct db *db = database_open("a.db", DB_WRITE);
	AUTO(db_stmt_freep) struct db_stmt *stmt = prepare(db, shared);
	size_t keys = 0;

	for (; step(stmt); keys++) {
		const char *name = db_column_text(stmt, 0);
		bool is_metric = strncmp(name, "test_", 5) == 0 || strncmp(name, "train_", 6) == 0;
		cr_expect(strcmp(name, "run_id") == 0 || (is_metric && db_column_int(stmt, 2) == 1), "%s",
			  db_column_text(stmt, 1));
	}
	cr_expect_gt(keys, 10);
	db_stmt_free(take_ptr(&stmt));
	db_free(db);
}

/* Every column of every view has a type but the one blob, and the virtual tables have the same. */
Test(db_schema, columns_have_types)
{
	struct db *db = database_open("a.db", DB_WRITE);
	AUTO(db_stmt_freep)
	struct db_stmt *views = prepare(db, "SELECT name FROM main.sqlite_schema WHERE type = 'view'");
	size_t count = 0;
	struct err err;

	for (; step(views); count++) {
		struct text sql AUTO(text_done) = { 0 };
		const char *name = db_column_text(views, 0);
		cr_assert_eq(text_append(&sql, &err,
					 "CREATE TEMP TABLE typed_%s AS SELECT * FROM main.%s WHERE false;"
					 "CREATE TEMP TABLE shadow_%s AS SELECT * FROM %s WHERE false",
					 name, name, name, name),
			     ERR_OK);
		database_exec(db, sql.data);
	}
	cr_expect_eq(
	    database_query_int(db, "SELECT count(*) FROM temp.sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
				   " WHERE t.name GLOB 'typed_*' AND c.type = '' AND t.name || '.' || c.name <> "
				   "'typed_weights.value'"),
	    0);
	cr_expect_eq(
	    database_query_int(db, "SELECT count(*) FROM temp.sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
				   " JOIN pragma_table_info('shadow_' || substr(t.name, 7)) AS s USING (cid)"
				   " WHERE t.name GLOB 'typed_*' AND (c.name <> s.name OR c.type <> s.type)"),
	    0);
	cr_expect_gt(count, 9);
	db_stmt_freep(&views);
	views = NULL;
	db_free(db);
}

/* A WHERE on the keys becomes seeks: what may be scanned is named, the rest must be searched. */
Test(db_schema, views_seek)
{
	static const struct {
		const char *sql, *may_scan;
	} cases[] = {
		{ "SELECT * FROM main.dynamics WHERE run_id = 1", "" },
		{ "SELECT * FROM main.dynamics WHERE run_id = 1 AND epoch BETWEEN 3 AND 4", "" },
		{ "SELECT * FROM main.dynamics WHERE run_id = 1 AND epoch = 3 AND instance_id IN (1, 2)", "" },
		{ "SELECT difficulty FROM main.dynamics WHERE instance_id = 4 AND run_id IN (1, 2)", "" },
		{ "SELECT * FROM main.dynamics WHERE instance_id = 1", "SCAN epoch" },
		{ "SELECT * FROM main.predictions WHERE run_id = 1 AND epoch = 3 AND instance_id = 4", "" },
		{ "SELECT * FROM main.predictions WHERE instance_id = 4", "SCAN epoch" },
		{ "SELECT * FROM epochs WHERE run_id = 1 AND epoch > 4", "" },
		/* The keys of one text. */
		{ "SELECT * FROM runs WHERE run_id = 1", "SCAN json_each VIRTUAL TABLE INDEX 1:" },
		{ "SELECT * FROM weights WHERE run_id = 1 AND epoch = 2", "" },
		{ "SELECT * FROM class_epochs WHERE run_id = 1 AND epoch = 2", "SCAN part" },
	};
	static const char *const one_row[] = { "SCAN number", "SCAN place", "SCAN step" };
	struct db *db = database_open("a.db", DB_WRITE);

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text sql AUTO(text_done) = { 0 };
		struct err err;
		size_t searches = 0;
		cr_assert_eq(text_append(&sql, &err, "EXPLAIN QUERY PLAN %s", cases[i].sql), ERR_OK);
		AUTO(db_stmt_freep) struct db_stmt *stmt = prepare(db, sql.data);
		while (step(stmt)) {
			const char *detail = db_column_text(stmt, 3);
			searches += strncmp(detail, "SEARCH", strlen("SEARCH")) == 0;
			bool is_scan = strncmp(detail, "SCAN", strlen("SCAN")) == 0 &&
				       strstr(detail, "CONSTANT ROW") == NULL && strstr(detail, "in_order") == NULL;
			/* Subqueries of one row. */
			for (size_t j = 0; j < ARRAY_LENGTH(one_row); j++)
				is_scan = is_scan && strcmp(detail, one_row[j]) != 0;
			cr_assert(!is_scan || strcmp(detail, cases[i].may_scan) == 0, "%s: %s", cases[i].sql, detail);
		}
		cr_assert_gt(searches, 0, "%s", cases[i].sql);
	}
	db_free(db);
}

/* Whether a run is the newest of its split's seed costs the same however many splits there are, and however many
 * contents its data set's name has. */
Test(db_schema, newest_runs_are_found_by_the_seed)
{
	struct db *db = database_open("a.db", DB_WRITE);
	struct db_stmt *stmt = prepare(db, "EXPLAIN QUERY PLAN SELECT * FROM current_runs WHERE run_id = 1");
	size_t by_seed = 0, by_data_set = 0, by_content = 0, by_name = 0;

	while (step(stmt)) {
		const char *detail = db_column_text(stmt, 3);
		by_seed += strstr(detail, "split_1 (dataset_id=? AND seed=?)") != NULL;
		by_data_set += strstr(detail, "split_1 (dataset_id=?)") != NULL;
		by_content +=
		    strstr(detail, "same USING INDEX dataset_by_origin (origin=? AND label=? AND missing=?)") != NULL;
		by_name += strstr(detail, "same USING INDEX sqlite_autoindex") != NULL;
	}
	cr_expect_gt(by_seed, 0);
	cr_expect_eq(by_data_set, 0);
	cr_expect_gt(by_content, 0);
	cr_expect_eq(by_name, 0);
	db_stmt_free(stmt);
	db_free(db);
}

/* Whether a run is on the newest data is found out for all at once, however many contents a name has. */
Test(db_schema, newest_data_is_found_once)
{
	struct db *db = database_open("a.db", DB_WRITE);
	struct db_stmt *stmt = prepare(db, "EXPLAIN QUERY PLAN SELECT is_on_newest_data FROM ended_runs");
	size_t lists = 0;

	while (step(stmt)) {
		cr_expect_null(strstr(db_column_text(stmt, 3), "CORRELATED"), "%s", db_column_text(stmt, 3));
		lists += strstr(db_column_text(stmt, 3), "LIST SUBQUERY") != NULL;
	}
	cr_expect_eq(lists, 2);
	db_stmt_free(stmt);
	db_free(db);
}

/* (hidden_bit + significand) * scale is the float32 for each of the upper 9 bits, at both ends of the significand. */
Test(db_schema, float32_scale_is_exact)
{
	struct db *db = database_open("a.db", DB_WRITE);
	AUTO(db_stmt_freep) struct db_stmt *stmt = prepare(db, "SELECT * FROM float32_scale ORDER BY exponent");

	for (uint32_t upper = 0; upper < 512; upper++) {
		if ((upper & 255) == 255)
			continue; /* NaN and infinity */
		cr_assert(step(stmt));
		cr_assert_eq(db_column_int(stmt, 0), upper);
		for (uint32_t lower = 0; lower <= 0x7fffff; lower += 0x7fffff) {
			uint32_t bits = upper << 23 | lower;
			float value;
			memcpy(&value, &bits, sizeof value);
			double decoded = (double)(db_column_int(stmt, 2) + lower) * db_column_real(stmt, 1);
			cr_assert(decoded == (double)value && !signbit(decoded) == !signbit(value), "%u %u", upper,
				  lower);
		}
	}
	cr_assert(!step(stmt));
	db_stmt_freep(&stmt);
	stmt = NULL;
	db_free(db);
}
