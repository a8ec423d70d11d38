/* db: opening and refusing files, migrations, statements. */
#include <criterion/criterion.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "db/connection.h"
#include "db/db.h"
#include "db/network.h"
#include "unit/database.h"
#include "unit/scratch.h"

TestSuite(db, .init = scratch_enter, .fini = scratch_leave);

#define A_RUN                                                                                                          \
	"INSERT INTO dataset VALUES (1, 'd', 'x', 'class', 'error', 1, 1, 2, 'x', 'classification', 0);"               \
	"INSERT INTO split VALUES (1, 1, 0, 0.0, 0, x'00', 0, 'mask', 0, 0);"                                          \
	"INSERT INTO run VALUES (1, NULL, 1, 1, 'm', 'base', 0, 'done', NULL, '{}', 64, '0', NULL, 'b', 1, 'c', 'h', " \
	"1, '[]', 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);"

Test(db, new_file)
{
	struct db *db = database_open("a.db", DB_WRITE);
	struct err err = { 0 };

	cr_assert_eq(database_query_int(db, "PRAGMA page_size"), 32768);
	cr_assert_eq(database_query_int(db, "PRAGMA application_id"), DB_APPLICATION_ID);
	cr_assert_eq(database_query_int(db, "PRAGMA user_version"), (int64_t)sql_migration_count);
	cr_assert_eq(database_query_int(db, "PRAGMA foreign_keys"), 1);
	cr_assert_eq(database_query_int(db, "PRAGMA busy_timeout"), 10000);
	cr_assert_str_eq(db_path(db), "a.db");
	cr_assert_eq(db_finish(db, &err), ERR_OK);
	db_free(db);
	cr_assert_eq(scratch_count("."), 1);
}

/* Statistics that cannot be written are no reason to fail. */
Test(db, finish_beside_a_reader_without_wal)
{
	struct err err = { 0 };
	struct db *db = database_open("a.db", DB_WRITE);
	struct db_stmt *stmt = NULL;
	bool has_row = false;

	database_exec(db, A_RUN);
	struct db *reader = database_open("a.db", DB_READ);
	cr_assert_eq(db_prepare(reader, "SELECT * FROM run", &stmt, &err), ERR_OK);
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK);
	/* A question whose plan would be better with statistics: optimize makes them. */
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM run WHERE dataset_id = 1"), 1);
	cr_assert_eq(db_finish(db, &err), ERR_OK, "%s", err.message);
	db_stmt_free(stmt);
	db_free(reader);
	db_free(db);
}

/* How many transactions have written the file: bytes 24 to 27 of an SQLite file. */
static uint32_t count_changes(const char *path)
{
	AUTO(mem_freep) char *data = NULL;
	size_t length = 0;
	uint32_t count = 0;
	struct err err;

	cr_assert_eq(file_read(path, &data, &length, &err), ERR_OK, "%s", err.message);
	for (size_t i = 24; i < 28; i++)
		count = count * 256 + (unsigned char)data[i];
	return count;
}

Test(db, finish_writes_statistics_at_once)
{
	struct err err = { 0 };
	struct db *db = database_open("a.db", DB_WRITE);

	database_exec(db, A_RUN);
	/* Questions whose plans would be better with statistics. */
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM run WHERE dataset_id = 1"), 1);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM instance WHERE dataset_id = 7"), 0);
	uint32_t before = count_changes("a.db");
	cr_assert_eq(db_finish(db, &err), ERR_OK, "%s", err.message);
	cr_expect_eq(count_changes("a.db"), before + 1);
	db_free(db);
}

/* Nothing to migrate, the same views: not a byte is written. */
Test(db, second_opening_writes_nothing)
{
	char before[FILE_SHA256_SIZE], after[FILE_SHA256_SIZE];

	database_make("a.db", A_RUN);
	database_hash("a.db", before);
	db_free(database_open("a.db", DB_WRITE));
	db_free(database_open("a.db", DB_READ));
	database_hash("a.db", after);
	cr_assert_str_eq(before, after);
}

