/* Draws between instances: neighbours, expected draws and mixed steps against an independent implementation. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/rng.h"
#include "num/nearest.h"
#include "num/tile.h"
#include "rebalance/sampler_remix.h"
#include "reference/synthetic.h"
#include "train/trainer_state.h"

/* A bundled data set, all of it in the training part. */
struct scene {
	struct dataset *dataset;
	struct split *split;
	struct run_settings settings;
	struct recipe recipe;
	struct trainer *trainer;
};

static void set(struct scene *scene, const char *name, const char *value)
{
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);
	struct err err;

	cr_assert_eq(option_set(spec, &scene->settings, value, &err), ERR_OK, "%s", err.message);
}

static void scene_init(struct scene *scene, const char *dataset, const char *method)
{
	char *path = NULL;
	char name[64];
	struct err err;

	*scene = (struct scene){ 0 };
	(void)snprintf(name, sizeof name, "datasets/%s.csv", dataset);
	cr_assert_eq(file_join(getenv("HARDROW_SOURCE"), name, &path, &err), ERR_OK);
	cr_assert_eq(dataset_read(path, &(struct reading){ 0 }, &scene->dataset, &err), ERR_OK, "%s", err.message);
	free(path);
	cr_assert_eq(split_create(scene->dataset, 0, false, 0, &scene->split, &err), ERR_OK);
	option_reset(settings_specs, settings_spec_count, &scene->settings);
	scene->settings.data.scale = SCALE_NONE;
	set(scene, "test-fraction", "0");
	set(scene, "method", method);
}

static void scene_create(struct scene *scene, const struct sampler *sampler)
{
	const struct recipe_subject subject = { .dataset = scene->dataset, .split = scene->split };
	struct err err;

	cr_assert_eq(recipe_resolve(&scene->settings, &subject, &scene->recipe, &err), ERR_OK, "%s", err.message);
	if (sampler != NULL)
		scene->recipe.method.sampler = sampler;
	cr_assert_eq(trainer_create(scene->dataset, scene->split, &scene->recipe, &scene->trainer, &err), ERR_OK, "%s",
		     err.message);
}

static void scene_done(struct scene *scene)
{
	trainer_free(scene->trainer);
	split_free(scene->split);
	dataset_free(scene->dataset);
}

/* More rows than are compared at once, many of them alike or as near as others. */
Test(nearest, is_what_looking_at_all_gives)
{
	enum { N = 2500, D = 3, QUERIES = 150, K = 4 };
	double *x = calloc(N * D, sizeof *x);
	uint32_t index[N], query[QUERIES], near[QUERIES * K];
	const struct nearest_rows queries = { QUERIES, query }, among = { N - 1, index };
	struct rng rng;
	struct err err;

	rng_init(&rng, 1, RNG_SPLIT);
	for (size_t i = 0; i < N * D; i++)
		x[i] = 1000 + 0.1 * rng_below(&rng, 12);
	for (uint32_t i = 0; i < N; i++)
		index[i] = i + 1;
	for (uint32_t i = 0; i < QUERIES; i++)
		query[i] = 16 * i;
	cr_assert_eq(nearest_find(x, D, &queries, &among, K, near, &err), ERR_OK);
	for (size_t q = 0; q < QUERIES; q++) {
		double last = -1;
		for (size_t j = 0; j < K; j++) {
			/* The next by distance and place. */
			double best = INFINITY;
			uint32_t at = 0;
			for (uint32_t i = 1; i < N; i++) {
				double squares = 0;
				bool taken = i == query[q];
				for (size_t f = 0; f < D; f++)
					squares +=
					    (x[query[q] * D + f] - x[i * D + f]) * (x[query[q] * D + f] - x[i * D + f]);
				for (size_t before = 0; before < j; before++)
					taken |= near[q * K + before] == i;
				if (!taken && squares < best) {
					best = squares;
					at = i;
				}
			}
			cr_assert_geq(best, last);
			cr_assert_eq(near[q * K + j], at, "query %zu, %zu: %u", q, j, near[q * K + j]);
			last = best;
		}
	}
	free(x);
}

