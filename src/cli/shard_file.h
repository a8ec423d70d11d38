/* Which shard of a sweep, and the file that it goes into. */
#ifndef HARDROW_CLI_SHARD_FILE_H
#define HARDROW_CLI_SHARD_FILE_H

#include <stddef.h>

#include "base/err.h"

struct shard_file {
	size_t shard, shards; /* shards 0: it is the whole sweep, */
	char *path;	      /* and this is the database; else "FILE.I-of-N.db", which is there when all is done, */
	char *at_work;	      /* and until then it is called "FILE.I-of-N.db.partial" */
};

/* From "I/N", or "slurm": the array that SLURM_ARRAY_TASK_ID, _MIN, _MAX and _COUNT speak of, numbered from 0 or 1;
 * NULL: the whole sweep. A file that is done and there already becomes partial again: there may be more to do.
 * ERR_USAGE: it is no shard. ERR_INPUT: somebody is at work on the file that is done. */
MUST_CHECK enum err_code shard_file_init(const char *text, const char *database, struct shard_file *ret_file,
					 struct err *err);

/* All is done and the file is closed: it gets its name. ERR_SYSTEM: somebody else still reads or writes it. */
MUST_CHECK enum err_code shard_file_finish(const struct shard_file *file, struct err *err);
void shard_file_done(struct shard_file *file);

#endif
