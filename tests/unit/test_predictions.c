#include "rebalance/predictions.h"

#include <criterion/criterion.h>
#include <math.h>

#include "base/mem.h"
#include "num/tile.h"

/* Logits z of three epochs, y = 0: the margin of the logits is that of their log-softmax. */
Test(predictions, margin_and_errors_follow_their_definitions)
{
	static const double z[][3] = { { 2, 1, 0 }, { .5, 1.5, 0 }, { 1, 3, 2 } };
	static const double margin[] = { 1, -1, -2 };
	static const double el2n[] = { 0.4243361242, 1.00286455, 1.153465176 };
	static const double el1n[] = { 0.6695180885, 1.537552205, 1.819938854 };

	for (size_t epoch = 1; epoch <= 4; epoch++) {
		AUTO(predictions_freep) struct predictions *predictions = NULL;
		const uint32_t y = 0, index = 0;
		const struct instances instances = { .count = 1, .classes = 3, .y = &y, .train = { 1, &index } };
		const struct difficulty_settings settings = { .prior = 1, .floor = 1e-12 };
		struct err err;
		cr_assert_eq(predictions_create(&instances, &settings, epoch, &predictions, &err), ERR_OK);
		for (size_t t = 0; t < 3; t++) {
			double log_p[3 * TILE_INSTANCES] __attribute__((aligned(64))) = { 0 };
			double p[3 * TILE_INSTANCES] __attribute__((aligned(64))) = { 0 };
			double sum = 0;
			for (size_t c = 0; c < 3; c++)
				sum += exp(z[t][c]);
			for (size_t c = 0; c < 3; c++) {
				log_p[c * TILE_INSTANCES] = z[t][c] - log(sum);
				p[c * TILE_INSTANCES] = exp(z[t][c]) / sum;
			}
			predictions_begin_epoch(predictions, t + 1);
			predictions_take_tile(predictions, 0, log_p, p);
			cr_expect_float_eq(predictions->margin[0], margin[t], 1e-14);
			/* The other probabilities sum up to as much as p_y lacks. */
			cr_expect_float_eq(2 * (1 - predictions->p_true[0]), el1n[t], 1e-9);
		}
		cr_expect_float_eq(predictions->dynamics->margin[0], -0.6666666666666667, 1e-14);
		cr_expect_eq(predictions->dynamics->first_learned[0], 1.0);
		if (epoch > 3)
			cr_expect(isnan(predictions->dynamics->el2n[0]));
		else
			cr_expect_float_eq(predictions->dynamics->el2n[0], el2n[epoch - 1], 1e-9);
	}
}
