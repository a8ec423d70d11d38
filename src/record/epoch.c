#include "record/epoch.h"

#include <math.h>

#include "base/mem.h"

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

enum err_code epoch_fill_record(const struct predictions *predictions, const struct weighting *weighting,
				const uint32_t *draws, bool blocks, struct epoch_record *record, struct err *err)
{
	if (blocks && epoch_record_reserve_blocks(record, err) != ERR_OK)
		return err->code;
	record->train = record_part(&predictions->train);
	record->test = record_part(&predictions->test);
	record->many_shot_accuracy = predictions->test.shot_accuracy[SHOT_MANY];
	record->medium_shot_accuracy = predictions->test.shot_accuracy[SHOT_MEDIUM];
	record->few_shot_accuracy = predictions->test.shot_accuracy[SHOT_FEW];
	record->effective_sample_size = weighting->effective_sample_size;
	record->has_blocks = blocks;
	for (size_t c = 0; c < record->classes; c++)
		record->by_class[c] = (struct record_class){
			.train_correct = predictions->train.correct[c],
			.test_correct = predictions->test.correct[c],
			.sampling_share = weighting->sampling_share[c],
			.weight_norm = NAN,
		};
	for (size_t t = 0; blocks && t < predictions->tiles; t++) {
		size_t first = t * TILE_INSTANCES;
		struct record_tile tile = {
			.series = {
				[SERIES_PREDICTED] = predictions->predicted + first,
				[SERIES_P] = predictions_p(predictions, t),
				[SERIES_DU] = predictions->difficulty->du + first,
				[SERIES_DL] = predictions->difficulty->dl + first,
				[SERIES_DIFFICULTY] = predictions->difficulty->value + first,
				[SERIES_WEIGHT] = weighting->weight + first,
				[SERIES_DRAWS] = draws == NULL ? NULL : draws + first,
			},
		};
		epoch_record_encode(record, t, &tile);
	}
	return ERR_OK;
}

enum err_code epoch_summarise(const struct epoch_names *names, const struct predictions *predictions,
			      const struct weighting *weighting, struct track_summary **ret_summaries, struct err *err)
{
	AUTO(mem_freep) struct track_summary *summaries = NULL;
	const struct instances *instances = &predictions->instances;
	const struct dynamics *dynamics = predictions->dynamics;

	if (mem_new(&summaries, instances->count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < instances->count; i++)
		summaries[i] = (struct track_summary){
			.class_name = names->classes[instances->y[i]],
			.predicted = names->classes[(size_t)predictions->predicted[i]],
			.instance_id = names->instance_id[i],
			.p_true_mean = dynamics->mean[i],
			.p_true_sd = dynamics_p_true_sd(dynamics, i),
			.correctness = dynamics->correct[i] / (double)dynamics->epochs,
			.forgetting_events = (int64_t)dynamics->forgotten[i],
			.difficulty = predictions->difficulty->value[i],
			.weight = weighting->weight[i],
		};
	for (size_t i = 0; i < instances->test.count; i++)
		summaries[instances->test.index[i]].is_test = true;
	*ret_summaries = take_ptr(&summaries);
	return ERR_OK;
}
