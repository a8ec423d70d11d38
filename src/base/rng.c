#include "base/rng.h"

static uint64_t splitmix(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

void rng_init(struct rng *rng, uint64_t seed, enum rng_stream stream)
{
	uint64_t stream_state = (uint64_t)stream;
	uint64_t state = seed ^ splitmix(&stream_state);

	for (int i = 0; i < 4; i++)
		rng->state[i] = splitmix(&state);
}

static uint64_t rotate_left(uint64_t x, int count)
{
	return (x << count) | (x >> (64 - count));
}

uint64_t rng_next(struct rng *rng)
{
	uint64_t *s = rng->state;
	uint64_t result = rotate_left(s[0] + s[3], 23) + s[0];
	uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate_left(s[3], 45);
	return result;
}

double rng_uniform(struct rng *rng)
{
	return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

uint32_t rng_below(struct rng *rng, uint32_t bound)
{
	uint64_t product = (rng_next(rng) >> 32) * bound;
	uint32_t low = (uint32_t)product;

	if (low < bound) {
		uint32_t threshold = -bound % bound;
		while (low < threshold) {
			product = (rng_next(rng) >> 32) * bound;
			low = (uint32_t)product;
		}
	}
	return (uint32_t)(product >> 32);
}

void rng_shuffle(struct rng *rng, uint32_t *items, size_t count)
{
	for (size_t i = count; i > 1; i--) {
		uint32_t j = rng_below(rng, (uint32_t)i);
		uint32_t item = items[i - 1];
		items[i - 1] = items[j];
		items[j] = item;
	}
}
