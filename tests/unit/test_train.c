/* train: what must hold of every run, and the settings. Its numbers are held to golden values in test_golden.c. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "train/trainer.h"

static struct dataset *read_bundled(const char *name)
{
	struct dataset *dataset = NULL;
	struct err err;
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/datasets/%s.csv", getenv("HARDROW_SOURCE"), name);
	cr_assert_eq(dataset_read(path, &(struct reading){ .label = "class" }, &dataset, &err), ERR_OK, "%s",
		     err.message);
	return dataset;
}

static void set(struct run_settings *settings, const char *name, const char *value)
{
	struct err err;
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	cr_assert_not_null(spec, "%s", name);
	cr_assert_eq(option_set(spec, settings, value, &err), ERR_OK, "%s", err.message);
}

static struct run_settings defaults(void)
{
	struct run_settings settings;

	option_reset(settings_specs, settings_spec_count, &settings);
	settings.data.scale = SCALE_NONE;
	return settings;
}

/* Method m with 20 epochs, on a model that it can be on, and whose features are learned if they are all it looks at. */
static void set_method(struct run_settings *settings, size_t m)
{
	set(settings, "method", method_name(m));
	set(settings, "scale", "standard");
	set(settings, "epochs", "20");
	if (method_at(m)->cosine.heads > 0)
		set(settings, "classifier-heads", "1");
	if (method_at(m)->sampler->is_bilateral ||
	    (method_at(m)->stage != NULL && method_at(m)->stage->retrains_classifier) ||
	    (method_at(m)->adjustment != NULL && method_at(m)->adjustment->passes > 0)) {
		set(settings, "model", "mlp");
		set(settings, "hidden", "8");
	}
}

static struct split *make_split(const struct dataset *dataset, const struct run_settings *settings)
{
	struct split *split = NULL, *less = NULL;
	struct err err;

	cr_assert_eq(split_create(dataset, settings->data.test_fraction, settings->data.stratified,
				  settings->data.split_seed, &split, &err),
		     ERR_OK, "%s", err.message);
	if (!method_at((size_t)settings->method)->loss->uses_meta_set)
		return split;
	cr_assert_eq(split_take_meta(split, dataset, 3, settings->data.split_seed, &less, &err), ERR_OK);
	split_free(split);
	return less;
}

