/* hardrow train: one run. */
#include <stdio.h>

#include "app/environment.h"
#include "app/trial.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/checkpoint.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/interrupt.h"
#include "cli/naming.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/query.h"
#include "cli/threads.h"
#include "num/blas.h"

struct train_options {
	const char *data;
	struct option_list data_dirs;
	struct naming naming;
	struct checkpoint checkpoint;
	size_t threads;
	bool quiet;
	struct run_settings settings;
};

static const struct option_spec specs[] = {
	{ .section = "data",
	  .name = "data",
	  .is_first = true,
	  .letter = 'd',
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct train_options, data),
	  .argument = "NAME|FILE",
	  .help = "a data set of 'hardrow datasets', a CSV file, or a folder with four IDX files" },
	DATA_DIR_OPTION(struct train_options, data_dirs),
	NAMING_OPTIONS(struct train_options, naming),
	CHECKPOINT_OPTIONS(struct train_options, checkpoint),
	THREADS_OPTION(struct train_options, threads, "0"),
	{ .name = "quiet",
	  .letter = 'q',
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct train_options, quiet),
	  .help = "no progress, and one line at the end" },
};

/* What comes next, to be pasted. */
static void suggest(int64_t run_id, const char *db_option, bool is_regression)
{
	/* The page is of classes. */
	const char *const commands[] = { "report hardest --run", "show",
					 is_regression ? "report residual-map --svg residual-map.svg --run"
						       : "report html --out run.html --run" };

	(void)puts("\nnext:");
	for (size_t i = 0; i < ARRAY_LENGTH(commands); i++)
		print_clean(stdout, "  hardrow %s %lld%s\n", commands[i], (long long)run_id, db_option);
}

/* What the run came to. */
static enum err_code sum_up(const struct invocation *invocation, int64_t run_id, struct err *err)
{
	const struct train_options *options = invocation->options;
	char number[24];
	const struct report_setting run = { "run", number };

	(void)snprintf(number, sizeof number, "%lld", (long long)run_id);
	if (query_run_named(invocation, "outcome", &run, 1, &(const struct query_form){ .format = "table" }, err) !=
	    ERR_OK)
		return err->code;
	suggest(run_id, invocation->db_option, options->settings.data.task == TASK_REGRESSION);
	return ERR_OK;
}

static enum err_code run_train(const struct invocation *invocation, struct err *err)
{
	const struct train_options *options = invocation->options;
	AUTO(data_folders_done) struct data_folders folders = { 0 };
	AUTO(environment_done) struct environment environment = { 0 };
	struct progress progress;
	AUTO(text_done) struct text method = { 0 };
	struct runner_progress result = { 0 };
	struct recipe recipe;

	if (options->data == NULL)
		return err_set(err, ERR_USAGE, "train needs --data; 'hardrow datasets' lists those it knows");
	if (blas_load(err) != ERR_OK)
		return err->code;
	progress_init(&progress, invocation->error_terminal, options->quiet || !invocation->error_terminal);
	if (data_folders_init(&folders, &options->data_dirs, err) != ERR_OK ||
	    environment_init(invocation->argv, &environment, err) != ERR_OK ||
	    recipe_resolve_parts(&options->settings, &recipe, err) != ERR_OK ||
	    recipe_append_method(&recipe, &method, err) != ERR_OK)
		return err->code;
	environment.track.threads = threads_count(options->threads, 1, &progress);
	environment.track.run_name = options->naming.run_name;
	environment.track.note = options->naming.note;
	struct trial trial = {
		.data = options->data,
		.path = data_folders_path(&folders),
		.settings = options->settings,
		.database = invocation->database,
	};
	struct runner_watch watch = {
		.context = &progress,
		.progress = progress_update,
		.notice = progress_notice,
		.failure = progress_keep_failure,
		.checkpoint_seconds = checkpoint_seconds(&options->checkpoint),
		.keeps_state = options->checkpoint.keeps_state,
		.stop = interrupt_flag(),
		.begins = interrupt_catch_runs,
	};
	enum err_code code = trial_run(&trial, &environment.track, &watch, &result, err);
	progress_done(&progress);
	if (code == ERR_OK && result.diverged + result.failed > 0)
		return err_set(err, ERR_SYSTEM, "%s", progress.failure);
	if (code != ERR_OK)
		return code;
	print_clean(stdout, "run %lld in %s: %.0f epoch%s of %s on %s; 'hardrow show %lld%s' says more\n",
		    (long long)result.last_run_id, invocation->database, result.epochs_ended,
		    TEXT_PLURAL(result.epochs_ended), method.data, options->data, (long long)result.last_run_id,
		    invocation->db_option);
	return options->quiet ? ERR_OK : sum_up(invocation, result.last_run_id, err);
}

const struct command command_train = {
	.name = "train",
	.summary = "Train one model and record every epoch of every instance",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct train_options),
	.shared = settings_specs,
	.shared_count = &settings_spec_count,
	.shared_offset = offsetof(struct train_options, settings),
	.run = run_train,
};
