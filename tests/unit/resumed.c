#include "resumed.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/target_bins.h"
#include "rebalance/regression.h"

static struct dataset *dataset;
static struct split *split;

/* With a meta set, for the method that goes by one. */
void resumed_set_up(void)
{
	struct split *whole = NULL;
	struct err err;
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/datasets/glass.csv", getenv("HARDROW_SOURCE"));
	cr_assert_eq(dataset_read(path, &(struct reading){ .label = "class" }, &dataset, &err), ERR_OK, "%s",
		     err.message);
	cr_assert_eq(split_create(dataset, 0.2, true, 0, &whole, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(split_take_meta(whole, dataset, 3, 0, &split, &err), ERR_OK, "%s", err.message);
	split_free(whole);
}

void resumed_tear_down(void)
{
	split_free(split);
	dataset_free(dataset);
}

void resumed_set(struct run_settings *settings, const char *name, const char *value)
{
	struct err err;
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	cr_assert_not_null(spec, "%s", name);
	cr_assert_eq(option_set(spec, settings, value, &err), ERR_OK, "%s", err.message);
}

/* "name value name value …" on top of small and fast settings, which borrow the text: four of them at once. */
struct run_settings resumed_settings(const char *text)
{
	struct run_settings settings;
	static char copies[4][512];
	static size_t made;
	char *copy = copies[made++ % 4], *rest = NULL;

	option_reset(settings_specs, settings_spec_count, &settings);
	resumed_set(&settings, "epochs", "8");
	resumed_set(&settings, "batch-size", "32");
	resumed_set(&settings, "scale", "standard");
	(void)snprintf(copy, sizeof copies[0], "%s", text);
	for (char *name = strtok_r(copy, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest))
		resumed_set(&settings, name, strtok_r(NULL, " ", &rest));
	return settings;
}

/* Four of them at once. */
const struct recipe *resumed_recipe(const struct run_settings *settings)
{
	const struct recipe_subject subject = { .dataset = dataset, .split = split };
	static struct recipe recipes[4];
	static size_t made;
	struct recipe *recipe = &recipes[made++ % 4];
	struct err err;

	cr_assert_eq(recipe_resolve(settings, &subject, recipe, &err), ERR_OK, "%s", err.message);
	return recipe;
}

struct trainer *resumed_trainer(const struct run_settings *settings)
{
	struct trainer *trainer = NULL;
	struct err err;

	cr_assert_eq(trainer_create(dataset, split, resumed_recipe(settings), &trainer, &err), ERR_OK, "%s",
		     err.message);
	return trainer;
}

void resumed_append(struct text *text, const void *values, size_t size)
{
	struct err err;

	cr_assert_eq(text_append_bytes(text, values, size, &err), ERR_OK);
}

struct text resumed_save(struct trainer *trainer)
{
	struct text bytes = { 0 };
	struct err err;

	cr_assert_eq(trainer_save_state(trainer, &bytes, &err), ERR_OK, "%s", err.message);
	return bytes;
}

static void append_metrics(struct text *seen, const struct part_metrics *metrics)
{
	resumed_append(seen, &metrics->loss, sizeof metrics->loss);
	resumed_append(seen, &metrics->accuracy, sizeof metrics->accuracy);
	resumed_append(seen, &metrics->balanced_error, sizeof metrics->balanced_error);
	resumed_append(seen, &metrics->macro_f1, sizeof metrics->macro_f1);
	resumed_append(seen, &metrics->calibration_error, sizeof metrics->calibration_error);
	resumed_append(seen, metrics->correct, dataset->classes * sizeof *metrics->correct);
	resumed_append(seen, metrics->predicted, dataset->classes * sizeof *metrics->predicted);
}

static void append_classes(struct text *seen, const struct predictions *predictions)
{
	size_t n = dataset->instances;
	const double *series[] = { predictions->p_true,
				   predictions->log_p_true,
				   predictions->predicted,
				   predictions->confidence,
				   predictions->dynamics->mean,
				   predictions->dynamics->squares,
				   predictions->dynamics->correct,
				   predictions->dynamics->forgotten,
				   predictions->dynamics->first_learned,
				   predictions->dynamics->loss,
				   predictions->dynamics->margin,
				   predictions->dynamics->el2n,
				   predictions->dynamics->grand,
				   predictions->dynamics->unlearned };

	for (size_t i = 0; i < ARRAY_LENGTH(series); i++)
		resumed_append(seen, series[i], n * sizeof(double));
	resumed_append(seen, predictions->dynamics->epochs, sizeof(double));
	resumed_append(seen, predictions->difficulty->p, n * dataset->classes * sizeof(double));
	append_metrics(seen, &predictions->train);
	append_metrics(seen, &predictions->test);
}

static void append_numbers(struct text *seen, const struct predictions *predictions)
{
	const struct regression *regression = predictions->regression;
	size_t size = dataset->instances * sizeof(double);

	resumed_append(seen, regression->residual, size);
	resumed_append(seen, regression->mean_abs_residual, size);
	resumed_append(seen, regression->mean_loss, size);
	resumed_append(seen, regression->train, sizeof regression->train);
	resumed_append(seen, regression->test, sizeof regression->test);
	resumed_append(seen, &predictions->train.loss, sizeof(double));
	resumed_append(seen, &predictions->test.loss, sizeof(double));
}

/* All that can be seen of an epoch: weights of the network, draws, predictions, difficulty, dynamics, weights. */
static void append_epoch(struct text *seen, struct trainer *trainer)
{
	const struct predictions *predictions = trainer_predictions(trainer);
	const struct weighting *weighting = trainer_weighting(trainer);
	size_t n = dataset->instances, size = n * sizeof(double);
	const double *series[] = { predictions->difficulty->du, predictions->difficulty->dl,
				   predictions->difficulty->value, weighting->weight };
	const struct network *network = trainer_network(trainer);

	if (predictions->regression != NULL)
		append_numbers(seen, predictions);
	else
		append_classes(seen, predictions);
	for (size_t i = 0; i < ARRAY_LENGTH(series); i++)
		resumed_append(seen, series[i], size);
	resumed_append(seen, trainer_draws(trainer), n * sizeof(uint32_t));
	for (size_t i = 0; i < split->train_count; i++)
		resumed_append(seen, &weighting->loss_weight[split->train[i]], sizeof(double));
	resumed_append(seen, weighting->sampling_share, dataset->classes * sizeof(double));
	resumed_append(seen, &weighting->effective_sample_size, sizeof(double));
	for (size_t l = 0; l < network_layer_count(network); l++) {
		static double weight[100000], bias[1000];
		struct network_layer layer = network_layer(network, l);
		network_read_layer(network, l, weight, bias);
		resumed_append(seen, weight, layer.inputs * layer.outputs * sizeof *weight);
		resumed_append(seen, bias, layer.has_bias ? layer.outputs * sizeof *bias : 0);
	}
}

/* Epochs from..EPOCHS as they can be seen. */
struct text resumed_go_on(struct trainer *trainer)
{
	struct text seen = { 0 };

	while (trainer_epoch(trainer) < EPOCHS) {
		cr_assert(trainer_run_epoch(trainer));
		append_epoch(&seen, trainer);
	}
	return seen;
}

struct trainer *resumed_trained(const struct run_settings *settings, size_t epochs)
{
	struct trainer *trainer = resumed_trainer(settings);

	while (trainer_epoch(trainer) < epochs)
		cr_assert(trainer_run_epoch(trainer));
	return trainer;
}

bool resumed_same(const struct text *a, const struct text *b)
{
	return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

void resumed_expect_equal(struct trainer *trainer, const struct text *bytes, const char *what)
{
	char name[STATE_NAME_MAX + 2] = "";

	cr_expect(state_equals(trainer_visit_state, trainer, bytes->data, bytes->length, name), "%s: %s", what, name);
}

void resumed_try(const struct run_settings *settings, size_t stop, const char *what)
{
	struct trainer *whole = resumed_trained(settings, stop);
	struct trainer *resumed = resumed_trainer(settings);
	struct text bytes = resumed_save(whole);
	struct err err;

	cr_assert_eq(trainer_load_state(resumed, bytes.data, bytes.length, &err), ERR_OK, "%s", err.message);
	resumed_expect_equal(resumed, &bytes, what);
	struct text expected = resumed_go_on(whole), seen = resumed_go_on(resumed);
	cr_expect(resumed_same(&expected, &seen), "%s, stopped after epoch %zu", what, stop);
	text_done(&bytes);
	bytes = resumed_save(whole);
	resumed_expect_equal(resumed, &bytes, what);
	text_done(&bytes);
	text_done(&expected);
	text_done(&seen);
	trainer_free(whole);
	trainer_free(resumed);
}

/* Whether the settings are any. */
bool resumed_can_train(const struct run_settings *settings)
{
	const struct recipe_subject subject = { .dataset = dataset, .split = split };
	struct recipe ignored_recipe;
	struct err ignored;

	return recipe_resolve(settings, &subject, &ignored_recipe, &ignored) == ERR_OK;
}

/* One of the features of glass is the target. */
void resumed_set_up_regression(void)
{
	const struct reading reading = { .label = "ri", .has_target = true };
	struct err err;
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/datasets/glass.csv", getenv("HARDROW_SOURCE"));
	cr_assert_eq(dataset_read(path, &reading, &dataset, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(dataset_bin_target(dataset, "12", &err), ERR_OK, "%s", err.message);
	cr_assert_eq(split_create(dataset, 0.2, true, 0, &split, &err), ERR_OK, "%s", err.message);
}
