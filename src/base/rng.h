/* Seeded random numbers: xoshiro256++ (Blackman and Vigna 2019, "Scrambled linear pseudorandom number generators"),
 * its state filled by SplitMix64 (Steele, Lea and Flood 2014) from a seed and a stream number. Equal (seed, stream)
 * give equal numbers on every machine; different streams of one seed are independent for all purposes here. */
#ifndef HARDROW_BASE_RNG_H
#define HARDROW_BASE_RNG_H

#include <stddef.h>
#include <stdint.h>

enum rng_stream {
	RNG_SPLIT = 1,
	RNG_INITIAL_WEIGHTS = 2,
	RNG_SAMPLING = 3,
	RNG_DROPOUT = 4,
	RNG_IMBALANCE = 5,
	RNG_FOLDS = 7,
	RNG_LOSS = 8,
	RNG_POSTERIOR = 9,
	RNG_FLIP = 10,
	RNG_META = 11
};

struct rng {
	uint64_t state[4];
};

void rng_init(struct rng *rng, uint64_t seed, enum rng_stream stream);

/* 64 uniform bits. */
uint64_t rng_next(struct rng *rng);

/* Uniform in [0, 1): the upper 53 bits over 2^53. */
double rng_uniform(struct rng *rng);

/* Uniform in 0 .. bound-1 without bias (Lemire 2019); bound > 0. */
uint32_t rng_below(struct rng *rng, uint32_t bound);

/* Fisher-Yates shuffle. */
void rng_shuffle(struct rng *rng, uint32_t *items, size_t count);

#endif
