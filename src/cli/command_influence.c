/* hardrow influence: whom a run learned from. */
#include <stdio.h>
#include <string.h>

#include "app/stored_influence.h"
#include "base/mem.h"
#include "base/parse.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/lock.h"
#include "cli/print.h"
#include "cli/query.h"
#include "num/blas.h"

struct options {
	size_t run, count;
	const char *instance, *epoch, *data, *format;
	struct option_list data_dirs;
	bool save;
};

/* [[instance_id, product], …] */
static enum err_code append_item(const struct influence_item *item, struct text *json, struct err *err)
{
	if (text_append(json, err, "%s[%u,", json->length > 0 ? "," : "", item->instance_id) != ERR_OK ||
	    text_append_number(json, item->product, err) != ERR_OK)
		return err->code;
	return text_append(json, err, "]");
}

struct counted {
	size_t helpers, hinderers, others; /* others: all but the instance itself */
};

/* The strongest `most` helpers, then the strongest hinderers, without the instance itself. */
static enum err_code choose(const struct influence_list *list, uint32_t itself, size_t most,
			    struct counted *ret_counted, struct text *json, struct err *err)
{
	struct counted counted = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		const struct influence_item *item = &list->items[i];
		if (item->instance_id == itself)
			continue;
		counted.others++;
		if (item->product > 0 && counted.helpers++ < most && append_item(item, json, err) != ERR_OK)
			return err->code;
	}
	for (size_t i = list->count; i-- > 0;) {
		const struct influence_item *item = &list->items[i];
		if (item->instance_id != itself && item->product < 0 && counted.hinderers++ < most &&
		    append_item(item, json, err) != ERR_OK)
			return err->code;
	}
	*ret_counted = counted;
	return ERR_OK;
}

static enum err_code show(const struct invocation *invocation, const struct influence_request *request,
			  const struct influence_list *list, struct err *err)
{
	const struct options *options = invocation->options;
	AUTO(text_done) struct text json = { 0 };
	AUTO(text_done) struct text sql = { 0 };
	struct counted counted = { 0 };

	if (choose(list, request->instance_id, options->count, &counted, &json, err) != ERR_OK ||
	    text_append(&sql, err,
			"WITH chosen AS (SELECT key AS place, value ->> 0 AS instance_id, value ->> 1 AS inner_product"
			" FROM json_each('[%s]'))"
			" SELECT CASE WHEN inner_product > 0 THEN 'helps' ELSE 'hinders' END AS effect,"
			" chosen.instance_id, class, subclass, inner_product,"
			" (SELECT p_true FROM dynamics AS d WHERE d.run_id = runs.run_id AND d.epoch = %zu"
			" AND d.instance_id = chosen.instance_id) AS p_true,"
			" (SELECT difficulty FROM dynamics AS d WHERE d.run_id = runs.run_id AND d.epoch = %zu"
			" AND d.instance_id = chosen.instance_id) AS difficulty, features"
			" FROM chosen CROSS JOIN runs ON run_id = %lld CROSS JOIN instances"
			" ON instances.dataset_id = runs.dataset_id AND instances.instance_id = chosen.instance_id"
			" ORDER BY place",
			json.data != NULL ? json.data : "", list->epoch, list->epoch,
			(long long)request->run_id) != ERR_OK)
		return err->code;
	if (strcmp(options->format, "table") == 0)
		print_clean(stdout, "%zu of %zu training instances help %s; %zu hinder it\n", counted.helpers,
			    counted.others, list->title.data, counted.hinderers);
	return query_run_sql(invocation, sql.data, &(const struct query_form){ .format = options->format }, err);
}

static enum err_code list_instance(const struct invocation *invocation, const struct influence_request *request,
				   struct err *err)
{
	const struct options *options = invocation->options;
	AUTO(influence_list_done) struct influence_list list = { 0 };
	AUTO(track_freep) struct track *track = NULL;

	struct lock lock = { .path = invocation->database };
	struct db_wait wait = lock_wait(&lock);
	if (track_open_existing(invocation->database, options->save ? &wait : NULL, &track, err) != ERR_OK ||
	    influence_list_compute(track, request, &list, err) != ERR_OK)
		return err->code;
	if (options->save &&
	    (influence_list_save(track, request, &list, err) != ERR_OK || track_close(track, err) != ERR_OK))
		return err->code;
	track_free(take_ptr(&track));
	return show(invocation, request, &list, err);
}

static enum err_code save_changes(const struct invocation *invocation, const struct influence_request *request,
				  struct err *err)
{
	AUTO(track_freep) struct track *track = NULL;
	struct lock lock = { .path = invocation->database };
	struct db_wait wait = lock_wait(&lock);
	size_t epochs = 0;