/* Squares that no double holds, and no number at all. */
Test(nearest, is_always_among_the_rows)
{
	static const double x[] = { 1e200, -1e200, 1e200, 3, NAN, 1e300 };
	static const uint32_t index[] = { 1, 2, 3, 4, 5 };
	const struct nearest_rows rows = { 5, index };
	uint32_t near[20] = { 0 };
	struct err err;

	cr_assert_eq(nearest_find(x, 1, &rows, &rows, 4, near, &err), ERR_OK);
	for (size_t i = 0; i < 20; i++)
		cr_expect(near[i] >= 1 && near[i] <= 5 && near[i] != index[i / 4], "%zu: %u", i, near[i]);
}

static void expect_instances(const char *dataset, const struct synthetic_instance *expected, size_t count)
{
	static const char *const methods[] = { "borderline-smote", "adasyn" };

	for (size_t m = 0; m < ARRAY_LENGTH(methods); m++) {
		struct scene scene;
		scene_init(&scene, dataset, methods[m]);
		scene_create(&scene, NULL);
		const struct neighbourhood *found = scene.trainer->neighbourhood;
		const double *weight = scene.trainer->weighting->sampling.weight;
		cr_assert_eq(found->most, 5);
		for (size_t i = 0; i < count; i++) {
			const struct synthetic_instance *one = &expected[i];
			cr_expect_arr_eq(found->near + one->position * 5, one->near, sizeof one->near,
					 "%s: instance %u", dataset, one->position);
			cr_expect_eq(found->strangers[one->position], m == 0 ? one->strangers_10 : one->strangers_5,
				     "%s, %s: instance %u", dataset, methods[m], one->position);
			cr_expect_float_eq(weight[one->position], m == 0 ? one->borderline : one->adasyn, 1e-12,
					   "%s, %s: instance %u", dataset, methods[m], one->position);
		}
		scene_done(&scene);
	}
}

Test(synthetic, neighbours_and_expected_draws_are_the_papers)
{
	expect_instances("glass", synthetic_glass, ARRAY_LENGTH(synthetic_glass));
	expect_instances("balance-scale", synthetic_balance_scale, ARRAY_LENGTH(synthetic_balance_scale));
}

static bool is_near(const struct neighbourhood *neighbourhood, uint32_t i, uint32_t j)
{
	for (size_t k = 0; k < neighbourhood->most; k++)
		if (neighbourhood->near[i * neighbourhood->most + k] == j)
			return true;
	return false;
}

/* Each instance once as it is, and as often between two of its class as expected: over many epochs, within 5 standard
 * deviations. */
Test(synthetic, draws_what_it_says)
{
	enum { EPOCHS = 400, INSTANCES = 214 };
	static const char *const methods[] = { "smote", "borderline-smote", "adasyn" };

	for (size_t m = 0; m < ARRAY_LENGTH(methods); m++) {
		struct scene scene;
		double drawn[INSTANCES] = { 0 }, share = 0;
		size_t mixed = 0, count = 0;
		scene_init(&scene, "glass", methods[m]);
		scene_create(&scene, NULL);
		struct trainer *trainer = scene.trainer;
		const struct sampling *sampling = &trainer->weighting->sampling;
		const struct mixture *mixture = &trainer->sampler_work.mixture;
		for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
			size_t plain[INSTANCES] = { 0 };
			count = scene.recipe.method.sampler->fill(sampling, &trainer->sampler_work, trainer->order);
			cr_assert_leq(count, trainer->most_draws);
			for (size_t i = 0; i < count; i++) {
				uint32_t at = trainer->order[i];
				drawn[at]++;
				if (mixture->partner[i] == at) {
					cr_assert_eq(mixture->share[i], 0);
					plain[at]++;
					continue;
				}
				cr_assert(is_near(trainer->neighbourhood, at, mixture->partner[i]));
				cr_assert_eq(scene.dataset->y[at], scene.dataset->y[mixture->partner[i]]);
				cr_assert(mixture->share[i] >= 0 && mixture->share[i] < 1);
				share += mixture->share[i];
				mixed++;
			}
			for (size_t i = 0; i < INSTANCES; i++)
				cr_assert_eq(plain[i], 1, "%s: instance %zu: %zu", methods[m], i, plain[i]);
		}
		cr_expect_eq(count, 6 * 76, "%s: %zu", methods[m], count);
		cr_expect_float_eq(share / (double)mixed, 0.5, 0.01);
		for (size_t i = 0; i < INSTANCES; i++) {
			double expected = sampling->weight[i];
			cr_expect_float_eq(drawn[i] / EPOCHS, expected, 5 * sqrt((expected - 1) / EPOCHS) + 1e-9,
					   "%s: instance %zu: %g, not %g", methods[m], i, drawn[i] / EPOCHS, expected);
		}
		scene_done(&scene);
	}
}