Test(db, finish_leaves_one_file)
{
	struct err err = { 0 };
	struct db *db = database_open("a.db", DB_WRITE);

	database_exec(db, "PRAGMA journal_mode = WAL; " A_RUN);
	cr_assert(scratch_count(".") > 1);
	cr_assert_eq(db_finish(db, &err), ERR_OK);
	cr_assert_eq(scratch_count("."), 1);
	db_free(db);
}

Test(db, finish_beside_a_reader)
{
	struct err err = { 0 };
	struct db *db = database_open("a.db", DB_WRITE);

	database_exec(db, "PRAGMA journal_mode = WAL; " A_RUN);
	struct db *reader = database_open("a.db", DB_READ);
	struct db_stmt *stmt = NULL;
	bool has_row = false;
	cr_assert_eq(db_prepare(reader, "SELECT * FROM run", &stmt, &err), ERR_OK);
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK);
	cr_assert_eq(db_finish(db, &err), ERR_OK, "%s", err.message);
	db_stmt_free(stmt);
	db_free(reader);
	db_free(db);
}

/* Counts how often it was asked. */
struct patience {
	int asked;
	bool goes_on;
};

static bool count_and_answer(void *context, double waited)
{
	struct patience *patience = context;

	(void)waited;
	patience->asked++;
	return patience->goes_on;
}

/* Who wants to stop is not kept for each of the steps, nor who waits for ever. */
Test(db, finish_waits_as_long_as_one_wants)
{
	for (int goes_on = 0; goes_on < 2; goes_on++) {
		struct patience patience = { .goes_on = goes_on };
		struct err err = { 0 };
		struct db *db = database_open("a.db", DB_WRITE);
		database_exec(db, "PRAGMA journal_mode = WAL; UPDATE float32_scale SET scale = -scale");
		struct db *reader = database_open("a.db", DB_READ);
		struct db_stmt *stmt = NULL;
		bool has_row = false;
		cr_assert_eq(db_prepare(reader, "SELECT 1 FROM sqlite_schema", &stmt, &err), ERR_OK);
		cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK);
		database_exec(db, "UPDATE float32_scale SET scale = -scale");
		db_set_wait(db, &(struct db_wait){ &patience, count_and_answer });
		double start = clock_seconds();
		cr_assert_eq(db_finish(db, &err), ERR_OK, "%s", err.message);
		cr_expect_gt(patience.asked, 0);
		if (goes_on == 0)
			cr_expect_leq(patience.asked, 4, "%d", patience.asked);
		else
			cr_expect_lt(clock_seconds() - start, 1.9);
		db_stmt_free(stmt);
		db_free(reader);
		db_free(db);
	}
}

Test(db, views_are_made_anew)
{
	database_make("a.db", "DROP VIEW main.dynamics; CREATE VIEW main.dynamics AS SELECT 1; DROP VIEW main.weights;"
			      "CREATE VIEW mine AS SELECT 2 AS two");
	struct db *db = database_open("a.db", DB_WRITE);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM main.dynamics"), 0);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM weights"), 0);
	cr_assert_eq(database_query_int(db, "SELECT two FROM mine"), 2);
	db_free(db);
}

Test(db, names_that_sqlite_reads_otherwise)
{
	static const char *const names[] = { ":memory:", "file:a.db?mode=memory", "with space 'quote'.db", "a?b#c%41d",
					     "file:a%41" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		database_make(names[i], A_RUN);
		cr_assert(file_exists(names[i]), "%s", names[i]);
		struct db *db = database_open(names[i], DB_READ);
		cr_assert_eq(database_query_int(db, "SELECT count(*) FROM runs"), 1);
		db_free(db);
		/* Without its mark it is looked at through a URI. */
		db = database_open(names[i], DB_WRITE);
		database_exec(db, "PRAGMA application_id = 0");
		db_free(db);
		db = database_open(names[i], DB_READ);
		cr_assert_eq(database_query_int(db, "SELECT count(*) FROM runs"), 1);
		db_free(db);
	}
	cr_assert_eq(scratch_count("."), ARRAY_LENGTH(names));
}

