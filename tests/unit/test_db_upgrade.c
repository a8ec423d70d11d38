/* db: files of older versions are upgraded. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "db/connection.h"
#include "db/db.h"
#include "unit/database.h"
#include "unit/scratch.h"

TestSuite(db_upgrade, .init = scratch_enter, .fini = scratch_leave);

#define A_RUN                                                                                                          \
	"INSERT INTO dataset VALUES (1, 'd', 'x', 'class', 'error', 1, 1, 2, 'x', 'classification', 0);"               \
	"INSERT INTO split VALUES (1, 1, 0, 0.0, 0, x'00', 0, 'mask', 0, 0);"                                          \
	"INSERT INTO run VALUES (1, NULL, 1, 1, 'm', 'base', 0, 'done', NULL, '{}', 64, '0', NULL, 'b', 1, 'c', 'h', " \
	"1, '[]', 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);"

#define MIGRATIONS_MAX 99

/* Opens a.db as a program that knows one more migration. */
static enum err_code open_newer(const char *sql, enum db_mode mode, struct db **ret_db, struct err *err)
{
	struct sql_file migrations[MIGRATIONS_MAX];
	const struct db_options options = { 20000, NULL, migrations, sql_migration_count + 1 };

	memcpy(migrations, sql_migrations, sql_migration_count * sizeof *migrations);
	migrations[sql_migration_count] = (struct sql_file){ "9999_try", sql };
	return db_open_with("a.db", mode, &options, ret_db, err);
}

Test(db_upgrade, upgrade_keeps_a_backup)
{
	static const char upgrade[] = "ALTER TABLE run ADD COLUMN mood TEXT";
	char backup[32], partial[48];
	struct db *db = NULL;
	struct err err = { 0 };

	(void)snprintf(backup, sizeof backup, "a.db.v%zu.backup", sql_migration_count);
	(void)snprintf(partial, sizeof partial, "%s.partial", backup);
	database_make("a.db", A_RUN);
	cr_assert_eq(open_newer(upgrade, DB_READ, &db, &err), ERR_INPUT);
	cr_assert_not_null(strstr(err.message, "older hardrow"), "%s", err.message);
	scratch_write(partial, "left over", 9);
	cr_assert_eq(open_newer(upgrade, DB_WRITE, &db, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(database_query_int(db, "PRAGMA user_version"), (int64_t)sql_migration_count + 1);
	cr_assert_eq(database_query_int(db, "SELECT count(mood) + count(*) FROM run"), 1);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM runs"), 1);
	db_free(db);
	cr_assert_eq(scratch_count("."), 2);
	database_expect_refusal("a.db", DB_WRITE, ERR_FOREIGN, "newer hardrow");
	db = database_open(backup, DB_READ);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM runs"), 1);
	db_free(db);
}

/* tests/fixtures/versionN.db is a run of hardrow with the first N migrations, 2 epochs of 6 instances; from 5 on also
 * the same run adjusted. Those of 6 and 10 have what influence --save wrote, those of 8 and 10 a test part, that of 8
 * the plain rows of the first run, that of 14 folds and a regression, which has no rows in dynamics. */
static void copy_fixture(const char *fixture)
{
	AUTO(mem_freep) char *path = NULL;
	AUTO(mem_freep) char *data = NULL;
	size_t length = 0;
	struct err err = { 0 };

	cr_assert_eq(file_join(getenv("HARDROW_SOURCE"), fixture, &path, &err), ERR_OK);
	cr_assert_eq(file_read(path, &data, &length, &err), ERR_OK, "%s", err.message);
	scratch_write("a.db", data, length);
}

static struct db *upgrade_fixture(const char *fixture, int64_t runs)
{
	copy_fixture(fixture);
	struct db *db = database_open("a.db", DB_WRITE);
	cr_assert_eq(database_query_int(db, "PRAGMA user_version"), (int64_t)sql_migration_count);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM dynamics"), 12 * runs);
	return db;
}

Test(db_upgrade, a_file_of_version_1_is_upgraded)
{
	struct db *db = upgrade_fixture("tests/fixtures/version1.db", 1);

	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM instances WHERE subclass IS NULL"), 6);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM runs WHERE test_part_given = 0"), 1);
	db_free(db);
	cr_assert(file_exists("a.db.v1.backup"));
}

