/* hardrow import: predictions of another program become a run. */
#include <stdio.h>

#include "app/environment.h"
#include "app/import.h"
#include "base/mem.h"
#include "cli/command.h"

static const struct option_spec specs[] = {
	{ .name = "model",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct import_settings, model),
	  .argument = "NAME",
	  .initial = "external",
	  .help = "what the runs list calls the model" },
	{ .name = "difficulty",
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct import_settings, difficulty.kind),
	  .choice = difficulty_kind_name,
	  .initial = "cumulative",
	  .help = "of du and dl summed up since the first epoch, or of those of the last alone" },
	{ .name = "prior",
	  .type = OPTION_REAL,
	  .offset = offsetof(struct import_settings, difficulty.prior),
	  .above_min = true,
	  .argument = "C",
	  .initial = "1",
	  .help = "c of the difficulty (c + sum du) / (c + sum dl)" },
	{ .name = "floor",
	  .type = OPTION_REAL,
	  .offset = offsetof(struct import_settings, difficulty.floor),
	  .above_min = true,
	  .max = 0.1,
	  .argument = "P",
	  .initial = "1e-12",
	  .help = "smallest probability in du and dl" },
};

static enum err_code run_import(const struct invocation *invocation, struct err *err)
{
	AUTO(environment_done) struct environment environment = { 0 };
	struct import_result result = { 0 };

	if (environment_init(invocation->argv, &environment, err) != ERR_OK ||
	    import_predictions(invocation->arguments[0], invocation->options, invocation->database, &environment.track,
			       &result, err) != ERR_OK)
		return err->code;
	(void)printf("run %lld in %s: %zu epochs of %zu instances, %zu classes\n", (long long)result.run_id,
		     invocation->database, result.epochs, result.instances, result.classes);
	return ERR_OK;
}

const struct command command_import = {
	.name = "import",
	.arguments = "FILE.csv",
	.summary = "Turn another program's predictions into a run with du, dl and difficulty",
	.details = "The columns: epoch (from 1), instance_id (from 0), class (the true one), and a probability for "
		   "each class:\n"
		   "p_<class name>, or p_0 ... p_k-1 in the order of the sorted class names.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct import_settings),
	.minimum = 1,
	.maximum = 1,
	.run = run_import,
};