Test(db, refused_files_stay_untouched)
{
	static const struct {
		const char *path;
		enum err_code code;
		const char *words;
	} cases[] = {
		{ "newer.db", ERR_FOREIGN, "newer hardrow" },
		{ "other.db", ERR_FOREIGN, "another program" },
		{ "text.db", ERR_FOREIGN, "not a SQLite file" },
		{ "short.db", ERR_FOREIGN, "not a SQLite file" },
		{ "damaged.db", ERR_FOREIGN, "its version is -1" },
		{ "unmarked.db", ERR_FOREIGN, "another program" },
		{ "marked.db", ERR_FOREIGN, "is damaged" },
		{ "wal.db", ERR_FOREIGN, "another program" },
		{ "newer.db/", ERR_INPUT, "does not end in '/'" },
		{ "none/", ERR_INPUT, "does not end in '/'" },
		{ "folder/", ERR_INPUT, "is a directory" },
		{ "folder", ERR_INPUT, "is a directory" },
		{ "text.db/x", ERR_INPUT, "Not a directory" },
		{ "fifo", ERR_INPUT, "not a regular file" },
		{ "", ERR_INPUT, "empty" },
	};
	char long_text[4096];

	memset(long_text, 'x', sizeof long_text);
	database_make("newer.db", "PRAGMA user_version = 99");
	database_make("other.db", "PRAGMA application_id = 17");
	database_make("damaged.db", "PRAGMA user_version = -1");
	database_make("unmarked.db", "PRAGMA application_id = 0; ALTER TABLE split ADD COLUMN mine TEXT");
	database_make("marked.db", "PRAGMA user_version = 0; DROP TABLE epoch");
	database_make("wal.db", "PRAGMA application_id = 0; DROP TABLE epoch; PRAGMA journal_mode = WAL");
	scratch_write("text.db", long_text, sizeof long_text);
	scratch_write("short.db", "hello", 5);
	cr_assert_eq(mkdir("folder", 0755), 0);
	cr_assert_eq(mkfifo("fifo", 0644), 0);
	size_t count = scratch_count(".");
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char before[FILE_SHA256_SIZE] = "", after[FILE_SHA256_SIZE] = "";
		if (cases[i].code == ERR_FOREIGN)
			database_hash(cases[i].path, before);
		database_expect_refusal(cases[i].path, DB_WRITE, cases[i].code, cases[i].words);
		database_expect_refusal(cases[i].path, DB_READ, cases[i].code, cases[i].words);
		if (cases[i].code == ERR_FOREIGN)
			database_hash(cases[i].path, after);
		cr_assert_str_eq(before, after);
	}
	cr_assert_eq(scratch_count("."), count);
	database_expect_refusal("missing.db", DB_READ, ERR_INPUT, "no such database");
	database_expect_refusal("missing/x.db", DB_WRITE, ERR_SYSTEM, "unable to open");
	cr_assert_eq(scratch_count("."), count);
}

Test(db, damaged_file)
{
	char zeros[40000] = { 0 };
	FILE *file;

	database_make("a.db", A_RUN);
	file = fopen("a.db", "r+b");
	cr_assert_eq(fseek(file, 100, SEEK_SET), 0);
	cr_assert_eq(fwrite(zeros, 1, sizeof zeros, file), sizeof zeros);
	cr_assert_eq(fclose(file), 0);
	database_expect_refusal("a.db", DB_READ, ERR_SYSTEM, "malformed");
	database_expect_refusal("a.db", DB_WRITE, ERR_SYSTEM, "malformed");
}

/* What kill -9 leaves in the middle of a transaction that has outgrown the cache. */
Test(db, journal_of_a_killed_writer)
{
	int status = 0;

	database_make("a.db", A_RUN);
	pid_t child = fork();
	if (child == 0) {
		struct db *db = database_open("a.db", DB_WRITE);
		database_exec(db, "PRAGMA cache_size = 1; BEGIN IMMEDIATE; UPDATE run SET host = 'elsewhere';"
				  "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
				  " INSERT INTO dataset SELECT i, 'd', i, printf('%.30000c', 'x'),"
				  " 'error', 1, 1, 2, '', 'classification', 0 FROM n");
		_exit(0);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_assert(file_exists("a.db-journal"));
	struct db *db = database_open("a.db", DB_READ);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM dataset"), 1);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM run WHERE host = 'h'"), 1);
	db_free(db);
	cr_expect_not(file_exists("a.db-journal"));
}