Test(db_upgrade, a_file_of_version_2_is_upgraded)
{
	struct db *db = upgrade_fixture("tests/fixtures/version2.db", 1);

	cr_assert_eq(database_query_int(db, "SELECT count(DISTINCT subclass) FROM instances"), 4);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM epochs WHERE test_macro_f1 IS NULL"), 2);
	db_free(db);
	cr_assert(file_exists("a.db.v2.backup"));
}

/* The rows of a table of the attached file `old` are what they were, in the columns that it had. */
static void expect_rows(struct db *db, const char *table)
{
	AUTO(db_stmt_freep) struct db_stmt *sql = NULL;
	bool found = false;
	struct err err;

	cr_assert_eq(
	    db_prepare(
		db,
		"SELECT printf('SELECT count(*) FROM (SELECT %s FROM old.%s EXCEPT SELECT %s FROM main.%s)', names, "
		":table, names, :table) FROM (SELECT group_concat(name) AS names FROM pragma_table_info(:table, "
		"'old'))",
		&sql, &err),
	    ERR_OK, "%s", err.message);
	db_bind_text(sql, ":table", table);
	cr_assert_eq(db_step(sql, &found, &err), ERR_OK);
	cr_expect_eq(database_query_int(db, db_column_text(sql, 0)), 0, "%s", table);
}

/* Migration 0017: the features of the attached file `old`, JSON there, are numbers with names; checksums of data sets
 * are gone, the other ones are as they were. */
static void expect_old_features(struct db *db)
{
	static const char *const none[] = {
		"SELECT count(*) FROM old.dataset LEFT JOIN main.dataset AS new USING (dataset_id, name, sha256, label,"
		" missing, instances, features, classes) WHERE new.dataset_id IS NULL OR instance_bytes <> 8 * "
		"features",
		"SELECT count(*) FROM old.instance LEFT JOIN main.instance AS new USING (dataset_id, position,"
		" instance_id, source_line, class_index) WHERE new.dataset_id IS NULL",
		"SELECT count(*) FROM (SELECT dataset_id, position, key, value FROM old.instance, json_each(features)"
		" EXCEPT SELECT dataset_id, position, feature_index, value FROM main.features)",
		"SELECT count(*) FROM (SELECT dataset_id, key, value FROM old.dataset, json_each(feature_names)"
		" EXCEPT SELECT dataset_id, feature_index, feature FROM main.features)",
		"SELECT count(*) FROM old.instance JOIN instances USING (dataset_id, position)"
		" WHERE (SELECT group_concat(CAST(value AS REAL)) FROM json_each(instance.features))"
		" <> (SELECT group_concat(CAST(value AS REAL)) FROM json_each(instances.features))",
		"SELECT count(*) FROM main.checksum WHERE subject = 'dataset'",
		"SELECT count(value) = 0 FROM features",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(none); i++)
		cr_expect_eq(database_query_int(db, none[i]), 0, "%s", none[i]);
}

/* Instances and summaries of the attached file `old` are what they were, and what it did not know is not known. */
static void expect_old_rows(struct db *db)
{
	expect_old_features(db);
	cr_expect_eq(database_query_int(
			 db,
			 "SELECT count(*) FROM (SELECT * FROM old.instance_summary EXCEPT SELECT run_id, instance_id,"
			 " part, class, p_true_mean, p_true_sd, correctness, forgetting_events, difficulty, weight,"
			 " predicted FROM main.instance_summary)"),
		     0);
	cr_expect_eq(database_query_int(db, "SELECT count(coalesce(mean_loss, last_loss, aum, el2n, ever_learned,"
					    " never_learned, first_learned, unlearned_epochs)) FROM instance_summary"),
		     0);
}

