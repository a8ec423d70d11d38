/* hardrow adjust: other predictions from the weights of recorded runs. */
#include <stdio.h>

#include "app/adjust.h"
#include "app/environment.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "num/blas.h"

struct adjust_options {
	const char *name, *data;
	struct option_list data_dirs;
	struct run_settings settings;
};

static const struct option_spec specs[] = {
	{ .name = "name",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct adjust_options, name),
	  .argument = "METHOD",
	  .help = "what the new run's method is called; without it METHOD+ADJUSTMENT" },
	{ .name = "data",
	  .letter = 'd',
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct adjust_options, data),
	  .argument = "NAME|FILE",
	  .help = "the run's data, if the file does not hold it and its name does not lead to it" },
	DATA_DIR_OPTION(struct adjust_options, data_dirs),
};

static enum err_code adjust(const struct invocation *invocation, const struct adjust_request *request,
			    const struct track_environment *environment, struct recorder *recorder, struct err *err)
{
	for (size_t i = 0; i < invocation->argument_count; i++) {
		struct adjust_result result = { 0 };
		int64_t run_id = 0;
		if (command_parse_run(invocation, i, &run_id, err) != ERR_OK ||
		    adjust_run(recorder, run_id, request, environment, &result, err) != ERR_OK)
			return err->code;
		(void)printf("run %lld: %s on the weights of run %lld, %zu epoch%s%s%s\n", (long long)result.run_id,
			     adjustment_name((size_t)request->settings->adjustment - 2), (long long)run_id,
			     result.epochs, TEXT_PLURAL(result.epochs), result.chosen[0] != '\0' ? ", " : "",
			     result.chosen);
	}
	return ERR_OK;
}

static enum err_code run_adjust(const struct invocation *invocation, struct err *err)
{
	const struct adjust_options *options = invocation->options;
	AUTO(data_folders_done) struct data_folders folders = { 0 };
	AUTO(environment_done) struct environment environment = { 0 };
	AUTO(recorder_freep) struct recorder *recorder = NULL;
	struct progress progress = { 0 };
	const struct recorder_watch watch = { &progress, progress_notice, interrupt_flag(), interrupt_catch_runs };
	int64_t run_id;

	if (options->settings.adjustment < 2)
		return err_set(err, ERR_USAGE, "adjust needs --adjustment; 'hardrow help adjust' lists them");
	for (size_t i = 0; i < invocation->argument_count; i++)
		if (command_parse_run(invocation, i, &run_id, err) != ERR_OK)
			return err->code;
	if (blas_load(err) != ERR_OK)
		return err->code;
	if (data_folders_init(&folders, &options->data_dirs, err) != ERR_OK ||
	    environment_init(invocation->argv, &environment, err) != ERR_OK ||
	    recorder_open(invocation->database, true, &watch, &recorder, err) != ERR_OK)
		return err->code;
	const struct adjust_request request = {
		.settings = &options->settings,
		.source = { .path = data_folders_path(&folders), .data = options->data },
		.name = options->name,
		.stop = watch.stop,
	};
	enum err_code code = adjust(invocation, &request, &environment.track, recorder, err);
	return runner_close(take_ptr(&recorder), code, err);
}

const struct command command_adjust = {
	.name = "adjust",
	.arguments = "RUN...",
	.summary = "Other predictions from the weights of recorded runs, without training again",
	.details =
	    "Each becomes a new run of the same experiment, with every epoch whose weights are recorded; du and dl\n"
	    "are those from one of them to the next. tau and temperature can be chosen by cross-validation, which\n"
	    "does train, on the training part.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct adjust_options),
	.shared = settings_specs,
	.shared_count = &settings_spec_count,
	.shared_offset = offsetof(struct adjust_options, settings),
	.shared_first = "adjustment",
	.shared_last = "tune-folds",
	.minimum = 1,
	.maximum = 1000,
	.run = run_adjust,
};
