#include "data/dataset.h"

#include <ctype.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "data/design.h"
#include "data/input.h"
#include "data/table.h"
#include "data/value.h"

const char *missing_policy_name(size_t i)
{
	static const char *const names[] = { [MISSING_ERROR] = "error",
					     [MISSING_MEAN] = "mean",
					     [MISSING_DROP] = "drop",
					     [MISSING_MEDIAN] = "median",
					     [MISSING_INDICATOR] = "indicator" };

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static enum err_code refuse_missing(const struct table *table, const struct reading *reading, struct err *err)
{
	bool is_label = table->missing_column == table->label;
	const char *name = table->columns.at[table->missing_column].name;
	size_t count = 0;

	if (reading->is_plain)
		return err_set(err, ERR_INPUT, "%s:%zu: column '%s': a value is missing", table->path,
			       table->missing_line, name);
	for (size_t j = 0; j < table->columns.count; j++)
		count += table->columns.at[j].missing;
	if (!is_label)
		return err_set(err, ERR_INPUT,
			       "%s:%zu: column '%s': a missing value, the first of %zu; '--missing mean' or '--missing "
			       "drop' accepts them",
			       table->path, table->missing_line, name, count);
	bool may_be_class = table->missing_text[0] != '\0' && reading->missing_values == NULL;
	return err_set(err, ERR_INPUT,
		       "%s:%zu: column '%s': a missing label, the first of %zu; '--missing drop' accepts it%s%s%s",
		       table->path, table->missing_line, name, count,
		       may_be_class ? ", '--missing-values -' makes a class of '" : "",
		       may_be_class ? table->missing_text : "", may_be_class ? "'" : "");
}

/* Labels cannot be filled in; columns without any value are left out. */
static enum err_code check_missing(struct table *table, struct err *err)
{
	for (size_t i = 0; i < table->row_count; i++)
		if (table->rows[i].class == TABLE_NO_CLASS)
			return err_set(err, ERR_INPUT,
				       "%s:%u: column '%s': a missing label; only '--missing drop' accepts it",
				       table->path, table->rows[i].line, table->columns.at[table->label].name);
	for (size_t j = 0; j < table->columns.count; j++) {
		struct column *column = &table->columns.at[j];
		if (!table_has_feature(table, j) || column->missing < table->row_count)
			continue;
		column->is_left_out = true;
		if (table_note(table, err, "column '%s' is left out: every value is missing", column->name) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static bool row_is_complete(const struct table *table, size_t i)
{
	for (size_t j = 0; j < table->columns.count; j++)
		if (table_has_feature(table, j) && !table_has_too_many_levels(table, j) &&
		    isnan(table->x[i * table->slots + table_slot(table, j)]))
			return false;
	return table->rows[i].class != TABLE_NO_CLASS;
}

static enum err_code drop_incomplete(struct table *table, struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->row_count; i++) {
		if (!row_is_complete(table, i))
			continue;
		if (table->target != NULL)
			table->target[kept] = table->target[i];
		memmove(table->x + kept * table->slots, table->x + i * table->slots, table->slots * sizeof *table->x);
		table->rows[kept++] = table->rows[i];
	}
	table->row_count = kept;
	for (size_t j = 0; j < table->columns.count; j++)
		table->columns.at[j].missing = 0;
	if (kept == 0)
		return err_set(err, ERR_INPUT, "%s: every row has a missing value, so none is left", table->path);
	return ERR_OK;
}

static enum err_code treat_missing(struct table *table, const struct reading *reading, struct err *err)
{
	if (table->missing_line == 0)
		return ERR_OK;
	if (reading->missing == MISSING_ERROR)
		return refuse_missing(table, reading, err);
	return reading->missing == MISSING_DROP ? drop_incomplete(table, err) : check_missing(table, err);
}

/* dataset->y, class_names and classes from the labels as they appeared. */
static enum err_code order_classes(struct dataset *dataset, struct table *table, struct err *err)
{
	struct column *label = &table->columns.at[table->label];
	AUTO(mem_freep) uint32_t *members = NULL;
	AUTO(mem_freep) uint32_t *rank = NULL;
	size_t present = 0;

	if (mem_new(&members, label->levels.count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < table->row_count; i++)
		present += members[table->rows[i].class]++ == 0;
	if (class_set_order(&label->levels, members, label->is_declared, &rank, &dataset->class_names,
			    &dataset->classes, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < table->row_count; i++)
		dataset->y[i] = rank[table->rows[i].class];
	if (present == dataset->classes)
		return ERR_OK;
	return table_note(table, err, "labels that are the same number, as 1 and 1.0, are one class");
}

/* Two classes that only case or a dot at the end tells apart are probably one. */
static enum err_code warn_of_likeness(const struct dataset *dataset, struct table *table, struct err *err)
{
	AUTO(class_set_done) struct class_set seen = { 0 };

	for (size_t c = 0; c < dataset->classes; c++) {
		struct text folded AUTO(text_done) = { 0 };
		uint32_t index;
		if (text_append(&folded, err, "%s", dataset->class_names[c]) != ERR_OK)
			return err->code;
		for (size_t i = 0; i < folded.length; i++)
			folded.data[i] = (char)tolower((unsigned char)folded.data[i]);
		if (folded.length > 1 && folded.data[folded.length - 1] == '.')
			folded.data[folded.length - 1] = '\0';
		if (class_set_find(&seen, folded.data, &index) &&
		    table_note(table, err, "class '%s' differs from another only by case or a dot at its end",
			       dataset->class_names[c]) != ERR_OK)
			return err->code;
		if (class_set_add(&seen, folded.data, &index, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static bool cut_suffix(char *name, const char *suffix)
{
	size_t length = strlen(name);

	if (length <= strlen(suffix) || strcmp(name + length - strlen(suffix), suffix) != 0)
		return false;
	name[length - strlen(suffix)] = '\0';
	return true;
}

static enum err_code name_dataset(struct dataset *dataset, const char *path, struct err *err)
{
	static const char *const suffixes[] = { ".csv", ".tsv", ".arff", ".dat", ".data", ".txt" };
	const char *slash = strrchr(path, '/');
	const char *name = strcmp(path, "-") == 0 ? "stdin" : slash == NULL ? path : slash + 1;

	if (mem_copy_text(path, &dataset->path, err) != ERR_OK || mem_copy_text(name, &dataset->name, err) != ERR_OK)
		return err->code;
	(void)cut_suffix(dataset->name, ".gz");
	for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++)
		if (cut_suffix(dataset->name, suffixes[i]))
			break;
	return ERR_OK;
}

/* The table's numbers and names become the data set's. */
static enum err_code take_table(struct dataset *dataset, struct table *table, const struct reading *reading,
				struct err *err)
{
	size_t n = table->row_count;

	dataset->instances = n;
	if (mem_new(&dataset->y, n, err) != ERR_OK || mem_new(&dataset->instance_id, n, err) != ERR_OK ||
	    mem_new(&dataset->source_line, n, err) != ERR_OK ||
	    (!reading->has_target && order_classes(dataset, table, err) != ERR_OK) ||
	    design_make(table, reading, dataset, err) != ERR_OK)
		return err->code;
	dataset->target = take_ptr(&table->target);
	for (size_t i = 0; i < n; i++) {
		dataset->instance_id[i] = table->rows[i].number;
		dataset->source_line[i] = table->rows[i].line;
	}
	dataset->label = take_ptr(&table->columns.at[table->label].name);
	if (dataset->classes < 2 && !reading->has_target)
		return err_set(err, ERR_INPUT, "%s: column '%s' holds one class only, '%s'; two are needed%s",
			       dataset->path, dataset->label, dataset->class_names[0],
			       reading->is_plain ? "" : ": --label says which column has them");
	if (warn_of_likeness(dataset, table, err) != ERR_OK)
		return err->code;
	dataset->notes = take_ptr(&table->notes.data);
	return ERR_OK;
}

/* dataset->group from the column called `groups`, NULL: there is none. */
static enum err_code take_groups(struct dataset *dataset, const struct table *table, const char *groups,
				 struct err *err)
{
	struct text suffix AUTO(text_done) = { 0 };

	if (groups == NULL)
		return ERR_OK;
	if (mem_new(&dataset->group, table->row_count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < table->row_count; i++)
		dataset->group[i] = table->rows[i].group;
	dataset->groups = table->columns.at[table->group].levels.count;
	if (text_append(&suffix, err, "groups:%s", groups) != ERR_OK)
		return err->code;
	return dataset_derive(dataset, suffix.data, groups, err);
}

/* Files with the rows of parts other than the training part. */
struct other_file {
	enum split_part part;
	const char *name, *path; /* NULL: there is none */
	struct text content;
};

enum { OTHER_FILES = 2 };

static void other_files_done(struct other_file (*others)[OTHER_FILES])
{
	for (size_t i = 0; i < OTHER_FILES; i++)
		text_done(&(*others)[i].content);
}

static enum err_code read_other_files(struct other_file *others, struct err *err)
{
	for (size_t i = 0; i < OTHER_FILES; i++)
		if (others[i].path != NULL && input_read(others[i].path, &others[i].content, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code append_other_files(const struct other_file *others, const struct reading *reading,
					struct table *table, struct err *err)
{
	for (size_t i = 0; i < OTHER_FILES; i++) {
		const struct rows_text rows = input_rows(others[i].path, &others[i].content);
		if (others[i].path != NULL && table_append(&rows, reading, others[i].part, table, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* The error of a file whose first line is probably a comment. */
static enum err_code hint_at_comments(const struct rows_text *text, const struct reading *reading, struct err *err)
{
	static const char *const marks[] = { "#", "//", "%" };
	struct err before = *err;

	for (size_t i = 0;
	     i < ARRAY_LENGTH(marks) && !reading->is_plain && reading->comment == NULL && before.code == ERR_INPUT; i++)
		if (strncmp(text->data, marks[i], strlen(marks[i])) == 0)
			return err_set(err, ERR_INPUT, "%.300s; --comment '%s' leaves out the lines that begin so",
				       before.message, marks[i]);
	return before.code;
}

/* The identity is that of the bytes, and of what was said about reading them. */
static enum err_code identify(struct dataset *dataset, const struct text *content, const struct other_file *others,
			      const struct reading *reading, struct err *err)
{
	struct text said AUTO(text_done) = { 0 };
	char of_other[FILE_SHA256_SIZE];

	file_sha256(content->data, content->length, dataset->sha256);
	memcpy(dataset->origin, dataset->sha256, sizeof dataset->origin);
	dataset->missing = missing_policy_name((size_t)reading->missing);
	for (size_t i = 0; i < OTHER_FILES; i++) {
		if (others[i].path == NULL)
			continue;
		file_sha256(others[i].content.data, others[i].content.length, of_other);
		if (text_append(&said, err, " %s %s", others[i].name, of_other) != ERR_OK)
			return err->code;
	}
	if (reading_append(reading, &said, err) != ERR_OK)
		return err->code;
	return said.length == 0 ? ERR_OK : dataset_identify(dataset, "read", said.data + 1, err);
}

enum err_code dataset_read(const char *path, const struct reading *reading, struct dataset **ret_dataset,
			   struct err *err)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct table table AUTO(table_done) = { 0 };
	struct text content AUTO(text_done) = { 0 };
	struct other_file others[OTHER_FILES] AUTO(other_files_done) = {
		{ .part = SPLIT_TEST, .name = "test", .path = reading->test },
		{ .part = SPLIT_META, .name = "meta", .path = reading->meta },
	};

	if (mem_new(&dataset, 1, err) != ERR_OK || name_dataset(dataset, path, err) != ERR_OK ||
	    input_read(path, &content, err) != ERR_OK || read_other_files(others, err) != ERR_OK ||
	    identify(dataset, &content, others, reading, err) != ERR_OK)
		return err->code;
	const struct rows_file file = { &content, dataset->origin };
	struct rows_text rows = input_rows(path, &content);
	rows.file = input_can_be_read_again(path, &content) ? &file : NULL;
	/* Whose columns are declared knows its comments. */
	if (table_read(&rows, reading, &table, err) != ERR_OK)
		return table.is_declared ? err->code : hint_at_comments(&rows, reading, err);
	if (append_other_files(others, reading, &table, err) != ERR_OK ||
	    treat_missing(&table, reading, err) != ERR_OK || take_table(dataset, &table, reading, err) != ERR_OK ||
	    take_groups(dataset, &table, reading->groups, err) != ERR_OK)
		return err->code;
	*ret_dataset = take_ptr(&dataset);
	return ERR_OK;
}

bool dataset_looks_continuous(const struct dataset *dataset)
{
	const size_t many = 20;
	double least = INFINITY, most = -INFINITY;
	bool is_whole = true;
	size_t written = 0, others = 0; /* "1,000", "5 %" and the like; what is no number at all */

	for (size_t c = 0; c < dataset->classes; c++) {
		const char *remedy;
		double value = 0;
		if (!parse_real(dataset->class_names[c], &value) || !isfinite(value)) {
			bool is_likely = value_likely(dataset->class_names[c], &remedy) != NULL;
			written += is_likely;
			others += !is_likely;
			continue;
		}
		is_whole = is_whole && value == floor(value);
		least = fmin(least, value);
		most = fmax(most, value);
	}
	if (others * 10 > dataset->classes)
		return false;
	if (!is_whole)
		return dataset->classes > 2;
	/* Codes of classes lie far apart, or each has many rows. */
	bool is_dense = written == 0 && most - least < 2 * (double)dataset->classes;
	return dataset->classes > many && (is_dense || dataset->classes > dataset->instances / 10);
}

bool dataset_has_own(const struct dataset *dataset, enum split_part part)
{
	for (size_t i = 0; dataset->own_part != NULL && i < dataset->instances; i++)
		if (dataset->own_part[i] == part)
			return true;
	return false;
}

void dataset_free(struct dataset *dataset)
{
	if (dataset == NULL)
		return;
	mem_free_texts(dataset->feature_names, dataset->features);
	mem_free_texts(dataset->class_names, dataset->classes);
	mem_free_texts(dataset->subclass_names, dataset->subclasses);
	free(dataset->level_at);
	free(dataset->subclass);
	free(dataset->flipped_from);
	free(dataset->name);
	free(dataset->path);
	free(dataset->label);
	free(dataset->x);
	free(dataset->y);
	free(dataset->target);
	free(dataset->instance_id);
	free(dataset->source_line);
	free(dataset->own_part);
	free(dataset->notes);
	free(dataset->group);
	free(dataset);
}

void dataset_freep(struct dataset **dataset)
{
	dataset_free(*dataset);
}
