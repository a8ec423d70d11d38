/* Threads that share a run's work: whatever their number, the same bytes. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "train/trainer.h"

/* Wide and large enough that products, steps and predictions are all shared. */
enum { INSTANCES = 1100, FEATURES = 300, CLASSES = 5, EPOCHS = 2 };

static struct dataset dataset;
static struct split *split;

static void set(struct run_settings *settings, const char *name, const char *value)
{
	struct err err;
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	cr_assert_not_null(spec, "%s", name);
	cr_assert_eq(option_set(spec, settings, value, &err), ERR_OK, "%s", err.message);
}

static void make_data(void)
{
	static char label[] = "class", *feature_names[FEATURES];
	static uint32_t y[INSTANCES];
	static double x[INSTANCES * FEATURES];
	struct rng rng;
	struct err err;

	rng_init(&rng, 1, RNG_SPLIT);
	for (size_t j = 0; j < FEATURES; j++)
		feature_names[j] = label;
	for (size_t i = 0; i < INSTANCES; i++) {
		y[i] = (uint32_t)(i % CLASSES);
		for (size_t j = 0; j < FEATURES; j++)
			x[i * FEATURES + j] = rng_uniform(&rng) + (j % CLASSES == y[i] ? 0.1 : 0);
	}
	dataset = (struct dataset){ .label = label,
				    .instances = INSTANCES,
				    .features = FEATURES,
				    .classes = CLASSES,
				    .x = x,
				    .y = y,
				    .feature_names = feature_names };
	cr_assert_eq(split_create(&dataset, 0.2, true, 0, &split, &err), ERR_OK, "%s", err.message);
}

/* "name value name value …" */
static void resolve(const char *text, struct recipe *ret_recipe)
{
	static char copy[512];
	struct run_settings settings;
	const struct recipe_subject subject = { .dataset = &dataset, .split = split };
	char *rest = NULL;
	struct err err;

	option_reset(settings_specs, settings_spec_count, &settings);
	set(&settings, "batch-size", "256");
	(void)snprintf(copy, sizeof copy, "%s", text);
	for (char *name = strtok_r(copy, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest))
		set(&settings, name, strtok_r(NULL, " ", &rest));
	cr_assert_eq(recipe_resolve(&settings, &subject, ret_recipe, &err), ERR_OK, "%s: %s", text, err.message);
}

/* The state after EPOCHS, in which are parameters, moments and predictions; the second half on other threads. */
static struct text train(const struct recipe *recipe, size_t threads, size_t later_threads)
{
	struct text state = { 0 };
	struct err err;

	for (size_t half = 0; half < 2; half++) {
		AUTO(pool_freep) struct pool *pool = NULL;
		AUTO(trainer_freep) struct trainer *trainer = NULL;
		size_t now = half == 0 ? threads : later_threads;
		cr_assert_eq(pool_create(now, &pool, &err), ERR_OK);
		cr_assert_eq(pool_threads(pool), now);
		cr_assert_eq(trainer_create(&dataset, split, recipe, &trainer, &err), ERR_OK, "%s", err.message);
		cr_assert_eq(trainer_share(trainer, pool, &err), ERR_OK);
		if (half == 1)
			cr_assert_eq(trainer_load_state(trainer, state.data, state.length, &err), ERR_OK, "%s",
				     err.message);
		for (size_t epoch = 0; epoch < EPOCHS / 2; epoch++)
			cr_assert(trainer_run_epoch(trainer));
		text_done(&state);
		cr_assert_eq(trainer_save_state(trainer, &state, &err), ERR_OK);
	}
	return state;
}

Test(threads, the_same_bytes_for_any_number)
{
	static const char *const settings[] = {
		"model logreg",
		"model logreg batch-size 32 method difficulty",
		"model mlp hidden 256,256 learning-rate 0.01",
		"model mlp hidden 256,256 precision single momentum 0.9 nesterov yes weight-decay 0.001",
		"model mlp hidden 256,256,64 optimizer adam dropout 0.3",
		"model mlp hidden 300,20 optimizer adam precision single activation tanh method focal",
		"model mlp hidden 256 method tau-norm",
		"model mlp hidden 256 method tde classifier-heads 2",
		"model mlp hidden 256,64 optimizer lbfgs batch-size 880",
		"model mlp hidden 256,64 method bbn",
	};
	static const size_t threads[] = { 2, 3, 8 };

	make_data();
	for (size_t s = 0; s < ARRAY_LENGTH(settings); s++) {
		struct recipe recipe;
		resolve(settings[s], &recipe);
		struct text alone = train(&recipe, 1, 1);
		for (size_t t = 0; t < ARRAY_LENGTH(threads); t++) {
			struct text shared = train(&recipe, threads[t], t == 0 ? 1 : threads[t]);
			cr_expect(shared.length == alone.length && memcmp(shared.data, alone.data, alone.length) == 0,
				  "%s: %zu threads give other bytes", settings[s], threads[t]);
			text_done(&shared);
		}
		text_done(&alone);
	}
	split_free(split);
}
