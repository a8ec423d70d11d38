#include "base/option.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/parse.h"

bool option_same_name(const char *a, const char *b)
{
	for (; *a != '\0' && *b != '\0'; a++, b++)
		if ((*a == '_' ? '-' : *a) != (*b == '_' ? '-' : *b))
			return false;
	return *a == *b;
}

const struct option_spec *option_find(const struct option_spec *specs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (option_same_name(specs[i].name, name))
			return &specs[i];
	return NULL;
}

const char *option_section(const struct option_spec *specs, size_t i)
{
	while (i > 0 && specs[i].section == NULL)
		i--;
	return specs[i].section;
}

static void set_initial(const struct option_spec *spec, const char *initial, void *target)
{
	static const size_t sizes[] = {
		[OPTION_FLAG] = sizeof(bool),
		[OPTION_COUNT] = sizeof(size_t),
		[OPTION_SEED] = sizeof(uint64_t),
		[OPTION_REAL] = sizeof(double),
		[OPTION_TEXT] = sizeof(char *),
		[OPTION_CHOICE] = sizeof(int),
		[OPTION_LIST] = sizeof(struct option_list),
	};
	void *field = (char *)target + spec->offset;
	struct err err;

	memset(field, 0, sizes[spec->type]);
	if (initial == NULL) {
		if (spec->type == OPTION_REAL)
			*(double *)field = NAN;
		return;
	}
	enum err_code code = option_set(spec, target, initial, &err);
	assert(code == ERR_OK);
	(void)code;
}

void option_reset(const struct option_spec *specs, size_t count, void *target)
{
	for (size_t i = 0; i < count; i++)
		set_initial(&specs[i], specs[i].initial, target);
}

void option_reset_recorded(const struct option_spec *specs, size_t count, void *target)
{
	for (size_t i = 0; i < count; i++)
		set_initial(&specs[i], specs[i].unsaid != NULL ? specs[i].unsaid : specs[i].initial, target);
}

static enum err_code set_flag(const struct option_spec *spec, bool *field, const char *text, struct err *err)
{
	bool yes = strcmp(text, "yes") == 0;

	if (!yes && strcmp(text, "no") != 0)
		return err_set(err, ERR_INPUT, "'%s' will not do: %s takes yes or no", text, spec->name);
	*field = yes;
	return ERR_OK;
}

static enum err_code out_of_range(const struct option_spec *spec, const char *kind, const char *text, struct err *err)
{
	char bound[64] = "";

	if (spec->max != 0)
		(void)snprintf(bound, sizeof bound, " to %.12g", spec->max);
	return err_set(err, ERR_INPUT, "'%s' will not do: %s takes a %s %s %.12g%s", text, spec->name, kind,
		       spec->above_min ? "above" : "from", spec->min, bound);
}

static bool in_range(const struct option_spec *spec, double value)
{
	return isfinite(value) && (spec->above_min ? value > spec->min : value >= spec->min) &&
	       (spec->max == 0 || value <= spec->max);
}

int option_index(const char *name, const char *(*names)(size_t i))
{
	for (int i = 0; names((size_t)i) != NULL; i++)
		if (strcmp(names((size_t)i), name) == 0)
			return i;
	return -1;
}

static enum err_code set_choice(const struct option_spec *spec, int *field, const char *text, struct err *err)
{
	char known[900] = "";
	size_t length = 0;
	int chosen = option_index(text, spec->choice);

	if (chosen >= 0) {
		*field = chosen;
		return ERR_OK;
	}
	const char *nearest = option_nearest(text, spec->choice);
	const char *guess[] = { nearest != NULL ? "did you mean '" : "", nearest != NULL ? nearest : "",
				nearest != NULL ? "'? " : "" };
	if (spec->choices_in != NULL)
		return err_set(err, ERR_INPUT, "'%s' will not do: %s%s%s'%s' lists what %s takes", text, guess[0],
			       guess[1], guess[2], spec->choices_in, spec->name);
	for (size_t i = 0; spec->choice(i) != NULL; i++) {
		int more = snprintf(known + length, sizeof known - length, "%s%s", i == 0 ? "" : ", ", spec->choice(i));
		length += more > 0 && (size_t)more < sizeof known - length ? (size_t)more : 0;
	}
	return err_set(err, ERR_INPUT, "'%s' will not do: %s%s%s%s takes one of %s", text, guess[0], guess[1], guess[2],
		       spec->name, known);
}

