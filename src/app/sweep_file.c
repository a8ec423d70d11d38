/* Reading a sweep file. */
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/sweep.h"
#include "base/file.h"
#include "base/mem.h"

struct reader {
	struct sweep *sweep;
	struct err *err;
	enum err_code code;
	bool has_methods;	      /* a [method …] section was seen: methods and [settings] come too late now */
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

/* A copy of `text` that lives as long as the sweep. */
static enum err_code keep(struct sweep *sweep, const char *text, const char **ret_text, struct err *err)
{
	if (mem_grow((void **)&sweep->strings, sweep->string_count, &sweep->string_capacity, sizeof *sweep->strings,
		     err) != ERR_OK ||
	    mem_copy_text(text, &sweep->strings[sweep->string_count], err) != ERR_OK)
		return err->code;
	*ret_text = sweep->strings[sweep->string_count++];
	return ERR_OK;
}

static struct sweep_method *find_method(const struct sweep *sweep, const char *name)
{
	for (size_t i = 0; i < sweep->method_count; i++)
		if (strcmp(sweep->methods[i].name, name) == 0)
			return &sweep->methods[i];
	return NULL;
}

static const char *find_dataset(const struct sweep *sweep, const char *name)
{
	for (size_t i = 0; i < sweep->dataset_count; i++)
		if (strcmp(sweep->datasets[i], name) == 0)
			return sweep->datasets[i];
	return NULL;
}

static enum err_code add_dataset(struct sweep *sweep, const char *name, struct err *err)
{
	if (find_dataset(sweep, name) != NULL)
		return err_set(err, ERR_INPUT, "data set '%s' is named twice", name);
	if (mem_grow((void **)&sweep->datasets, sweep->dataset_count, &sweep->dataset_capacity, sizeof *sweep->datasets,
		     err) != ERR_OK)
		return err->code;
	sweep->datasets[sweep->dataset_count++] = name;
	return ERR_OK;
}

static enum err_code add_method(struct sweep *sweep, const char *name, struct err *err)
{
	if (find_method(sweep, name) != NULL)
		return err_set(err, ERR_INPUT, "method '%s' is named twice", name);
	if (mem_grow((void **)&sweep->methods, sweep->method_count, &sweep->method_capacity, sizeof *sweep->methods,
		     err) != ERR_OK)
		return err->code;
	sweep->methods[sweep->method_count++] = (struct sweep_method){ .name = name };
	return ERR_OK;
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
		if (keep(sweep, name, &kept, err) != ERR_OK || add(sweep, kept, err) != ERR_OK)
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

	if (keep(sweep, value, &kept, err) != ERR_OK)
		return err->code;
	return option_set(spec, target, kept, err);
}

static enum err_code read_sweep_key(struct reader *reader, const char *name, const char *value)
{
	struct sweep *sweep = reader->sweep;

	if (strcmp(name, "datasets") == 0)
		return add_names(sweep, value, add_dataset, reader->err);
	if (strcmp(name, "methods") == 0)
		return add_names(sweep, value, add_method, reader->err);
	const struct option_spec *spec = option_find(sweep_specs, ARRAY_LENGTH(sweep_specs), name);
	return spec == NULL ? unknown_key("sweep", name, reader->err)
			    : set_option(sweep, spec, sweep, value, reader->err);
}

static enum err_code read_setting(struct reader *reader, struct run_settings *target, const char *name,
				  const char *value)
{
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	if (spec == NULL)
		return err_set(reader->err, ERR_INPUT, "there is no setting '%s'; 'hardrow help train' lists them",
			       name);
	return set_option(reader->sweep, spec, target, value, reader->err);
}

static int method_of_name(const char *name)
{
	for (int i = 0; method_name((size_t)i) != NULL; i++)
		if (strcmp(method_name((size_t)i), name) == 0)
			return i;
	return -1;
}

/* A method of the table starts as itself, one of its own name as the method of [settings]. */
static void start_method(const struct sweep *sweep, struct sweep_method *method)
{
	int known = method_of_name(method->name);

	method->settings = sweep->settings;
	if (known >= 0)
		method->settings.method = known;
}

static enum err_code read_method_key(struct reader *reader, const char *method, const char *name, const char *value)
{
	static const char *const shared[] = { "label",	    "missing",	 "test-fraction", "stratified",
					      "split-seed", "imbalance", "imbalance-max", "relabel" };
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);
	struct sweep_method *found = find_method(reader->sweep, method);

	if (found == NULL)
		return err_set(reader->err, ERR_INPUT, "[method %s] is not among the methods of [sweep]", method);
	for (size_t i = 0; i < ARRAY_LENGTH(shared); i++)
		if (spec != NULL && strcmp(spec->name, shared[i]) == 0)
			return err_set(reader->err, ERR_INPUT,
				       "'%s' belongs into [settings]: all methods share one split", name);
	if (!reader->has_methods)
		for (size_t i = 0; i < reader->sweep->method_count; i++)
			start_method(reader->sweep, &reader->sweep->methods[i]);
	reader->has_methods = true;
	return read_setting(reader, &found->settings, name, value);
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
	row->dataset = find_dataset(sweep, dataset);
	if (row->dataset == NULL)
		return err_set(err, ERR_INPUT, "a figure for '%s', which is not among the datasets of [sweep]",
			       dataset);
	return keep(sweep, metric == NULL ? "accuracy" : metric + strspn(metric, " \t"), &row->metric, err);
}

