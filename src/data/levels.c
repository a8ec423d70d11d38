#include "data/levels.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

static bool is_level(const struct dataset *dataset, size_t j)
{
	if (strchr(dataset->feature_names[j], '=') == NULL)
		return false;
	for (size_t i = 0; i < dataset->instances; i++) {
		double x = dataset->x[i * dataset->features + j];
		if (x != 0 && x != 1 && !isnan(x))
			return false;
	}
	return true;
}

static bool is_of_same_column(const char *a, const char *b)
{
	size_t length = strcspn(a, "=");

	return strncmp(a, b, length + 1) == 0;
}

enum err_code levels_find(const struct dataset *dataset, uint32_t **ret_first, struct err *err)
{
	AUTO(mem_freep) uint32_t *first = NULL;

	if (mem_new(&first, dataset->features, err) != ERR_OK)
		return err->code;
	for (uint32_t j = 0; j < dataset->features; j++) {
		bool goes_on = j > 0 && first[j - 1] != NO_LEVEL &&
			       is_of_same_column(dataset->feature_names[j - 1], dataset->feature_names[j]);
		first[j] = !is_level(dataset, j) ? NO_LEVEL : goes_on ? first[j - 1] : j;
	}
	*ret_first = take_ptr(&first);
	return ERR_OK;
}

void levels_mark_unknown(const struct dataset *dataset, const struct split *split, const uint32_t *first,
			 uint8_t *ret_is_unknown)
{
	size_t d = dataset->features;

	for (size_t j = 0; j < d; j++)
		ret_is_unknown[j] = first[j] != NO_LEVEL;
	for (size_t i = 0; i < split->train_count; i++)
		for (size_t j = 0; j < d; j++)
			ret_is_unknown[j] = ret_is_unknown[j] && dataset->x[split->train[i] * d + j] != 1;
}

enum err_code levels_count_unknown(const struct dataset *dataset, const struct split *split, size_t *ret_count,
				   struct err *err)
{
	AUTO(mem_freep) uint32_t *first = NULL;
	AUTO(mem_freep) uint8_t *is_unknown = NULL;
	size_t d = dataset->features;

	*ret_count = 0;
	if (levels_find(dataset, &first, err) != ERR_OK || mem_new(&is_unknown, d, err) != ERR_OK)
		return err->code;
	levels_mark_unknown(dataset, split, first, is_unknown);
	for (size_t i = 0; i < split->test_count; i++) {
		bool has = false;
		for (size_t j = 0; j < d; j++)
			has = has || (is_unknown[j] && dataset->x[split->test[i] * d + j] == 1);
		*ret_count += has;
	}
	return ERR_OK;
}
