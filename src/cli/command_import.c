/* hardrow import: predictions of another program become a run. */
#include <stdio.h>

#include "app/environment.h"
#include "app/import.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/progress.h"
#include "train/settings.h"

struct import_options {
	const char *model;
	struct run_settings settings; /* of these the difficulty and the epoch of EL2N */
};

static const struct option_spec specs[] = {
	{ .name = "model",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct import_options, model),
	  .argument = "NAME",
	  .initial = "external",
	  .help = "what the runs list calls the model" },
};

static enum err_code run_import(const struct invocation *invocation, struct err *err)
{
	const struct import_options *options = invocation->options;
	const struct import_settings settings = {
		.model = options->model,
		.difficulty = options->settings.difficulty,
		.el2n_epoch = options->settings.training.el2n_epoch,
	};
	AUTO(environment_done) struct environment environment = { 0 };
	struct progress progress = { 0 };
	const struct recorder_watch watch = { &progress, progress_notice, interrupt_flag(), interrupt_catch_runs };
	struct import_result result = { 0 };

	if (environment_init(invocation->argv, &environment, err) != ERR_OK ||
	    import_predictions(invocation->arguments[0], &settings, invocation->database, &environment.track, &watch,
			       &result, err) != ERR_OK)
		return err->code;
	print_clean(stdout, "run %lld in %s: %zu epoch%s of %zu instance%s, %zu classes\n", (long long)result.run_id,
		    invocation->database, result.epochs, TEXT_PLURAL(result.epochs), result.instances,
		    TEXT_PLURAL(result.instances), result.classes);
	return ERR_OK;
}

const struct command command_import = {
	.name = "import",
	.arguments = "FILE.csv",
	.summary = "Turn another program's predictions into a run with du, dl and difficulty",
	.details =
	    "The columns: epoch (from 1), instance_id (from 0), class (the true one), and a probability for "
	    "each class:\n"
	    "p_<class name>, or p_0 ... p_k-1 in the order of the sorted class names. All rows are training part.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct import_options),
	.shared = settings_specs,
	.shared_count = &settings_spec_count,
	.shared_offset = offsetof(struct import_options, settings),
	.shared_first = "difficulty",
	.shared_last = "el2n-epoch",
	.minimum = 1,
	.maximum = 1,
	.run = run_import,
};
