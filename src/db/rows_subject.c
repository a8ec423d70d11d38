#include "db/rows_subject.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/part.h"

void subject_init(struct subject *subject, sqlite3 *handle)
{
	*subject = (struct subject){ .handle = handle };
}

static void free_class_names(struct subject *subject)
{
	for (size_t i = 0; i < subject->class_count; i++)
		free(subject->class_names[i]);
	subject->class_count = 0;
}

void subject_done(struct subject *subject)
{
	sqlite3_stmt *const statements[] = { subject->find_classes, subject->find_all, subject->find_some,
					     subject->find_split };

	for (size_t i = 0; i < ARRAY_LENGTH(statements); i++)
		(void)sqlite3_finalize(statements[i]);
	free_class_names(subject);
	free(subject->class_names);
	free(subject->instances);
	free(subject->is_test);
}

void subject_forget(struct subject *subject)
{
	subject->has_dataset = false;
}

/* Compiles on first use. */
static int ready(struct subject *subject, sqlite3_stmt **stmt, const char *sql)
{
	if (*stmt != NULL)
		return SQLITE_OK;
	return sqlite3_prepare_v3(subject->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL);
}

/* Ends the reading of `stmt` early. */
static int fail(sqlite3_stmt *stmt, int code)
{
	(void)sqlite3_reset(stmt);
	return code;
}

static int load_classes(struct subject *subject, int64_t dataset_id)
{
	struct err err;
	int code = ready(subject, &subject->find_classes,
			 "SELECT name, class_index FROM main.class WHERE dataset_id = ?1 ORDER BY class_index");

	if (code != SQLITE_OK)
		return code;
	free_class_names(subject);
	(void)sqlite3_bind_int64(subject->find_classes, 1, dataset_id);
	while (sqlite3_step(subject->find_classes) == SQLITE_ROW) {
		if (sqlite3_column_type(subject->find_classes, 0) == SQLITE_NULL ||
		    sqlite3_column_int64(subject->find_classes, 1) != (int64_t)subject->class_count ||
		    subject->class_count > UINT16_MAX)
			return fail(subject->find_classes, SQLITE_CORRUPT_VTAB);
		const char *name = (const char *)sqlite3_column_text(subject->find_classes, 0);
		if (name == NULL ||
		    mem_more(&subject->class_names, subject->class_count, &subject->class_capacity, &err) != ERR_OK ||
		    mem_copy_text(name, &subject->class_names[subject->class_count], &err) != ERR_OK)
			return fail(subject->find_classes, SQLITE_NOMEM);
		subject->class_count++;
	}
	return sqlite3_reset(subject->find_classes);
}

static bool passes(const struct subject *subject, const struct subject_filter *filter, uint32_t class_index)
{
	if (filter->class_name == NULL)
		return true;
	const char *name = subject_class_name(subject, class_index);
	return name != NULL && strcmp(name, filter->class_name) == 0;
}

static int compare_instances(const void *left, const void *right)
{
	const struct subject_instance *a = left;
	const struct subject_instance *b = right;

	return a->instance_id < b->instance_id ? -1 : a->instance_id > b->instance_id;
}

static int read_instances(struct subject *subject, sqlite3_stmt *stmt, const struct subject_filter *filter)
{
	struct err err;
	bool is_sorted = true;

	subject->instance_count = 0;
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		int64_t position = sqlite3_column_int64(stmt, 0);
		int64_t class_index = sqlite3_column_int64(stmt, 2);
		if (position < 0 || position > UINT32_MAX || class_index < 0 || class_index > UINT16_MAX)
			return fail(stmt, SQLITE_CORRUPT_VTAB);
		const struct subject_instance instance = {
			.position = (uint32_t)position,
			.instance_id = sqlite3_column_int64(stmt, 1),
			.class_index = (uint32_t)class_index,
			.target = sqlite3_column_type(stmt, 3) == SQLITE_NULL ? NAN : sqlite3_column_double(stmt, 3),
		};
		if (!passes(subject, filter, instance.class_index))
			continue;
		if (mem_more(&subject->instances, subject->instance_count, &subject->instance_capacity, &err) != ERR_OK)
			return fail(stmt, SQLITE_NOMEM);
		is_sorted =
		    is_sorted && (subject->instance_count == 0 ||
				  subject->instances[subject->instance_count - 1].instance_id < instance.instance_id);
		subject->instances[subject->instance_count++] = instance;
	}
	if (!is_sorted)
		qsort(subject->instances, subject->instance_count, sizeof *subject->instances, compare_instances);
	return sqlite3_reset(stmt);
}

