/* hardrow delete: runs out of the file again. */
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/lock.h"
#include "cli/print.h"
#include "track/track_delete.h"
#include "track/track_read.h"

struct delete_options {
	const char *experiment, *status;
	bool yes, vacuum;
};

static const char *status_name(size_t i)
{
	static const char *const names[] = { "done", "diverged", "failed", "interrupted" };

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static enum err_code check_status(const char *text, struct err *err)
{
	return option_index(text, status_name) >= 0
		   ? ERR_OK
		   : err_set(err, ERR_INPUT, "'%s' will not do: --status takes done, diverged, failed or interrupted",
			     text);
}

static const struct option_spec specs[] = {
	{ .name = "experiment",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct delete_options, experiment),
	  .argument = "NAME",
	  .help = "all runs of this experiment, and the experiment" },
	{ .name = "status",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct delete_options, status),
	  .choice = status_name,
	  .check = check_status,
	  .argument = "NAME",
	  .help = "runs that are done, diverged, failed or interrupted; with --experiment of that one, which stays" },
	{ .name = "yes",
	  .letter = 'y',
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct delete_options, yes),
	  .help = "do not ask; needed where nobody can be asked" },
	{ .name = "vacuum",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct delete_options, vacuum),
	  .help = "make the file smaller afterwards, which takes as much space again for a while" },
};

static enum err_code choose(const struct invocation *invocation, struct track *track, struct err *err)
{
	const struct delete_options *options = invocation->options;
	struct track_choice choice = { .experiment = options->experiment, .status = options->status };

	/* With --vacuum alone, none. */
	if (invocation->argument_count == 0)
		return track_choose(track, &choice, err);
	for (size_t i = 0; i < invocation->argument_count; i++)
		if (command_parse_run(invocation, i, &choice.run_id, err) != ERR_OK ||
		    track_choose(track, &choice, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

/* "3 runs, 180 epochs, about 1.3 MB" */
static void describe(const struct track_chosen *chosen, char *words, size_t size)
{
	bool is_much = chosen->bytes >= 1000000;

	(void)snprintf(words, size, "%" PRId64 " run%s, %" PRId64 " epoch%s, about %.1f %s", chosen->runs,
		       TEXT_PLURAL(chosen->runs), chosen->epochs, TEXT_PLURAL(chosen->epochs),
		       (double)chosen->bytes / (is_much ? 1e6 : 1e3), is_much ? "MB" : "kB");
}

/* Whether the person at the terminal wants it. ERR_USAGE: there is none, and no --yes. */
static enum err_code ask(const struct invocation *invocation, const char *what, bool *ret_yes, struct err *err)
{
	const struct delete_options *options = invocation->options;
	char answer[16] = "";

	if (options->yes) {
		*ret_yes = true;
		return ERR_OK;
	}
	if (!invocation->error_terminal || isatty(STDIN_FILENO) != 1)
		return err_set(err, ERR_USAGE, "this deletes %s: --yes does it", what);
	print_clean(stderr, "delete %s from %s? [y/N] ", what, invocation->database);
	*ret_yes = fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
	return ERR_OK;
}

static enum err_code vacuum(const struct invocation *invocation, struct track *track, struct err *err)
{
	int64_t bytes = 0;

	if (track_vacuum(track, &bytes, err) != ERR_OK)
		return err->code;
	print_clean(stdout, "%s has %.1f MB now\n", invocation->database, (double)bytes / 1e6);
	return ERR_OK;
}

static enum err_code delete_chosen(const struct invocation *invocation, struct track *track, const char *what,
				   struct err *err)
{
	const struct delete_options *options = invocation->options;
	struct track_freed freed = { 0 };

	/* A status takes some runs of an experiment, which stays. */
	if (track_delete_chosen(track, options->status == NULL ? options->experiment : NULL, &freed, err) != ERR_OK)
		return err->code;
	print_clean(stdout, "deleted from %s: %s\n", invocation->database, what);
	if (freed.datasets > 0)
		(void)printf("and %" PRId64 " data set%s that no other run uses\n", freed.datasets,
			     TEXT_PLURAL(freed.datasets));
	if (freed.orphan_blocks > 0)
		(void)printf("and %" PRId64 " block%s of no epoch\n", freed.orphan_blocks,
			     TEXT_PLURAL(freed.orphan_blocks));
	return options->vacuum ? vacuum(invocation, track, err) : ERR_OK;
}

static enum err_code run_delete(const struct invocation *invocation, struct err *err)
{
	const struct delete_options *options = invocation->options;
	AUTO(track_freep) struct track *track = NULL;
	struct lock lock = { .path = invocation->database };
	struct db_wait wait = lock_wait(&lock);
	struct track_chosen chosen = { 0 };
	char what[128];
	bool yes = true;

	bool selects = options->experiment != NULL || options->status != NULL;
	if (invocation->argument_count > 0 && selects)
		return err_set(err, ERR_USAGE, "either run numbers ('%s') or --experiment and --status",
			       invocation->arguments[0]);
	if (invocation->argument_count == 0 && !selects && !options->vacuum)
		return err_set(err, ERR_USAGE, "which runs? 'hardrow runs%s' lists them", invocation->db_option);
	if (track_open_existing(invocation->database, &wait, &track, err) != ERR_OK ||
	    choose(invocation, track, err) != ERR_OK || track_count_chosen(track, &chosen, err) != ERR_OK)
		return err->code;
	describe(&chosen, what, sizeof what);
	if (chosen.runs > 0 && ask(invocation, what, &yes, err) != ERR_OK)
		return err->code;
	if (!yes) {
		(void)printf("nothing is deleted\n");
		return track_close(track, err);
	}
	lock.stop = interrupt_catch(track_db(track));
	enum err_code code = delete_chosen(invocation, track, what, err);
	interrupt_release();
	return code == ERR_OK ? track_close(track, err) : code;
}

const struct command command_delete = {
	.name = "delete",
	.arguments = "[RUN...]",
	.summary = "Delete runs with everything recorded of them",
	.details =
	    "Splits and data sets that no run uses any more go too. A run that is running stays, and so does one\n"
	    "whose weights another run was adjusted from, unless both are deleted. The space is used again by\n"
	    "later runs; --vacuum gives it back, also without runs to delete.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct delete_options),
	.maximum = 1000,
	.run = run_delete,
};