static enum err_code add_item(const struct option_spec *spec, struct option_list *list, const char *text,
			      struct err *err)
{
	if (list->count == OPTION_LIST_MAX)
		return err_set(err, ERR_INPUT, "'%s' is too many: %s can be given %d times", text, spec->name,
			       OPTION_LIST_MAX);
	list->items[list->count++] = text;
	return ERR_OK;
}

enum err_code option_set(const struct option_spec *spec, void *target, const char *text, struct err *err)
{
	void *field = (char *)target + spec->offset;
	double real = 0;
	uint64_t whole = 0;

	switch (spec->type) {
	case OPTION_FLAG:
		return set_flag(spec, field, text, err);
	case OPTION_COUNT:
		if (!parse_unsigned(text, &whole) || !in_range(spec, (double)whole) || whole > SIZE_MAX / 2)
			return out_of_range(spec, "whole number", text, err);
		*(size_t *)field = (size_t)whole;
		return ERR_OK;
	case OPTION_SEED:
		if (!parse_unsigned(text, &whole) || whole > INT64_MAX)
			return err_set(err, ERR_INPUT, "'%s' will not do: %s takes a whole number from 0 to %jd", text,
				       spec->name, (intmax_t)INT64_MAX);
		*(uint64_t *)field = whole;
		return ERR_OK;
	case OPTION_REAL:
		if (!parse_real(text, &real) || !in_range(spec, real))
			return out_of_range(spec, "number", text, err);
		*(double *)field = real;
		return ERR_OK;
	case OPTION_CHOICE:
		return set_choice(spec, field, text, err);
	case OPTION_TEXT:
		if (spec->check != NULL && spec->check(text, err) != ERR_OK)
			return err->code;
		*(const char **)field = text;
		return ERR_OK;
	case OPTION_LIST:
		return add_item(spec, field, text, err);
	}
	assert(false && "an option type without a parser");
	return ERR_SYSTEM;
}

static bool is_same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool option_is_given(const struct option_spec *spec, const void *target)
{
	const void *field = (const char *)target + spec->offset;

	switch (spec->type) {
	case OPTION_FLAG:
		return *(const bool *)field;
	case OPTION_COUNT:
		return *(const size_t *)field > 0;
	case OPTION_REAL:
		return !isnan(*(const double *)field);
	case OPTION_TEXT:
		return *(const char *const *)field != NULL;
	case OPTION_LIST:
		return ((const struct option_list *)field)->count > 0;
	default:
		return true;
	}
}

bool option_is_same(const struct option_spec *spec, const void *a, const void *b)
{
	const void *left = (const char *)a + spec->offset;
	const void *right = (const char *)b + spec->offset;
	const struct option_list *list = left;
	const struct option_list *other = right;

	switch (spec->type) {
	case OPTION_FLAG:
		return *(const bool *)left == *(const bool *)right;
	case OPTION_COUNT:
		return *(const size_t *)left == *(const size_t *)right;
	case OPTION_SEED:
		return *(const uint64_t *)left == *(const uint64_t *)right;
	case OPTION_REAL:
		return *(const double *)left == *(const double *)right ||
		       (isnan(*(const double *)left) && isnan(*(const double *)right));
	case OPTION_CHOICE:
		return *(const int *)left == *(const int *)right;
	case OPTION_TEXT:
		return is_same_text(*(const char *const *)left, *(const char *const *)right);
	case OPTION_LIST:
		for (size_t i = 0; i < list->count && list->count == other->count; i++)
			if (!is_same_text(list->items[i], other->items[i]))
				return false;
		return list->count == other->count;
	}
	assert(false && "an option type without a comparison");
	return false;
}

static enum err_code append_list(const struct option_list *list, struct text *json, struct err *err)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_append(json, err, "%s", i == 0 ? "[" : ",") != ERR_OK ||
		    text_append_json(json, list->items[i], err) != ERR_OK)
			return err->code;
	return text_append(json, err, "%s", list->count == 0 ? "[]" : "]");
}

