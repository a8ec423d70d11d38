/* Files that appear in a folder all at once, or none of them. */
#ifndef HARDROW_APP_EXPORT_FILES_H
#define HARDROW_APP_EXPORT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/err.h"

struct export_file {
	char *path, *temporary; /* what it will be called, what it is called until then; owned */
	FILE *stream;		/* NULL once it is closed */
};

struct export_files {
	const char *folder; /* borrowed */
	bool is_made;	    /* the folder was not there before */
	size_t count, capacity;
	struct export_file *files;
};

/* Makes the folder, and its parents. ERR_INPUT: it has files already, unless `force`. Zero-initialise *files. */
MUST_CHECK enum err_code export_files_begin(struct export_files *files, const char *folder, bool force,
					    struct err *err);

/* A new file to write, `name` in the folder; *ret_stream is closed with the files. */
MUST_CHECK enum err_code export_files_open(struct export_files *files, const char *name, FILE **ret_stream,
					   struct err *err);

/* Closes what is open. `code` is how the writing ended, with its *err: if that failed at a file, the file's path is put
 * before the message. Returns the same code, or ERR_SYSTEM if what was left to write fails: the disk is full and the
 * like. */
MUST_CHECK enum err_code export_files_close(struct export_files *files, enum err_code code, struct err *err);

/* Sees that the files, all closed, are on the disk, then gives them their names; those of the same names are replaced.
 */
MUST_CHECK enum err_code export_files_commit(struct export_files *files, struct err *err);

/* Removes what is not committed, and the folder if it was made for it. */
void export_files_done(struct export_files *files);

#endif
