/* Benchmark: ways to store an epoch of N = 5456 instances of k = 4 classes, none of them hardrow's.
 *
 *     epoch_write WAY FILE EPOCHS
 *
 * writes EPOCHS epochs to a new FILE and prints the mean milliseconds per epoch and the bytes per instance-epoch. Ways:
 *     fwrite    one fwrite and fflush an epoch of the 36 bytes per instance that hardrow keeps
 *     durable   the same and fdatasync
 *     integers  SQLite, a row per instance of fixed-point integers, INSERT … SELECT from a virtual table
 *     reals     SQLite, a row per instance of REAL columns, bind and step
 * SQLite's are at their fastest: no journal, no sync, one transaction. */
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define INSTANCES 5456
#define CLASSES 4
#define COLUMNS (4 + CLASSES) /* du, dl, difficulty, weight, p */

struct epoch {
	float series[COLUMNS][INSTANCES];
	uint16_t predicted[INSTANCES], draws[INSTANCES];
};

static void fail(const char *what)
{
	fprintf(stderr, "epoch_write: %s\n", what);
	exit(1);
}

static void check_sqlite(sqlite3 *db, int code)
{
	if (code != SQLITE_OK && code != SQLITE_DONE)
		fail(sqlite3_errmsg(db));
}

/* Values that look like an epoch's, from a linear congruence. */
static void fill(struct epoch *epoch, uint32_t seed)
{
	for (size_t i = 0; i < INSTANCES; i++) {
		float sum = 0;

		for (size_t column = 0; column < COLUMNS; column++) {
			seed = seed * 1664525 + 1013904223;
			epoch->series[column][i] = (float)(seed >> 8) / 16777216.0F;
		}
		for (size_t class = 0; class < CLASSES; class ++)
			sum += epoch->series[4 + class][i];
		for (size_t class = 0; class < CLASSES; class ++)
			epoch->series[4 + class][i] /= sum;
		epoch->predicted[i] = (uint16_t)(seed % CLASSES);
		epoch->draws[i] = (uint16_t)(seed % 3);
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void write_raw(const char *path, const struct epoch *epoch, int epochs, int durable)
{
	FILE *file = fopen(path, "wb");

	if (file == NULL)
		fail("cannot create the file");
	for (int i = 0; i < epochs; i++) {
		if (fwrite(epoch, sizeof *epoch, 1, file) != 1 || fflush(file) != 0)
			fail("cannot write");
		if (durable && fdatasync(fileno(file)) != 0)
			fail("cannot sync");
	}
	if (fclose(file) != 0)
		fail("cannot close");
}

static sqlite3 *open_table(const char *path)
{
	sqlite3 *db;

	check_sqlite(NULL, sqlite3_open(path, &db));
	check_sqlite(db, sqlite3_exec(db,
				      "PRAGMA page_size = 32768; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
				      "CREATE TABLE instance_epoch (run, epoch, instance, predicted, draws, du, dl,"
				      " difficulty, weight, p0, p1, p2, p3); BEGIN",
				      NULL, NULL, NULL));
	return db;
}

static void write_reals(const char *path, const struct epoch *epoch, int epochs)
{
	sqlite3 *db = open_table(path);
	sqlite3_stmt *insert;

	check_sqlite(db,
		     sqlite3_prepare_v2(db, "INSERT INTO instance_epoch VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
					-1, &insert, NULL));
	for (int number = 0; number < epochs; number++) {
		for (int i = 0; i < INSTANCES; i++) {
			sqlite3_bind_int(insert, 1, number);
			sqlite3_bind_int(insert, 2, i);
			sqlite3_bind_int(insert, 3, epoch->predicted[i]);
			sqlite3_bind_int(insert, 4, epoch->draws[i]);
			for (int column = 0; column < COLUMNS; column++)
				sqlite3_bind_double(insert, 5 + column, (double)epoch->series[column][i]);
			check_sqlite(db, sqlite3_step(insert));
			sqlite3_reset(insert);
		}
	}
	sqlite3_finalize(insert);
	check_sqlite(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
	sqlite3_close(db);
}

/* The virtual table: the epoch in memory as rows (instance, predicted, draws, series…), fixed-point 2^-16. */
struct epoch_cursor {
	sqlite3_vtab_cursor base;
	int row;
};

struct epoch_table {
	sqlite3_vtab base;
	const struct epoch *epoch;
};

static int table_connect(sqlite3 *db, void *epoch, int argc, const char *const *argv, sqlite3_vtab **ret,
			 char **message)
{
	struct epoch_table *table = sqlite3_malloc(sizeof *table);

	(void)argc, (void)argv, (void)message;
	if (table == NULL)
		return SQLITE_NOMEM;
	*table = (struct epoch_table){ .epoch = epoch };
	*ret = &table->base;
	return sqlite3_declare_vtab(db, "CREATE TABLE x (instance, predicted, draws, c0, c1, c2, c3, c4, c5, c6, c7)");
}

static int table_disconnect(sqlite3_vtab *table)
{
	sqlite3_free(table);
	return SQLITE_OK;
}

static int table_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
	(void)table;
	info->estimatedRows = INSTANCES;
	return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **ret)
{
	struct epoch_cursor *cursor = sqlite3_malloc(sizeof *cursor);

	(void)table;
	if (cursor == NULL)
		return SQLITE_NOMEM;
	*cursor = (struct epoch_cursor){ 0 };
	*ret = &cursor->base;
	return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *cursor)
{
	sqlite3_free(cursor);
	return SQLITE_OK;
}

static int cursor_filter(sqlite3_vtab_cursor *cursor, int index, const char *name, int argc, sqlite3_value **argv)
{
	(void)index, (void)name, (void)argc, (void)argv;
	((struct epoch_cursor *)cursor)->row = 0;
	return SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *cursor)
{
	((struct epoch_cursor *)cursor)->row++;
	return SQLITE_OK;
}

static int cursor_eof(sqlite3_vtab_cursor *cursor)
{
	return ((struct epoch_cursor *)cursor)->row >= INSTANCES;
}

static int cursor_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
	const struct epoch *epoch = ((struct epoch_table *)cursor->pVtab)->epoch;
	int row = ((struct epoch_cursor *)cursor)->row;

	if (column == 0)
		sqlite3_result_int(context, row);
	else if (column == 1)
		sqlite3_result_int(context, epoch->predicted[row]);
	else if (column == 2)
		sqlite3_result_int(context, epoch->draws[row]);
	else
		sqlite3_result_int(context, (int)(65536 * epoch->series[column - 3][row]));
	return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *ret)
{
	*ret = ((struct epoch_cursor *)cursor)->row;
	return SQLITE_OK;
}

static void write_integers(const char *path, struct epoch *epoch, int epochs)
{
	static const sqlite3_module module = {
		.xConnect = table_connect,
		.xBestIndex = table_best_index,
		.xDisconnect = table_disconnect,
		.xOpen = cursor_open,
		.xClose = cursor_close,
		.xFilter = cursor_filter,
		.xNext = cursor_next,
		.xEof = cursor_eof,
		.xColumn = cursor_column,
		.xRowid = cursor_rowid,
	};
	sqlite3 *db = open_table(path);
	sqlite3_stmt *insert;

	check_sqlite(db, sqlite3_create_module(db, "epoch", &module, epoch));
	check_sqlite(db,
		     sqlite3_prepare_v2(db, "INSERT INTO instance_epoch SELECT 1, ?, * FROM epoch", -1, &insert, NULL));
	for (int number = 0; number < epochs; number++) {
		sqlite3_bind_int(insert, 1, number);
		check_sqlite(db, sqlite3_step(insert));
		sqlite3_reset(insert);
	}
	sqlite3_finalize(insert);
	check_sqlite(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
	sqlite3_close(db);
}

int main(int argc, char **argv)
{
	static struct epoch epoch;
	struct stat status;

	if (argc != 4 || atoi(argv[3]) < 1)
		fail("usage: epoch_write fwrite|durable|integers|reals FILE EPOCHS");
	int epochs = atoi(argv[3]);
	fill(&epoch, 1);
	unlink(argv[2]);
	double start = now();
	if (strcmp(argv[1], "fwrite") == 0 || strcmp(argv[1], "durable") == 0)
		write_raw(argv[2], &epoch, epochs, argv[1][0] == 'd');
	else if (strcmp(argv[1], "integers") == 0)
		write_integers(argv[2], &epoch, epochs);
	else if (strcmp(argv[1], "reals") == 0)
		write_reals(argv[2], &epoch, epochs);
	else
		fail("unknown way");
	double seconds = now() - start;
	if (stat(argv[2], &status) != 0)
		fail("no file");
	printf("%.4f %.2f\n", 1e3 * seconds / epochs, (double)status.st_size / epochs / INSTANCES);
	return 0;
}
