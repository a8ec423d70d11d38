#include "rebalance/sampler.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct sampler *const samplers[] = {
	&sampler_all,
	&sampler_bootstrap,
	&sampler_multinomial,
	&sampler_systematic,
	&sampler_square_root,
	&sampler_class_balanced,
	&sampler_class_aware,
	&sampler_progressive,
	&sampler_reversed,
	&sampler_self_paced,
	&sampler_self_paced_learning,
	&sampler_curriculum,
	&sampler_anti_curriculum,
	&sampler_under,
	&sampler_over,
	&sampler_smote,
	&sampler_borderline_smote,
	&sampler_adasyn,
	&sampler_mixup,
	&sampler_remix,
	&sampler_bilateral,
};

const struct sampler *sampler_at(size_t i)
{
	return i < ARRAY_LENGTH(samplers) ? samplers[i] : NULL;
}

const char *sampler_name(size_t i)
{
	return i < ARRAY_LENGTH(samplers) ? samplers[i]->name : NULL;
}

static double fill(bool used, double given, double initial)
{
	if (!used)
		return NAN;
	return isnan(given) ? initial : given;
}

static size_t fill_count(size_t given, size_t initial)
{
	return initial == 0 || given == 0 ? initial : given;
}

struct sampler_parameters sampler_fill_parameters(const struct sampler *sampler, const struct sampler_parameters *given)
{
	const struct sampler_parameters *defaults = &sampler->defaults;
	size_t ordering_run = sampler_has_order(sampler) ? given->ordering_run : 0;

	return (struct sampler_parameters){
		.class_power = fill(sampler->uses_class_power, given->class_power, defaults->class_power),
		.ratio = fill(sampler->uses_ratio, given->ratio, defaults->ratio),
		.pace_start = fill(defaults->pace_start != 0, given->pace_start, defaults->pace_start),
		.pace_growth = fill(defaults->pace_growth != 0, given->pace_growth, defaults->pace_growth),
		.pace_epochs = fill_count(given->pace_epochs, defaults->pace_epochs),
		.first_epochs = ordering_run > 0 ? 0 : fill_count(given->first_epochs, defaults->first_epochs),
		.ordering_run = ordering_run,
		.neighbours = fill_count(given->neighbours, defaults->neighbours),
		.mixup_alpha = fill(defaults->mixup_alpha != 0, given->mixup_alpha, defaults->mixup_alpha),
		.remix_kappa = fill(defaults->remix_kappa != 0, given->remix_kappa, defaults->remix_kappa),
		.remix_tau = fill(defaults->remix_tau != 0, given->remix_tau, defaults->remix_tau),
		.branch_mix = defaults->branch_mix == NULL || given->branch_mix == NULL ? defaults->branch_mix
											: given->branch_mix,
		.is_soft = sampler->has_soft_bound && given->is_soft,
		.kernel = given->kernel,
	};
}

bool sampler_has_order(const struct sampler *sampler)
{
	return sampler->defaults.first_epochs > 0;
}

size_t sampler_most_draws(const struct sampler *sampler, const struct sampler_parameters *parameters,
			  const uint32_t *class_count, size_t classes)
{
	size_t count = 0;

	if (sampler->most_draws != NULL)
		return sampler->most_draws(parameters, class_count, classes);
	for (size_t c = 0; c < classes; c++)
		count += class_count[c];
	return count;
}

void sampler_choose(struct sampler_work *work, const uint32_t *pool, uint32_t size, uint32_t count,
		    uint32_t *ret_chosen)
{
	uint32_t *left = work->index_scratch;

	memcpy(left, pool, size * sizeof *left);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = i + rng_below(&work->rng, size - i);
		ret_chosen[i] = left[at];
		left[at] = left[i];
	}
}

static void sort_by_class(struct sampling *sampling)
{
	const struct part *part = &sampling->instances.train;
	const uint32_t *y = sampling->instances.y;
	size_t classes = sampling->instances.classes;
	size_t start = 0;

	for (size_t c = 0; c < classes; c++) {
		sampling->class_start[c] = start;
		start += part->class_count[c];
	}
	for (size_t i = 0; i < part->count; i++)
		sampling->by_class[sampling->class_start[y[part->index[i]]]++] = part->index[i];
	for (size_t c = 0; c < classes; c++)
		sampling->class_start[c] -= part->class_count[c];
}

enum err_code sampling_init(struct sampling *sampling, const struct instances *instances,
			    const struct sampler_parameters *parameters, struct err *err)
{
	const uint32_t *counts = instances->train.class_count;

	*sampling = (struct sampling){ .instances = *instances, .parameters = *parameters };
	if (mem_new(&sampling->class_size, instances->classes, err) != ERR_OK ||
	    mem_new(&sampling->by_class, instances->train.count, err) != ERR_OK ||
	    mem_new(&sampling->class_start, instances->classes, err) != ERR_OK ||
	    mem_new(&sampling->weight, instances->count, err) != ERR_OK) {
		sampling_done(sampling);
		return err->code;
	}
	for (size_t c = 0; c < instances->classes; c++) {
		double size = kernel_smooth_size(&parameters->kernel, counts, instances->classes, c, NULL);
		sampling->class_size[c] = size;
		if (counts[c] == 0)
			continue;
		sampling->smallest = sampling->present == 0 || size < sampling->smallest ? size : sampling->smallest;
		sampling->present++;
		sampling->largest = size > sampling->largest ? size : sampling->largest;
		sampling->ratios += counts[c] / size;
	}
	sort_by_class(sampling);
	return ERR_OK;
}

