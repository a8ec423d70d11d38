#include "record/epoch.h"

#include <math.h>
#include <string.h>

#include "rebalance/regression.h"

static struct record_part record_part(const struct part_metrics *metrics)
{
	return (struct record_part){
		.loss = metrics->loss,
		.accuracy = metrics->accuracy,
		.balanced_error = metrics->balanced_error,
		.macro_f1 = metrics->macro_f1,
		.calibration_error = metrics->calibration_error,
	};
}

static void add_groups(const char *part, const struct regression_metrics *metrics, struct epoch_record *record)
{
	for (size_t g = 0; g < REGRESSION_GROUPS; g++)
		record->regression[record->regression_count++] = (struct record_regression){
			.part = part,
			.shot = regression_group_name(g),
			.instances = metrics[g].instances,
			.mse = metrics[g].mse,
			.mae = metrics[g].mae,
			.geometric_mean = metrics[g].geometric_mean,
			.pearson = metrics[g].pearson,
			.balanced_mae = metrics[g].balanced_mae,
		};
}

static void fill_regression(const struct regression *regression, struct epoch_record *record)
{
	record->regression_count = 0;
	add_groups("train", regression->train, record);
	add_groups("test", regression->test, record);
}

/* predicted (64) of a tile; where some are not seen, in `scratch` (64), not known of those. */
static const double *predicted_of(const struct predictions *predictions, size_t t, double *scratch)
{
	const double *predicted = predictions->predicted + t * TILE_INSTANCES;

	if (predictions->seen == NULL)
		return predicted;
	memcpy(scratch, predicted, TILE_INSTANCES * sizeof *scratch);
	for (size_t i = 0; i < predictions_count_tile(predictions, t); i++)
		if (!predictions_sees(predictions, t * TILE_INSTANCES + i))
			scratch[i] = SERIES_UNKNOWN;
	return scratch;
}

static void encode_tile(const struct predictions *predictions, const struct weighting *weighting, const uint32_t *draws,
			size_t t, struct epoch_record *record)
{
	double scratch[TILE_INSTANCES];
	size_t first = t * TILE_INSTANCES;
	struct record_tile tile = {
		.has_values = predictions->is_bare,
		.series = {
			[SERIES_DU] = predictions->difficulty->du + first,
			[SERIES_DL] = predictions->difficulty->dl + first,
			[SERIES_DIFFICULTY] = predictions->difficulty->value + first,
			[SERIES_WEIGHT] = weighting->weight + first,
			[SERIES_DRAWS] = draws == NULL ? NULL : draws + first,
		},
	};

	if (predictions->regression != NULL)
		tile.series[SERIES_RESIDUAL] = predictions->regression->residual + first;
	else
		tile.series[SERIES_PREDICTED] = predicted_of(predictions, t, scratch);
	tile.series[SERIES_P] = predictions_p(predictions, t);
	epoch_record_encode(record, t, &tile);
}

enum err_code epoch_fill_record(const struct predictions *predictions, const struct weighting *weighting,
				const uint32_t *draws, bool blocks, struct epoch_record *record, struct err *err)
{
	if (blocks && (epoch_record_reserve_blocks(record, err) != ERR_OK ||
		       epoch_record_fit_tallies(record, draws, err) != ERR_OK))
		return err->code;
	record->train = record_part(&predictions->train);
	record->test = record_part(&predictions->test);
	record->many_shot_accuracy = predictions->test.shot_accuracy[SHOT_MANY];
	record->medium_shot_accuracy = predictions->test.shot_accuracy[SHOT_MEDIUM];
	record->few_shot_accuracy = predictions->test.shot_accuracy[SHOT_FEW];
	record->effective_sample_size = weighting->effective_sample_size;
	record->has_blocks = blocks;
	record->seen = predictions->seen == NULL ? record->instances : predictions->seen->count;
	if (predictions->regression != NULL)
		fill_regression(predictions->regression, record);
	for (size_t c = 0; c < record->classes; c++)
		record->by_class[c] = (struct record_class){
			.train_correct = predictions->train.correct[c],
			.test_correct = predictions->test.correct[c],
			.sampling_share = weighting->sampling_share[c],
			.weight_norm = NAN,
		};
	for (size_t t = 0; blocks && t < predictions->tiles; t++)
		encode_tile(predictions, weighting, draws, t, record);
	return ERR_OK;
}

