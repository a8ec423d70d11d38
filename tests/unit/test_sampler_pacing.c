/* samplers with an order of the training instances: which of them are drawn in which epoch. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "rebalance/sampler.h"
#include "reference/methods.h"

#define MAX_CLASSES 4

struct scene {
	uint32_t class_count[MAX_CLASSES], train[PACING_COUNT];
	double log_p_true[PACING_COUNT];
	struct sampling sampling;
	struct sampler_work work;
};

static void scene_done(struct scene *scene)
{
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

static const struct sampler *find(const char *name)
{
	for (size_t s = 0; sampler_at(s) != NULL; s++)
		if (strcmp(sampler_name(s), name) == 0)
			return sampler_at(s);
	return NULL;
}

/* Training instances alone, in the order of the fixture. */
static void init_pacing(struct scene *scene, const struct sampler *sampler, bool is_soft)
{
	struct instances instances = { .count = PACING_COUNT, .classes = MAX_CLASSES, .y = pacing_y };
	struct err err;

	*scene = (struct scene){ 0 };
	for (uint32_t i = 0; i < PACING_COUNT; i++) {
		scene->train[i] = i;
		scene->class_count[pacing_y[i]]++;
		scene->log_p_true[i] = -pacing_now[i];
	}
	instances.train = (struct part){ PACING_COUNT, scene->train, scene->class_count };
	bool is_bound = sampler == &sampler_self_paced_learning;
	const struct sampler_parameters parameters = { .pace_start = is_bound ? 0.4 : 0.2,
						       .pace_growth = is_bound ? 1.25 : 1.5,
						       .pace_epochs = 2,
						       .first_epochs = 3,
						       .is_soft = is_soft };
	cr_assert_eq(sampling_init(&scene->sampling, &instances, &parameters, &err), ERR_OK);
	cr_assert_eq(sampling_init_order(&scene->sampling, &err), ERR_OK);
	cr_assert_eq(sampler_work_init(&scene->work, &instances, 1, &err), ERR_OK);
	scene->sampling.log_p_true = scene->log_p_true;
}

Test(pacing, weights_equal_the_reference)
{
	for (size_t i = 0; i < ARRAY_LENGTH(pacing_cases); i++) {
		const struct sampler *sampler = find(pacing_cases[i].sampler);
		struct scene scene;
		init_pacing(&scene, sampler, pacing_cases[i].is_soft);
		sampling_order(&scene.sampling, pacing_first);
		scene.sampling.epoch = 4 + pacing_cases[i].step;
		sampler_weigh(sampler, &scene.sampling);
		for (size_t j = 0; j < PACING_COUNT; j++)
			cr_expect_float_eq(scene.sampling.weight[j], pacing_cases[i].weight[j], 1e-12,
					   "%s%s, step %zu, instance %zu: %g", sampler->name,
					   pacing_cases[i].is_soft ? " soft" : "", pacing_cases[i].step, j,
					   scene.sampling.weight[j]);
		scene_done(&scene);
	}
}

/* Everyone until there is an order; nothing known of a loss is as hard as can be; nobody may be below the bound. */
Test(pacing, what_is_not_known)
{
	static const char *const names[] = { "curriculum", "anti-curriculum", "self-paced-learning" };

	for (size_t s = 0; s < ARRAY_LENGTH(names); s++) {
		struct scene scene;
		uint32_t order[PACING_COUNT];
		double first[PACING_COUNT];
		init_pacing(&scene, find(names[s]), true);
		scene.sampling.epoch = 3;
		sampler_weigh(find(names[s]), &scene.sampling);
		cr_expect_eq(sum_of_weights(&scene), PACING_COUNT, "%s", names[s]);
		cr_expect_eq(find(names[s])->fill(&scene.sampling, &scene.work, order), PACING_COUNT);
		memcpy(first, pacing_first, sizeof first);
		first[2] = scene.log_p_true[2] = NAN;
		sampling_order(&scene.sampling, first);
		scene.sampling.epoch = 4;
		sampler_weigh(find(names[s]), &scene.sampling);
		cr_expect_eq(scene.sampling.weight[2], s == 1, "%s", names[s]);
		for (size_t i = 0; i < PACING_COUNT; i++)
			scene.log_p_true[i] = -1000;
		sampler_weigh(find(names[s]), &scene.sampling);
		cr_expect_eq(sum_of_weights(&scene) == 0, s == 2, "%s", names[s]);
		cr_expect_eq(find(names[s])->fill(&scene.sampling, &scene.work, order) == 0, s == 2, "%s", names[s]);
		scene_done(&scene);
	}
}
