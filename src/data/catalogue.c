#include "data/catalogue.h"

#include <ini.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/option.h"
#include "base/parse.h"
#include "base/text.h"
#include "data/catalogue_text.h"

struct catalogue {
	struct catalogue_entry *entries;
	size_t count, capacity;
	char **texts; /* what the entries point to */
	size_t text_count, text_capacity;
};

struct field {
	const char *name;
	size_t offset;
	bool is_count; /* size_t, else text */
};

static const struct field fields[] = {
	{ "title", offsetof(struct catalogue_entry, title), false },
	{ "uci_name", offsetof(struct catalogue_entry, uci_name), false },
	{ "doi", offsetof(struct catalogue_entry, doi), false },
	{ "citation", offsetof(struct catalogue_entry, citation), false },
	{ "licence", offsetof(struct catalogue_entry, licence), false },
	{ "file", offsetof(struct catalogue_entry, file), false },
	{ "label", offsetof(struct catalogue_entry, label), false },
	{ "task", offsetof(struct catalogue_entry, task), false },
	{ "rows", offsetof(struct catalogue_entry, rows), true },
	{ "features", offsetof(struct catalogue_entry, features), true },
	{ "classes", offsetof(struct catalogue_entry, classes), true },
	{ "sha256", offsetof(struct catalogue_entry, sha256), false },
	{ "url", offsetof(struct catalogue_entry, url), false },
	{ "raw_sha256", offsetof(struct catalogue_entry, raw_sha256), false },
	{ "raw_separator", offsetof(struct catalogue_entry, raw_separator), false },
	{ "raw_skip", offsetof(struct catalogue_entry, raw_skip), true },
	{ "raw_drop", offsetof(struct catalogue_entry, raw_drop), true },
	{ "raw_levels", offsetof(struct catalogue_entry, raw_levels), false },
	{ "header", offsetof(struct catalogue_entry, header), false },
	{ "train_images", offsetof(struct catalogue_entry, part_sha256[IDX_TRAIN_IMAGES]), false },
	{ "train_labels", offsetof(struct catalogue_entry, part_sha256[IDX_TRAIN_LABELS]), false },
	{ "test_images", offsetof(struct catalogue_entry, part_sha256[IDX_TEST_IMAGES]), false },
	{ "test_labels", offsetof(struct catalogue_entry, part_sha256[IDX_TEST_LABELS]), false },
	{ "installed", offsetof(struct catalogue_entry, installed), false },
	{ "package", offsetof(struct catalogue_entry, package), false },
};

struct parsing {
	struct catalogue *catalogue;
	struct err *err;
};

static enum err_code keep_text(struct catalogue *catalogue, const char *text, const char **ret_kept, struct err *err)
{
	if (mem_more(&catalogue->texts, catalogue->text_count, &catalogue->text_capacity, err) != ERR_OK ||
	    mem_copy_text(text, &catalogue->texts[catalogue->text_count], err) != ERR_OK)
		return err->code;
	*ret_kept = catalogue->texts[catalogue->text_count++];
	return ERR_OK;
}

static enum err_code add_entry(struct catalogue *catalogue, const char *name, struct err *err)
{
	struct catalogue_entry entry = { 0 };

	if (mem_more(&catalogue->entries, catalogue->count, &catalogue->capacity, err) != ERR_OK ||
	    keep_text(catalogue, name, &entry.name, err) != ERR_OK)
		return err->code;
	catalogue->entries[catalogue->count++] = entry;
	return ERR_OK;
}

static enum err_code set_field(struct catalogue *catalogue, const char *name, const char *value, struct err *err)
{
	char *entry = (char *)&catalogue->entries[catalogue->count - 1];
	uint64_t number = 0;
	size_t i = 0;

	while (i < ARRAY_LENGTH(fields) && strcmp(fields[i].name, name) != 0)
		i++;
	if (i == ARRAY_LENGTH(fields))
		return err_set(err, ERR_SYSTEM, "no such field: '%s'", name);
	if (!fields[i].is_count)
		return keep_text(catalogue, value, (const char **)(entry + fields[i].offset), err);
	if (!parse_unsigned(value, &number))
		return err_set(err, ERR_SYSTEM, "%s: '%s' is not a whole number", name, value);
	*(size_t *)(entry + fields[i].offset) = (size_t)number;
	return ERR_OK;
}

static int on_value(void *user, const char *section, const char *name, const char *value)
{
	struct parsing *parsing = user;
	struct catalogue *catalogue = parsing->catalogue;
	bool is_new = catalogue->count == 0 || strcmp(catalogue->entries[catalogue->count - 1].name, section) != 0;

	if (is_new && add_entry(catalogue, section, parsing->err) != ERR_OK)
		return 0;
	return set_field(catalogue, name, value, parsing->err) == ERR_OK;
}