/* One at a time: they share a recipe. */
static struct trainer *make_trainer(const struct dataset *dataset, const struct split *split,
				    const struct run_settings *settings)
{
	static struct recipe recipe;
	const struct recipe_subject subject = { .dataset = dataset, .split = split };
	struct trainer *trainer = NULL;
	struct err err;

	cr_assert_eq(recipe_resolve(settings, &subject, &recipe, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(trainer_create(dataset, split, &recipe, &trainer, &err), ERR_OK, "%s", err.message);
	return trainer;
}

/* The number of the next method of classes from m on. */
static size_t next_method(size_t m)
{
	struct method made;

	while (method_at(m) != NULL && !method_in_task(method_at(m), TASK_CLASSIFICATION, &made))
		m++;
	return m;
}

/* The last predictions of 20 epochs under `settings`, (n, k) tiles. */
static double *last_predictions(const struct dataset *dataset, const struct run_settings *settings, size_t *ret_count)
{
	struct split *split = make_split(dataset, settings);
	struct trainer *trainer = make_trainer(dataset, split, settings);
	const struct predictions *predictions = trainer_predictions(trainer);
	size_t count = predictions->tiles * TILE_INSTANCES * dataset->classes;
	double *copy = malloc(count * sizeof *copy);

	for (int epoch = 0; epoch < 20; epoch++)
		cr_assert(trainer_run_epoch(trainer));
	memcpy(copy, predictions->difficulty->p, count * sizeof *copy);
	trainer_free(trainer);
	split_free(split);
	*ret_count = count;
	return copy;
}

Test(run, equal_seeds_give_equal_bytes_and_others_do_not)
{
	struct dataset *dataset = read_bundled("glass");

	for (size_t m = next_method(0); method_name(m) != NULL; m = next_method(m + 1)) {
		struct run_settings settings = defaults();
		size_t count = 0;
		set_method(&settings, m);
		double *first = last_predictions(dataset, &settings, &count);
		double *again = last_predictions(dataset, &settings, &count);
		settings.training.seed = 1;
		double *other = last_predictions(dataset, &settings, &count);
		cr_expect_eq(memcmp(first, again, count * sizeof *first), 0, "%s", method_name(m));
		cr_expect_neq(memcmp(first, other, count * sizeof *first), 0, "%s", method_name(m));
		free(first);
		free(again);
		free(other);
	}
	dataset_free(dataset);
}

static bool varies(const struct sampler *sampler)
{
	return sampler->is_bilateral || sampler->uses_ratio || sampler == &sampler_self_paced;
}

Test(run, weights_have_mean_one_and_test_instances_none)
{
	struct dataset *dataset = read_bundled("glass");

	for (size_t m = next_method(0); method_name(m) != NULL; m = next_method(m + 1)) {
		struct run_settings settings = defaults();
		set_method(&settings, m);
		struct split *split = make_split(dataset, &settings);
		struct trainer *trainer = make_trainer(dataset, split, &settings);
		const struct weighting *weighting = trainer_weighting(trainer);
		size_t draws = 0;
		double sum = 0, share = 0;
		cr_assert(trainer_run_epoch(trainer));
		for (size_t i = 0; i < dataset->instances; i++) {
			draws += trainer_draws(trainer)[i];
			cr_expect_eq(isnan(weighting->weight[i]) != 0, split->is_test[i] != 0);
			cr_expect(!split->is_test[i] || trainer_draws(trainer)[i] == 0);
			sum += split->is_test[i] ? 0 : weighting->weight[i];
		}
		for (size_t c = 0; c < dataset->classes; c++)
			share += weighting->sampling_share[c];
		if (!varies(method_at(m)->sampler))
			cr_expect_eq(draws, split->train_count, "%s", method_name(m));
		cr_expect_float_eq(sum / (double)split->train_count, 1, 1e-12, "%s", method_name(m));
		cr_expect_float_eq(share, 1, 1e-12, "%s", method_name(m));
		trainer_free(trainer);
		split_free(split);
	}
	dataset_free(dataset);
}

static double least_accuracy(const struct split *split)
{
	uint32_t most = 0;

	for (size_t c = 0; c < split->classes; c++)
		most = split->train_class[c] > most ? split->train_class[c] : most;
	return 1.5 * most / (double)split->train_count;
}

/* Logistic regression and a small network learn iris by every method: far better than always the same class. */
Test(run, every_method_learns)
{
	struct dataset *dataset = read_bundled("iris");

	for (size_t m = next_method(0); method_name(m) != NULL; m = next_method(m + 1))
		for (size_t model = 0; model_name(model) != NULL; model++) {
			struct run_settings settings = defaults();
			bool converges = true;
			struct recipe ignored_recipe;
			struct err ignored;
			set(&settings, "method", method_name(m));
			set(&settings, "model", model_name(model));
			if (settings.model == MODEL_MLP)
				set(&settings, "hidden", "8");
			set(&settings, "scale", "standard");
			set(&settings, "epochs", "40");
			if (recipe_resolve_parts(&settings, &ignored_recipe, &ignored) != ERR_OK)
				continue;
			/* Made for learned features; on plain inputs it does harm. */
			if (method_at(m)->adjustment == &adjustment_tau_norm && settings.model == MODEL_LOGREG)
				continue;
			struct split *split = make_split(dataset, &settings);
			struct trainer *trainer = make_trainer(dataset, split, &settings);
			for (int epoch = 0; epoch < 40; epoch++)
				converges = trainer_run_epoch(trainer) && converges;
			double accuracy = trainer_predictions(trainer)->train.accuracy;
			cr_expect(converges && accuracy > least_accuracy(split), "%s %s: %g", method_name(m),
				  model_name(model), accuracy);
			trainer_free(trainer);
			split_free(split);
		}
	dataset_free(dataset);
}

/* Two chunks of logistic regression are one batch to a loss over whole batches: the first step against the same in one
 * tile. */
Test(run, a_loss_over_whole_batches_sees_all_chunks)
{
	enum { D = 4, K = 3, N = 120 };
	struct dataset *dataset = read_bundled("iris");
	struct run_settings settings = defaults();
	static double z[K * N] __attribute__((aligned(64))), delta[K * N] __attribute__((aligned(64)));
	static double y[N] __attribute__((aligned(64))), scale[N] __attribute__((aligned(64)));
	double before[K * D], bias[K], after[K * D];
	struct loss_tile tile = { z, y, scale, N };
	struct loss_state state;
	struct err err;

	set(&settings, "method", "ghm");
	set(&settings, "batch-size", "full");
	set(&settings, "momentum", "0");
	struct split *split = make_split(dataset, &settings);
	struct trainer *trainer = make_trainer(dataset, split, &settings);
	cr_assert_eq(split->train_count, N);
	network_read_layer(trainer_network(trainer), 0, before, bias);
	cr_assert_eq(loss_state_init(&state, &loss_ghm, &settings.loss_parameters, split->train_class, K, &err),
		     ERR_OK);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < N; i++) {
			const double *x = dataset->x + split->train[i] * D;
			y[i] = dataset->y[split->train[i]];
			scale[i] = 1.0 / N;
			for (size_t c = 0; c < K; c++) {
				z[c * N + i] = bias[c];
				for (size_t j = 0; j < D; j++)
					z[c * N + i] += before[c * D + j] * x[j];
			}
		}
		if (pass == 0) {
			loss_ghm.see_tile(&state, &tile);
			loss_ghm.finish_batch(&state);
		} else {
			(void)loss_evaluate(&state, &tile, delta);
		}
	}
	cr_assert(trainer_run_epoch(trainer));
	network_read_layer(trainer_network(trainer), 0, after, NULL);
	for (size_t c = 0; c < K; c++)
		for (size_t j = 0; j < D; j++) {
			double gradient = 0;
			for (size_t i = 0; i < N; i++)
				gradient += delta[c * N + i] * dataset->x[split->train[i] * D + j];
			cr_expect_float_eq(after[c * D + j], before[c * D + j] - 0.1 * gradient, 1e-10);
		}
	loss_state_done(&state);
	trainer_free(trainer);
	split_free(split);
	dataset_free(dataset);
}

