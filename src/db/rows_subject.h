/* Private to db, for the virtual tables: what the blocks of a run are about, kept from one run to the next as long as
 * the data set and the split are the same. */
#ifndef HARDROW_DB_ROWS_SUBJECT_H
#define HARDROW_DB_ROWS_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "db/sqlite.h"

struct subject_instance {
	int64_t instance_id;
	uint32_t position, class_index;
	double target; /* NaN: it has none */
};

/* Which instances to load; class_name NULL: of any class. */
struct subject_filter {
	int64_t first_instance, last_instance;
	const char *class_name;
};

struct subject {
	sqlite3 *handle;
	sqlite3_stmt *find_classes, *find_all, *find_some, *find_split;
	bool has_dataset, has_split;
	int64_t dataset_id, split_id; /* those loaded */
	size_t instance_count, instance_capacity;
	struct subject_instance *instances; /* (instance_count) those that pass the filter, by instance_id */
	size_t class_count, class_capacity;
	char **class_names; /* (class_count) */
	size_t test_count;  /* bytes in is_test */
	uint8_t *is_test;   /* by position, as part_name() takes them */
};

void subject_init(struct subject *subject, sqlite3 *handle);
void subject_done(struct subject *subject);

/* Forgets the instances, because the filter changes. */
void subject_forget(struct subject *subject);

/* Returns a SQLite code; SQLITE_CORRUPT_VTAB: numbers or names that hardrow never writes. A data set or split that is
 * not there has no instances. */
int subject_load(struct subject *subject, int64_t dataset_id, int64_t split_id, const struct subject_filter *filter);

/* NULL if there is no such class. */
const char *subject_class_name(const struct subject *subject, uint32_t class_index);

/* Its part, "train" if the split does not know it. */
const char *subject_part(const struct subject *subject, uint32_t position);

#endif
