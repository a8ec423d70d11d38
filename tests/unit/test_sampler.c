/* samplers: expected draws against published vectors, draws against expected draws. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "rebalance/sampler.h"
#include "rebalance/sampler_self_paced.h"

#define MAX_CLASSES 4
#define MAX_INSTANCES 300

/* Class sizes of a training part; classes take turns, and every third instance is test. */
struct scene {
	uint32_t class_count[MAX_CLASSES], train[MAX_INSTANCES], y[MAX_INSTANCES];
	double difficulty[MAX_INSTANCES], p_true[MAX_INSTANCES], log_p_true[MAX_INSTANCES], loss[MAX_INSTANCES];
	double x[MAX_INSTANCES];
	size_t instances;
	struct neighbourhood *neighbourhood;
	struct sampling sampling;
	struct sampler_work work;
};

static void scene_smooth(struct scene *scene, const struct sampler *sampler, const uint32_t counts[MAX_CLASSES],
			 uint64_t seed, struct kernel kernel)
{
	const struct sampler_parameters nothing = { .class_power = NAN,
						    .ratio = NAN,
						    .pace_start = NAN,
						    .pace_growth = NAN,
						    .mixup_alpha = NAN,
						    .remix_kappa = NAN,
						    .remix_tau = NAN,
						    .kernel = kernel };
	struct sampler_parameters parameters = sampler_fill_parameters(sampler, &nothing);
	uint32_t left[MAX_CLASSES];
	struct instances instances = { .classes = MAX_CLASSES,
				       .y = scene->y,
				       .train = { 0, scene->train, scene->class_count } };
	struct err err;

	*scene = (struct scene){ 0 };
	memcpy(left, counts, sizeof left);
	memcpy(scene->class_count, counts, sizeof left);
	for (size_t c = 0; left[0] + left[1] + left[2] + left[3] > 0; c = (c + 1) % MAX_CLASSES) {
		if (left[c] == 0)
			continue;
		size_t at = scene->instances++;
		cr_assert_lt(at, MAX_INSTANCES);
		scene->y[at] = (uint32_t)c;
		scene->x[at] = (double)(at * 31 % 37);
		scene->difficulty[at] = 0.3 + (double)(at * 7 % 11);
		scene->p_true[at] = 1 / (1 + 0.2 * (double)(at * 5 % 13));
		scene->log_p_true[at] = log(scene->p_true[at]);
		scene->loss[at] = -scene->log_p_true[at];
		if (at % 3 == 2)
			continue;
		scene->train[instances.train.count++] = (uint32_t)at;
		left[c]--;
	}
	instances.count = scene->instances;
	cr_assert_eq(sampling_init(&scene->sampling, &instances, &parameters, &err), ERR_OK);
	cr_assert_eq(sampler_work_init(&scene->work, &instances, seed, &err), ERR_OK);
	if (parameters.neighbours > 0)
		cr_assert_eq(neighbourhood_create(scene->x, 1, &instances, parameters.neighbours,
						  sampler->crowd * parameters.neighbours, &scene->neighbourhood, &err),
			     ERR_OK);
	if (sampler->mixes)
		cr_assert_eq(sampler_work_init_mixture(
				 &scene->work, sampler_most_draws(sampler, &parameters, counts, MAX_CLASSES), &err),
			     ERR_OK);
	scene->sampling.neighbourhood = scene->neighbourhood;
	scene->sampling.difficulty = scene->difficulty;
	scene->sampling.p_true = scene->p_true;
	scene->sampling.log_p_true = scene->log_p_true;
	scene->sampling.epoch = 1;
	scene->sampling.epochs = 5;
	if (!sampler_has_order(sampler))
		return;
	cr_assert_eq(sampling_init_order(&scene->sampling, &err), ERR_OK);
	sampling_order(&scene->sampling, scene->loss);
	scene->sampling.parameters.first_epochs = 0;
}

static void scene_init(struct scene *scene, const struct sampler *sampler, const uint32_t counts[MAX_CLASSES],
		       uint64_t seed)
{
	scene_smooth(scene, sampler, counts, seed, (struct kernel){ 0 });
}

static void scene_done(struct scene *scene)
{
	neighbourhood_free(scene->neighbourhood);
	sampling_done(&scene->sampling);
	sampler_work_done(&scene->work);
}