/* Migration 0006: what was said in words stands in columns, and every other row is as it was. */
Test(db_upgrade, a_file_of_version_5_is_upgraded)
{
	struct db *db = upgrade_fixture("tests/fixtures/version5.db", 2);

	cr_expect_eq(database_query_int(db, "SELECT source_run_id FROM run WHERE run_id = 2"), 1);
	cr_expect_eq(database_query_int(db, "SELECT chosen = '{\"tau\":0.9,\"folds\":2}' FROM run WHERE run_id = 2"),
		     1);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM run WHERE message IS NULL AND length(run_uid) = 32"),
		     2);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM split WHERE sha256 = sha256(test)"), 1);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM dataset WHERE origin = sha256"), 1);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM current_runs"), 2);
	database_exec(db, "ATTACH 'a.db.v5.backup' AS old");
	static const char *const tables[] = { "class", "split_class", "experiment", "class_epoch" };
	for (size_t i = 0; i < ARRAY_LENGTH(tables); i++)
		expect_rows(db, tables[i]);
	expect_old_rows(db);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM old.block JOIN main.block USING (block_id, predicted,"
					    " difficulty, weight, du, dl, draws, p)"),
		     4);
	db_free(db);
}

/* Migration 0012: the splits of the attached file `old` are what they were, and no folds. */
static void expect_old_splits(struct db *db)
{
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM (SELECT * FROM old.split EXCEPT SELECT split_id,"
					    " dataset_id, seed, test_fraction, stratified, test, given, sha256"
					    " FROM main.split WHERE folds = 0 AND fold = 0)"),
		     0);
	cr_expect_eq(database_query_int(db, "SELECT (SELECT count(*) FROM old.split) - count(*) FROM main.split"), 0);
}

/* Migrations 0007 and 0008: the rows that get a column have nothing in it, every other row is as it was. */
Test(db_upgrade, a_file_of_version_6_is_upgraded)
{
	static const char *const tables[] = { "class", "run", "epoch", "class_epoch", "block", "writer", "weight" };
	struct db *db = upgrade_fixture("tests/fixtures/version6.db", 2);

	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM influence WHERE checksum IS NULL"), 6);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM loss_change WHERE checksum IS NULL"), 6);
	database_exec(db, "ATTACH 'a.db.v6.backup' AS old");
	for (size_t i = 0; i < ARRAY_LENGTH(tables); i++)
		expect_rows(db, tables[i]);
	expect_old_rows(db);
	expect_old_splits(db);
	db_free(db);
}

/* Migration 0009: every bit of split_part is that byte of the mask. */
Test(db_upgrade, a_file_of_version_8_is_upgraded)
{
	struct db *db = upgrade_fixture("tests/fixtures/version8.db", 2);

	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM dynamics WHERE part = 'test'"), 12);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM main.dynamics WHERE part = 'test'"), 12);
	cr_expect_eq(database_query_int(
			 db, "SELECT count(*) FROM instance JOIN split USING (dataset_id)"
			     " JOIN split_part AS part USING (split_id) WHERE word = 0"
			     " AND hex(substr(split.test, position + 1, 1)) = '0' || (part.test >> position & 1)"),
		     6);
	/* 0012 makes the table anew, with its trigger. */
	database_exec(db,
		      "ATTACH 'a.db.v8.backup' AS old; INSERT INTO split SELECT 77, dataset_id, seed, test_fraction,"
		      " stratified, test, given, sha256, 2, 1 FROM split WHERE split_id = 1");
	cr_expect_eq(database_query_int(db,
					"SELECT count(*) FROM split_part AS a JOIN split_part AS b USING (word, test)"
					" WHERE a.split_id = 1 AND b.split_id = 77"),
		     1);
	database_exec(db, "DELETE FROM split_part WHERE split_id = 77; DELETE FROM split WHERE split_id = 77");
	expect_old_splits(db);
	cr_expect_eq(database_query_int(db, "PRAGMA main.default_cache_size"), 2048);
	cr_expect_eq(database_query_int(db, "PRAGMA main.cache_size"), -2000);
	db_free(db);
	cr_assert(file_exists("a.db.v8.backup"));
}