/* Cui et al. 2019: every sigmoid score starts at 1 / k. */
Test(run, biases_start_where_the_loss_wants_them)
{
	static const struct {
		const char *method;
		double bias;
	} cases[] = {
		{ "class-balanced-sigmoid", -0.69314718055994531 },
		{ "class-balanced-focal", -0.69314718055994531 },
		{ "equalization", 0 },
	};
	struct dataset *dataset = read_bundled("iris");

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct run_settings settings = defaults();
		double weight[3 * 4], bias[3];
		set(&settings, "method", cases[i].method);
		set(&settings, "init", "zero");
		struct split *split = make_split(dataset, &settings);
		struct trainer *trainer = make_trainer(dataset, split, &settings);
		network_read_layer(trainer_network(trainer), 0, weight, bias);
		for (size_t c = 0; c < 3; c++)
			cr_expect_float_eq(bias[c], cases[i].bias, 1e-15, "%s", cases[i].method);
		trainer_free(trainer);
		split_free(split);
	}
	dataset_free(dataset);
}

/* A classifier that is trained again starts like the first: steps of nearly nothing leave it there. */
Test(run, biases_start_again_in_the_second_stage)
{
	struct dataset *dataset = read_bundled("iris");
	struct run_settings settings = defaults();
	double weight[3 * 8], bias[3];

	set(&settings, "method", "crt");
	set(&settings, "loss", "class-balanced-focal");
	set(&settings, "model", "mlp");
	set(&settings, "hidden", "8");
	set(&settings, "learning-rate", "1e-9");
	set(&settings, "epochs", "2");
	set(&settings, "second-stage-epochs", "1");
	struct split *split = make_split(dataset, &settings);
	struct trainer *trainer = make_trainer(dataset, split, &settings);
	for (int epoch = 0; epoch < 2; epoch++)
		cr_assert(trainer_run_epoch(trainer));
	network_read_layer(trainer_network(trainer), 1, weight, bias);
	for (size_t c = 0; c < 3; c++)
		cr_expect_float_eq(bias[c], -0.69314718055994531, 1e-6);
	trainer_free(trainer);
	split_free(split);
	dataset_free(dataset);
}

/* One batch, equal start: dividing by the sum of the weights scales the first step by B over that sum. */
Test(run, reduction_by_weights_divides_by_their_sum)
{
	struct dataset *dataset = read_bundled("balance-scale");
	double step[2] = { 0, 0 };
	double weights = 0;

	for (int reduction = 0; reduction < 2; reduction++) {
		struct run_settings settings = defaults();
		set(&settings, "method", "inverse-frequency");
		set(&settings, "batch-size", "full");
		set(&settings, "init", "zero");
		set(&settings, "test-fraction", "0");
		set(&settings, "reduction", reduction == 0 ? "batch" : "weights");
		struct split *split = make_split(dataset, &settings);
		struct trainer *trainer = make_trainer(dataset, split, &settings);
		cr_assert(trainer_run_epoch(trainer));
		double weight[3 * 4];
		network_read_layer(trainer_network(trainer), 0, weight, NULL);
		step[reduction] = weight[1];
		weights = 0;
		for (size_t i = 0; i < dataset->instances; i++)
			weights += trainer_weighting(trainer)->loss_weight[i];
		trainer_free(trainer);
		split_free(split);
	}
	cr_expect_float_eq(step[1] / step[0], (double)dataset->instances / weights, 1e-12);
	dataset_free(dataset);
}

