/* The project's .sql files, embedded at build time by embed.py. */
#ifndef HARDROW_SQL_SQL_H
#define HARDROW_SQL_SQL_H

#include <stddef.h>

struct sql_file {
	const char *name; /* "0001_init", "dynamics", "accuracy-table" */
	const char *text;
};

/* migrations/NNNN_verb_noun.sql in order: entry i leads from version i to version i + 1. */
extern const struct sql_file sql_migrations[];
extern const size_t sql_migration_count;

/* The views of schema/views.sql in order, f32() and u16() expanded: the view's name and its one CREATE VIEW statement,
 * exactly as SQLite keeps it in sqlite_schema (no semicolon). */
extern const struct sql_file sql_views[];
extern const size_t sql_view_count;

/* Those of them that read packed numbers, as CREATE TEMP VIEW, by the function packed_number() (src/db/packing_sql.c).
 */
extern const struct sql_file sql_own_views[];
extern const size_t sql_own_view_count;

/* reports/NAME.sql, sorted by name, metric_names() and the like expanded. */
extern const struct sql_file sql_reports[];
extern const size_t sql_report_count;

#endif