/* A class of one has no neighbours, one of three has two; and a class that no other is near to is left as it is. */
Test(synthetic, small_and_remote_classes)
{
	/* 8 of class 0, 1 of class 1 among them, 3 of class 2 far away. */
	static const double x[] = { 0, .1, .2, .3, .4, .5, .6, .7, .35, 100, 101, 103 };
	static const uint32_t y[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 2, 2 };
	static const uint32_t index[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 };
	static const uint32_t sizes[] = { 8, 1, 3 };
	static const struct {
		const struct sampler *sampler;
		size_t crowd, draws;
		double weight[3]; /* of an instance of each class */
	} cases[] = {
		{ &sampler_smote, 0, 24, { 1, 8, 8. / 3 } },
		{ &sampler_borderline_smote, 2, 8 + 1 + 3, { 1, 1, 1 } },
		{ &sampler_adasyn, 2, 8 + 8 + 3, { 1, 8, 1 } },
		/* There are eleven others. */
		{ &sampler_borderline_smote, 20, 8 + 1 + 8, { 1, 1, 8. / 3 } },
	};
	const struct instances instances = { .count = 12, .classes = 3, .y = y, .train = { 12, index, sizes } };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct sampler_parameters parameters = { .ratio = 1 };
		struct neighbourhood *neighbourhood = NULL;
		struct sampling sampling;
		struct sampler_work work;
		uint32_t order[24];
		struct err err;
		cr_assert_eq(neighbourhood_create(x, 1, &instances, 5, cases[i].crowd, &neighbourhood, &err), ERR_OK);
		cr_assert_eq(neighbourhood_count(neighbourhood, 1), 0);
		cr_assert_eq(neighbourhood_count(neighbourhood, 3), 2);
		cr_expect_eq(neighbourhood->near[9 * 5], 10);
		cr_expect_eq(neighbourhood->near[11 * 5 + 1], 9);
		if (cases[i].crowd > 11)
			cr_expect_eq(neighbourhood->strangers[9], 9);
		cr_assert_eq(sampling_init(&sampling, &instances, &parameters, &err), ERR_OK);
		cr_assert_eq(sampler_work_init(&work, &instances, 1, &err), ERR_OK);
		cr_assert_eq(sampler_work_init_mixture(&work, 24, &err), ERR_OK);
		sampling.neighbourhood = neighbourhood;
		sampler_weigh(cases[i].sampler, &sampling);
		cr_expect_eq(cases[i].sampler->fill(&sampling, &work, order), cases[i].draws, "case %zu", i);
		for (size_t c = 0; c < 3; c++)
			cr_expect_float_eq(sampling.weight[c == 0 ? 0 : 7 + c], cases[i].weight[c], 1e-12,
					   "case %zu, class %zu: %g", i, c, sampling.weight[c == 0 ? 0 : 7 + c]);
		sampling_done(&sampling);
		sampler_work_done(&work);
		neighbourhood_free(neighbourhood);
	}
}

Test(synthetic, labels_of_remix_are_the_papers)
{
	const struct sampler_parameters parameters = { .remix_kappa = 3, .remix_tau = 0.5 };

	for (size_t i = 0; i < ARRAY_LENGTH(synthetic_remix); i++) {
		const double *one = synthetic_remix[i];
		cr_expect_float_eq(remix_label_share(&parameters, one[0], one[1], one[2]), one[3], 1e-15, "case %zu",
				   i);
	}
}