Test(db, read_only_folder)
{
	bool is_root = geteuid() == 0;

	database_make("a.db", A_RUN);
	database_make("copy?.db", A_RUN "PRAGMA journal_mode = WAL");
	cr_assert_eq(mkdir("locked", 0755), 0);
	cr_assert_eq(chmod(".", 0555), 0);
	cr_assert_eq(chmod("locked", 0555), 0);
	/* Root may write everywhere. */
	cr_assert(!is_root || seteuid(65534) == 0);
	database_expect_refusal("locked/new.db", DB_WRITE, ERR_SYSTEM, "unable to open");
	db_free(database_open("a.db", DB_READ));
	/* A WAL would need a file beside it. */
	struct db *db = database_open("copy?.db", DB_READ);
	cr_assert_not_null(strstr(db_warning(db), "newest epochs"));
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM run"), 1);
	db_free(db);
	cr_assert(!is_root || seteuid(0) == 0);
	(void)prctl(PR_SET_DUMPABLE, 1); /* the leak check at the end attaches to us */
	cr_assert_eq(chmod(".", 0755), 0);
	cr_assert_eq(chmod("locked", 0755), 0);
}

Test(db, network_file_systems)
{
	static const struct {
		uint32_t type;
		bool is_network;
	} cases[] = { { 0x6969, true },	     { 0xff534d42, true },  { 0x65735546, true },  /* NFS, CIFS, FUSE */
		      { 0xef53, false },     { 0x58465342, false }, { 0x9123683e, false }, /* ext4, XFS, btrfs */
		      { 0x794c7630, false }, { 0x01021994, false } };			   /* overlay, tmpfs */

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_eq(network_is_type(cases[i].type), cases[i].is_network, "%x", cases[i].type);
}

Test(db, full_disk)
{
	const struct rlimit limit = { 200000, RLIM_INFINITY };
	struct db *db = NULL;
	struct err err = { 0 };

	(void)signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_assert_eq(db_open("a.db", DB_WRITE, &db, &err), ERR_SYSTEM);
	cr_assert_not_null(strstr(err.message, "a.db: "), "%s", err.message);
	cr_assert_null(db);
}

Test(db, locked_file)
{
	struct db_options options = db_default_options();
	struct db *second = NULL;
	struct err err = { 0 };

	database_make("a.db", A_RUN);
	struct db *first = database_open("a.db", DB_WRITE);
	cr_assert_eq(db_begin(first, &err), ERR_OK);
	options.busy_timeout_ms = 20;
	cr_assert_eq(db_open_with("a.db", DB_WRITE, &options, &second, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(db_begin(second, &err), ERR_SYSTEM);
	cr_assert_str_eq(err.message, "a.db: another program keeps it locked (database is locked)");
	cr_assert(!db_in_transaction(second));
	db_rollback(first);
	cr_assert_eq(db_begin(second, &err), ERR_OK);
	db_free(second);
	db_free(first);
}

static void *open_new_file(void *context)
{
	struct db *db = NULL;
	struct err err = { 0 };

	(void)context;
	if (db_open("a.db", DB_WRITE, &db, &err) != ERR_OK)
		return strdup(err.message);
	db_free(db);
	return NULL;
}

Test(db, many_create_one_file)
{
	pthread_t threads[4];

	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, open_new_file, NULL), 0);
	for (size_t i = 0; i < ARRAY_LENGTH(threads); i++) {
		void *message = NULL;
		cr_assert_eq(pthread_join(threads[i], &message), 0);
		cr_assert_null(message, "%s", (char *)message);
	}
	db_free(database_open("a.db", DB_READ));
}

