#include "loss_fixture.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

const uint32_t fixture_counts[K] = { 100, 10, 1 };
const double fixture_logits[4][K] = { { 2, .5, -1 }, { .2, -.3, .1 }, { -1, 0, 1.5 }, { 1, 1, -2 } };
const double fixture_class[4] = { 0, 1, 2, 1 };
const struct loss_parameters fixture_own = {
	.beta = .9999,
	.gamma = NAN,
	.tau = NAN,
	.alpha = NAN,
	.xi = NAN,
	.lambda = NAN,
	.margin = NAN,
	.momentum = NAN,
	.scale = 30,
};

void fixture_fill(struct fixture *f, const struct loss_state *state, enum loss_reduction reduction)
{
	double weight[K], sum = 0;

	memset(f, 0, sizeof *f);
	loss_weigh_classes(state->loss, &state->parameters, fixture_counts, K, weight);
	for (size_t i = 0; i < 4; i++)
		sum += weight[(size_t)fixture_class[i]];
	for (size_t i = 0; i < 4; i++) {
		for (size_t c = 0; c < K; c++)
			f->z[c * L + i] = fixture_logits[i][c];
		f->y[i] = fixture_class[i];
		f->scale[i] = weight[(size_t)fixture_class[i]] / (reduction == REDUCTION_WEIGHTS ? sum : 4);
	}
}

struct loss_state fixture_state(const struct loss *loss, struct loss_parameters parameters,
				const uint32_t class_counts[K])
{
	struct loss_state state;
	struct err err;

	cr_assert_eq(loss_state_init(&state, loss, &parameters, class_counts, K, &err), ERR_OK);
	rng_init(&state.rng, 7, RNG_LOSS);
	return state;
}

void fixture_show(struct loss_state *state, const struct fixture *f)
{
	double z[K * L] __attribute__((aligned(64)));
	struct loss_tile tile = { z, f->y, f->scale, L };

	if (state->loss->see_tile == NULL)
		return;
	memcpy(z, f->z, sizeof z);
	state->loss->see_tile(state, &tile);
	state->loss->finish_batch(state);
}

double fixture_evaluate(const struct loss_state *state, struct fixture *f)
{
	double z[K * L] __attribute__((aligned(64)));
	struct loss_tile tile = { z, f->y, f->scale, L };
	struct loss_state copy = *state;

	memcpy(z, f->z, sizeof z);
	return loss_evaluate(&copy, &tile, f->delta);
}
