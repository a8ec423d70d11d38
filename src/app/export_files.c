#include "app/export_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/export_stream.h"
#include "base/file.h"
#include "base/mem.h"

static enum err_code fail(const char *path, struct err *err)
{
	return err_set(err, ERR_SYSTEM, "%s: %s", path, strerror(errno));
}

static enum err_code check_empty(const char *folder, struct err *err)
{
	DIR *entries = opendir(folder);
	bool is_empty = true;

	if (entries == NULL)
		return fail(folder, err);
	for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries))
		is_empty = is_empty && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0);
	(void)closedir(entries);
	return is_empty ? ERR_OK
			: err_set(err, ERR_INPUT, "%s: there are files in it; --force replaces those of the same names",
				  folder);
}

enum err_code export_files_begin(struct export_files *files, const char *folder, bool force, struct err *err)
{
	files->folder = folder;
	if (file_exists(folder) && !file_is_directory(folder))
		return err_set(err, ERR_INPUT, "%s: is a file, not a folder", folder);
	files->is_made = !file_exists(folder);
	if (file_make_directory(folder, err) != ERR_OK)
		return err->code;
	return force ? ERR_OK : check_empty(folder, err);
}

enum err_code export_files_open(struct export_files *files, const char *name, FILE **ret_stream, struct err *err)
{
	if (mem_more(&files->files, files->count, &files->capacity, err) != ERR_OK)
		return err->code;
	struct export_file *file = &files->files[files->count++];
	*file = (struct export_file){ 0 };
	if (file_join(files->folder, name, &file->path, err) != ERR_OK)
		return err->code;
	/* A hidden name that no pattern for the files finds. */
	struct text temporary AUTO(text_done) = { 0 };
	if (text_append(&temporary, err, "%s/.%s.%ld", files->folder, name, (long)getpid()) != ERR_OK)
		return err->code;
	if (export_stream_open(temporary.data, &file->stream, err) != ERR_OK)
		return err->code;
	file->temporary = take_ptr(&temporary.data);
	*ret_stream = file->stream;
	return ERR_OK;
}

enum err_code export_files_close(struct export_files *files, enum err_code code, struct err *err)
{
	for (size_t i = 0; i < files->count; i++) {
		FILE *stream = take_ptr(&files->files[i].stream);
		if (stream == NULL)
			continue;
		bool had_failed = ferror(stream) != 0;
		bool is_closed = fclose(stream) == 0;
		if (code == ERR_OK && !is_closed)
			code = fail(files->files[i].path, err);
		else if (code != ERR_OK && had_failed)
			code = err_prefix(err, "%s", files->files[i].path);
	}
	return code;
}

/* Up to so many files are synced one by one. Of a thousand small ones, as of weights, that takes seconds, and syncfs()
 * a tenth of one; but it waits for whatever others have written to the disk. */
#define SYNCED_ALONE_MAX 32

static enum err_code sync_each(const struct export_files *files, struct err *err)
{
	for (size_t i = 0; i < files->count; i++) {
		AUTO(file_close_fd) int fd = open(files->files[i].temporary, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || fsync(fd) != 0)
			return fail(files->files[i].path, err);
	}
	return ERR_OK;
}

static enum err_code sync_all(const struct export_files *files, struct err *err)
{
	AUTO(file_close_fd) int folder = open(files->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return folder < 0 || syncfs(folder) != 0 ? fail(files->folder, err) : ERR_OK;
}

enum err_code export_files_commit(struct export_files *files, struct err *err)
{
	if ((files->count <= SYNCED_ALONE_MAX ? sync_each : sync_all)(files, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < files->count; i++) {
		struct export_file *file = &files->files[i];
		if (rename(file->temporary, file->path) != 0)
			return fail(file->path, err);
		free(file->temporary);
		file->temporary = NULL;
		files->is_made = false;
	}
	return ERR_OK;
}

void export_files_done(struct export_files *files)
{
	for (size_t i = 0; i < files->count; i++) {
		struct export_file *file = &files->files[i];
		if (file->stream != NULL)
			(void)fclose(file->stream);
		if (file->temporary != NULL)
			(void)unlink(file->temporary);
		free(file->temporary);
		free(file->path);
	}
	if (files->is_made)
		(void)rmdir(files->folder);
	free(files->files);
	*files = (struct export_files){ 0 };
}