/* Migrations 0011 to 0017: new columns with nothing in them; every other row is as it was. */
Test(db_upgrade, a_file_of_version_10_is_upgraded)
{
	static const char *const tables[] = { "class", "run",	 "epoch",     "block",
					      "state", "weight", "influence", "loss_change" };
	struct db *db = upgrade_fixture("tests/fixtures/version10.db", 2);

	database_exec(db, "ATTACH 'a.db.v10.backup' AS old");
	for (size_t i = 0; i < ARRAY_LENGTH(tables); i++)
		expect_rows(db, tables[i]);
	cr_expect_eq(
	    database_query_int(db, "SELECT count(*) FROM (SELECT *, NULL, NULL, NULL FROM old.instance_summary EXCEPT"
				   " SELECT * FROM main.instance_summary)"),
	    0);
	expect_old_features(db);
	cr_expect_eq(database_query_int(db,
					"SELECT count(*) FROM (SELECT * FROM old.checksum WHERE subject <> 'dataset'"
					" EXCEPT SELECT * FROM main.checksum)"),
		     0);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM main.instance_summary WHERE grand IS NULL"), 12);
	expect_old_splits(db);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM (SELECT *, 0 FROM old.split_part EXCEPT"
					    " SELECT * FROM main.split_part)"),
		     0);
	db_free(db);
}

/* Migrations 0015 to 0020: an index, the features, columns; every other row is as it was. */
Test(db_upgrade, a_file_of_version_14_is_upgraded)
{
	struct db *db = upgrade_fixture("tests/fixtures/version14.db", 2);
	AUTO(db_stmt_freep) struct db_stmt *tables = NULL;
	bool more = true;
	struct err err;

	database_exec(db, "ATTACH 'a.db.v14.backup' AS old");
	cr_assert_eq(db_prepare(db,
				"SELECT name FROM old.sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
				" AND name NOT IN ('dataset', 'instance', 'checksum')",
				&tables, &err),
		     ERR_OK, "%s", err.message);
	while (db_step(tables, &more, &err) == ERR_OK && more)
		expect_rows(db, db_column_text(tables, 0));
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM epoch WHERE draws_bytes = 2"), 6);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM main.regression_epoch"), 16);
	expect_old_features(db);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM (SELECT dataset_id, position, subclass, flipped_from,"
					    " target FROM old.instance EXCEPT SELECT dataset_id, position, subclass,"
					    " flipped_from, target FROM main.instance)"),
		     0);
	db_stmt_free(take_ptr(&tables));
	db_free(db);
}

/* Migration 0003: figures become per cent, as they were printed. */
Test(db_upgrade, published_figures_are_upgraded)
{
	const struct db_options options = { 20000, NULL, sql_migrations, 2 };
	struct db *db = NULL;
	struct err err = { 0 };

	cr_assert_eq(db_open_with("a.db", DB_WRITE, &options, &db, &err), ERR_OK, "%s", err.message);
	/* The views are today's, which that file never had. */
	for (size_t i = 0; i < sql_view_count; i++) {
		char drop[128];
		(void)snprintf(drop, sizeof drop, "DROP VIEW main.%s", sql_views[i].name);
		cr_assert_eq(db_exec(db, drop, &err), ERR_OK, "%s", err.message);
	}
	cr_assert_eq(db_exec(db,
			     "INSERT INTO experiment VALUES (1, 'table4', '');"
			     "INSERT INTO published VALUES (1, 'base', 'iris', 0.933, 'the paper')",
			     &err),
		     ERR_OK, "%s", err.message);
	db_free(db);
	db = database_open("a.db", DB_WRITE);
	cr_assert_eq(database_query_int(
			 db, "SELECT count(*) FROM published WHERE experiment_id = 1 AND method = 'base' AND "
			     "dataset = 'iris' AND metric = 'accuracy' AND value = 93.3 AND source = 'the paper'"),
		     1);
	db_free(db);
}

