/* hardrow resume: interrupted runs go on. */
#include <stdio.h>

#include "app/environment.h"
#include "app/resume.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/checkpoint.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/threads.h"
#include "num/blas.h"

struct resume_options {
	size_t epochs, jobs, threads;
	const char *data;
	struct option_list data_dirs;
	struct checkpoint checkpoint;
	bool quiet;
};

static enum err_code resume(const struct invocation *invocation, const struct resume_request *request,
			    struct runner_progress *ret_result, struct err *err)
{
	bool is_alone = request->count == 1;
	const struct resume_options *options = invocation->options;
	AUTO(environment_done) struct environment environment = { 0 };
	struct progress progress;

	if (environment_init(invocation->argv, &environment, err) != ERR_OK)
		return err->code;
	progress_init(&progress, invocation->error_terminal, options->quiet || !invocation->error_terminal);
	environment.track.threads = threads_count(options->threads, request->jobs, &progress);
	const struct runner_watch watch = {
		.context = &progress,
		.progress = progress_update,
		.notice = progress_notice,
		.failure = is_alone ? progress_keep_failure : NULL,
		.checkpoint_seconds = checkpoint_seconds(&options->checkpoint),
		.keeps_state = options->checkpoint.keeps_state,
		.stop = interrupt_flag(),
		.begins = interrupt_catch_runs,
	};
	enum err_code code = resume_runs(invocation->database, request, &environment.track, &watch, ret_result, err);
	progress_done(&progress);
	if (code != ERR_OK || ret_result->failed + ret_result->diverged == 0)
		return code;
	if (is_alone)
		return err_set(err, ERR_SYSTEM, "%s", progress.failure);
	return err_set(err, ERR_SYSTEM, "%zu of %zu runs failed or diverged", ret_result->failed + ret_result->diverged,
		       ret_result->runs);
}

static enum err_code run_resume(const struct invocation *invocation, struct err *err)
{
	const struct resume_options *options = invocation->options;
	AUTO(data_folders_done) struct data_folders folders = { 0 };
	AUTO(mem_freep) int64_t *run_ids = NULL;
	struct runner_progress result = { 0 };

	if (mem_new(&run_ids, invocation->argument_count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < invocation->argument_count; i++)
		if (command_parse_run(invocation, i, &run_ids[i], err) != ERR_OK)
			return err->code;
	if (blas_load(err) != ERR_OK || data_folders_init(&folders, &options->data_dirs, err) != ERR_OK)
		return err->code;
	const struct resume_request request = {
		.run_ids = run_ids,
		.count = invocation->argument_count,
		.jobs = options->jobs,
		.epochs = options->epochs,
		.source = { data_folders_path(&folders), options->data },
	};
	if (resume(invocation, &request, &result, err) != ERR_OK)
		return err->code;
	print_clean(stdout, "%zu run%s went on to the end, %.0f epoch%s, in %s\n", result.runs_ended,
		    TEXT_PLURAL(result.runs_ended), result.epochs_ended, TEXT_PLURAL(result.epochs_ended),
		    invocation->database);
	return ERR_OK;
}

// clang-format off
static const struct option_spec specs[] = {
	{ .name = "epochs", .letter = 'e', .type = OPTION_COUNT, .offset = offsetof(struct resume_options, epochs),
	  .min = 1, .max = 1e9, .argument = "N",
	  .help = "train on to so many epochs in all; without it to the end that the run has" },
	{ .name = "jobs", .letter = 'j', .type = OPTION_COUNT, .offset = offsetof(struct resume_options, jobs), .min = 1,
	  .max = 1000, .argument = "N", .initial = "1", .help = "runs at the same time" },
	THREADS_OPTION(struct resume_options, threads, "0"),
	CHECKPOINT_OPTIONS(struct resume_options, checkpoint),
	{ .name = "data", .letter = 'd', .type = OPTION_TEXT, .offset = offsetof(struct resume_options, data),
	  .argument = "NAME|FILE",
	  .help = "the runs' data, if the file does not hold it and its name does not lead to it" },
	DATA_DIR_OPTION(struct resume_options, data_dirs),
	{ .name = "quiet", .letter = 'q', .type = OPTION_FLAG, .offset = offsetof(struct resume_options, quiet),
	  .help = "no progress" },
};
// clang-format on

const struct command command_resume = {
	.name = "resume",
	.arguments = "RUN...",
	.summary = "Let interrupted runs go on, or train finished ones further",
	.details = "A run that was stopped or killed goes on from its last state, and is then what it would be had\n"
		   "nothing stopped it. Epochs that are newer than that state are trained again.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct resume_options),
	.minimum = 1,
	.maximum = 1000,
	.run = run_resume,
};