static enum err_code append_value(const struct option_spec *spec, const void *field, struct text *json, struct err *err)
{
	const char *text;

	switch (spec->type) {
	case OPTION_FLAG:
		return text_append(json, err, "%s", *(const bool *)field ? "true" : "false");
	case OPTION_COUNT:
		return text_append(json, err, "%zu", *(const size_t *)field);
	case OPTION_SEED:
		return text_append(json, err, "%ju", (uintmax_t) * (const uint64_t *)field);
	case OPTION_REAL:
		return text_append_number(json, *(const double *)field, err);
	case OPTION_CHOICE:
		return text_append_json(json, spec->choice((size_t) * (const int *)field), err);
	case OPTION_TEXT:
		text = *(const char *const *)field;
		return text == NULL ? text_append(json, err, "null") : text_append_json(json, text, err);
	case OPTION_LIST:
		return append_list(field, json, err);
	}
	assert(false && "an option type without a writer");
	return ERR_SYSTEM;
}

enum err_code option_append_json(const struct option_spec *specs, size_t count, const void *source, struct text *json,
				 struct err *err)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = specs[i].name;
		if (text_append_bytes(json, ",", i == 0 ? 0 : 1, err) != ERR_OK ||
		    text_append_json(json, name, err) != ERR_OK)
			return err->code;
		for (char *letter = json->data + json->length - strlen(name) - 1; *letter != '"'; letter++)
			*letter = *letter == '-' ? '_' : *letter;
		if (text_append_bytes(json, ":", 1, err) != ERR_OK ||
		    append_value(&specs[i], (const char *)source + specs[i].offset, json, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static size_t lesser(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool is_same_letter(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Insertions, deletions, substitutions, and neighbours that changed places ("optimal string alignment"). */
static size_t edit_distance(const char *a, const char *b)
{
	size_t rows[3][64]; /* of a's letters i, i - 1, i - 2, in turns */
	size_t width = strlen(b), length = strlen(a);

	if (width + 1 > ARRAY_LENGTH(rows[0]))
		return SIZE_MAX / 2;
	for (size_t j = 0; j <= width; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= length; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i - 1) % 3], *above_that = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			row[j] = lesser(above[j - 1] + !is_same_letter(a[i - 1], b[j - 1]),
					lesser(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && is_same_letter(a[i - 1], b[j - 2]) && is_same_letter(a[i - 2], b[j - 1]))
				row[j] = lesser(row[j], above_that[j - 2] + 1);
		}
	}
	return rows[length % 3][width];
}

/* How unlike the names are: twice their distance. The beginning of a name (of two letters or more) is near enough, but
 * not nearer than a mistake. */
static size_t unlikeness(const char *name, const char *candidate, size_t bound)
{
	size_t unlike = 2 * edit_distance(name, candidate);
	bool is_beginning = strlen(name) > 1 && strncasecmp(name, candidate, strlen(name)) == 0;

	return is_beginning ? lesser(unlike, bound - 1) : unlike;
}

/* A name as unlike as this, or more, is no suggestion. */
static size_t first_bound(const char *name)
{
	size_t length = strlen(name);

	return 2 * (length == 2 ? 2 : length / 3 + 1);
}

static void keep_nearer(const char *name, const char *candidate, size_t *best, const char **nearest)
{
	size_t unlike = unlikeness(name, candidate, first_bound(name));

	if (unlike >= *best)
		return;
	*best = unlike;
	*nearest = candidate;
}

const char *option_nearest(const char *name, const char *(*names)(size_t i))
{
	const char *nearest = NULL;
	size_t best = first_bound(name);

	for (size_t i = 0; names(i) != NULL; i++)
		keep_nearer(name, names(i), &best, &nearest);
	return nearest;
}

const char *option_nearest_of(const char *name, const char *const *names, size_t count)
{
	const char *nearest = NULL;
	size_t best = first_bound(name);

	for (size_t i = 0; i < count; i++)
		keep_nearer(name, names[i], &best, &nearest);
	return nearest;
}