Test(db_upgrade, upgrade_of_a_file_without_runs)
{
	struct db *db = NULL;
	struct err err = { 0 };

	database_make("a.db", "");
	cr_assert_eq(open_newer("CREATE TABLE mood (x TEXT) STRICT", DB_WRITE, &db, &err), ERR_OK, "%s", err.message);
	db_free(db);
	cr_assert_eq(scratch_count("."), 1);
}

Test(db_upgrade, failed_upgrade_changes_nothing)
{
	static const struct {
		const char *sql, *words;
	} cases[] = {
		{ "CREATE TABLE mood (x TEXT); SELECT nonsense", "migration 9999_try: a.db: no such column: nonsense" },
		{ "INSERT INTO class VALUES (77, 0, 'x')", "a row of table 'class' refers to a row of 'dataset'" },
	};

	database_make("a.db", A_RUN);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct db *db = NULL;
		struct err err = { 0 };
		char before[FILE_SHA256_SIZE], after[FILE_SHA256_SIZE];
		database_hash("a.db", before);
		cr_assert_eq(open_newer(cases[i].sql, DB_WRITE, &db, &err), ERR_SYSTEM);
		cr_assert_not_null(strstr(err.message, cases[i].words), "%s", err.message);
		database_hash("a.db", after);
		cr_assert_str_eq(before, after);
	}
}

/* The second upgrade from the same version keeps the first one's backup. Where that is of the same content, an upgrade
 * was killed between its backup and its commit: then it serves. */
Test(db_upgrade, backups_are_not_overwritten)
{
	char first[FILE_SHA256_SIZE], now[FILE_SHA256_SIZE];

	for (int round = 0; round < 6; round++) {
		char change[96];
		(void)snprintf(change, sizeof change, "sqlite3 a.db \"UPDATE run SET host = 'h%d'\"", round / 2);
		copy_fixture("tests/fixtures/version1.db");
		cr_assert_eq(system(change), 0);
		db_free(database_open("a.db", DB_WRITE));
		if (round == 0)
			database_hash("a.db.v1.backup", first);
	}
	database_hash("a.db.v1.backup", now);
	cr_assert_str_eq(now, first);
	cr_assert(file_exists("a.db.v1.2.backup") && file_exists("a.db.v1.3.backup"));
	cr_assert_eq(scratch_count("."), 4);
}

/* '.dump' leaves out application_id and user_version: the tables tell the version. */
Test(db_upgrade, a_dumped_file_is_known_by_its_tables)
{
	static const struct {
		const char *fixture;
		int64_t version, runs;
	} cases[] = { { "tests/fixtures/version1.db", 1, 1 },
		      { "tests/fixtures/version2.db", 2, 1 },
		      { "tests/fixtures/version5.db", 5, 2 },
		      { "tests/fixtures/version6.db", 6, 2 },
		      { "tests/fixtures/version8.db", 8, 2 },
		      { "tests/fixtures/version10.db", 10, 2 },
		      { "tests/fixtures/version14.db", 14, 2 },
		      { "tests/fixtures/version19.db", 19, 2 },
		      { NULL, 0, 2 } };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char backup[32];
		if (cases[i].fixture != NULL)
			copy_fixture(cases[i].fixture); /* else what the one before has become */
		cr_assert_eq(system("sqlite3 a.db .dump | sqlite3 b.db && mv b.db a.db"), 0);
		if (cases[i].fixture != NULL)
			database_expect_refusal("a.db", DB_READ, ERR_INPUT, "older hardrow");
		else {
			struct db *reader = database_open("a.db", DB_READ);
			cr_expect_eq(database_query_int(reader, "SELECT count(*) FROM dynamics"), 12 * cases[i].runs);
			db_free(reader);
		}
		struct db *db = database_open("a.db", DB_WRITE);
		cr_expect_eq(database_query_int(db, "PRAGMA application_id"), DB_APPLICATION_ID);
		cr_expect_eq(database_query_int(db, "PRAGMA user_version"), (int64_t)sql_migration_count);
		cr_expect_eq(database_query_int(db, "SELECT count(*) FROM dynamics"), 12 * cases[i].runs);
		db_free(db);
		(void)snprintf(backup, sizeof backup, "a.db.v%jd.backup", (intmax_t)cases[i].version);
		cr_expect_eq(file_exists(backup), cases[i].fixture != NULL, "%s", backup);
	}
}

