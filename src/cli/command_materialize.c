/* hardrow materialize: runs as plain rows. */
#include <stdio.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/lock.h"
#include "track/track_read.h"

#define MUCH 1e9

/* About what a row of dynamics_rows takes. */
#define ROW_BYTES 130.0

static enum err_code materialize(struct track *track, int64_t run_id, struct err *err)
{
	int64_t rows = 0;

	if (track_count_dynamics(track, run_id, &rows, err) != ERR_OK)
		return err->code;
	if (rows == 0)
		return err_set(err, ERR_INPUT, "run %lld: the instances of its epochs are not recorded",
			       (long long)run_id);
	if ((double)rows * ROW_BYTES > MUCH)
		(void)fprintf(stderr, "hardrow: run %lld: this will write about %.1f GB\n", (long long)run_id,
			      (double)rows * ROW_BYTES / 1e9);
	if (track_materialize(track, run_id, err) != ERR_OK)
		return err->code;
	(void)printf("run %lld: %lld rows in dynamics_rows\n", (long long)run_id, (long long)rows);
	return ERR_OK;
}

static enum err_code run_materialize(const struct invocation *invocation, struct err *err)
{
	AUTO(track_freep) struct track *track = NULL;
	struct lock lock = { .path = invocation->database };
	struct db_wait wait = lock_wait(&lock);
	int64_t run_id;

	for (size_t i = 0; i < invocation->argument_count; i++)
		if (command_parse_run(invocation, i, &run_id, err) != ERR_OK)
			return err->code;
	if (track_open_existing(invocation->database, &wait, &track, err) != ERR_OK)
		return err->code;
	lock.stop = interrupt_catch(track_db(track));
	enum err_code code = ERR_OK;
	for (size_t i = 0; i < invocation->argument_count && code == ERR_OK; i++) {
		code = command_parse_run(invocation, i, &run_id, err);
		if (code == ERR_OK)
			code = materialize(track, run_id, err);
	}
	interrupt_release();
	return code == ERR_OK ? track_close(track, err) : code;
}

const struct command command_materialize = {
	.name = "materialize",
	.arguments = "RUN...",
	.summary = "Write runs as plain rows into the table dynamics_rows",
	.minimum = 1,
	.maximum = 1000,
	.run = run_materialize,
};