	if (track_open_existing(invocation->database, &wait, &track, err) != ERR_OK ||
	    influence_save_changes(track, request, &epochs, err) != ERR_OK || track_close(track, err) != ERR_OK)
		return err->code;
	print_clean(stdout,
		    "run %lld: predicted loss changes of %zu epoch%s in loss_changes; 'hardrow report "
		    "influence-agreement --run %lld%s' compares them with du - dl\n",
		    (long long)request->run_id, epochs, TEXT_PLURAL(epochs), (long long)request->run_id,
		    invocation->db_option);
	return ERR_OK;
}

static enum err_code influence_command(const struct invocation *invocation, struct err *err)
{
	const struct options *options = invocation->options;
	AUTO(data_folders_done) struct data_folders folders = { 0 };
	uint64_t instance = 0, epoch = INFLUENCE_LAST_EPOCH;
	int64_t run = (int64_t)options->run;

	if (run > 0 && invocation->argument_count > 0)
		return err_set(err, ERR_USAGE, "either the run '%s' or --run %zu", invocation->arguments[0],
			       options->run);
	if (invocation->argument_count > 0 && command_parse_run(invocation, 0, &run, err) != ERR_OK)
		return err->code;
	if (run == 0)
		return err_set(err, ERR_USAGE, "influence needs a run; 'hardrow runs%s' lists them",
			       invocation->db_option);
	if (options->instance == NULL && !options->save)
		return err_set(err, ERR_USAGE,
			       "influence needs --instance, or --save for the loss changes of every epoch");
	if (options->instance == NULL && options->epoch != NULL)
		return err_set(err, ERR_USAGE, "--epoch goes with --instance: without it every epoch is saved");
	if (options->instance != NULL && (!parse_unsigned(options->instance, &instance) || instance > UINT32_MAX))
		return err_set(err, ERR_USAGE, "'%s' is not an instance: they are data rows, from 0",
			       options->instance);
	if (options->epoch != NULL && (!parse_unsigned(options->epoch, &epoch) || epoch > INT64_MAX))
		return err_set(err, ERR_USAGE, "'%s' is not an epoch: they are whole numbers, from 0", options->epoch);
	if (blas_load(err) != ERR_OK)
		return err->code;
	if (data_folders_init(&folders, &options->data_dirs, err) != ERR_OK)
		return err->code;
	const struct influence_request request = {
		.run_id = run,
		.instance_id = (uint32_t)instance,
		.epoch = (size_t)epoch,
		.source = { data_folders_path(&folders), options->data },
	};
	return options->instance != NULL ? list_instance(invocation, &request, err)
					 : save_changes(invocation, &request, err);
}

// clang-format off
static const struct option_spec specs[] = {
	{ .name = "run", .type = OPTION_COUNT, .offset = offsetof(struct options, run), .min = 1, .argument = "R",
	  .help = "the run, as RUN; its weights must be recorded" },
	{ .name = "instance", .type = OPTION_TEXT, .offset = offsetof(struct options, instance), .argument = "I",
	  .help = "list who helps and who hinders this instance (0-based data row), of either part" },
	{ .name = "epoch", .type = OPTION_TEXT, .offset = offsetof(struct options, epoch), .argument = "T",
	  .help = "at the weights after this epoch, 0: before the first; without it the last with recorded weights" },
	{ .name = "count", .type = OPTION_COUNT, .offset = offsetof(struct options, count), .min = 1, .argument = "N",
	  .initial = "10", .help = "how many helpers, and how many hinderers" },
	{ .name = "save", .type = OPTION_FLAG, .offset = offsetof(struct options, save),
	  .help = "keep all inner products in influences; without --instance: compute and keep the predicted loss "
		  "change of every instance in every epoch in loss_changes" },
	FORMAT_OPTION(struct options, format),
	{ .name = "data", .type = OPTION_TEXT, .offset = offsetof(struct options, data), .argument = "NAME|PATH",
	  .help = "where the data set is, above 256 features; without it the catalogue's of that name" },
	DATA_DIR_OPTION(struct options, data_dirs),
};
// clang-format on

const struct command command_influence = {
	.name = "influence",
	.arguments = "RUN [--instance I] [--save]",
	.summary = "Who helps and who hinders an instance, from the recorded weights",
	.details = "A training instance helps another if the inner product of their loss gradients is positive, and\n"
		   "hinders it if it is negative (Yu et al. 2022). The loss is the run's own, without class weights.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct options),
	.maximum = 1,
	.run = influence_command,
};