/* Mean and variance of Beta(a, a) are 1/2 and 1 / (4 (2 a + 1)); every instance once, partners from everywhere. */
Test(synthetic, mixes_every_instance_with_any_other)
{
	static const char *const alphas[] = { "0.05", "0.4", "1", "3", "40" };
	enum { EPOCHS = 40, INSTANCES = 214 };

	for (size_t a = 0; a < ARRAY_LENGTH(alphas); a++) {
		struct scene scene;
		double sum = 0, squares = 0, alpha = strtod(alphas[a], NULL), count = EPOCHS * INSTANCES;
		size_t as_partner[INSTANCES] = { 0 };
		scene_init(&scene, "glass", "mixup");
		set(&scene, "mixup-alpha", alphas[a]);
		scene_create(&scene, NULL);
		const struct mixture *mixture = &scene.trainer->sampler_work.mixture;
		for (size_t epoch = 0; epoch < EPOCHS; epoch++) {
			trainer_learn_epoch(scene.trainer, 1);
			for (size_t i = 0; i < INSTANCES; i++) {
				cr_assert_eq(scene.trainer->draws[i], 1);
				cr_assert_eq(mixture->share[i], mixture->label_share[i]);
				as_partner[mixture->partner[i]]++;
				sum += mixture->share[i];
				squares += (mixture->share[i] - 0.5) * (mixture->share[i] - 0.5);
			}
		}
		double variance = 1 / (4 * (2 * alpha + 1));
		cr_expect_float_eq(sum / count, 0.5, 5 * sqrt(variance / count), "alpha %g: %g", alpha, sum / count);
		cr_expect_float_eq(squares / count, variance, 0.05 * variance, "alpha %g: %g", alpha, squares / count);
		for (size_t i = 0; i < INSTANCES; i++)
			cr_expect(as_partner[i] > 8 && as_partner[i] < 80);
		scene_done(&scene);
	}
}

/* The mixture of synthetic.h. */
static size_t fill_as_golden(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	const struct instances *instances = &sampling->instances;
	const struct sampler_parameters parameters = { .remix_kappa = 3, .remix_tau = 0.5 };
	size_t n = instances->train.count, t = sampling->epoch;

	for (size_t i = 0; i < n; i++) {
		size_t j = (37 * i + 11 * t) % n;
		ret_order[i] = (uint32_t)i;
		work->mixture.partner[i] = (uint32_t)j;
		work->mixture.share[i] = (double)((13 * i + 5 * t) % 29) / 29;
		work->mixture.label_share[i] =
		    remix_label_share(&parameters, instances->train.class_count[instances->y[i]],
				      instances->train.class_count[instances->y[j]], work->mixture.share[i]);
	}
	return n;
}

static void expect_steps(const char *loss, const char *reduction, const struct synthetic_epoch *expected, size_t count)
{
	static const struct sampler mixed = {
		.name = "mixed", .mixes = true, .mixes_labels = true, .fill = fill_as_golden
	};
	struct scene scene;

	scene_init(&scene, "balance-scale", "base");
	set(&scene, "loss", loss);
	set(&scene, "scale", "standard");
	set(&scene, "batch-size", "full");
	set(&scene, "init", "zero");
	set(&scene, "learning-rate", "0.5");
	set(&scene, "momentum", "0");
	set(&scene, "reduction", reduction);
	scene_create(&scene, &mixed);
	for (size_t e = 0; e < count; e++) {
		double weight[3][4], bias[3];
		cr_assert(trainer_run_epoch(scene.trainer));
		network_read_layer(trainer_network(scene.trainer), 0, weight[0], bias);
		cr_expect_float_eq(trainer_predictions(scene.trainer)->train.loss, expected[e].loss, 1e-10, "%s %zu",
				   loss, e);
		for (size_t c = 0; c < 3; c++) {
			cr_expect_float_eq(bias[c], expected[e].bias[c], 1e-10, "%s %zu", loss, e);
			for (size_t j = 0; j < 4; j++)
				cr_expect_float_eq(weight[c][j], expected[e].weight[c][j], 1e-10, "%s %zu", loss, e);
		}
	}
	scene_done(&scene);
}

