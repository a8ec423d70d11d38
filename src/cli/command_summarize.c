/* hardrow summarize: the measures of instances that older versions did not record. */
#include <stdio.h>

#include "app/summarise.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/interrupt.h"
#include "cli/lock.h"
#include "num/blas.h"

struct summarize_options {
	struct option_list data_dirs;
};

static const struct option_spec specs[] = {
	DATA_DIR_OPTION(struct summarize_options, data_dirs),
};

static enum err_code summarise_all(const struct invocation *invocation, struct track *track,
				   const struct verify_request *request, struct err *err)
{
	for (size_t i = 0; i < invocation->argument_count; i++) {
		int64_t run_id = 0;
		size_t instances = 0;
		if (command_parse_run(invocation, i, &run_id, err) != ERR_OK ||
		    summarise_run(track, run_id, request, &instances, err) != ERR_OK)
			return err->code;
		(void)printf("run %lld: the measures of %zu instances are in instance_summary\n", (long long)run_id,
			     instances);
	}
	return ERR_OK;
}

static enum err_code run_summarize(const struct invocation *invocation, struct err *err)
{
	const struct summarize_options *options = invocation->options;
	AUTO(data_folders_done) struct data_folders folders = { 0 };
	AUTO(track_freep) struct track *track = NULL;
	struct lock lock = { .path = invocation->database };
	struct db_wait wait = lock_wait(&lock);
	struct verify_request request = { 0 };

	if (blas_load(err) != ERR_OK || data_folders_init(&folders, &options->data_dirs, err) != ERR_OK ||
	    track_open_existing(invocation->database, &wait, &track, err) != ERR_OK)
		return err->code;
	request.source.path = data_folders_path(&folders);
	request.stop = lock.stop = interrupt_catch(track_db(track));
	enum err_code code = summarise_all(invocation, track, &request, err);
	interrupt_release();
	return code == ERR_OK ? track_close(track, err) : code;
}

const struct command command_summarize = {
	.name = "summarize",
	.arguments = "RUN...",
	.summary = "Add what older versions did not record to instance_summary",
	.details = "Mean loss, AUM, EL2N, when an instance was first learned and how often it was unlearned, from the\n"
		   "recorded epochs, which must be all; GraNd from the weights before its epoch, if they are recorded.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct summarize_options),
	.minimum = 1,
	.maximum = 1000,
	.run = run_summarize,
};
