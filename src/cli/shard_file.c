#include "cli/shard_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/text.h"

#define MOST_SHARDS 1000000

static enum err_code read_pair(const char *text, struct shard_file *file, struct err *err)
{
	const char *slash = strchr(text, '/');
	char index[24] = "";
	uint64_t shard = 0, shards = 0;

	if (slash != NULL && (size_t)(slash - text) < sizeof index)
		memcpy(index, text, (size_t)(slash - text));
	if (slash == NULL || !parse_unsigned(index, &shard) || !parse_unsigned(slash + 1, &shards) ||
	    shards > MOST_SHARDS || shard >= shards)
		return err_set(err, ERR_USAGE,
			       "'%s' will not do: --shard takes I/N with I from 0 to N-1, '0/4' to '3/4', or slurm",
			       text);
	file->shard = shard;
	file->shards = shards;
	return ERR_OK;
}

static bool read_variable(const char *name, uint64_t *ret_value)
{
	const char *text = getenv(name);

	return text != NULL && parse_unsigned(text, ret_value);
}

static enum err_code read_slurm(struct shard_file *file, struct err *err)
{
	uint64_t id = 0, first = 0, last = 0, count = 0;

	if (!read_variable("SLURM_ARRAY_TASK_ID", &id) || !read_variable("SLURM_ARRAY_TASK_COUNT", &count) ||
	    !read_variable("SLURM_ARRAY_TASK_MIN", &first) || !read_variable("SLURM_ARRAY_TASK_MAX", &last))
		return err_set(
		    err, ERR_USAGE,
		    "--shard slurm: this is no task of an array of Slurm (no SLURM_ARRAY_TASK_ID, _MIN, _MAX, "
		    "_COUNT); 'sbatch --array=0-7' makes one");
	/* Some tasks of an array that are submitted again are an array of their own. */
	if (first > 1 || count < 2 || count > MOST_SHARDS || last - first + 1 != count || id < first || id > last)
		return err_set(
		    err, ERR_USAGE,
		    "--shard slurm: the array is not 0-N or 1-N with N above 0 and without gaps; --shard I/N "
		    "says which shard this is ('scontrol requeue' keeps a task's array)");
	file->shard = id - first;
	file->shards = count;
	return ERR_OK;
}

/* "FILE.I-of-N.db" of "FILE.db". */
static enum err_code append_path(const struct shard_file *file, const char *database, struct text *path,
				 struct err *err)
{
	const char *name = strrchr(database, '/');
	const char *dot = strrchr(name == NULL ? database : name, '.');
	size_t stem = dot == NULL ? strlen(database) : (size_t)(dot - database);

	return text_append(path, err, "%.*s.%zu-of-%zu%s", (int)stem, database, file->shard, file->shards,
			   database + stem);
}

/* ERR_SYSTEM: somebody has it open to write, or left it so. */
static enum err_code check_closed(const char *path, struct err *err)
{
	static const char *const beside[] = { "-wal", "-journal" };

	for (size_t i = 0; i < ARRAY_LENGTH(beside); i++) {
		AUTO(text_done) struct text name = { 0 };
		if (text_append(&name, err, "%s%s", path, beside[i]) != ERR_OK)
			return err->code;
		if (file_exists(name.data))
			return err_set(
			    err, ERR_SYSTEM,
			    "%s: another program has it open ('%s' is there), so it cannot get another name; "
			    "give the same command again later",
			    path, name.data);
	}
	return ERR_OK;
}

static enum err_code move(const char *from, const char *to, struct err *err)
{
	if (check_closed(from, err) != ERR_OK)
		return err->code;
	return rename(from, to) == 0 ? ERR_OK : err_set(err, ERR_SYSTEM, "%s: %s", to, strerror(errno));
}

enum err_code shard_file_init(const char *text, const char *database, struct shard_file *ret_file, struct err *err)
{
	struct shard_file file AUTO(shard_file_done) = { 0 };
	AUTO(text_done) struct text path = { 0 };

	if (text != NULL &&
	    (strcmp(text, "slurm") == 0 ? read_slurm(&file, err) : read_pair(text, &file, err)) != ERR_OK)
		return err->code;
	if ((text == NULL ? text_append(&path, err, "%s", database) : append_path(&file, database, &path, err)) !=
		ERR_OK ||
	    mem_copy_text(path.data, &file.path, err) != ERR_OK ||
	    (text != NULL && text_append(&path, err, ".partial") != ERR_OK) ||
	    mem_copy_text(path.data, &file.at_work, err) != ERR_OK)
		return err->code;
	if (text != NULL && file_exists(file.path)) {
		if (file_exists(file.at_work))
			return err_set(err, ERR_INPUT, "%s: there is '%s' too; take one of them away", file.path,
				       file.at_work);
		if (move(file.path, file.at_work, err) != ERR_OK)
			return err->code;
	}
	*ret_file = file;
	file = (struct shard_file){ 0 };
	return ERR_OK;
}

enum err_code shard_file_finish(const struct shard_file *file, struct err *err)
{
	/* Another process with the same shard may have been faster. */
	if (file->shards == 0 || (!file_exists(file->at_work) && file_exists(file->path)))
		return ERR_OK;
	return move(file->at_work, file->path, err);
}

void shard_file_done(struct shard_file *file)
{
	free(file->path);
	free(file->at_work);
}
