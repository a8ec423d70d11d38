#include "rebalance/neighbourhood.h"

#include <stdlib.h>

#include "base/mem.h"
#include "num/nearest.h"

struct survey {
	const double *x;
	size_t features;
	const struct instances *instances;
	uint32_t *members; /* (N) of the class */
	uint32_t *found;   /* (the class, max(k, crowd)) */
};

static size_t list_class(const struct survey *survey, size_t class)
{
	const struct part *train = &survey->instances->train;
	size_t count = 0;

	for (size_t i = 0; i < train->count; i++)
		if (survey->instances->y[train->index[i]] == class)
			survey->members[count++] = train->index[i];
	return count;
}

static enum err_code find_near(const struct survey *survey, const struct nearest_rows *members,
			       struct neighbourhood *neighbourhood, struct err *err)
{
	size_t k = neighbourhood_count(neighbourhood, (uint32_t)members->count);

	if (nearest_find(survey->x, survey->features, members, members, k, survey->found, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < members->count; i++)
		for (size_t j = 0; j < k; j++)
			neighbourhood->near[members->index[i] * neighbourhood->most + j] = survey->found[i * k + j];
	return ERR_OK;
}

static enum err_code count_strangers(const struct survey *survey, const struct nearest_rows *members, size_t class,
				     struct neighbourhood *neighbourhood, struct err *err)
{
	const struct nearest_rows all = { survey->instances->train.count, survey->instances->train.index };
	size_t crowd = neighbourhood->crowd < all.count ? neighbourhood->crowd : all.count - 1;

	if (nearest_find(survey->x, survey->features, members, &all, crowd, survey->found, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < members->count; i++)
		for (size_t j = 0; j < crowd; j++)
			neighbourhood->strangers[members->index[i]] +=
			    survey->instances->y[survey->found[i * crowd + j]] != class;
	return ERR_OK;
}

static enum err_code survey_class(const struct survey *survey, size_t class, struct neighbourhood *neighbourhood,
				  struct err *err)
{
	const struct nearest_rows members = { list_class(survey, class), survey->members };

	if (find_near(survey, &members, neighbourhood, err) != ERR_OK)
		return err->code;
	return neighbourhood->crowd > 0 ? count_strangers(survey, &members, class, neighbourhood, err) : ERR_OK;
}

enum err_code neighbourhood_create(const double *x, size_t features, const struct instances *instances, size_t most,
				   size_t crowd, struct neighbourhood **ret_neighbourhood, struct err *err)
{
	AUTO(neighbourhood_freep) struct neighbourhood *made = NULL;
	AUTO(mem_freep) uint32_t *members = NULL;
	AUTO(mem_freep) uint32_t *found = NULL;
	const uint32_t *count = instances->train.class_count;
	uint32_t largest = 0, second = 0;

	/* Of the classes that are looked at the largest. */
	for (size_t c = 0; c < instances->classes; c++)
		largest = count[c] > largest ? count[c] : largest;
	for (size_t c = 0; c < instances->classes; c++)
		second = count[c] > second && count[c] < largest ? count[c] : second;
	if (mem_new(&made, 1, err) != ERR_OK)
		return err->code;
	made->most = most;
	made->crowd = crowd;
	if (mem_new(&made->near, instances->count * most, err) != ERR_OK ||
	    (crowd > 0 && mem_new(&made->strangers, instances->count, err) != ERR_OK) ||
	    mem_new(&members, instances->train.count, err) != ERR_OK ||
	    mem_new(&found, second * (most > crowd ? most : crowd), err) != ERR_OK)
		return err->code;
	const struct survey survey = { x, features, instances, members, found };
	for (size_t c = 0; c < instances->classes; c++)
		if (count[c] > 0 && count[c] < largest && survey_class(&survey, c, made, err) != ERR_OK)
			return err->code;
	*ret_neighbourhood = take_ptr(&made);
	return ERR_OK;
}

void neighbourhood_free(struct neighbourhood *neighbourhood)
{
	if (neighbourhood == NULL)
		return;
	free(neighbourhood->near);
	free(neighbourhood->strangers);
	free(neighbourhood);
}

void neighbourhood_freep(struct neighbourhood **neighbourhood)
{
	neighbourhood_free(*neighbourhood);
}

size_t neighbourhood_count(const struct neighbourhood *neighbourhood, uint32_t class_count)
{
	size_t others = class_count > 0 ? class_count - 1 : 0;

	return others < neighbourhood->most ? others : neighbourhood->most;
}