static enum err_code read_published_key(struct reader *reader, const char *method, const char *name, const char *value)
{
	struct sweep *sweep = reader->sweep;
	struct option_spec figure = { .name = name, .type = OPTION_REAL };
	struct track_published row = { 0 };

	if (strcmp(name, "source") == 0)
		return keep(sweep, value, &reader->published_source, reader->err);
	if (reader->published_source == NULL)
		return err_set(reader->err, ERR_INPUT, "[published %s] must begin with its source", method);
	row.source = reader->published_source;
	if (keep(sweep, method, &row.method, reader->err) != ERR_OK ||
	    read_figure_name(sweep, name, &row, reader->err) != ERR_OK)
		return reader->err->code;
	if (is_published(sweep, &row))
		return err_set(reader->err, ERR_INPUT, "[published %s] has two figures for '%s'", method, name);
	/* Ratios have no upper bound. */
	if (strcmp(row.metric, "accuracy") == 0)
		figure.max = 100;
	if (option_set(&figure, &row.value, value, reader->err) != ERR_OK ||
	    mem_grow((void **)&sweep->published, sweep->published_count, &sweep->published_capacity,
		     sizeof *sweep->published, reader->err) != ERR_OK)
		return reader->err->code;
	sweep->published[sweep->published_count++] = row;
	return ERR_OK;
}

static enum err_code read_key(struct reader *reader, const char *section, const char *name, const char *value)
{
	if (reader->has_methods && (strcmp(section, "sweep") == 0 || strcmp(section, "settings") == 0))
		return err_set(reader->err, ERR_INPUT, "[%s] must come before the first [method …]", section);
	if (strcmp(section, "sweep") == 0)
		return read_sweep_key(reader, name, value);
	if (strcmp(section, "settings") == 0)
		return read_setting(reader, &reader->sweep->settings, name, value);
	if (strncmp(section, "method ", 7) == 0)
		return read_method_key(reader, section + 7, name, value);
	if (strncmp(section, "published ", 10) == 0)
		return read_published_key(reader, section + 10, name, value);
	return err_set(reader->err, ERR_INPUT,
		       "there is no section [%s]; known are [sweep], [settings], [method NAME], [published NAME]",
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

static enum err_code check_methods(struct sweep *sweep, bool are_started, struct err *err)
{
	struct method composed;
	struct network_shape shape;

	for (size_t i = 0; i < sweep->method_count; i++) {
		struct sweep_method *method = &sweep->methods[i];
		if (!are_started)
			start_method(sweep, method);
		if (settings_compose(&method->settings, &composed, err) != ERR_OK ||
		    settings_shape(&method->settings, 1, 2, &shape, err) != ERR_OK)
			return err_prefix(err, "method %s", method->name);
	}
	return ERR_OK;
}

static enum err_code check_complete(const struct sweep *sweep, struct err *err)
{
	if (sweep->name == NULL)
		return err_set(err, ERR_INPUT, "[sweep] needs a name");
	if (sweep->dataset_count == 0)
		return err_set(err, ERR_INPUT, "[sweep] needs datasets");
	if (sweep->method_count == 0)
		return err_set(err, ERR_INPUT, "[sweep] needs methods");
	return ERR_OK;
}

/* A name in `methods` is either in the table or has a section of its own. */
static enum err_code check_names(const struct sweep *sweep, struct err *err)
{
	for (size_t i = 0; i < sweep->method_count; i++) {
		const char *name = sweep->methods[i].name;
		AUTO(mem_freep) char *section = NULL;
		if (method_of_name(name) >= 0)
			continue;
		if (asprintf(&section, "[method %s]", name) < 0)
			return err_set(err, ERR_SYSTEM, "out of memory");
		if (strstr(sweep->source, section) != NULL)
			continue;
		const char *nearest = option_nearest(name, method_name);
		return nearest == NULL
			   ? err_set(err, ERR_INPUT, "there is no method '%s', and no section [method %s]", name, name)
			   : err_set(err, ERR_INPUT, "there is no method '%s'; did you mean '%s'?", name, nearest);
	}
	return ERR_OK;
}

enum err_code sweep_read(const char *path, struct sweep **ret_sweep, struct err *err)
{
	AUTO(sweep_freep) struct sweep *sweep = NULL;
	size_t length;

	if (mem_new(&sweep, 1, err) != ERR_OK || file_read(path, &sweep->source, &length, err) != ERR_OK)
		return err->code;
	option_reset(sweep_specs, ARRAY_LENGTH(sweep_specs), sweep);
	option_reset(settings_specs, settings_spec_count, &sweep->settings);
	struct reader reader = { .sweep = sweep, .err = err };
	int line = ini_parse_string(sweep->source, on_key, &reader);
	if (reader.code == ERR_OK && line != 0)
		(void)err_set(err, ERR_INPUT, "neither [section] nor key = value");
	if (line != 0)
		return err_prefix(err, "%s:%d", path, line);
	if (check_complete(sweep, err) != ERR_OK || check_names(sweep, err) != ERR_OK ||
	    check_methods(sweep, reader.has_methods, err) != ERR_OK)
		return err_prefix(err, "%s", path);
	*ret_sweep = take_ptr(&sweep);
	return ERR_OK;
}

void sweep_free(struct sweep *sweep)
{
	if (sweep == NULL)
		return;
	for (size_t i = 0; i < sweep->string_count; i++)
		free(sweep->strings[i]);
	free(sweep->strings);
	free(sweep->source);
	free(sweep->datasets);
	free(sweep->methods);
	free(sweep->published);
	free(sweep);
}

void sweep_freep(struct sweep **sweep)
{
	sweep_free(*sweep);
}
