/* hardrow merge: the runs of several files in one. */
#include <stdio.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/lock.h"
#include "cli/print.h"
#include "cli/query.h"
#include "track/track_merge.h"
#include "track/track_read.h"

static void print_line(void *context, const char *line)
{
	(void)context;
	print_clean(stderr, "hardrow: %s\n", line);
}

static enum err_code check_others(const struct invocation *invocation, struct err *err)
{
	struct stat into, from;

	for (size_t i = 1; i < invocation->argument_count; i++)
		if (stat(invocation->arguments[0], &into) == 0 && stat(invocation->arguments[i], &from) == 0 &&
		    into.st_dev == from.st_dev && into.st_ino == from.st_ino)
			return err_set(err, ERR_USAGE, "'%s' is the file to merge into; name it once, first",
				       invocation->arguments[i]);
	return ERR_OK;
}

/* All of them before the first row is written. */
static enum err_code check_sources(const struct invocation *invocation, struct err *err)
{
	for (size_t i = 1; i < invocation->argument_count; i++) {
		AUTO(track_freep) struct track *from = NULL;
		if (track_open_upgraded(invocation->arguments[i], &from, err) != ERR_OK)
			return err->code;
		query_warn(track_db(from));
		enum err_code code = track_check_source(from, interrupt_catch(track_db(from)), err);
		interrupt_release();
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

static enum err_code merge_all(const struct invocation *invocation, struct track *into, struct track_merge *merge,
			       struct err *err)
{
	for (size_t i = 1; i < invocation->argument_count; i++) {
		AUTO(track_freep) struct track *from = NULL;
		if (track_open_upgraded(invocation->arguments[i], &from, err) != ERR_OK ||
		    track_merge(into, from, merge, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code run_merge(const struct invocation *invocation, struct err *err)
{
	struct lock lock = { .path = invocation->arguments[0] };
	struct db_wait wait = lock_wait(&lock);
	AUTO(track_freep) struct track *into = NULL;
	struct track_merge merge = { .say = print_line };

	if (check_others(invocation, err) != ERR_OK || check_sources(invocation, err) != ERR_OK ||
	    track_open(invocation->arguments[0], &wait, &into, err) != ERR_OK)
		return err->code;
	merge.stop = lock.stop = interrupt_catch(track_db(into));
	enum err_code code = merge_all(invocation, into, &merge, err);
	interrupt_release();
	if (code != ERR_OK || track_close(into, err) != ERR_OK)
		return err->code;
	print_clean(stdout, "%s: %zu run%s added, %zu replaced, %zu already there\n", invocation->arguments[0],
		    merge.added, TEXT_PLURAL(merge.added), merge.replaced, merge.kept);
	return merge.conflicts == 0 ? ERR_OK
				    : err_set(err, ERR_INPUT, "%zu conflict%s, told above; what %s had there stays",
					      merge.conflicts, TEXT_PLURAL(merge.conflicts), invocation->arguments[0]);
}

const struct command command_merge = {
	.name = "merge",
	.arguments = "INTO FROM...",
	.summary = "Put the runs of several files into one",
	.details =
	    "As of shards of a sweep (sweep --shard). Runs keep what they are and get other numbers; one that INTO "
	    "has\n"
	    "already is not added again, so the same command can be given again. A longer copy of a run, or one that\n"
	    "ended, replaces a shorter one, which is told. Nothing else is overwritten: a run with other numbers or "
	    "an\n"
	    "experiment with another text stays as it is in INTO, with a line and exit code 1. Each FROM is checked\n"
	    "first and only read; of one from an older version a copy in $TMPDIR is upgraded. Each is merged whole or\n"
	    "not at all.",
	.no_database = true,
	.minimum = 2,
	.maximum = 1000,
	.run = run_merge,
};