Test(run, divergence_is_noticed)
{
	struct dataset *dataset = read_bundled("wine");
	struct run_settings settings = defaults();
	bool converges = true;

	set(&settings, "learning-rate", "1e308");
	struct split *split = make_split(dataset, &settings);
	struct trainer *trainer = make_trainer(dataset, split, &settings);
	for (int epoch = 0; epoch < 20 && converges; epoch++)
		converges = trainer_run_epoch(trainer);
	cr_expect_not(converges);
	cr_expect(isnan(trainer_predictions(trainer)->test.accuracy));
	trainer_free(trainer);
	split_free(split);
	dataset_free(dataset);
}

/* After one step the weights are still numbers, but not their products with inputs of a thousand. */
Test(run, divergence_is_noticed_where_the_weights_stay_finite)
{
	struct dataset *dataset = read_bundled("wine");
	struct run_settings settings = defaults();

	set(&settings, "learning-rate", "1e305");
	set(&settings, "batch-size", "full");
	struct split *split = make_split(dataset, &settings);
	struct trainer *trainer = make_trainer(dataset, split, &settings);
	cr_expect_not(trainer_run_epoch(trainer));
	cr_expect(network_is_finite(trainer_network(trainer)));
	trainer_free(trainer);
	split_free(split);
	dataset_free(dataset);
}

Test(run, divergence_is_noticed_where_the_loss_stays_finite)
{
	struct dataset *dataset = read_bundled("wine");
	struct run_settings settings = defaults();
	bool converges = true;

	/* Of logistic regression this adjustment reads the inputs alone. */
	set(&settings, "adjustment", "ncm");
	set(&settings, "learning-rate", "1e308");
	struct split *split = make_split(dataset, &settings);
	struct trainer *trainer = make_trainer(dataset, split, &settings);
	for (int epoch = 0; epoch < 3 && converges; epoch++)
		converges = trainer_run_epoch(trainer);
	cr_expect_not(converges);
	cr_expect(isfinite(trainer_predictions(trainer)->train.loss));
	trainer_free(trainer);
	split_free(split);
	dataset_free(dataset);
}

Test(settings, say_which_epochs_are_recorded)
{
	static const struct {
		const char *record;
		const char *epochs; /* of 1..7, 'x' is recorded */
	} cases[] = {
		{ "every:1", "xxxxxxx" },
		{ "every:3", "..x..xx" },
		{ "last", "......x" },
		{ "none", "......." },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct record_rule rule;
		size_t count = 0;
		cr_assert(record_rule_read(cases[i].record, &rule));
		for (size_t epoch = 1; epoch <= 7; epoch++) {
			bool recorded = record_rule_takes(&rule, epoch, 7);
			cr_expect_eq(recorded, cases[i].epochs[epoch - 1] == 'x', "%s %zu", cases[i].record, epoch);
			count += recorded;
		}
		cr_expect_eq(record_rule_count(&rule, 7), count, "%s", cases[i].record);
	}
}

Test(settings, refuse_what_makes_no_sense)
{
	static const struct {
		const char *name, *value;
	} cases[] = {
		{ "prior", "0" },	  { "prior", "-1" },
		{ "floor", "0" },	  { "record", "every:0" },
		{ "record", "first" },	  { "batch-size", "0" },
		{ "batch-size", "all" },  { "epochs", "0" },
		{ "beta", "1" },	  { "test-fraction", "1" },
		{ "learning-rate", "0" }, { "learning-rate", "inf" },
		{ "hidden", "1000001" },  { "momentum", "1" },
		{ "method", "smite" },	  { "seed", "9223372036854775808" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct run_settings settings = defaults();
		struct err err;
		const struct option_spec *spec = option_find(settings_specs, settings_spec_count, cases[i].name);
		cr_expect_eq(option_set(spec, &settings, cases[i].value, &err), ERR_INPUT, "%s %s", cases[i].name,
			     cases[i].value);
	}
}

Test(settings, the_imbalance_has_its_size)
{
	struct run_settings settings = defaults();
	struct imbalance imbalance;
	struct err err;

	set(&settings, "imbalance", "exp:0.5");
	set(&settings, "imbalance-max", "40");
	cr_assert_eq(settings_imbalance(&settings.data, &imbalance, &err), ERR_OK);
	cr_expect_eq(imbalance.max, 40);
}