static double sum_of_weights(const struct scene *scene)
{
	double sum = 0;

	for (size_t i = 0; i < scene->sampling.instances.train.count; i++)
		sum += scene->sampling.weight[scene->train[i]];
	return sum;
}

/* Counts 100, 10, 1: shares of the classes in the draws (Kang et al. 2020, Zhou et al. 2020 and their code). */
Test(sampler, class_shares_equal_the_published_vectors)
{
	static const uint32_t counts[MAX_CLASSES] = { 100, 10, 1, 0 };
	static const struct {
		const struct sampler *sampler;
		double class_power;
		size_t epoch; /* of 5 */
		double share[3];
	} cases[] = {
		{ &sampler_all, NAN, 1, { 0.9009009009, 0.09009009009, 0.009009009009 } },
		{ &sampler_bootstrap, NAN, 1, { 0.9009009009, 0.09009009009, 0.009009009009 } },
		{ &sampler_square_root, 1, 1, { 0.9009009009, 0.09009009009, 0.009009009009 } },
		{ &sampler_square_root, NAN, 1, { 0.7061011117, 0.2232887771, 0.07061011117 } },
		{ &sampler_class_balanced, 0.5, 1, { 0.7061011117, 0.2232887771, 0.07061011117 } },
		{ &sampler_class_balanced, NAN, 1, { 1. / 3, 1. / 3, 1. / 3 } },
		{ &sampler_class_aware, NAN, 1, { 1. / 3, 1. / 3, 1. / 3 } },
		{ &sampler_progressive, NAN, 1, { 0.9009009009, 0.09009009009, 0.009009009009 } },
		{ &sampler_progressive, NAN, 3, { 0.6171171171, 0.2117117117, 0.1711711712 } },
		{ &sampler_progressive, NAN, 5, { 1. / 3, 1. / 3, 1. / 3 } },
		{ &sampler_progressive, NAN, 6, { 1. / 3, 1. / 3, 1. / 3 } },
		{ &sampler_reversed, NAN, 1, { 0.009009009009, 0.09009009009, 0.9009009009 } },
		{ &sampler_bilateral, NAN, 1, { 0.9009009009, 0.09009009009, 0.009009009009 } },
		{ &sampler_bilateral, NAN, 6, { 0.009009009009, 0.09009009009, 0.9009009009 } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct scene scene;
		double share[MAX_CLASSES] = { 0 };
		scene_init(&scene, cases[i].sampler, counts, 1);
		if (!isnan(cases[i].class_power))
			scene.sampling.parameters.class_power = cases[i].class_power;
		scene.sampling.epoch = cases[i].epoch;
		sampler_weigh(cases[i].sampler, &scene.sampling);
		for (size_t j = 0; j < scene.sampling.instances.train.count; j++)
			share[scene.y[scene.train[j]]] += scene.sampling.weight[scene.train[j]];
		for (size_t c = 0; c < 3; c++)
			cr_expect_float_eq(share[c] / sum_of_weights(&scene), cases[i].share[c], 1e-9,
					   "case %zu class %zu: %.12g", i, c, share[c] / sum_of_weights(&scene));
		scene_done(&scene);
	}
}

/* Sizes 6, 0, 2, 1 smoothed by (1/2, 1, 1/2) are 6, 4, 2.5, 2: expected draws of an instance of classes 0, 2 and 3. */
Test(sampler, goes_by_smoothed_sizes)
{
	static const uint32_t counts[MAX_CLASSES] = { 6, 0, 2, 1 };
	static const struct {
		const struct sampler *sampler;
		double weight[3]; /* over that of class 0 */
	} cases[] = {
		{ &sampler_all, { 1, 1, 1 } },
		{ &sampler_class_balanced, { 1, 2.4, 3 } },
		{ &sampler_square_root, { 1, 1.549193338482967, 1.7320508075688772 } },
		{ &sampler_reversed, { 1, 5.76, 9 } },
		{ &sampler_progressive, { 1, 2.4, 3 } },
		{ &sampler_over, { 1, 2, 3 } },	   /* 6, int(6 2 / 2.5) = 4 and 3 draws */
		{ &sampler_under, { 1, 1.5, 3 } }, /* int(2 6 / 6) = 2, int(2 2 / 2.5) = 1 and 1 draws */
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct scene scene;
		scene_smooth(&scene, cases[i].sampler, counts, 1, (struct kernel){ KERNEL_TRIANGULAR, 3, 1 });
		scene.sampling.epoch = scene.sampling.epochs;
		sampler_weigh(cases[i].sampler, &scene.sampling);
		double first = scene.sampling.weight[scene.sampling.by_class[0]];
		for (size_t c = 0; c < 3; c++) {
			size_t at = scene.sampling.by_class[scene.sampling.class_start[c == 0 ? 0 : c + 1]];
			cr_expect_float_eq(scene.sampling.weight[at] / first, cases[i].weight[c], 1e-12, "%s class %zu",
					   cases[i].sampler->name, c);
		}
		scene_done(&scene);
	}
}

Test(sampler, one_epoch_alone_is_uniform)
{
	static const uint32_t counts[MAX_CLASSES] = { 100, 10, 1, 0 };
	struct scene scene;

	scene_init(&scene, &sampler_progressive, counts, 1);
	scene.sampling.epochs = 1;
	sampler_weigh(&sampler_progressive, &scene.sampling);
	for (size_t i = 1; i < scene.sampling.instances.train.count; i++)
		cr_expect_eq(scene.sampling.weight[scene.train[i]], scene.sampling.weight[scene.train[0]]);
	scene_done(&scene);
}

#define ROUNDS 4000

/* How often each instance comes in ROUNDS epochs: mean and its standard error, (n) each; and draws an epoch. */
static double draw(const struct sampler *sampler, struct scene *scene, double *ret_mean, double *ret_error)
{
	double squares[MAX_INSTANCES] = { 0 };
	double total = 0;

	memset(ret_mean, 0, MAX_INSTANCES * sizeof *ret_mean);
	for (size_t r = 0; r < ROUNDS; r++) {
		uint32_t order[MAX_INSTANCES], seen[MAX_INSTANCES] = { 0 };
		size_t count = sampler->fill(&scene->sampling, &scene->work, order);
		for (size_t i = 0; i < count; i++)
			seen[order[i]]++;
		for (size_t i = 0; i < scene->instances; i++) {
			ret_mean[i] += (double)seen[i] / ROUNDS;
			squares[i] += (double)seen[i] * seen[i] / ROUNDS;
		}
		total += (double)count / ROUNDS;
	}
	for (size_t i = 0; i < scene->instances; i++)
		ret_error[i] = sqrt(fmax(squares[i] - ret_mean[i] * ret_mean[i], 0) / ROUNDS);
	return total;
}

Test(sampler, draws_as_often_as_it_says)
{
	static const uint32_t counts[][MAX_CLASSES] = {
		{ 5, 0, 1, 9 }, { 0, 4, 0, 0 }, { 1, 1, 0, 0 }, { 40, 10, 1, 3 }, { 6, 6, 6, 6 }, { 0, 27, 5, 11 },
	};

	for (size_t s = 0; sampler_at(s) != NULL; s++)
		for (size_t i = 0; i < ARRAY_LENGTH(counts) * 4; i++) {
			struct scene scene;
			double mean[MAX_INSTANCES], error[MAX_INSTANCES];
			/* Sizes of classes, which are all that some go by, are not smoothed. */
			bool is_for_classes = sampler_at(s) == &sampler_self_paced || sampler_at(s)->needs_classes;
			enum kernel_kind kind = i % 4 < 2 || is_for_classes ? KERNEL_NONE : KERNEL_TRIANGULAR;
			scene_smooth(&scene, sampler_at(s), counts[i / 4], 1, (struct kernel){ kind, 3, 1 });
			scene.sampling.epoch = i % 2 == 0 ? 1 : 3;
			if (sampler_at(s)->is_bilateral)
				scene.sampling.parameters.branch_mix = "equal";
			sampler_weigh(sampler_at(s), &scene.sampling);
			double total = draw(sampler_at(s), &scene, mean, error);
			double scale = total / sum_of_weights(&scene);
			size_t most =
			    sampler_most_draws(sampler_at(s), &scene.sampling.parameters, counts[i / 4], MAX_CLASSES);
			cr_expect_leq(total, (double)most + 1e-9, "%s", sampler_name(s));
			for (size_t j = 0; j < scene.sampling.instances.train.count; j++) {
				size_t at = scene.train[j];
				double expected = scene.sampling.weight[at] * scale;
				total -= mean[at];
				/* An unfinished cycle is off by one draw, however many rounds there are. */
				cr_expect_leq(fabs(mean[at] - expected), 4 * error[at] + 2.0 / ROUNDS,
					      "%s, case %zu, instance %zu: %g draws +- %g, not %g", sampler_name(s), i,
					      at, mean[at], error[at], expected);
			}
			cr_expect_float_eq(total, 0, 1e-9, "%s draws test instances", sampler_name(s));
			scene_done(&scene);
		}
}

/* Where in an epoch a draw comes says nothing about its instance. */
Test(sampler, draws_in_random_order)
{
	static const uint32_t counts[MAX_CLASSES] = { 6, 0, 3, 3 };

	for (size_t s = 0; sampler_at(s) != NULL; s++) {
		struct scene scene;
		double place[MAX_INSTANCES] = { 0 }, squares[MAX_INSTANCES] = { 0 }, draws[MAX_INSTANCES] = { 0 };
		scene_init(&scene, sampler_at(s), counts, 1);
		scene.sampling.epoch = 3;
		sampler_weigh(sampler_at(s), &scene.sampling);
		for (size_t r = 0; r < ROUNDS; r++) {
			uint32_t order[MAX_INSTANCES];
			size_t count = sampler_at(s)->fill(&scene.sampling, &scene.work, order);
			size_t part = sampler_at(s)->is_bilateral ? count / 2 : count;
			for (size_t i = 0; i < count; i++) {
				double from_middle = (double)(i % part) - ((double)part - 1) / 2;
				place[order[i]] += from_middle;
				squares[order[i]] += from_middle * from_middle;
				draws[order[i]]++;
			}
		}
		for (size_t i = 0; i < scene.sampling.instances.train.count; i++) {
			size_t at = scene.train[i];
			cr_expect_leq(fabs(place[at]), 4.5 * sqrt(squares[at]), "%s, instance %zu: %g from the middle",
				      sampler_name(s), at, place[at] / draws[at]);
		}
		scene_done(&scene);
	}
}

Test(sampler, all_keeps_the_order_where_it_does_not_matter)
{
	static const uint32_t counts[MAX_CLASSES] = { 20, 0, 7, 3 };
	struct scene scene;
	uint32_t order[MAX_INSTANCES];

	scene_init(&scene, &sampler_all, counts, 1);
	scene.work.keep_order = true;
	cr_assert_eq(sampler_all.fill(&scene.sampling, &scene.work, order), 30);
	cr_expect_arr_eq(order, scene.train, 30 * sizeof *order);
	scene_done(&scene);
}

Test(sampler, equal_seeds_draw_alike_and_others_do_not)
{
	static const uint32_t counts[MAX_CLASSES] = { 20, 0, 7, 3 };

	for (size_t s = 0; sampler_at(s) != NULL; s++) {
		uint32_t order[3][2][MAX_INSTANCES] = { 0 };
		for (uint64_t run = 0; run < 3; run++) {
			struct scene scene;
			scene_init(&scene, sampler_at(s), counts, run / 2);
			sampler_weigh(sampler_at(s), &scene.sampling);
			for (size_t epoch = 0; epoch < 2; epoch++)
				(void)sampler_at(s)->fill(&scene.sampling, &scene.work, order[run][epoch]);
			scene_done(&scene);
		}
		cr_expect_eq(memcmp(order[0], order[1], sizeof order[0]), 0, "%s", sampler_name(s));
		cr_expect_neq(memcmp(order[0], order[2], sizeof order[0]), 0, "%s", sampler_name(s));
		cr_expect_neq(memcmp(order[0][0], order[0][1], sizeof order[0][0]), 0, "%s", sampler_name(s));
	}
}

Test(sampler, systematic_draws_floor_or_ceiling)
{
	static const uint32_t counts[MAX_CLASSES] = { 3, 4, 0, 2 };
	struct scene scene;

	scene_init(&scene, &sampler_systematic, counts, 5);
	sampler_weigh(&sampler_systematic, &scene.sampling);
	for (size_t r = 0; r < 500; r++) {
		uint32_t order[MAX_INSTANCES], seen[MAX_INSTANCES] = { 0 };
		size_t count = sampler_systematic.fill(&scene.sampling, &scene.work, order);
		for (size_t i = 0; i < count; i++)
			seen[order[i]]++;
		for (size_t i = 0; i < count; i++) {
			size_t at = scene.train[i];
			double expected = scene.difficulty[at] * (double)count / sum_of_weights(&scene);
			cr_expect(seen[at] >= floor(expected) && seen[at] <= ceil(expected));
		}
	}
	scene_done(&scene);
}

/* K draws in a row hold each class once, n_c draws in a row of class c each of its instances once; across epochs. */
Test(sampler, class_aware_draws_in_cycles)
{
	static const uint32_t counts[MAX_CLASSES] = { 5, 2, 0, 1 };
	struct scene scene;
	uint32_t seen_class[MAX_CLASSES] = { 0 }, seen[MAX_INSTANCES] = { 0 };

	scene_init(&scene, &sampler_class_aware, counts, 5);
	for (uint32_t r = 1; r <= 15; r++) {
		uint32_t order[MAX_INSTANCES];
		size_t count = sampler_class_aware.fill(&scene.sampling, &scene.work, order);
		for (size_t i = 0; i < count; i++) {
			seen[order[i]]++;
			seen_class[scene.y[order[i]]]++;
			for (size_t c = 0; c < MAX_CLASSES; c++)
				for (size_t d = 0; counts[c] > 0 && d < MAX_CLASSES; d++)
					cr_expect(counts[d] == 0 || seen_class[c] <= seen_class[d] + 1);
		}
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < count; j++)
				cr_expect(scene.y[scene.train[i]] != scene.y[scene.train[j]] ||
					  seen[scene.train[i]] <= seen[scene.train[j]] + 1);
	}
	for (size_t i = 0; i < scene.sampling.instances.train.count; i++)
		cr_expect_eq(seen[scene.train[i]], 40 / counts[scene.y[scene.train[i]]]);
	scene_done(&scene);
}

