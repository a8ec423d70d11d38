/* Reading a sweep file. */
#include <ini.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "app/sweep_settings.h"
#include "base/file.h"
#include "base/mem.h"

struct reader {
	struct sweep *sweep;
	struct err *err;
	enum err_code code;
	struct sweep_names keys;      /* "[section] key" of those seen; owned */
	const char *published_source; /* of the last [published …] section that named one */
};

static const struct option_spec sweep_specs[] = {
	{ .name = "name", .type = OPTION_TEXT, .offset = offsetof(struct sweep, name) },
	{ .name = "splits",
	  .type = OPTION_COUNT,
	  .offset = offsetof(struct sweep, splits),
	  .min = 1,
	  .max = 1e6,
	  .initial = "1" },
	{ .name = "record_splits",
	  .type = OPTION_COUNT,
	  .offset = offsetof(struct sweep, record_splits),
	  .max = 1e6,
	  .initial = "1000000" },
};

static int compare_names(const void *left, const void *right)
{
	return strcmp(left, right);
}

static const char *find_name(const struct sweep_names *names, const char *name)
{
	const char *const *found = tfind(name, &names->tree, compare_names);

	return found == NULL ? NULL : *found;
}

static void leave_name(void *name)
{
	(void)name;
}

static void names_done(struct sweep_names *names)
{
	tdestroy(names->tree, leave_name);
	free(names->at);
}

