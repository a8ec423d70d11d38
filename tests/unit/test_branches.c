/* train: a step of a network with two branches. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "rebalance/bilateral.h"
#include "reference/methods.h"
#include "train/trainer_state.h"

enum { INPUTS = 3, SHARED = 4, UNITS = 4, CLASSES = 3, COUNT = ARRAY_LENGTH(bilateral_y) };

static void set(struct run_settings *settings, const char *name, const char *value)
{
	struct err err;

	cr_assert_eq(option_set(option_find(settings_specs, settings_spec_count, name), settings, value, &err), ERR_OK,
		     "%s", err.message);
}

static void expect_alike(const double *values, const double *expected, size_t count, const char *what)
{
	for (size_t i = 0; i < count; i++)
		cr_expect_float_eq(values[i], expected[i], 1e-12, "%s %zu: %.15g, not %.15g", what, i, values[i],
				   expected[i]);
}

/* In the fourth epoch of five alpha is 1 - 0.6^2. */
Test(branches, a_step_equals_the_reference)
{
	static char label[] = "class";
	char *feature_names[INPUTS] = { label, label, label };
	uint32_t y[COUNT];
	double x[COUNT * INPUTS];
	struct dataset dataset = { .label = label,
				   .instances = COUNT,
				   .features = INPUTS,
				   .classes = CLASSES,
				   .x = x,
				   .y = y,
				   .feature_names = feature_names };
	AUTO(split_freep) struct split *split = NULL;
	AUTO(trainer_freep) struct trainer *trainer = NULL;
	double weight[UNITS * SHARED], bias[SHARED];
	struct run_settings settings;
	struct recipe recipe;
	struct err err;

	memcpy(x, bilateral_x, sizeof x);
	memcpy(y, bilateral_y, sizeof y);
	option_reset(settings_specs, settings_spec_count, &settings);
	settings.data.scale = SCALE_NONE;
	set(&settings, "method", "bbn");
	set(&settings, "model", "mlp");
	set(&settings, "hidden", "4,2");
	set(&settings, "activation", "tanh");
	set(&settings, "precision", "double");
	set(&settings, "epochs", "5");
	set(&settings, "test-fraction", "0");
	cr_assert_eq(split_create(&dataset, 0, false, 0, &split, &err), ERR_OK, "%s", err.message);
	const struct recipe_subject subject = { .dataset = &dataset, .split = split };
	cr_assert_eq(recipe_resolve(&settings, &subject, &recipe, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(trainer_create(&dataset, split, &recipe, &trainer, &err), ERR_OK, "%s", err.message);
	network_write_layer(trainer->network, 0, bilateral_shared_weight, bilateral_shared_bias);
	network_write_layer(trainer->network, 1, bilateral_weight, bilateral_bias);
	network_write_layer(trainer->network, 2, bilateral_classifier, NULL);
	trainer->epoch = 3;
	network_clear_gradients(trainer->network);
	branches_learn(trainer, bilateral_uniform, bilateral_reversed, ARRAY_LENGTH(bilateral_uniform));
	network_read_gradient(trainer->network, 0, weight, bias);
	expect_alike(weight, bilateral_shared_weight_gradient, SHARED * INPUTS, "shared weight");
	expect_alike(bias, bilateral_shared_bias_gradient, SHARED, "shared bias");
	network_read_gradient(trainer->network, 1, weight, bias);
	expect_alike(weight, bilateral_weight_gradient, UNITS * SHARED, "weight");
	expect_alike(bias, bilateral_bias_gradient, UNITS, "bias");
	network_read_gradient(trainer->network, 2, weight, NULL);
	expect_alike(weight, bilateral_classifier_gradient, CLASSES * UNITS, "classifier");
	cr_expect_float_eq(bilateral_alpha("parabolic", 4, 5, NULL), bilateral_fixed_alpha, 1e-15);
}

/* Table 4 of the paper in the form of its code, the specification's for the parabolic one. */
Test(branches, alpha)
{
	static const struct {
		const char *mix;
		double first, third; /* of 4 epochs */
	} cases[] = {
		{ "parabolic", 1, 0.75 }, { "linear", 1, 0.5 }, { "cosine", 1, 0.70710678118654752 },
		{ "equal", 0.5, 0.5 },	  { "beta", 0.5, 0.5 }, { "parabolic-increment", 0, 0.25 },
	};
	static const struct {
		size_t epoch; /* of 10 */
		double alpha;
	} published[] = { { 1, 1 }, { 5, 0.84 }, { 10, 0.19 } };
	struct rng rng;
	struct err err;
	double sum = 0, outer = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		cr_expect_eq(bilateral_check_mix(cases[i].mix, &err), ERR_OK);
		cr_expect_float_eq(bilateral_alpha(cases[i].mix, 1, 4, NULL), cases[i].first, 1e-15);
		cr_expect_float_eq(bilateral_alpha(cases[i].mix, 3, 4, NULL), cases[i].third, 1e-15);
	}
	for (size_t i = 0; i < 3; i++)
		cr_expect_float_eq(bilateral_alpha("parabolic", published[i].epoch, 10, NULL), published[i].alpha,
				   1e-15);
	cr_expect_eq(bilateral_check_mix("quick", &err), ERR_INPUT);
	rng_init(&rng, 1, RNG_LOSS);
	/* Of Beta(0.2, 0.2) mean 1/2, and 0.33668977843005704 of them are below 0.1 (SciPy). */
	for (int i = 0; i < 20000; i++) {
		double alpha = bilateral_alpha("beta", 1, 4, &rng);
		cr_assert(alpha >= 0 && alpha <= 1);
		sum += alpha / 20000;
		outer += (alpha < 0.1) / 20000.0;
	}
	cr_expect_float_eq(sum, 0.5, 0.01);
	cr_expect_float_eq(outer, 0.33668977843005704, 0.015);
}
