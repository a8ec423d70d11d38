#include "cli/bundled.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/option.h"
#include "base/text.h"

#define SWEEP_SUFFIX ".ini"

/* Only a folder of hardrow's has this: any program may stand beside a folder 'datasets'. */
static const char marker[] = "datasets/catalogue.ini";

static enum err_code is_root(const char *folder, bool *ret_is, struct err *err)
{
	AUTO(mem_freep) char *file = NULL;

	if (file_join(folder, marker, &file, err) != ERR_OK)
		return err->code;
	*ret_is = file_exists(file);
	return ERR_OK;
}

/* The folder above that of the program, wherever it is run from, then `below`; NULL without /proc. */
static enum err_code beside_program(const char *below, char **ret_folder, struct err *err)
{
	AUTO(mem_freep) char *program = realpath("/proc/self/exe", NULL);
	char *end = program == NULL ? NULL : strrchr(program, '/');

	if (program == NULL && errno == ENOMEM)
		return err_set(err, ERR_SYSTEM, "out of memory");
	if (end == NULL)
		return ERR_OK;
	*end = '\0';
	return file_join(program, below, ret_folder, err);
}

static enum err_code find_root(char **ret_root, struct err *err)
{
	/* A moved prefix, the source tree of a build folder, the prefix that it was built for. */
	static const char *const places[] = { HARDROW_DATA_FROM_PROGRAM, "..", HARDROW_DATA_FOLDER };

	for (size_t i = 0; i < ARRAY_LENGTH(places); i++) {
		AUTO(mem_freep) char *folder = NULL;
		bool is = false;
		enum err_code code = places[i][0] == '/' ? mem_copy_text(places[i], &folder, err)
							 : beside_program(places[i], &folder, err);
		if (code != ERR_OK || (folder != NULL && is_root(folder, &is, err) != ERR_OK))
			return err->code;
		if (!is)
			continue;
		*ret_root = realpath(folder, NULL);
		return *ret_root == NULL ? err_set(err, ERR_SYSTEM, "%s: %s", folder, strerror(errno)) : ERR_OK;
	}
	return ERR_OK;
}

enum err_code bundled_folder(const char *name, char **ret_folder, struct err *err)
{
	AUTO(mem_freep) char *root = NULL;

	if (find_root(&root, err) != ERR_OK)
		return err->code;
	return root == NULL ? ERR_OK : file_join(root, name, ret_folder, err);
}

/* The name without the suffix of sweep files, if it has that. */
static int stem_length(const char *name)
{
	size_t length = strlen(name), suffix = strlen(SWEEP_SUFFIX);
	bool has = length > suffix && strcmp(name + length - suffix, SWEEP_SUFFIX) == 0;

	return (int)(has ? length - suffix : length);
}

static int is_sweep(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && entry->d_name[stem_length(entry->d_name)] != '\0';
}

static enum err_code add_name(struct bundled_names *names, struct dirent *entry, struct err *err)
{
	if (mem_more(&names->at, names->count, &names->capacity, err) != ERR_OK)
		return err->code;
	entry->d_name[stem_length(entry->d_name)] = '\0';
	if (mem_copy_text(entry->d_name, &names->at[names->count], err) != ERR_OK)
		return err->code;
	names->count++;
	return ERR_OK;
}

enum err_code bundled_experiments(struct bundled_names *names, struct err *err)
{
	AUTO(mem_freep) char *folder = NULL;
	struct dirent **entries = NULL;
	enum err_code code = ERR_OK;

	if (bundled_folder("experiments", &folder, err) != ERR_OK)
		return err->code;
	int count = folder == NULL ? 0 : scandir(folder, &entries, is_sweep, alphasort);
	for (int i = 0; i < count; i++) {
		if (code == ERR_OK)
			code = add_name(names, entries[i], err);
		free(entries[i]);
	}
	free(entries);
	return code;
}

void bundled_names_done(struct bundled_names *names)
{
	mem_free_texts(names->at, names->count);
}

static enum err_code not_found(const char *name, struct err *err)
{
	AUTO(bundled_names_done) struct bundled_names experiments = { 0 };
	AUTO(text_done) struct text all = { 0 };

	if (bundled_experiments(&experiments, err) != ERR_OK)
		return err->code;
	const char *nearest = option_nearest_of(name, (const char *const *)experiments.at, experiments.count);
	if (nearest != NULL)
		return err_set(err, ERR_INPUT, "there is no file '%s'; did you mean hardrow's own '%s'?", name,
			       nearest);
	for (size_t i = 0; i < experiments.count; i++)
		if (text_append(&all, err, "%s%s", i == 0 ? "; hardrow's own are " : ", ", experiments.at[i]) != ERR_OK)
			return err->code;
	return err_set(err, ERR_INPUT, "there is no file '%s'%s", name, all.data == NULL ? "" : all.data);
}

enum err_code bundled_find_sweep(const char *name, char **ret_path, struct err *err)
{
	AUTO(mem_freep) char *folder = NULL;
	AUTO(text_done) struct text path = { 0 };

	if (file_exists(name) || strchr(name, '/') != NULL)
		return mem_copy_text(name, ret_path, err);
	if (bundled_folder("experiments", &folder, err) != ERR_OK)
		return err->code;
	if (folder != NULL &&
	    text_append(&path, err, "%s/%.*s%s", folder, stem_length(name), name, SWEEP_SUFFIX) != ERR_OK)
		return err->code;
	if (path.data == NULL || !file_exists(path.data))
		return not_found(name, err);
	*ret_path = take_ptr(&path.data);
	return ERR_OK;
}