Test(synthetic, steps_on_mixed_rows_are_those_of_numpy)
{
	expect_steps("cross-entropy", "batch", synthetic_plain, ARRAY_LENGTH(synthetic_plain));
	expect_steps("inverse-frequency", "batch", synthetic_inverse_frequency,
		     ARRAY_LENGTH(synthetic_inverse_frequency));
	expect_steps("inverse-frequency", "weights", synthetic_inverse_frequency_by_weights,
		     ARRAY_LENGTH(synthetic_inverse_frequency_by_weights));
}

/* Wide inputs are put together row by row, and single precision mixes in its own. */
Test(synthetic, networks_see_the_mixed_rows)
{
	enum { N = 7, WIDE = 300, K = 2, LANES = 64 };
	static const size_t inputs[] = { 3, WIDE };
	static const uint32_t index[] = { 1, 5, 0 }, partner[] = { 2, 5, 6 };
	static const double share[] = { 0.25, 0.5, 1 };
	double x[N * WIDE];
	struct rng rng;

	rng_init(&rng, 1, RNG_SPLIT);
	for (size_t i = 0; i < N * WIDE; i++)
		x[i] = rng_uniform(&rng) - 0.5;
	for (size_t c = 0; c < 2 * ARRAY_LENGTH(inputs); c++) {
		size_t d = inputs[c / 2];
		bool is_single = c % 2 == 1;
		struct network_shape shape = { .inputs = d,
					       .outputs = K,
					       .hidden_count = 1,
					       .hidden = { 4 },
					       .instances = 3,
					       .precision = is_single ? PRECISION_SINGLE : PRECISION_DOUBLE };
		struct network *network = NULL;
		struct network_inputs *plain = NULL, *mixed = NULL;
		double rows[3 * WIDE];
		double *logits[2];
		struct err err;
		cr_assert_eq(network_create(&shape, &network, &err), ERR_OK);
		network_initialise(network, INIT_UNIFORM, &rng);
		for (size_t i = 0; i < 3; i++)
			for (size_t j = 0; j < d; j++)
				rows[i * d + j] =
				    x[index[i] * d + j] + share[i] * (x[partner[i] * d + j] - x[index[i] * d + j]);
		cr_assert_eq(network_inputs_create(network, x, N, &plain, &err), ERR_OK);
		cr_assert_eq(network_inputs_create(network, rows, 3, &mixed, &err), ERR_OK);
		static const uint32_t all[] = { 0, 1, 2 };
		const struct network_batch batches[] = { { plain, index, 3, partner, share },
							 { mixed, all, 3, NULL, NULL } };
		for (size_t b = 0; b < 2; b++) {
			cr_assert_eq(mem_new(&logits[b], K * LANES, &err), ERR_OK);
			network_forward(network, &batches[b], NULL, logits[b]);
		}
		for (size_t k = 0; k < K; k++)
			for (size_t i = 0; i < 3; i++)
				cr_expect_float_eq(logits[0][k * tile_lanes(3) + i], logits[1][k * tile_lanes(3) + i],
						   is_single ? 1e-6 : 1e-13, "%zu inputs", d);
		free(logits[0]);
		free(logits[1]);
		network_inputs_free(plain);
		network_inputs_free(mixed);
		network_free(network);
	}
}

Test(synthetic, what_it_is_not_for_is_refused)
{
	static const struct {
		const char *method, *name, *value, *message;
		bool has_images;
	} cases[] = {
		{ "smote", NULL, NULL, "glass: sampler smote will not do: points between two images are no images",
		  true },
		{ "mixup", "loss", "ghm",
		  "loss ghm will not do: it looks at whole batches, and sampler mixup mixes rows", false },
		{ "smote", "loss", "meta-reweight",
		  "loss meta-reweight will not do: it looks at whole batches, and sampler smote mixes rows", false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct scene scene;
		struct err err;
		scene_init(&scene, "glass", cases[i].method);
		if (cases[i].name != NULL)
			set(&scene, cases[i].name, cases[i].value);
		scene.dataset->has_images = cases[i].has_images;
		const struct recipe_subject subject = { .dataset = scene.dataset, .split = scene.split };
		cr_expect_eq(recipe_resolve(&scene.settings, &subject, &scene.recipe, &err), ERR_INPUT);
		cr_expect_str_eq(err.message, cases[i].message);
		scene_done(&scene);
	}
}
