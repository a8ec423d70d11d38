/* hardrow sweep: many runs from one file. */
#include <stdio.h>

#include "app/environment.h"
#include "app/sweep.h"
#include "base/mem.h"
#include "base/pool.h"
#include "base/text.h"
#include "cli/bundled.h"
#include "cli/checkpoint.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/interrupt.h"
#include "cli/naming.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "cli/shard_file.h"
#include "cli/threads.h"
#include "num/blas.h"

struct sweep_options {
	size_t jobs, threads, splits;
	const char *shard;
	struct option_list data_dirs, set;
	struct naming naming;
	struct checkpoint checkpoint;
	bool quiet;
};

static const struct option_spec specs[] = {
	{ .name = "jobs",
	  .letter = 'j',
	  .type = OPTION_COUNT,
	  .offset = offsetof(struct sweep_options, jobs),
	  .max = 1024,
	  .argument = "N",
	  .initial = "0",
	  .help = "train so many runs at once, 0: as many as there are processors; the results are the same" },
	THREADS_OPTION(struct sweep_options, threads, "1"),
	{ .name = "splits",
	  .type = OPTION_COUNT,
	  .offset = offsetof(struct sweep_options, splits),
	  .max = 1e6,
	  .argument = "N",
	  .initial = "0",
	  .help = "only the first N splits, 0: all of the file's" },
	{ .name = "shard",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct sweep_options, shard),
	  .argument = "I/N|slurm",
	  .help = "only part I = 0 .. N-1 of N of the runs, into FILE.I-of-N.db beside --db FILE.db" },
	{ .name = "set",
	  .type = OPTION_LIST,
	  .offset = offsetof(struct sweep_options, set),
	  .argument = "KEY=VALUE",
	  .help = "a setting of all runs, whatever the file says; can be given again" },
	DATA_DIR_OPTION(struct sweep_options, data_dirs),
	NAMING_OPTIONS(struct sweep_options, naming),
	CHECKPOINT_OPTIONS(struct sweep_options, checkpoint),
	{ .name = "quiet",
	  .letter = 'q',
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct sweep_options, quiet),
	  .help = "no progress" },
};

static enum err_code tell(const struct sweep *sweep, const struct sweep_result *result, const char *database,
			  struct err *err)
{
	AUTO(text_done) struct text option = { 0 };
	const struct runner_progress *progress = &result->progress;

	if (db_append_option(&option, database, err) != ERR_OK)
		return err->code;
	print_clean(stdout, "%s: %zu runs, %zu already done, %zu trained, %zu diverged, %zu failed", sweep->name,
		    result->planned, result->already_done, progress->runs_ended - progress->interrupted,
		    progress->diverged, progress->failed);
	if (progress->interrupted > 0)
		print_clean(stdout, ", %zu interrupted", progress->interrupted);
	if (progress->elsewhere > 0)
		print_clean(stdout, ", %zu by other processes", progress->elsewhere);
	print_clean(stdout, ", in %s\n", database);
	if (progress->doubtful > 0 && progress->runs > 1)
		print_clean(stderr,
			    "hardrow: %zu run%s ended no better than guessing; hardrow sql \"SELECT run_id, message "
			    "FROM runs WHERE "
			    "message IS NOT NULL\"%s says why\n",
			    progress->doubtful, TEXT_PLURAL(progress->doubtful), option.data);
	return ERR_OK;
}