enum err_code sampling_init_order(struct sampling *sampling, struct err *err)
{
	const struct instances *instances = &sampling->instances;

	if (mem_new(&sampling->ranked, instances->train.count, err) != ERR_OK ||
	    mem_new(&sampling->class_rank, instances->count, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

static int compare_ranks(const void *left, const void *right)
{
	const struct sampling_rank *a = left;
	const struct sampling_rank *b = right;

	if (a->loss < b->loss || a->loss > b->loss || isnan(a->loss) != isnan(b->loss))
		return a->loss < b->loss || isnan(b->loss) ? -1 : 1;
	return (a->position > b->position) - (a->position < b->position);
}

void sampling_order(struct sampling *sampling, const double *loss)
{
	const struct part *train = &sampling->instances.train;
	const uint32_t *y = sampling->instances.y;

	for (size_t i = 0; i < train->count; i++)
		sampling->ranked[i] = (struct sampling_rank){ loss[train->index[i]], train->index[i] };
	qsort(sampling->ranked, train->count, sizeof *sampling->ranked, compare_ranks);
	/* Where the classes start counts them for the moment. */
	for (size_t i = 0; i < train->count; i++) {
		uint32_t at = sampling->ranked[i].position;
		sampling->class_rank[at] = (uint32_t)sampling->class_start[y[at]]++;
	}
	for (size_t c = 0; c < sampling->instances.classes; c++)
		sampling->class_start[c] -= train->class_count[c];
	for (size_t i = 0; i < train->count; i++)
		sampling->class_rank[train->index[i]] -= (uint32_t)sampling->class_start[y[train->index[i]]];
	sampling->is_ranked = true;
}

void sampling_done(struct sampling *sampling)
{
	free(sampling->ranked);
	free(sampling->class_rank);
	free(sampling->class_size);
	free(sampling->by_class);
	free(sampling->class_start);
	free(sampling->weight);
	*sampling = (struct sampling){ 0 };
}

static size_t count_memory(const struct instances *instances)
{
	return instances->train.count + 2 * instances->classes + 1;
}

enum err_code sampler_work_init(struct sampler_work *work, const struct instances *instances, uint64_t seed,
				struct err *err)
{
	*work = (struct sampler_work){ 0 };
	rng_init(&work->rng, seed, RNG_SAMPLING);
	if (mem_new(&work->scratch, instances->train.count, err) != ERR_OK ||
	    mem_new(&work->index_scratch, 2 * instances->train.count, err) != ERR_OK ||
	    mem_new(&work->memory, count_memory(instances), err) != ERR_OK) {
		sampler_work_done(work);
		return err->code;
	}
	return ERR_OK;
}

enum err_code sampler_work_init_mixture(struct sampler_work *work, size_t draws, struct err *err)
{
	struct mixture *mixture = &work->mixture;

	if (mem_new(&mixture->partner, draws, err) != ERR_OK || mem_new(&mixture->share, draws, err) != ERR_OK)
		return err->code;
	return mem_new(&mixture->label_share, draws, err);
}

void sampler_work_done(struct sampler_work *work)
{
	free(work->mixture.partner);
	free(work->mixture.share);
	free(work->mixture.label_share);
	free(work->scratch);
	free(work->index_scratch);
	free(work->memory);
	*work = (struct sampler_work){ 0 };
}

void sampler_work_visit_state(struct sampler_work *work, const struct instances *instances,
			      struct state_visitor *visitor)
{
	rng_visit_state(&work->rng, visitor);
	state_visit(visitor, "memory", STATE_UINT32, count_memory(instances), work->memory);
}

/* Beta(alpha, alpha): from alpha 1 on by rejection from the uniform distribution, whose density is at most its own at
 * 1/2; below by Joehnk (1964). */
static double draw_beta(struct rng *rng, double alpha)
{
	for (;;) {
		double u = rng_uniform(rng);
		double v = rng_uniform(rng);
		if (alpha >= 1) {
			if (v < pow(4 * u * (1 - u), alpha - 1))
				return u;
			continue;
		}
		double a = pow(u, 1 / alpha), b = pow(v, 1 / alpha);
		if (a + b > 0 && a + b <= 1)
			return a / (a + b);
	}
}

void sampler_mix(const struct sampling *sampling, struct sampler_work *work, size_t count)
{
	const struct part *train = &sampling->instances.train;

	for (size_t i = 0; i < count; i++) {
		work->mixture.partner[i] = train->index[rng_below(&work->rng, (uint32_t)train->count)];
		work->mixture.share[i] = draw_beta(&work->rng, sampling->parameters.mixup_alpha);
	}
}

void sampler_weigh(const struct sampler *sampler, struct sampling *sampling)
{
	if (sampler->weigh != NULL) {
		sampler->weigh(sampling, sampling->weight);
		return;
	}
	for (size_t c = 0; c < sampling->instances.classes; c++) {
		const uint32_t *members = sampling->by_class + sampling->class_start[c];
		uint32_t count = sampling->instances.train.class_count[c];
		double weight = count > 0 && sampler->weigh_class != NULL ? sampler->weigh_class(sampling, c) : 1.0;
		for (uint32_t i = 0; i < count; i++)
			sampling->weight[members[i]] = weight;
	}
}