enum err_code catalogue_create(struct catalogue **ret_catalogue, struct err *err)
{
	AUTO(catalogue_freep) struct catalogue *catalogue = NULL;
	struct parsing parsing = { .err = err };

	if (mem_new(&catalogue, 1, err) != ERR_OK)
		return err->code;
	parsing.catalogue = catalogue;
	err->code = ERR_OK;
	int line = ini_parse_string(catalogue_text, on_value, &parsing);
	if (line != 0 && err->code == ERR_OK)
		(void)err_set(err, ERR_SYSTEM, "not in the form of an ini file");
	if (line != 0)
		return err_prefix(err, "the built-in datasets/catalogue.ini:%d", line);
	*ret_catalogue = take_ptr(&catalogue);
	return ERR_OK;
}

void catalogue_free(struct catalogue *catalogue)
{
	if (catalogue == NULL)
		return;
	mem_free_texts(catalogue->texts, catalogue->text_count);
	free(catalogue->entries);
	free(catalogue);
}

void catalogue_freep(struct catalogue **catalogue)
{
	catalogue_free(*catalogue);
}

size_t catalogue_count(const struct catalogue *catalogue)
{
	return catalogue->count;
}

const struct catalogue_entry *catalogue_at(const struct catalogue *catalogue, size_t i)
{
	return &catalogue->entries[i];
}

const struct catalogue_entry *catalogue_find(const struct catalogue *catalogue, const char *name)
{
	for (size_t i = 0; i < catalogue->count; i++)
		if (strcmp(catalogue->entries[i].name, name) == 0)
			return &catalogue->entries[i];
	return NULL;
}

bool catalogue_has_images(const struct catalogue_entry *entry)
{
	return entry->part_sha256[0] != NULL;
}

bool catalogue_is_regression(const struct catalogue_entry *entry)
{
	return entry->task != NULL && strcmp(entry->task, "regression") == 0;
}

static enum err_code images_not_found(const struct catalogue_entry *entry, const char *where, struct err *err)
{
	const char *package = entry->package;

	return err_set(
	    err, ERR_MISSING,
	    "%s: not found; 'hardrow datasets fetch %s' gets it%s%s%s, or put its four files into the folder "
	    "%s in %s",
	    entry->name, entry->name, package != NULL ? ", Debian's package " : "", package != NULL ? package : "",
	    package != NULL ? " has it" : "", entry->file, where);
}

static enum err_code not_found(const struct catalogue_entry *entry, const struct data_path *path, struct err *err)
{
	struct text folders AUTO(text_done) = { 0 };

	for (size_t i = 0; path->folders[i] != NULL; i++)
		if (text_append(&folders, err, "%s%s", i == 0 ? "" : " or ", path->folders[i]) != ERR_OK)
			return err->code;
	const char *where = folders.data == NULL ? "a folder" : folders.data;
	if (catalogue_has_images(entry))
		return images_not_found(entry, where, err);
	if (entry->url == NULL)
		return err_set(
		    err, ERR_MISSING,
		    "%s: not found; %s comes with hardrow, in its folder 'datasets': --data-dir says where that is, "
		    "or put it into %s",
		    entry->name, entry->file, where);
	return err_set(err, ERR_MISSING,
		       "%s: not found; 'hardrow datasets fetch %s' gets it from UCI, or put %s into %s", entry->name,
		       entry->name, entry->file, where);
}

static enum err_code is_here(const struct catalogue_entry *entry, const char *file, bool *ret_is, struct err *err)
{
	if (catalogue_has_images(entry))
		return idx_is_folder(file, ret_is, err);
	*ret_is = file_exists(file);
	return ERR_OK;
}

/* Leaves *ret_file as it is if the folder has no such file. */
static enum err_code look_in(const char *folder, const struct catalogue_entry *entry, char **ret_file, struct err *err)
{
	AUTO(mem_freep) char *file = NULL;
	bool found = false;

	if (file_join(folder, entry->file, &file, err) != ERR_OK || is_here(entry, file, &found, err) != ERR_OK)
		return err->code;
	if (found)
		*ret_file = take_ptr(&file);
	return ERR_OK;
}

enum err_code catalogue_locate(const struct catalogue_entry *entry, const struct data_path *path, char **ret_file,
			       struct err *err)
{
	AUTO(mem_freep) char *file = NULL;
	bool found = false;

	for (size_t i = 0; file == NULL && path->folders[i] != NULL; i++)
		if (look_in(path->folders[i], entry, &file, err) != ERR_OK)
			return err->code;
	if (file == NULL && path->bundled != NULL && look_in(path->bundled, entry, &file, err) != ERR_OK)
		return err->code;
	if (file != NULL) {
		*ret_file = take_ptr(&file);
		return ERR_OK;
	}
	if (entry->installed != NULL && is_here(entry, entry->installed, &found, err) != ERR_OK)
		return err->code;
	if (found)
		return mem_copy_text(entry->installed, ret_file, err);
	return not_found(entry, path, err);
}