static enum err_code set_all(struct sweep *sweep, const struct option_list *assignments, struct err *err)
{
	for (size_t i = 0; i < assignments->count; i++)
		if (sweep_set(sweep, assignments->items[i], err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code run_sweep(const struct invocation *invocation, struct err *err)
{
	const struct sweep_options *options = invocation->options;
	AUTO(sweep_freep) struct sweep *sweep = NULL;
	AUTO(mem_freep) char *path = NULL;
	AUTO(data_folders_done) struct data_folders folders = { 0 };
	AUTO(environment_done) struct environment environment = { 0 };
	struct shard_file file AUTO(shard_file_done) = { 0 };
	struct progress progress;
	struct sweep_result result = { 0 };

	if (bundled_find_sweep(invocation->arguments[0], &path, err) != ERR_OK ||
	    sweep_read(path, &sweep, err) != ERR_OK || set_all(sweep, &options->set, err) != ERR_OK ||
	    data_folders_init(&folders, &options->data_dirs, err) != ERR_OK)
		return err->code;
	if (blas_load(err) != ERR_OK || shard_file_init(options->shard, invocation->database, &file, err) != ERR_OK)
		return err->code;
	sweep->shard = file.shard;
	sweep->shards = file.shards;
	if (environment_init(invocation->argv, &environment, err) != ERR_OK)
		return err->code;
	environment.track.run_name = options->naming.run_name;
	environment.track.note = options->naming.note;
	if (options->splits > 0 && options->splits < sweep->splits)
		sweep->splits = options->splits;
	progress_init(&progress, invocation->error_terminal, options->quiet);
	struct data_path data_path = data_folders_path(&folders);
	size_t jobs = options->jobs > 0 ? options->jobs : pool_processors();
	environment.track.threads = threads_count(options->threads, jobs, &progress);
	struct runner_watch watch = {
		.context = &progress,
		.progress = progress_update,
		.notice = progress_notice,
		.checkpoint_seconds = checkpoint_seconds(&options->checkpoint),
		.keeps_state = options->checkpoint.keeps_state,
		.stop = interrupt_flag(),
		.begins = interrupt_catch_runs,
	};
	enum err_code code = sweep_run(sweep, file.at_work, &data_path, jobs, &environment.track, &watch, &result, err);
	progress_done(&progress);
	if ((code == ERR_OK || (code == ERR_INTERRUPTED && result.planned > 0)) &&
	    tell(sweep, &result, code == ERR_OK ? file.path : file.at_work, err) != ERR_OK)
		return err->code;
	if (code != ERR_OK)
		return code;
	if (result.progress.failed > 0)
		return err_set(err, ERR_SYSTEM, "%zu run%s failed; the lines above say why", result.progress.failed,
			       TEXT_PLURAL(result.progress.failed));
	return shard_file_finish(&file, err);
}

const struct command command_sweep = {
	.name = "sweep",
	.arguments = "FILE.ini|SWEEP",
	.summary = "Train data sets x models x methods x splits, as a file says",
	.details =
	    "Runs that the database holds already are left out, so a second call is instant and an interrupted one "
	    "goes\n"
	    "on. Several at once share the work: each waits until all runs are done and takes over those of one that\n"
	    "ended early. On several machines, or as tasks of an array of Slurm, each does its --shard into a file of "
	    "its\n"
	    "own, FILE.I-of-N.db, which is called .partial until all of it is done; 'hardrow merge' puts them "
	    "together.\n"
	    "Ctrl-C ends cleanly: the epochs under way are kept, their runs marked interrupted. "
	    "Hardrow's\n"
	    "own are called by name: table3, table4, methods and others. A file:\n"
	    "\n"
	    "  [sweep]\n"
	    "  name = mine                     what the experiment is called in the database\n"
	    "  datasets = iris, ./my.csv       names or CSV files: the rows of the accuracy table\n"
	    "  methods = base, difficulty, x   the columns; all: every method of the program\n"
	    "  models = logreg, mlp            each method trains each; without it the model of [settings]\n"
	    "  splits = 50                     split s = 0, 1, ... has split-seed and seed s; with 'folds = K' in\n"
	    "                                  [settings] every split is K of them, each with the next seed\n"
	    "  record_splits = 1               so many splits are recorded in full, the others their last epoch;\n"
	    "                                  without it all are\n"
	    "  [settings]                      any option of 'hardrow train', for all runs; label concerns all data "
	    "sets\n"
	    "  epochs = 100\n"
	    "  [model mlp]                     settings of one model\n"
	    "  hidden = 64,32\n"
	    "  [method x]                      a method of its own name, with settings of its own\n"
	    "  method = difficulty\n"
	    "  apply = weight\n"
	    "  [published base]                figures to show beside a method, as printed: their source, then\n"
	    "  source = Yu et al. 2022\n"
	    "  iris = 93.3                     accuracy in per cent by data set, or\n"
	    "  iris class ratio = 1.7          another metric, as a report's columns are called",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct sweep_options),
	.minimum = 1,
	.maximum = 1,
	.run = run_sweep,
};
