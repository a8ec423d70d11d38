/* The numbers of one epoch of a regression. */
#include <math.h>
#include <stdio.h>

#include "app/verify_run.h"
#include "base/mem.h"
#include "rebalance/regression.h"

void verify_regression_tile(struct verify_run *run, size_t t)
{
	struct predictions *predictions = run->predictions;
	struct regression *regression = predictions->regression;
	size_t first = t * TILE_INSTANCES, m = epoch_record_block_length(run->record, t);

	for (size_t i = 0; i < m; i++) {
		size_t at = first + i;
		double residual = verify_number(run->record, t, SERIES_RESIDUAL, i);
		run->step_error[at] = 0;
		if (!predictions_sees(predictions, at)) {
			verify_unseen(run, t, i);
			continue;
		}
		regression->residual[at] = residual;
		run->step_error[at] = VERIFY_FLOAT32 * (fabs(residual) / regression->sd + regression->past[at]);
		run->sum_error[at] += run->step_error[at];
	}
	regression_take_residuals(predictions, t);
	for (size_t i = 0; i < m; i++) {
		if (run->is_complete && predictions_sees(predictions, first + i) &&
		    isfinite(regression->residual[first + i]))
			verify_difficulty(run, t, i);
		/* The weights follow from the difficulty as it was before it was rounded, or nearly. */
		predictions->difficulty->value[first + i] = verify_number(run->record, t, SERIES_DIFFICULTY, i);
	}
}

void verify_regression_weights(struct verify_run *run)
{
	const struct regression *own = trainer_predictions(run->trainer)->regression;

	for (size_t at = 0; run->record->has_blocks && at < run->row.instances; at++) {
		struct verify_place place = verify_place_of(run, at);
		double recorded = verify_number(run->record, at / TILE_INSTANCES, SERIES_RESIDUAL, at % TILE_INSTANCES);
		if (isinf(recorded) && fabs(own->residual[at]) > REGRESSION_LARGEST)
			continue;
		verify_compare(&place, "residual, from the weights", recorded, own->residual[at],
			       VERIFY_NETWORK * (fabs(own->residual[at]) + own->sd));
	}
}

/* What rounding of the residuals may have made of the correlation; so much where predictions hardly differ. */
static double pearson_bound(const struct regression_metrics *expected)
{
	return 4 * VERIFY_FLOAT32 * sqrt(expected->mse) / expected->prediction_sd + VERIFY_EXACT;
}

static void compare_row(const struct verify_run *run, const struct regression_metrics *expected,
			const struct record_regression *row)
{
	const double bound = 4 * VERIFY_FLOAT32;
	const struct verify_place place = { .run = run };
	const struct {
		const char *name;
		double recorded, expected, bound;
	} numbers[] = {
		{ "instances", (double)row->instances, (double)expected->instances, 0 },
		{ "mse", row->mse, expected->mse, bound * expected->mse },
		{ "mae", row->mae, expected->mae, bound * expected->mae },
		{ "geometric_mean", row->geometric_mean, expected->geometric_mean, bound * expected->geometric_mean },
		{ "balanced_mae", row->balanced_mae, expected->balanced_mae, bound * expected->balanced_mae },
		{ "pearson", row->pearson, expected->pearson, pearson_bound(expected) },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		char what[60];
		/* Residuals that were too large for a float32, and a correlation that is mostly rounding. */
		if (row->mse > REGRESSION_LARGEST || (i == 5 && !(numbers[i].bound < 1e-3)))
			continue;
		(void)snprintf(what, sizeof what, "%s, %s: %s", row->part, row->shot, numbers[i].name);
		verify_compare(&place, what, numbers[i].recorded, numbers[i].expected, numbers[i].bound);
	}
}

enum err_code verify_regression_metrics(struct track *track, struct verify_run *run, struct err *err)
{
	const struct regression *regression = run->predictions->regression;
	const struct {
		const char *name;
		const struct regression_metrics *metrics;
	} parts[] = { { "train", regression->train }, { "test", regression->test } };

	if (!run->record->has_blocks)
		return ERR_OK;
	for (size_t p = 0; p < 2; p++)
		for (size_t g = 0; g < REGRESSION_GROUPS; g++) {
			struct record_regression row = { .part = parts[p].name, .shot = regression_group_name(g) };
			if (track_read_regression(track, run->run_id, run->record->epoch, &row, err) != ERR_OK)
				return err->code;
			compare_row(run, &parts[p].metrics[g], &row);
		}
	return ERR_OK;
}