/* floor(n_min / ratio) and floor(ratio n_max): what imbalanced-learn makes of two classes by sampling_strategy. */
Test(sampler, ratios_set_the_class_sizes)
{
	/* In doubles 7 / 0.14 and 100 * 0.29 are less than 50 and 29. */
	static const uint32_t counts[MAX_CLASSES] = { 100, 0, 7, 10 };
	static const struct {
		const struct sampler *sampler;
		double ratio;
		uint32_t drawn[MAX_CLASSES];
		bool once; /* no instance twice, else each at least once */
	} cases[] = {
		{ &sampler_under, 1, { 7, 0, 7, 7 }, true },	    { &sampler_under, 0.3, { 23, 0, 7, 10 }, true },
		{ &sampler_under, 0.14, { 50, 0, 7, 10 }, true },   { &sampler_under, 0.01, { 100, 0, 7, 10 }, true },
		{ &sampler_under, 0.8, { 8, 0, 7, 8 }, true },	    { &sampler_over, 1, { 100, 0, 100, 100 }, false },
		{ &sampler_over, 0.29, { 100, 0, 29, 29 }, false }, { &sampler_over, 0.085, { 100, 0, 8, 10 }, false },
		{ &sampler_over, 0.05, { 100, 0, 7, 10 }, false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct scene scene;
		uint32_t order[MAX_INSTANCES], seen[MAX_INSTANCES] = { 0 }, drawn[MAX_CLASSES] = { 0 };
		scene_init(&scene, cases[i].sampler, counts, 3);
		scene.sampling.parameters.ratio = cases[i].ratio;
		sampler_weigh(cases[i].sampler, &scene.sampling);
		size_t count = cases[i].sampler->fill(&scene.sampling, &scene.work, order);
		for (size_t j = 0; j < count; j++) {
			seen[order[j]]++;
			drawn[scene.y[order[j]]]++;
		}
		cr_expect_arr_eq(drawn, cases[i].drawn, sizeof drawn, "case %zu", i);
		cr_expect_float_eq((double)count, sum_of_weights(&scene), 1e-9, "case %zu", i);
		for (size_t j = 0; j < scene.sampling.instances.train.count; j++)
			cr_expect(cases[i].once ? seen[scene.train[j]] <= 1 : seen[scene.train[j]] >= 1);
		scene_done(&scene);
	}
}

/* The vector of the specification's self-paced under-sampling: target 3, alpha 0.5. */
Test(self_paced, quotas_equal_the_published_vector)
{
	static const double hardness[6] = { .05, .1, .2, .5, .55, .95 };
	static const uint32_t members[6] = { 0, 1, 2, 3, 4, 5 };
	static const uint32_t population[SELF_PACED_BINS] = { 3, 0, 2, 0, 1 }, draws[] = { 2, 0, 1, 0, 1 };
	static const double share[6] = { 1. / 6, 1. / 6, 1. / 6, 1. / 8, 1. / 8, 1. / 4 };
	struct self_paced_bins bins;
	double p_true[6];

	for (size_t i = 0; i < 6; i++)
		p_true[i] = 1 - hardness[i];
	self_paced_cut(p_true, members, 6, 3, 0.5, &bins);
	cr_expect_arr_eq(bins.population, population, sizeof population);
	cr_expect_arr_eq(bins.draws, draws, sizeof draws);
	for (size_t i = 0; i < 6; i++) {
		size_t b = self_paced_bin(&bins, p_true[i]);
		cr_expect_float_eq((double)bins.draws[b] / bins.population[b] / 4, share[i], 1e-9);
	}
}

Test(self_paced, what_is_not_known_is_as_hard_as_can_be)
{
	static const uint32_t members[6] = { 0, 1, 2, 3, 4, 5 };
	double p_true[2][6] = { { .95, .9, .8, .5, .45, 0 }, { .95, .9, .8, .5, .45, NAN } };
	struct self_paced_bins bins[2];

	for (size_t i = 0; i < 2; i++)
		self_paced_cut(p_true[i], members, 6, 3, 0.5, &bins[i]);
	cr_expect_arr_eq(bins[0].edge, bins[1].edge, sizeof bins[0].edge);
	cr_expect_arr_eq(bins[0].draws, bins[1].draws, sizeof bins[0].draws);
}

Test(self_paced, is_uniform_when_all_are_equally_hard_or_unknown)
{
	static const uint32_t counts[MAX_CLASSES] = { 20, 0, 5, 9 };

	for (int unknown = 0; unknown < 2; unknown++) {
		struct scene scene;
		uint32_t order[MAX_INSTANCES];
		scene_init(&scene, &sampler_self_paced, counts, 3);
		for (size_t i = 0; i < scene.instances; i++)
			scene.p_true[i] = unknown ? NAN : 0.25;
		sampler_weigh(&sampler_self_paced, &scene.sampling);
		for (size_t i = 0; i < scene.sampling.instances.train.count; i++)
			cr_expect_float_eq(scene.sampling.weight[scene.train[i]], 5. / counts[scene.y[scene.train[i]]],
					   1e-12);
		cr_expect_eq(sampler_self_paced.fill(&scene.sampling, &scene.work, order), 15);
		scene_done(&scene);
	}
}

/* Hard instances are drawn more often the later it is, up to the last epoch, where every bin counts the same; there it
 * stays. */
Test(self_paced, hard_instances_come_later)
{
	static const uint32_t counts[MAX_CLASSES] = { 150, 0, 20, 0 };
	struct scene scene;
	double before = 0, last[MAX_INSTANCES];

	scene_init(&scene, &sampler_self_paced, counts, 3);
	for (size_t epoch = 2; epoch <= 6; epoch++) {
		double hardest = 0;
		scene.sampling.epoch = epoch;
		sampler_weigh(&sampler_self_paced, &scene.sampling);
		for (size_t i = 0; i < scene.sampling.instances.train.count; i++)
			if (scene.p_true[scene.train[i]] < 0.4 && scene.y[scene.train[i]] == 0)
				hardest += scene.sampling.weight[scene.train[i]];
		cr_expect_geq(hardest, before - 1e-9, "epoch %zu", epoch);
		if (epoch == 6)
			cr_expect_arr_eq(scene.sampling.weight, last, scene.instances * sizeof *last);
		memcpy(last, scene.sampling.weight, scene.instances * sizeof *last);
		before = hardest;
	}
	scene_done(&scene);
}
