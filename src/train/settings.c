#include "train/settings.h"

#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "data/dataset.h"
#include "data/scale.h"
#include "model/network.h"

static const char *reduction_name(size_t i)
{
	static const char *const names[] = { "batch", "weights" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static const char *sampler_choice(size_t i)
{
	return i == 0 ? "method" : sampler_name(i - 1);
}

static const char *loss_choice(size_t i)
{
	return i == 0 ? "method" : loss_name(i - 1);
}

static enum err_code check_batch_size(const char *text, struct err *err)
{
	uint64_t count;

	if (strcmp(text, "full") == 0 || (parse_unsigned(text, &count) && count > 0))
		return ERR_OK;
	return err_set(err, ERR_INPUT, "'%s' will not do: batch-size takes a whole number from 1, or full", text);
}

/* N of "every:N"; 0 if it is not that. */
static uint64_t every(const char *record)
{
	uint64_t period = 0;

	if (strncmp(record, "every:", 6) != 0 || !parse_unsigned(record + 6, &period))
		return 0;
	return period;
}

static enum err_code check_record(const char *text, struct err *err)
{
	if (strcmp(text, "last") == 0 || strcmp(text, "none") == 0 || every(text) > 0)
		return ERR_OK;
	return err_set(err, ERR_INPUT, "'%s' will not do: record takes every:N, last or none", text);
}

#define FIELD(name) .offset = offsetof(struct run_settings, name)

const struct option_spec settings_specs[] = {
	{ .name = "label",
	  .type = OPTION_TEXT,
	  FIELD(label),
	  .argument = "COLUMN",
	  .help = "the column with the class; default: the catalogue's, or the last" },
	{ .name = "missing",
	  .type = OPTION_CHOICE,
	  FIELD(missing),
	  .choice = missing_policy_name,
	  .initial = "error",
	  .help = "what to do with missing values" },
	{ .name = "scale",
	  .type = OPTION_CHOICE,
	  FIELD(scale),
	  .choice = scale_kind_name,
	  .initial = "none",
	  .help = "standard: subtract the mean, divide by the deviation, both of the training part" },
	{ .name = "test-fraction",
	  .type = OPTION_REAL,
	  FIELD(test_fraction),
	  .min = 0,
	  .max = 0.999,
	  .argument = "F",
	  .initial = "0.2",
	  .help = "share of the instances in the test part, rounded up; 0 trains on all" },
	{ .name = "stratified", .type = OPTION_FLAG, FIELD(stratified), .help = "keep the class shares in both parts" },
	{ .name = "split-seed",
	  .type = OPTION_SEED,
	  FIELD(split_seed),
	  .argument = "N",
	  .initial = "0",
	  .help = "which split" },
	{ .name = "method",
	  .letter = 'm',
	  .type = OPTION_CHOICE,
	  FIELD(method),
	  .choice = method_name,
	  .initial = "base",
	  .help = "a named sampler and loss" },
	{ .name = "sampler",
	  .type = OPTION_CHOICE,
	  FIELD(sampler),
	  .choice = sampler_choice,
	  .initial = "method",
	  .help = "instead of the method's sampler" },
	{ .name = "loss",
	  .type = OPTION_CHOICE,
	  FIELD(loss),
	  .choice = loss_choice,
	  .initial = "method",
	  .help = "instead of the method's loss" },
	{ .name = "apply",
	  .type = OPTION_CHOICE,
	  FIELD(apply),
	  .choice = method_apply_name,
	  .initial = "draw",
	  .help = "how method difficulty uses its weights: to draw, in systematic draws, or in the loss" },
	{ .name = "beta",
	  .type = OPTION_REAL,
	  FIELD(beta),
	  .min = 0,
	  .max = 0.9999999999,
	  .argument = "B",
	  .initial = "0.9999",
	  .help = "of class-balanced" },
	{ .name = "prior",
	  .type = OPTION_REAL,
	  FIELD(prior),
	  .above_min = true,
	  .argument = "C",
	  .initial = "1",
	  .help = "c of the difficulty (c + sum du) / (c + sum dl)" },
	{ .name = "floor",
	  .type = OPTION_REAL,
	  FIELD(floor),
	  .above_min = true,
	  .max = 0.1,
	  .argument = "P",
	  .initial = "1e-12",
	  .help = "smallest probability in du and dl" },
	{ .name = "reduction",
	  .type = OPTION_CHOICE,
	  FIELD(reduction),
	  .choice = reduction_name,
	  .initial = "batch",
	  .help = "divide a batch's weighted loss by its size or by the sum of its weights" },
	{ .name = "init",
	  .type = OPTION_CHOICE,
	  FIELD(init),
	  .choice = network_init_name,
	  .initial = "uniform",
	  .help = "initial weights" },
	{ .name = "optimizer",
	  .type = OPTION_CHOICE,
	  FIELD(optimizer),
	  .choice = optimizer_name,
	  .initial = "sgd",
	  .help = "optimiser" },
	{ .name = "learning-rate",
	  .type = OPTION_REAL,
	  FIELD(optimization.learning_rate),
	  .above_min = true,
	  .argument = "R",
	  .initial = "0.1",
	  .help = "step size" },
	{ .name = "momentum",
	  .type = OPTION_REAL,
	  FIELD(optimization.momentum),
	  .max = 0.999999,
	  .argument = "M",
	  .initial = "0.9",
	  .help = "of sgd" },
	{ .name = "nesterov", .type = OPTION_FLAG, FIELD(optimization.nesterov), .help = "Nesterov momentum, of sgd" },
	{ .name = "beta1",
	  .type = OPTION_REAL,
	  FIELD(optimization.beta1),
	  .max = 0.999999,
	  .argument = "B",
	  .initial = "0.9",
	  .help = "of adam" },
	{ .name = "beta2",
	  .type = OPTION_REAL,
	  FIELD(optimization.beta2),
	  .max = 0.99999999,
	  .argument = "B",
	  .initial = "0.999",
	  .help = "of adam" },
	{ .name = "epsilon",
	  .type = OPTION_REAL,
	  FIELD(optimization.epsilon),
	  .above_min = true,
	  .argument = "E",
	  .initial = "1e-8",
	  .help = "of adam" },
	{ .name = "weight-decay",
	  .type = OPTION_REAL,
	  FIELD(optimization.weight_decay),
	  .argument = "L",
	  .initial = "0",
	  .help = "L2 penalty on weights, not on biases: L/2 times their squared sum" },
	{ .name = "batch-size",
	  .letter = 'b',
	  .type = OPTION_CHECKED,
	  FIELD(batch_size),
	  .check = check_batch_size,
	  .argument = "N|full",
	  .initial = "32",
	  .help = "instances a step; a last smaller batch is kept" },
	{ .name = "epochs",
	  .letter = 'e',
	  .type = OPTION_COUNT,
	  FIELD(epochs),
	  .min = 1,
	  .max = 1e9,
	  .argument = "N",
	  .initial = "100",
	  .help = "passes of N draws each" },
	{ .name = "seed",
	  .letter = 's',
	  .type = OPTION_SEED,
	  FIELD(seed),
	  .argument = "N",
	  .initial = "0",
	  .help = "of initial weights and sampling" },
	{ .name = "record",
	  .letter = 'r',
	  .type = OPTION_CHECKED,
	  FIELD(record),
	  .check = check_record,
	  .argument = "every:N|last|none",
	  .initial = "every:1",
	  .help = "epochs recorded per instance; metrics and the summary always are" },
};
const size_t settings_spec_count = ARRAY_LENGTH(settings_specs);

enum err_code settings_compose(const struct run_settings *settings, struct method *ret_method, struct err *err)
{
	struct method composed = *method_at((size_t)settings->method);

	if (composed.sampler->uses_difficulty)
		composed = method_applied(&composed, (enum method_apply)settings->apply);
	else if (settings->apply != APPLY_DRAW)
		return err_set(err, ERR_INPUT, "apply '%s' will not do: method %s has no difficulty to apply",
			       method_apply_name((size_t)settings->apply), composed.name);
	if (settings->sampler > 0)
		composed.sampler = sampler_at((size_t)settings->sampler - 1);
	if (settings->loss > 0)
		composed.loss = loss_at((size_t)settings->loss - 1);
	*ret_method = composed;
	return ERR_OK;
}

size_t settings_batch_size(const struct run_settings *settings, size_t instances)
{
	uint64_t size = 0;

	if (!parse_unsigned(settings->batch_size, &size) || size > instances)
		return instances;
	return (size_t)size;
}

bool settings_records_epoch(const struct run_settings *settings, size_t epoch, size_t epochs)
{
	uint64_t period = every(settings->record);

	if (period > 0)
		return epoch % period == 0 || epoch == epochs;
	return strcmp(settings->record, "last") == 0 && epoch == epochs;
}