/* A child's exit code: 0, or what it found wrong is on stderr. */
static int open_as(enum db_mode mode)
{
	struct db *db = NULL;
	struct err err = { 0 };

	if (db_open("a.db", mode, &db, &err) == ERR_OK) {
		db_free(db);
		return 0;
	}
	/* A reader may come before all writers. */
	if (mode == DB_READ && (strstr(err.message, "older hardrow") != NULL || strstr(err.message, "no such") != NULL))
		return 0;
	(void)fprintf(stderr, "%s\n", err.message);
	return 1;
}

/* Eight processes create or upgrade one file: one does it, none fails, one backup is made. */
Test(db_upgrade, many_processes_at_once)
{
	static const char *const fixtures[] = { NULL,
						"tests/fixtures/version1.db",
						"tests/fixtures/version2.db",
						"tests/fixtures/version5.db",
						"tests/fixtures/version6.db",
						"tests/fixtures/version8.db",
						"tests/fixtures/version10.db",
						"tests/fixtures/version14.db" };

	for (size_t round = 0; round < 5 * ARRAY_LENGTH(fixtures); round++) {
		const char *fixture = fixtures[round % ARRAY_LENGTH(fixtures)];
		pid_t children[10];
		cr_assert_eq(system("rm -f a.db*"), 0);
		if (fixture != NULL)
			copy_fixture(fixture);
		for (size_t i = 0; i < ARRAY_LENGTH(children); i++) {
			children[i] = fork();
			if (children[i] == 0)
				_exit(open_as(i < 8 ? DB_WRITE : DB_READ));
		}
		for (size_t i = 0; i < ARRAY_LENGTH(children); i++) {
			int status = -1;
			cr_assert_eq(waitpid(children[i], &status, 0), children[i]);
			cr_assert_eq(status, 0, "round %zu, process %zu", round, i);
		}
		cr_assert_eq(scratch_count("."), fixture == NULL ? 1 : 2);
		db_free(database_open("a.db", DB_READ));
	}
}

#define SLOW_UPGRADE                                                                                                   \
	"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n"

static void *upgrade_slowly(void *context)
{
	struct db *db = NULL;
	struct err err = { 0 };

	(void)context;
	if (open_newer(SLOW_UPGRADE, DB_WRITE, &db, &err) != ERR_OK)
		return strdup(err.message);
	db_free(db);
	return NULL;
}

/* Who reads while somebody upgrades waits for the new version. */
Test(db_upgrade, a_reader_waits_for_an_upgrade)
{
	pthread_t thread;
	void *message = NULL;
	struct db *db = NULL;
	struct err err = { 0 };

	database_make("a.db", A_RUN);
	cr_assert_eq(pthread_create(&thread, NULL, upgrade_slowly, NULL), 0);
	while (!file_exists("a.db-journal"))
		(void)usleep(100);
	cr_assert_eq(open_newer(SLOW_UPGRADE, DB_READ, &db, &err), ERR_OK, "%s", err.message);
	db_free(db);
	cr_assert_eq(pthread_join(thread, &message), 0);
	cr_assert_null(message, "%s", (char *)message);
}