static enum err_code read_images(const char *folder, const char *own_label, const struct reading *reading,
				 struct dataset **ret_dataset, struct err *err)
{
	if (reading->label != NULL && strcmp(reading->label, own_label) != 0)
		return err_set(err, ERR_INPUT, "%s: images have no column '%s'; their label is called '%s'", folder,
			       reading->label, own_label);
	if (reading->has_target)
		return err_set(err, ERR_INPUT, "%s: images have classes, no targets: --task regression is not for them",
			       folder);
	if (reading->groups != NULL)
		return err_set(err, ERR_INPUT, "%s: images have no column '%s' of groups", folder, reading->groups);
	return dataset_read_idx(folder, own_label, ret_dataset, err);
}

static enum err_code read_entry(const struct catalogue_entry *entry, const char *file, const struct reading *reading,
				struct dataset **ret_dataset, struct err *err)
{
	struct reading of_entry = *reading;

	if (catalogue_has_images(entry))
		return read_images(file, entry->label, reading, ret_dataset, err);
	if (reading->label == NULL)
		of_entry.label = entry->label;
	return dataset_read(file, &of_entry, ret_dataset, err);
}

static enum err_code open_entry(const struct catalogue_entry *entry, const struct data_path *path,
				const struct reading *reading, struct dataset **ret_dataset, struct err *err)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	AUTO(mem_freep) char *file = NULL;

	if (catalogue_is_regression(entry) && !reading->has_target && reading->label == NULL)
		return err_set(err, ERR_INPUT,
			       "%s: its label is a number: --task regression predicts it, --label %s takes each value "
			       "for a class",
			       entry->name, entry->label);
	if (catalogue_locate(entry, path, &file, err) != ERR_OK ||
	    read_entry(entry, file, reading, &dataset, err) != ERR_OK)
		return err->code;
	if (strcmp(dataset->origin, entry->sha256) != 0)
		return err_set(err, ERR_INPUT,
			       "%s: is not the '%s' of the catalogue (sha256 %s, not %s); "
			       "to use it as it is, name its path",
			       file, entry->name, dataset->origin, entry->sha256);
	*ret_dataset = take_ptr(&dataset);
	return ERR_OK;
}

static bool is_path(const char *name)
{
	static const char suffix[] = ".csv";
	size_t length = strlen(name);

	return strchr(name, '/') != NULL || strcmp(name, "-") == 0 ||
	       (length >= strlen(suffix) && strcmp(name + length - strlen(suffix), suffix) == 0);
}

const char *catalogue_nearest(const char *name)
{
	return option_nearest_of(name, catalogue_names, ARRAY_LENGTH(catalogue_names));
}

static enum err_code unknown_name(const char *name, struct err *err)
{
	const char *nearest = catalogue_nearest(name);

	if (nearest != NULL)
		return err_set(err, ERR_INPUT, "'%s' is no known data set and no file; did you mean '%s'?", name,
			       nearest);
	return err_set(err, ERR_INPUT, "'%s' is no known data set and no file; 'hardrow datasets' lists the known ones",
		       name);
}

static enum err_code open_path(const char *path, const struct reading *reading, struct dataset **ret_dataset,
			       struct err *err)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;

	if (file_is_directory(path))
		return read_images(path, "class", reading, ret_dataset, err);
	if (dataset_read(path, reading, &dataset, err) != ERR_OK)
		return err->code;
	/* A handful of rows can be so. */
	if (dataset->classes == dataset->instances && dataset->instances > 9)
		return err_set(err, ERR_INPUT,
			       "%s: column '%s' has another class in every row: --label says where the classes are%s",
			       path, dataset->label,
			       dataset_looks_continuous(dataset) ? ", --task regression predicts a number" : "");
	*ret_dataset = take_ptr(&dataset);
	return ERR_OK;
}

enum err_code catalogue_open(const struct catalogue *catalogue, const struct data_path *path, const char *name_or_path,
			     const struct reading *reading, struct dataset **ret_dataset, struct err *err)
{
	if (is_path(name_or_path))
		return open_path(name_or_path, reading, ret_dataset, err);
	const struct catalogue_entry *entry = catalogue_find(catalogue, name_or_path);
	if (entry != NULL)
		return open_entry(entry, path, reading, ret_dataset, err);
	if (file_exists(name_or_path))
		return open_path(name_or_path, reading, ret_dataset, err);
	return unknown_name(name_or_path, err);
}
