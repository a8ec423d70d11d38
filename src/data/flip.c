#include "data/flip.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"

const char *flip_kind_name(size_t i)
{
	static const char *const names[] = { [FLIP_SYMMETRIC] = "symmetric", [FLIP_NEXT] = "next" };

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static enum err_code draw_flips(struct dataset *dataset, double share, enum flip_kind kind, uint64_t seed,
				struct err *err)
{
	AUTO(mem_freep) uint32_t *members = NULL;
	size_t count = 0, k = dataset->classes;
	struct rng rng;

	if (mem_new(&members, dataset->instances, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < dataset->instances; i++) {
		dataset->flipped_from[i] = NOT_FLIPPED;
		if (dataset->own_part == NULL || !dataset->own_part[i])
			members[count++] = (uint32_t)i;
	}
	rng_init(&rng, seed, RNG_FLIP);
	rng_shuffle(&rng, members, count);
	size_t flips = (size_t)round(share * (double)count);
	for (size_t f = 0; f < flips; f++) {
		size_t at = members[f], step = kind == FLIP_NEXT ? 1 : 1 + (size_t)rng_below(&rng, (uint32_t)(k - 1));
		dataset->flipped_from[at] = dataset->y[at];
		dataset->y[at] = (uint32_t)((dataset->y[at] + step) % k);
	}
	return ERR_OK;
}

enum err_code dataset_flip(const struct dataset *dataset, double share, enum flip_kind kind, uint64_t seed,
			   struct dataset **ret_dataset, struct err *err)
{
	AUTO(dataset_freep) struct dataset *flipped = NULL;
	AUTO(mem_freep) uint8_t *keep = NULL;
	char suffix[60], choice[32];

	if (mem_new(&keep, dataset->instances, err) != ERR_OK)
		return err->code;
	memset(keep, 1, dataset->instances);
	if (dataset_select(dataset, keep, &flipped, err) != ERR_OK ||
	    mem_new(&flipped->flipped_from, flipped->instances, err) != ERR_OK ||
	    draw_flips(flipped, share, kind, seed, err) != ERR_OK)
		return err->code;
	(void)snprintf(suffix, sizeof suffix, "flip:%g%s", share, kind == FLIP_NEXT ? "-next" : "");
	(void)snprintf(choice, sizeof choice, "%llu", (unsigned long long)seed);
	if (dataset_derive(flipped, suffix, choice, err) != ERR_OK)
		return err->code;
	*ret_dataset = take_ptr(&flipped);
	return ERR_OK;
}