Test(db, statements)
{
	struct db *db = database_open("a.db", DB_WRITE);
	struct db_stmt *stmt = NULL;
	struct err err = { 0 };
	bool has_row = false;
	size_t length = 99;

	cr_assert_eq(db_prepare(db, "SELECT :i, :r, :t, :b, :n, :nan, :none, :empty, ?", &stmt, &err), ERR_OK);
	cr_assert_eq(db_parameter_count(stmt), 9);
	cr_assert_str_eq(db_parameter_name(stmt, 2), ":t");
	cr_assert_null(db_parameter_name(stmt, 8));
	for (int round = 0; round < 2; round++) {
		db_bind_text(stmt, ":t", "text"); /* not in order */
		db_bind_int(stmt, ":i", INT64_MIN);
		db_bind_real(stmt, ":r", 0.1);
		db_bind_blob(stmt, ":b", "\0\1", 2);
		db_bind_null(stmt, ":n");
		db_bind_real(stmt, ":nan", NAN);
		db_bind_text(stmt, ":none", NULL);
		db_bind_blob(stmt, ":empty", NULL, 0);
		cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK);
		cr_assert(has_row);
		cr_assert_eq(db_column_count(stmt), 9);
		cr_assert_str_eq(db_column_name(stmt, 0), ":i");
		cr_assert_eq(db_column_type(stmt, 0), DB_INTEGER);
		cr_assert_eq(db_column_int(stmt, 0), INT64_MIN);
		cr_assert_eq(db_column_type(stmt, 1), DB_REAL);
		cr_assert(db_column_real(stmt, 1) == 0.1);
		cr_assert_eq(db_column_type(stmt, 2), DB_TEXT);
		cr_assert_str_eq(db_column_text(stmt, 2), "text");
		cr_assert_eq(db_column_type(stmt, 3), DB_BLOB);
		cr_assert_arr_eq(db_column_blob(stmt, 3, &length), "\0\1", 2);
		cr_assert_eq(length, 2);
		cr_assert_eq(db_column_type(stmt, 4), DB_NULL);
		cr_assert_eq(db_column_type(stmt, 5), DB_NULL);
		cr_assert_eq(db_column_type(stmt, 6), DB_NULL);
		cr_assert_eq(db_column_type(stmt, 7), DB_BLOB);
		cr_assert_eq(db_run(stmt, &err), ERR_OK);
	}
	/* Bindings are cleared. */
	cr_assert_eq(db_step(stmt, &has_row, &err), ERR_OK);
	cr_assert_eq(db_column_type(stmt, 0), DB_NULL);
	db_stmt_free(stmt);
	db_free(db);
}

Test(db, transactions)
{
	struct db *db = database_open("a.db", DB_WRITE);
	struct err err = { 0 };

	db_rollback(db);
	cr_assert(!db_in_transaction(db));
	cr_assert_eq(db_begin(db, &err), ERR_OK);
	cr_assert(db_in_transaction(db));
	database_exec(db, "INSERT INTO experiment (name, source) VALUES ('a', '')");
	cr_assert_eq(db_last_rowid(db), 1);
	db_rollback(db);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM experiment"), 0);
	cr_assert_eq(db_begin(db, &err), ERR_OK);
	database_exec(db, "INSERT INTO experiment (name, source) VALUES ('a', '')");
	cr_assert_eq(db_commit(db, &err), ERR_OK);
	cr_assert_eq(db_begin(db, &err), ERR_OK);
	database_exec(db, "DELETE FROM experiment");
	db_free(db); /* rolls back */
	db = database_open("a.db", DB_READ);
	cr_assert_eq(database_query_int(db, "SELECT count(*) FROM experiment"), 1);
	db_free(db);
}

/* A binding that fails is told by the step, whatever was bound after it. */
Test(db, what_cannot_be_written_is_an_error)
{
	struct db *db = database_open("a.db", DB_WRITE);
	struct db_stmt *stmt = NULL;
	struct err err = { 0 };
	char name[200];

	memset(name, 'x', sizeof name - 1);
	name[sizeof name - 1] = '\0';
	cr_assert_eq(db_prepare(db, "INSERT INTO class VALUES (:dataset_id, 0, :name)", &stmt, &err), ERR_OK);
	(void)sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, 100);
	db_bind_text(stmt, ":name", "fits");
	db_bind_int(stmt, ":dataset_id", 5);
	cr_expect_eq(db_run(stmt, &err), ERR_INPUT);
	cr_expect_str_eq(err.message, "a.db: FOREIGN KEY constraint failed");
	db_bind_text(stmt, ":name", name);
	db_bind_int(stmt, ":dataset_id", 5);
	cr_expect_eq(db_run(stmt, &err), ERR_INPUT);
	cr_expect_str_eq(err.message, "a.db: string or blob too big");
	db_stmt_free(stmt);
	db_free(db);
}