/* SQL has neither infinity nor NaN. */
static double known(double value)
{
	return isfinite(value) ? value : NAN;
}

static void measure_number(const struct predictions *predictions, size_t i, double ret_measure[MEASURE_COUNT])
{
	const struct regression *regression = predictions->regression;

	for (enum measure m = 0; m < MEASURE_COUNT; m++)
		ret_measure[m] = NAN;
	/* Of who was never predicted nothing is known. */
	if (regression->epochs[i] == 0)
		return;
	ret_measure[MEASURE_MEAN_LOSS] = known(regression->mean_loss[i]);
	ret_measure[MEASURE_LAST_LOSS] = known(regression->residual[i] * regression->residual[i]);
	ret_measure[MEASURE_MEAN_ABS_RESIDUAL] = known(regression->mean_abs_residual[i]);
	ret_measure[MEASURE_LAST_RESIDUAL] = known(regression->residual[i]);
}

static void measure_class(const struct predictions *predictions, size_t i, double ret_measure[MEASURE_COUNT])
{
	const struct dynamics *dynamics = predictions->dynamics;
	bool is_known = dynamics->epochs[i] > 0;
	bool ever_learned = dynamics->correct[i] > 0;
	const double measure[MEASURE_COUNT] = {
		[MEASURE_P_TRUE_MEAN] = dynamics->mean[i],
		[MEASURE_P_TRUE_SD] = dynamics_p_true_sd(dynamics, i),
		[MEASURE_CORRECTNESS] = dynamics->correct[i] / dynamics->epochs[i],
		[MEASURE_FORGETTING_EVENTS] = ever_learned ? dynamics->forgotten[i] : NAN,
		[MEASURE_MEAN_LOSS] = known(dynamics->loss[i]),
		[MEASURE_LAST_LOSS] = known(-predictions->log_p_true[i]),
		[MEASURE_AUM] = known(dynamics->margin[i]),
		[MEASURE_EL2N] = dynamics->el2n[i],
		[MEASURE_GRAND] = dynamics->grand == NULL ? NAN : known(dynamics->grand[i]),
		[MEASURE_EVER_LEARNED] = ever_learned,
		[MEASURE_FIRST_LEARNED] = ever_learned ? dynamics->first_learned[i] : NAN,
		[MEASURE_UNLEARNED_EPOCHS] = dynamics->unlearned[i],
		[MEASURE_MEAN_ABS_RESIDUAL] = NAN,
		[MEASURE_LAST_RESIDUAL] = NAN,
	};

	/* Of who was never predicted nothing is. */
	for (enum measure m = 0; m < MEASURE_COUNT; m++)
		ret_measure[m] = is_known ? measure[m] : NAN;
}

void epoch_measure(const struct predictions *predictions, const struct weighting *weighting, size_t i,
		   double ret_measure[MEASURE_COUNT])
{
	if (predictions->regression != NULL)
		measure_number(predictions, i, ret_measure);
	else
		measure_class(predictions, i, ret_measure);
	ret_measure[MEASURE_DIFFICULTY] = predictions->difficulty->value[i];
	ret_measure[MEASURE_WEIGHT] = weighting->weight[i];
}

static void summarise_row(const void *context, size_t i, struct track_summary *ret_row)
{
	const struct epoch_summary *summary = context;
	const struct predictions *predictions = summary->predictions;
	char *const *classes = summary->names.classes;
	bool has_class = predictions->regression == NULL && predictions->dynamics->epochs[i] > 0;

	*ret_row = (struct track_summary){
		.class_name = classes[predictions->instances.y[i]],
		.predicted = has_class ? classes[(size_t)predictions->predicted[i]] : NULL,
		.instance_id = summary->names.instance_id[i],
		.part = summary->part[i],
		.has_later = true,
	};
	epoch_measure(predictions, summary->weighting, i, ret_row->measure);
}

struct track_summaries epoch_summaries(const struct epoch_summary *summary)
{
	return (struct track_summaries){ summary->predictions->instances.count, summarise_row, summary };
}