static int load_instances(struct subject *subject, int64_t dataset_id, const struct subject_filter *filter)
{
	bool is_all = filter->first_instance == INT64_MIN && filter->last_instance == INT64_MAX;
	sqlite3_stmt **stmt = is_all ? &subject->find_all : &subject->find_some;
	/* Two statements: the order of positions is that of the table, a range of instance_id is that of its index. */
	int code = ready(subject, stmt,
			 is_all ? "SELECT position, instance_id, class_index, target FROM main.instance"
				  " WHERE dataset_id = ?1 ORDER BY position"
				: "SELECT position, instance_id, class_index, target FROM main.instance"
				  " WHERE dataset_id = ?1 AND instance_id BETWEEN ?2 AND ?3 ORDER BY instance_id");

	if (code != SQLITE_OK)
		return code;
	(void)sqlite3_bind_int64(*stmt, 1, dataset_id);
	if (!is_all) {
		(void)sqlite3_bind_int64(*stmt, 2, filter->first_instance);
		(void)sqlite3_bind_int64(*stmt, 3, filter->last_instance);
	}
	return read_instances(subject, *stmt, filter);
}

static int load_split(struct subject *subject, int64_t split_id)
{
	struct err err;
	int code = ready(subject, &subject->find_split, "SELECT test FROM main.split WHERE split_id = ?1");

	if (code != SQLITE_OK)
		return code;
	(void)sqlite3_bind_int64(subject->find_split, 1, split_id);
	subject->test_count = 0;
	if (sqlite3_step(subject->find_split) == SQLITE_ROW) {
		const void *bytes = sqlite3_column_blob(subject->find_split, 0);
		size_t count = bytes == NULL ? 0 : (size_t)sqlite3_column_bytes(subject->find_split, 0);
		uint8_t *is_test = NULL;
		if (mem_new(&is_test, count, &err) != ERR_OK)
			return fail(subject->find_split, SQLITE_NOMEM);
		if (count > 0)
			memcpy(is_test, bytes, count);
		free(subject->is_test);
		subject->is_test = is_test;
		subject->test_count = count;
	}
	return sqlite3_reset(subject->find_split);
}

int subject_load(struct subject *subject, int64_t dataset_id, int64_t split_id, const struct subject_filter *filter)
{
	int code = SQLITE_OK;

	if (!subject->has_dataset || dataset_id != subject->dataset_id) {
		subject->has_dataset = false;
		code = load_classes(subject, dataset_id);
		if (code == SQLITE_OK)
			code = load_instances(subject, dataset_id, filter);
		if (code != SQLITE_OK)
			return code;
		subject->dataset_id = dataset_id;
		subject->has_dataset = true;
	}
	if (!subject->has_split || split_id != subject->split_id) {
		subject->has_split = false;
		code = load_split(subject, split_id);
		if (code != SQLITE_OK)
			return code;
		subject->split_id = split_id;
		subject->has_split = true;
	}
	return SQLITE_OK;
}

const char *subject_class_name(const struct subject *subject, uint32_t class_index)
{
	return class_index < subject->class_count ? subject->class_names[class_index] : NULL;
}

const char *subject_part(const struct subject *subject, uint32_t position)
{
	return part_name(position < subject->test_count ? subject->is_test[position] : 0);
}
