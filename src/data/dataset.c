#include "data/dataset.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "base/text.h"
#include "data/encoding.h"
#include "data/table.h"

const char *missing_policy_name(size_t i)
{
	static const char *const names[] = {
		[MISSING_ERROR] = "error", [MISSING_MEAN] = "mean", [MISSING_DROP] = "drop"
	};

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static enum err_code refuse_missing(const struct table *table, const char *path, struct err *err)
{
	bool is_label = table->missing_column == table->label;

	return err_set(err, ERR_INPUT,
		       "%s:%zu: column '%s': a missing %s, the first of %zu; %s'--missing drop' accepts %s", path,
		       table->missing_line, table->columns[table->missing_column], is_label ? "label" : "value",
		       table->missing_count, is_label ? "" : "'--missing mean' or ", is_label ? "it" : "them");
}

/* Missing values of feature j <- the mean of the present ones. */
static enum err_code fill_column(struct table *table, const char *path, size_t j, struct err *err)
{
	double *x = table->x + j;
	double sum = 0;
	size_t present = 0;

	for (size_t i = 0; i < table->row_count; i++)
		if (!isnan(x[i * table->features])) {
			sum += x[i * table->features];
			present++;
		}
	if (present == table->row_count)
		return ERR_OK;
	if (present == 0)
		return err_set(err, ERR_INPUT, "%s: column '%s': every value is missing, so there is no mean", path,
			       table->columns[table_feature_column(table, j)]);
	if (!isfinite(sum))
		return err_set(err, ERR_INPUT, "%s: column '%s': its values are too large for a mean", path,
			       table->columns[table_feature_column(table, j)]);
	for (size_t i = 0; i < table->row_count; i++)
		if (isnan(x[i * table->features]))
			x[i * table->features] = sum / (double)present;
	return ERR_OK;
}

static enum err_code fill_missing(struct table *table, const char *path, struct err *err)
{
	for (size_t i = 0; i < table->row_count; i++)
		if (table->rows[i].class == TABLE_NO_CLASS)
			return err_set(err, ERR_INPUT,
				       "%s:%u: column '%s': a missing label; only '--missing drop' accepts it", path,
				       table->rows[i].line, table->columns[table->label]);
	for (size_t j = 0; j < table->features; j++)
		if (fill_column(table, path, j, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static bool row_is_complete(const struct table *table, size_t i)
{
	for (size_t j = 0; j < table->features; j++)
		if (isnan(table->x[i * table->features + j]))
			return false;
	return table->rows[i].class != TABLE_NO_CLASS;
}

static enum err_code drop_incomplete(struct table *table, const char *path, struct err *err)
{
	size_t kept = 0;

	for (size_t i = 0; i < table->row_count; i++) {
		if (!row_is_complete(table, i))
			continue;
		memmove(table->x + kept * table->features, table->x + i * table->features,
			table->features * sizeof *table->x);
		if (table->has_target)
			table->target[kept] = table->target[i];
		table->rows[kept++] = table->rows[i];
	}
	table->row_count = kept;
	if (kept == 0)
		return err_set(err, ERR_INPUT, "%s: every row has a missing value, so none is left", path);
	return ERR_OK;
}

static enum err_code treat_missing(struct table *table, const char *path, enum missing_policy missing, struct err *err)
{
	if (table->missing_count == 0)
		return ERR_OK;
	switch (missing) {
	case MISSING_ERROR:
		break;
	case MISSING_MEAN:
		return fill_missing(table, path, err);
	case MISSING_DROP:
		return drop_incomplete(table, path, err);
	}
	return refuse_missing(table, path, err);
}

/* dataset->y, class_names and classes from the labels as they appeared. */
static enum err_code order_classes(struct dataset *dataset, struct table *table, struct err *err)
{
	AUTO(mem_freep) uint32_t *members = NULL;
	AUTO(mem_freep) uint32_t *rank = NULL;

	if (mem_new(&members, table->classes.count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < table->row_count; i++)
		members[table->rows[i].class]++;
	if (class_set_order(&table->classes, members, &rank, &dataset->class_names, &dataset->classes, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < table->row_count; i++)
		dataset->y[i] = rank[table->rows[i].class];
	return ERR_OK;
}

/* A file without a header row shows: numbers for the features' names and a label for the label's. */
static bool header_is_data(const struct dataset *dataset)
{
	double number;

	for (size_t j = 0; j < dataset->features; j++)
		if (!parse_real(dataset->feature_names[j], &number))
			return false;
	for (size_t c = 0; c < dataset->classes; c++)
		if (strcmp(dataset->class_names[c], dataset->label) == 0)
			return true;
	return dataset->target != NULL && parse_real(dataset->label, &number);
}

static enum err_code check_classes(const struct dataset *dataset, const struct table *table, struct err *err)
{
	if (header_is_data(dataset))
		return err_set(err, ERR_INPUT,
			       "%s:%zu: the first row is data ('%s' is a label): a header row is missing",
			       dataset->path, table->header_line, dataset->label);
	if (dataset->classes < 2 && dataset->target == NULL)
		return err_set(err, ERR_INPUT, "%s: column '%s' holds one class only, '%s'; two are needed",
			       dataset->path, dataset->label, dataset->class_names[0]);
	return ERR_OK;
}

static enum err_code name_dataset(struct dataset *dataset, const char *path, struct err *err)
{
	static const char suffix[] = ".csv";
	const char *slash = strrchr(path, '/');

	if (mem_copy_text(path, &dataset->path, err) != ERR_OK ||
	    mem_copy_text(slash == NULL ? path : slash + 1, &dataset->name, err) != ERR_OK)
		return err->code;
	size_t length = strlen(dataset->name);
	if (length >= sizeof suffix && strcmp(dataset->name + length - strlen(suffix), suffix) == 0)
		dataset->name[length - strlen(suffix)] = '\0';
	return ERR_OK;
}

/* The table's numbers and names become the data set's. */
static enum err_code take_table(struct dataset *dataset, struct table *table, struct err *err)
{
	size_t n = table->row_count;

	dataset->instances = n;
	dataset->features = table->features;
	if (mem_new(&dataset->y, n, err) != ERR_OK || mem_new(&dataset->instance_id, n, err) != ERR_OK ||
	    mem_new(&dataset->source_line, n, err) != ERR_OK ||
	    mem_new(&dataset->feature_names, table->features, err) != ERR_OK ||
	    (!table->has_target && order_classes(dataset, table, err) != ERR_OK))
		return err->code;
	dataset->target = take_ptr(&table->target);
	for (size_t i = 0; i < n; i++) {
		dataset->instance_id[i] = table->rows[i].number;
		dataset->source_line[i] = table->rows[i].line;
	}
	for (size_t j = 0; j < table->features; j++)
		dataset->feature_names[j] = take_ptr(&table->columns[table_feature_column(table, j)]);
	dataset->label = take_ptr(&table->columns[table->label]);
	/* The room that doubling left over goes back; if it cannot, the block is as good as it was. */
	double *fitted = reallocarray(table->x, n * table->features, sizeof *table->x);
	dataset->x = fitted != NULL ? fitted : table->x;
	table->x = NULL;
	return check_classes(dataset, table, err);
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
	dataset->groups = table->groups.count;
	if (text_append(&suffix, err, "groups:%s", groups) != ERR_OK)
		return err->code;
	return dataset_derive(dataset, suffix.data, groups, err);
}

enum err_code dataset_read_csv(const char *path, const struct reading *reading, struct dataset **ret_dataset,
			       struct err *err)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct table table AUTO(table_done) = { .has_target = reading->has_target };
	AUTO(mem_freep) char *text = NULL;
	size_t length = 0;

	if (mem_new(&dataset, 1, err) != ERR_OK || name_dataset(dataset, path, err) != ERR_OK ||
	    file_read(path, &text, &length, err) != ERR_OK || encoding_check(path, text, length, err) != ERR_OK)
		return err->code;
	file_sha256(text, length, dataset->sha256);
	memcpy(dataset->origin, dataset->sha256, sizeof dataset->origin);
	dataset->missing = missing_policy_name((size_t)reading->missing);
	if (table_read(path, text, length, reading, &table, err) != ERR_OK ||
	    treat_missing(&table, path, (enum missing_policy)reading->missing, err) != ERR_OK ||
	    take_table(dataset, &table, err) != ERR_OK || take_groups(dataset, &table, reading->groups, err) != ERR_OK)
		return err->code;
	*ret_dataset = take_ptr(&dataset);
	return ERR_OK;
}

bool dataset_looks_continuous(const struct dataset *dataset)
{
	const size_t many = 30, repeats = 10;
	bool is_whole = true;

	for (size_t c = 0; c < dataset->classes; c++) {
		double value = 0;
		if (!parse_real(dataset->class_names[c], &value) || !isfinite(value))
			return false;
		is_whole = is_whole && value == floor(value);
	}
	return is_whole ? dataset->classes > many && dataset->classes > dataset->instances / repeats
			: dataset->classes > 2;
}

void dataset_free(struct dataset *dataset)
{
	if (dataset == NULL)
		return;
	mem_free_texts(dataset->feature_names, dataset->features);
	mem_free_texts(dataset->class_names, dataset->classes);
	mem_free_texts(dataset->subclass_names, dataset->subclasses);
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
	free(dataset->own_test);
	free(dataset->group);
	free(dataset);
}

void dataset_freep(struct dataset **dataset)
{
	dataset_free(*dataset);
}
