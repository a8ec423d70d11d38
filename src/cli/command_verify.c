/* hardrow verify: whether a file holds what was written. */
#include <inttypes.h>
#include <stdio.h>

#include "app/environment.h"
#include "app/verify.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/query.h"
#include "num/blas.h"

struct verify_options {
	bool retrain;
	const char *data;
	struct option_list data_dirs;
};

static const struct option_spec specs[] = {
	{ .name = "retrain",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct verify_options, retrain),
	  .help = "also train or adjust each run again and compare every number bit by bit" },
	{ .name = "data",
	  .letter = 'd',
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct verify_options, data),
	  .argument = "NAME|FILE",
	  .help = "the runs' data, if the file does not hold it and its name does not lead to it" },
	DATA_DIR_OPTION(struct verify_options, data_dirs),
};

static void print_line(void *context, const char *line)
{
	(void)context;
	print_clean(stdout, "%s\n", line);
}

static void print_notice(void *context, const char *line)
{
	(void)context;
	print_clean(stderr, "hardrow: %s\n", line);
}

static enum err_code tell(const struct invocation *invocation, const struct verify_result *result, struct err *err)
{
	const struct verify_options *options = invocation->options;

	if (result->unchecked > 0)
		(void)fprintf(stderr, "hardrow: %s: %" PRIu64 " row%s without a checksum\n", invocation->database,
			      result->unchecked, TEXT_PLURAL(result->unchecked));
	if (result->findings > 0)
		return err_set(err, ERR_SYSTEM, "%s: damaged: %" PRIu64 " difference%s", invocation->database,
			       result->findings, TEXT_PLURAL(result->findings));
	/* Nothing is lost with them, and yet SQL would answer by them. */
	if (result->has_other_views)
		return err_set(
		    err, ERR_SYSTEM,
		    "%s: views are not as this hardrow makes them; any command that writes to the file mends "
		    "them",
		    invocation->database);
	(void)printf("%zu run%s, %zu epoch%s, %" PRIu64 " values", result->runs, TEXT_PLURAL(result->runs),
		     result->epochs, TEXT_PLURAL(result->epochs), result->values);
	if (result->trusted > 0 && !options->retrain)
		(void)printf(", grand of %zu run%s by its checksum alone", result->trusted,
			     TEXT_PLURAL(result->trusted));
	if (options->retrain)
		(void)printf(", %zu of %zu run%s made again", result->made_again, result->runs,
			     TEXT_PLURAL(result->runs));
	(void)puts(": all right");
	return ERR_OK;
}

static enum err_code run_verify(const struct invocation *invocation, struct err *err)
{
	const struct verify_options *options = invocation->options;
	AUTO(data_folders_done) struct data_folders folders = { 0 };
	AUTO(environment_done) struct environment environment = { 0 };
	AUTO(track_freep) struct track *track = NULL;
	AUTO(mem_freep) int64_t *runs = NULL;
	struct verify_result result = { 0 };

	if (mem_new(&runs, invocation->argument_count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < invocation->argument_count; i++)
		if (command_parse_run(invocation, i, &runs[i], err) != ERR_OK)
			return err->code;
	if (blas_load(err) != ERR_OK || data_folders_init(&folders, &options->data_dirs, err) != ERR_OK ||
	    environment_init(invocation->argv, &environment, err) != ERR_OK ||
	    track_open_existing(invocation->database, NULL, &track, err) != ERR_OK)
		return err->code;
	query_warn(track_db(track));
	const struct verify_request request = {
		.runs = runs,
		.count = invocation->argument_count,
		.source = { .path = data_folders_path(&folders), .data = options->data },
		.say = print_line,
		.stop = interrupt_catch(track_db(track)),
		.environment = options->retrain ? &environment.track : NULL,
		.notice = print_notice,
	};
	enum err_code code = verify_file(track, &request, &result, err);
	interrupt_release();
	if (code != ERR_OK)
		return code;
	return tell(invocation, &result, err);
}

const struct command command_verify = {
	.name = "verify",
	.arguments = "[RUN...]",
	.summary = "Look for damage: checksums, and everything that follows from the predictions",
	.details =
	    "Without RUN all runs. Reads the whole file and writes nothing; each difference is one line, at "
	    "most 20 of\n"
	    "a run. The measure grand follows from the weights before its epoch, where those are recorded. --retrain "
	    "trains in a file in $TMPDIR that is gone at the end; it needs the same OpenBLAS, and "
	    "says\n"
	    "which runs cannot be made again: imported or interrupted ones, and those whose data is gone.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct verify_options),
	.maximum = 1000,
	.run = run_verify,
};
