#include "data/design.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/value.h"

#define ROWS_OF_IDS 20 /* so many rows are no accident */

const char *encode_name(size_t i)
{
	static const char *const names[] = {
		[ENCODE_ONE_HOT] = "one-hot", [ENCODE_ORDINAL] = "ordinal", [ENCODE_ERROR] = "error"
	};

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

/* A feature: the value of a slot, or whether it is one level. */
struct feature {
	size_t slot;
	enum { FEATURE_VALUE, FEATURE_PLACE, FEATURE_LEVEL, FEATURE_IS_MISSING } kind;
	uint32_t level;
	const double *place; /* (levels) of PLACE: the value of each level; borrowed */
	bool keeps_missing;  /* a missing value is missing here, too; else 0 */
};

struct making {
	struct table *table;
	const struct reading *reading;
	struct dataset *dataset;
	struct feature *features;
	size_t count, capacity, names_capacity, levels_capacity;
	double **places; /* what the features borrow, one for each column; owned */
};

static void making_done(struct making *making)
{
	for (size_t j = 0; making->places != NULL && j < making->table->columns.count; j++)
		free(making->places[j]);
	free(making->places);
	free(making->features);
}

/* `level`: what the name has behind the column's; is_level: the feature stands for that text of the column. */
static enum err_code add_feature(struct making *making, struct feature feature, const char *column, const char *level,
				 bool is_level, struct err *err)
{
	struct dataset *dataset = making->dataset;
	struct text name AUTO(text_done) = { 0 };

	if (mem_more(&making->features, making->count, &making->capacity, err) != ERR_OK ||
	    mem_more(&dataset->feature_names, dataset->features, &making->names_capacity, err) != ERR_OK ||
	    mem_more(&dataset->level_at, dataset->features, &making->levels_capacity, err) != ERR_OK ||
	    text_append(&name, err, "%s%s%s", column, level != NULL ? "=" : "", level != NULL ? level : "") != ERR_OK)
		return err->code;
	making->features[making->count++] = feature;
	dataset->level_at[dataset->features] = is_level ? (uint32_t)strlen(column) + 1 : 0;
	dataset->feature_names[dataset->features++] = take_ptr(&name.data);
	return ERR_OK;
}

static enum err_code leave_out(struct making *making, struct column *column, const char *why, struct err *err)
{
	column->is_left_out = true;
	return table_note(making->table, err, "column '%s' is left out: %s; --keep-ids keeps it", column->name, why);
}

static bool is_called_id(const char *name)
{
	static const char *const names[] = { "id", "index", "row", "no", "nr", "unnamed: 0", "rownames", "x1" };
	size_t length = strlen(name);

	if (length > 3 && strcasecmp(name + length - 3, "_id") == 0)
		return true;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Columns that are features so far. */
static size_t count_used(const struct table *table)
{
	size_t count = 0;

	for (size_t j = 0; j < table->columns.count; j++)
		count += table_has_feature(table, j);
	return count;
}

/* 0, 1, … or 1, 2, …, or from any number on if it is called an id, by the rows of the file, whether or not some were
 * dropped; the test part may begin again. Names of columns without one are "x1", so that files without header keep
 * theirs. */
static bool counts_rows(const struct making *making, size_t j)
{
	const struct table *table = making->table;
	const double *x = table->x + table_slot(table, j);
	const char *name = table->columns.at[j].name;
	double first = x[0] - table->rows[0].number; /* what the file's first row has */

	bool is_id = is_called_id(name) && table->header_line > 0;
	if (table->row_count < 2 || (!is_id && (table->row_count < ROWS_OF_IDS || (first != 0 && first != 1))))
		return false;
	for (size_t i = 1; i < table->row_count; i++) {
		if (table->rows[i].part != table->rows[i - 1].part && x[i * table->slots] == x[0])
			first = x[0] - table->rows[i].number;
		if (x[i * table->slots] != first + table->rows[i].number)
			return false;
	}
	return true;
}

static bool is_level(const struct column *column, const char *const *words, size_t count)
{
	for (size_t l = 0; l < column->levels.count; l++) {
		bool known = false;
		for (size_t i = 0; i < count; i++)
			known = known || strcasecmp(column->levels.names[l], words[i]) == 0;
		if (!known)
			return false;
	}
	return column->levels.count > 0;
}

/* The column says who tests. */
static enum err_code take_parts(struct making *making, size_t j, struct err *err)
{
	struct table *table = making->table;
	const struct column *column = &table->columns.at[j];
	struct dataset *dataset = making->dataset;
	const double *x = table->x + table_slot(table, j);

	if (column->missing > 0)
		return err_set(err, ERR_INPUT,
			       "%s: column '%s' says which rows test, but not of %zu row%s: '--missing drop' leaves "
			       "%s out, --drop the column",
			       table->path, column->name, column->missing, TEXT_PLURAL(column->missing),
			       column->missing == 1 ? "it" : "them");
	if (dataset->own_part == NULL && mem_new(&dataset->own_part, table->row_count, err) != ERR_OK)
		return err->code;
	bool has[SPLIT_META + 1] = { false };
	for (size_t i = 0; i < table->row_count; i++) {
		const char *name = column->levels.names[(size_t)x[i * table->slots]];
		dataset->own_part[i] = strcasecmp(name, "test") == 0   ? SPLIT_TEST
				       : strcasecmp(name, "meta") == 0 ? SPLIT_META
								       : SPLIT_TRAIN;
		has[dataset->own_part[i]] = true;
	}
	return table_note(table, err, "column '%s' says %s", column->name,
			  !has[SPLIT_META]  ? "which rows test"
			  : has[SPLIT_TEST] ? "which rows test, and which are the meta set"
					    : "which rows are the meta set");
}

static bool is_likely_no_text(const struct column *column)
{
	const char *remedy;

	return column->text != NULL && value_likely(column->text, &remedy) != NULL;
}

/* It has another text in every row. */
static enum err_code leave_out_texts(struct making *making, struct column *column, struct err *err)
{
	struct text why AUTO(text_done) = { 0 };
	const char *remedy;
	const char *likely = column->text != NULL ? value_likely(column->text, &remedy) : NULL;

	if (text_append(&why, err, "it has another text in every row%s%s%s%s", likely != NULL ? ", as '" : "",
			likely != NULL ? column->text : "", likely != NULL ? "', " : "",
			likely != NULL ? likely : "") != ERR_OK)
		return err->code;
	return leave_out(making, column, why.data, err);
}

static enum err_code refuse_text(const struct making *making, const struct column *column, struct err *err)
{
	const char *path = making->table->path;

	if (is_likely_no_text(column))
		return column_refuse_text(column, path, true, false, err);
	if (making->reading->encode == ENCODE_ERROR)
		return err_set(
		    err, ERR_INPUT, "%s:%zu: column '%s': '%s' is not a number; --encode one-hot takes texts", path,
		    column->text_line, column->name, column->text != NULL ? column->text : column->levels.names[0]);
	return err_set(
	    err, ERR_INPUT,
	    "%s: column '%s' has more than %zu different texts; --drop leaves it out, --max-levels allows more", path,
	    column->name, reading_most_levels(making->reading));
}

/* The levels in their order: declared, or bytewise. */
static uint32_t level_at(const struct column *column, size_t i)
{
	return column->is_declared ? (uint32_t)i : column->levels.sorted[i];
}

static enum err_code add_ordinal(struct making *making, size_t j, const double *places, struct err *err)
{
	struct column *column = &making->table->columns.at[j];
	struct feature feature = {
		.slot = table_slot(making->table, j), .kind = FEATURE_PLACE, .place = places, .keeps_missing = true
	};

	return add_feature(making, feature, column->name, NULL, false, err);
}

static enum err_code add_text(struct making *making, size_t j, struct err *err)
{
	static const char *const booleans[] = { "false", "true" }, *const parts[] = { "train", "test", "meta" };
	struct column *column = &making->table->columns.at[j];
	bool indicates = making->reading->missing == MISSING_INDICATOR;
	size_t levels = column->levels.count;
	double *places = NULL;

	if (is_level(column, parts, ARRAY_LENGTH(parts)) && levels >= 2 && !making->table->has_other_rows)
		return take_parts(making, j, err);
	if (!column->is_declared && levels == column->looked_at && levels >= ROWS_OF_IDS &&
	    !making->reading->keep_ids && count_used(making->table) > 1)
		return leave_out_texts(making, column, err);
	if (is_likely_no_text(column) || making->reading->encode == ENCODE_ERROR ||
	    levels > reading_most_levels(making->reading))
		return refuse_text(making, column, err);
	if (mem_new(&places, levels, err) != ERR_OK)
		return err->code;
	making->places[j] = places;
	bool is_boolean = is_level(column, booleans, ARRAY_LENGTH(booleans));
	for (size_t i = 0; i < levels; i++)
		places[level_at(column, i)] =
		    is_boolean ? strcasecmp(column->levels.names[level_at(column, i)], "true") == 0 : (double)i;
	making->dataset->has_levels |= !is_boolean;
	if (is_boolean || making->reading->encode == ENCODE_ORDINAL)
		return add_ordinal(making, j, places, err);
	for (size_t i = 0; i < levels; i++) {
		struct feature feature = { .slot = table_slot(making->table, j),
					   .kind = FEATURE_LEVEL,
					   .level = level_at(column, i),
					   .keeps_missing = !indicates };
		if (add_feature(making, feature, column->name, column->levels.names[feature.level], true, err) !=
		    ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code add_column(struct making *making, size_t j, struct err *err)
{
	struct table *table = making->table;
	struct column *column = &table->columns.at[j];
	struct feature value = { .slot = table_slot(table, j), .kind = FEATURE_VALUE, .keeps_missing = true };
	struct feature is_missing = { .slot = value.slot, .kind = FEATURE_IS_MISSING };

	if (column->is_text) {
		if (add_text(making, j, err) != ERR_OK)
			return err->code;
	} else if (!making->reading->keep_ids && !making->reading->is_plain && counts_rows(making, j) &&
		   count_used(table) > 1) {
		return leave_out(making, column, "it counts the rows", err);
	} else if (add_feature(making, value, column->name, NULL, false, err) != ERR_OK) {
		return err->code;
	}
	if (making->reading->missing != MISSING_INDICATOR || column->missing == 0 || column->is_left_out)
		return ERR_OK;
	/* Of a text column it is one more text, if the others are features. */
	bool is_level = making->dataset->level_at[making->count - 1] > 0;
	return add_feature(making, is_missing, column->name, "?", is_level, err);
}

static double value_of(const struct feature *feature, const double *row)
{
	double x = row[feature->slot];

	if (feature->kind == FEATURE_IS_MISSING)
		return isnan(x);
	if (isnan(x))
		return feature->keeps_missing ? NAN : 0;
	switch (feature->kind) {
	case FEATURE_PLACE:
		return feature->place[(size_t)x];
	case FEATURE_LEVEL:
		return x == feature->level;
	default:
		return x;
	}
}

/* Whether x of the table is that of the data set as it stands. */
static bool is_as_it_stands(const struct making *making)
{
	bool same = making->count == making->table->slots;

	for (size_t j = 0; j < making->count; j++)
		same = same && making->features[j].kind == FEATURE_VALUE && making->features[j].slot == j;
	return same;
}

static enum err_code make_x(struct making *making, struct err *err)
{
	struct table *table = making->table;
	struct dataset *dataset = making->dataset;
	size_t n = table->row_count;
	size_t d = making->count;

	if (is_as_it_stands(making)) {
		/* The room that doubling left over goes back; if it cannot, the block is as good as it was. */
		double *fitted = reallocarray(table->x, n * d, sizeof *table->x);
		dataset->x = fitted != NULL ? fitted : table->x;
		table->x = NULL;
		return ERR_OK;
	}
	if (mem_new(&dataset->x, n * d, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < d; j++)
			dataset->x[i * d + j] = value_of(&making->features[j], table->x + i * table->slots);
	return ERR_OK;
}

enum err_code design_make(struct table *table, const struct reading *reading, struct dataset *dataset, struct err *err)
{
	AUTO(making_done) struct making making = { .table = table, .reading = reading, .dataset = dataset };

	if (mem_new(&making.places, table->columns.count, err) != ERR_OK)
		return err->code;
	if (table->has_other_rows && mem_new(&dataset->own_part, table->row_count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; table->has_other_rows && i < table->row_count; i++)
		dataset->own_part[i] = table->rows[i].part;
	for (size_t j = 0; j < table->columns.count; j++)
		if (table_has_feature(table, j) && add_column(&making, j, err) != ERR_OK)
			return err->code;
	if (making.count == 0)
		return err_set(err, ERR_INPUT, "%s: no feature is left besides the label '%s'", table->path,
			       table->columns.at[table->label].name);
	return make_x(&making, err);
}