static enum err_code add_name(struct sweep_names *names, const char *kind, const char *name, struct err *err)
{
	if (find_name(names, name) != NULL)
		return err_set(err, ERR_INPUT, "%s '%s' is named twice", kind, name);
	if (mem_more(&names->at, names->count, &names->capacity, err) != ERR_OK)
		return err->code;
	if (tsearch(name, &names->tree, compare_names) == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory");
	names->at[names->count++] = name;
	return ERR_OK;
}

static enum err_code add_dataset(struct sweep *sweep, const char *name, struct err *err)
{
	return add_name(&sweep->datasets, "data set", name, err);
}

/* "all" stands for every method of the program that is for the task. */
static enum err_code add_method(struct sweep *sweep, const char *name, struct err *err)
{
	if (strcmp(name, "all") != 0)
		return add_name(&sweep->methods, "method", name, err);
	sweep->has_all_methods = true;
	for (size_t i = 0; method_name(i) != NULL; i++)
		if (add_name(&sweep->methods, "method", method_name(i), err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code add_model(struct sweep *sweep, const char *name, struct err *err)
{
	if (sweep_model_of_name(name) < 0)
		return err_set(err, ERR_INPUT, "there is no model '%s'", name);
	return add_name(&sweep->models, "model", name, err);
}

/* "a, b, c": each name goes to `add`. */
static enum err_code add_names(struct sweep *sweep, const char *value,
			       enum err_code (*add)(struct sweep *, const char *, struct err *), struct err *err)
{
	AUTO(mem_freep) char *list = NULL;
	char *rest = NULL;

	if (mem_copy_text(value, &list, err) != ERR_OK)
		return err->code;
	for (char *name = strtok_r(list, ", \t", &rest); name != NULL; name = strtok_r(NULL, ", \t", &rest)) {
		const char *kept = NULL;
		if (sweep_keep(sweep, name, &kept, err) != ERR_OK || add(sweep, kept, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code unknown_key(const char *section, const char *name, struct err *err)
{
	return err_set(err, ERR_INPUT, "[%s] has no '%s'", section, name);
}

static enum err_code set_option(struct sweep *sweep, const struct option_spec *spec, void *target, const char *value,
				struct err *err)
{
	const char *kept = NULL;

	if (sweep_keep(sweep, value, &kept, err) != ERR_OK)
		return err->code;
	return option_set(spec, target, kept, err);
}

/* A key that may stand only once, unlike lists, which may go on in the next line; in keys '_' and '-' are the same. */
static enum err_code add_key(struct reader *reader, const char *section, const char *name)
{
	struct text key AUTO(text_done) = { 0 };
	const char *kept = NULL;

	if (text_append(&key, reader->err, "[%s] %s", section, name) != ERR_OK)
		return reader->err->code;
	for (char *letter = key.data + strlen(section); *letter != '\0'; letter++)
		if (*letter == '_')
			*letter = '-';
	if (sweep_keep(reader->sweep, key.data, &kept, reader->err) != ERR_OK)
		return reader->err->code;
	return add_name(&reader->keys, "key", kept, reader->err);
}

static enum err_code read_sweep_key(struct reader *reader, const char *name, const char *value)
{
	struct sweep *sweep = reader->sweep;

	if (strcmp(name, "datasets") == 0)
		return add_names(sweep, value, add_dataset, reader->err);
	if (strcmp(name, "models") == 0)
		return add_names(sweep, value, add_model, reader->err);
	if (strcmp(name, "methods") == 0)
		return add_names(sweep, value, add_method, reader->err);
	const struct option_spec *spec = option_find(sweep_specs, ARRAY_LENGTH(sweep_specs), name);
	if (spec == NULL)
		return unknown_key("sweep", name, reader->err);
	return add_key(reader, "sweep", name) != ERR_OK ? reader->err->code
							: set_option(sweep, spec, sweep, value, reader->err);
}

static enum err_code read_setting(struct reader *reader, const char *name, const char *value)
{
	const struct option_spec *spec = NULL;

	if (sweep_find_setting(name, &spec, reader->err) != ERR_OK)
		return reader->err->code;
	return set_option(reader->sweep, spec, &reader->sweep->settings, value, reader->err);
}

static enum err_code read_method_key(struct reader *reader, const char *method, const char *name, const char *value)
{
	struct sweep *sweep = reader->sweep;
	const char *found = find_name(&sweep->methods, method);

	if (found == NULL)
		return err_set(reader->err, ERR_INPUT, "[method %s] is not among the methods of [sweep]", method);
	return sweep_override(sweep, found, name, value, reader->err);
}

static enum err_code read_model_key(struct reader *reader, const char *model, const char *name, const char *value)
{
	struct sweep *sweep = reader->sweep;
	const char *found = find_name(&sweep->models, model);

	if (found == NULL)
		return err_set(reader->err, ERR_INPUT, "[model %s] is not among the models of [sweep]", model);
	return sweep_override(sweep, found, name, value, reader->err);
}

static bool is_published(const struct sweep *sweep, const struct track_published *row)
{
	for (size_t i = 0; i < sweep->published_count; i++)
		if (strcmp(sweep->published[i].method, row->method) == 0 &&
		    strcmp(sweep->published[i].dataset, row->dataset) == 0 &&
		    strcmp(sweep->published[i].metric, row->metric) == 0)
			return true;
	return false;
}

/* "DATASET" or "DATASET METRIC" into the row; names of data sets have no blanks. */
static enum err_code read_figure_name(struct sweep *sweep, const char *name, struct track_published *row,
				      struct err *err)
{
	AUTO(mem_freep) char *dataset = NULL;
	char *metric;

	if (mem_copy_text(name, &dataset, err) != ERR_OK)
		return err->code;
	metric = dataset;
	(void)strsep(&metric, " \t");
	row->dataset = find_name(&sweep->datasets, dataset);
	if (row->dataset == NULL)
		return err_set(err, ERR_INPUT, "a figure for '%s', which is not among the datasets of [sweep]",
			       dataset);
	return sweep_keep(sweep, metric == NULL ? "accuracy" : metric + strspn(metric, " \t"), &row->metric, err);
}

static enum err_code read_published_key(struct reader *reader, const char *method, const char *name, const char *value)
{
	struct sweep *sweep = reader->sweep;
	struct option_spec figure = { .name = name, .type = OPTION_REAL };
	struct track_published row = { 0 };

	if (strcmp(name, "source") == 0)
		return sweep_keep(sweep, value, &reader->published_source, reader->err);
	if (reader->published_source == NULL)
		return err_set(reader->err, ERR_INPUT, "[published %s] must begin with its source", method);
	row.source = reader->published_source;
	if (sweep_keep(sweep, method, &row.method, reader->err) != ERR_OK ||
	    read_figure_name(sweep, name, &row, reader->err) != ERR_OK)
		return reader->err->code;
	if (is_published(sweep, &row))
		return err_set(reader->err, ERR_INPUT, "[published %s] has two figures for '%s'", method, name);
	/* Ratios have no upper bound. */
	if (strcmp(row.metric, "accuracy") == 0)
		figure.max = 100;
	if (option_set(&figure, &row.value, value, reader->err) != ERR_OK ||
	    mem_more(&sweep->published, sweep->published_count, &sweep->published_capacity, reader->err) != ERR_OK)
		return reader->err->code;
	sweep->published[sweep->published_count++] = row;
	return ERR_OK;
}

static enum err_code read_key(struct reader *reader, const char *section, const char *name, const char *value)
{
	if (strcmp(section, "sweep") == 0)
		return read_sweep_key(reader, name, value);
	if (strncmp(section, "published ", 10) == 0)
		return read_published_key(reader, section + 10, name, value);
	if (add_key(reader, section, name) != ERR_OK)
		return reader->err->code;
	if (strcmp(section, "settings") == 0)
		return read_setting(reader, name, value);
	if (strncmp(section, "method ", 7) == 0)
		return read_method_key(reader, section + 7, name, value);
	if (strncmp(section, "model ", 6) == 0)
		return read_model_key(reader, section + 6, name, value);
	return err_set(
	    reader->err, ERR_INPUT,
	    "there is no section [%s]; known are [sweep], [settings], [model NAME], [method NAME], [published NAME]",
	    section);
}

/* For libinih: 0 is failure. Only the first failure counts; its line is what ini_parse_string returns. */
static int on_key(void *context, const char *section, const char *name, const char *value)
{
	struct reader *reader = context;

	if (reader->code != ERR_OK)
		return 1;
	reader->code = read_key(reader, section, name, value);
	return reader->code == ERR_OK;
}

/* The task is known behind the last line only. */
static void leave_out_other_tasks(struct sweep *sweep)
{
	struct sweep_names *methods = &sweep->methods;
	size_t count = 0;

	for (size_t i = 0; i < methods->count; i++) {
		int known = sweep_method_of_name(methods->at[i]);
		struct method made;
		if (known < 0 || method_in_task(method_at((size_t)known), (enum task)sweep->settings.data.task, &made))
			methods->at[count++] = methods->at[i];
	}
	methods->count = count;
}

static enum err_code check_complete(const struct sweep *sweep, struct err *err)
{
	if (sweep->name == NULL)
		return err_set(err, ERR_INPUT, "[sweep] needs a name");
	if (sweep->datasets.count == 0)
		return err_set(err, ERR_INPUT, "[sweep] needs datasets");
	if (sweep->methods.count == 0)
		return err_set(err, ERR_INPUT, "[sweep] needs methods");
	return ERR_OK;
}

/* A name in `methods` is either in the table or has settings of its own. */
static enum err_code check_names(const struct sweep *sweep, struct err *err)
{
	for (size_t i = 0; i < sweep->methods.count; i++) {
		const char *name = sweep->methods.at[i];
		if (sweep_method_of_name(name) >= 0 || sweep_has_settings(sweep, name))
			continue;
		const char *nearest = option_nearest(name, method_name);
		return nearest == NULL
			   ? err_set(err, ERR_INPUT,
				     "there is no method '%s', and no section [method %s] with a setting", name, name)
			   : err_set(err, ERR_INPUT, "there is no method '%s'; did you mean '%s'?", name, nearest);
	}
	return ERR_OK;
}

/* libinih takes what is behind the end of its buffer for another line, without a word. */
static enum err_code check_lines(const char *path, const char *source, struct err *err)
{
	const size_t most = INI_MAX_LINE - 1;
	size_t line = 1;

	for (; *source != '\0'; line++) {
		size_t length = strcspn(source, "\n");
		if (length > most)
			return err_set(err, ERR_INPUT,
				       "%s:%zu: the line is longer than %zu bytes; a list may go on in the next line, "
				       "indented",
				       path, line, most);
		source += length + (source[length] == '\n');
	}
	return ERR_OK;
}

enum err_code sweep_read(const char *path, struct sweep **ret_sweep, struct err *err)
{
	AUTO(sweep_freep) struct sweep *sweep = NULL;
	struct sweep_pair *pairs = NULL;
	size_t length;

	if (mem_new(&sweep, 1, err) != ERR_OK || file_read(path, &sweep->source, &length, err) != ERR_OK ||
	    check_lines(path, sweep->source, err) != ERR_OK)
		return err->code;
	option_reset(sweep_specs, ARRAY_LENGTH(sweep_specs), sweep);
	option_reset(settings_specs, settings_spec_count, &sweep->settings);
	struct reader reader = { .sweep = sweep, .err = err };
	int line = ini_parse_string(sweep->source, on_key, &reader);
	names_done(&reader.keys);
	if (reader.code == ERR_OK && line != 0)
		(void)err_set(err, ERR_INPUT, "neither [section] nor key = value");
	if (line != 0)
		return err_prefix(err, "%s:%d", path, line);
	sweep_sort_overrides(sweep);
	if (sweep->has_all_methods)
		leave_out_other_tasks(sweep);
	if (check_complete(sweep, err) != ERR_OK || check_names(sweep, err) != ERR_OK ||
	    sweep_compose(sweep, &pairs, err) != ERR_OK)
		return err_prefix(err, "%s", path);
	sweep_free_pairs(sweep, pairs);
	*ret_sweep = take_ptr(&sweep);
	return ERR_OK;
}

void sweep_free(struct sweep *sweep)
{
	if (sweep == NULL)
		return;
	mem_free_texts(sweep->strings, sweep->string_count);
	free(sweep->source);
	names_done(&sweep->datasets);
	names_done(&sweep->methods);
	names_done(&sweep->models);
	free(sweep->overrides);
	free(sweep->published);
	free(sweep);
}

void sweep_freep(struct sweep **sweep)
{
	sweep_free(*sweep);
}
