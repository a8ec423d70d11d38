#include "app/message.h"

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

void message_record_epoch(const struct evaluation *evaluation, const uint32_t *draws, bool blocks,
			  struct epoch_record *record)
{
	record->epoch = evaluation->dynamics->epochs;
	record->train = record_part(&evaluation->train);
	record->test = record_part(&evaluation->test);
	record->many_shot_accuracy = evaluation->test.shot_accuracy[SHOT_MANY];
	record->medium_shot_accuracy = evaluation->test.shot_accuracy[SHOT_MEDIUM];
	record->few_shot_accuracy = evaluation->test.shot_accuracy[SHOT_FEW];
	record->effective_sample_size = evaluation->effective_sample_size;
	record->has_blocks = blocks;
	record->matrix_count = 0;
	record->value_count = 0;
	for (size_t c = 0; c < record->classes; c++)
		record->by_class[c] = (struct record_class){
			.train_correct = evaluation->train.correct[c],
			.test_correct = evaluation->test.correct[c],
			.sampling_share = evaluation->sampling_share[c],
			.weight_norm = NAN,
		};
	for (size_t t = 0; blocks && t < evaluation->tiles; t++) {
		size_t first = t * TILE_INSTANCES;
		struct record_tile tile = {
			.difficulty = evaluation->difficulty->value + first,
			.weight = evaluation->weight + first,
			.du = evaluation->difficulty->du + first,
			.dl = evaluation->difficulty->dl + first,
			.predicted = evaluation->predicted + first,
			.p = evaluation_p(evaluation, t),
			.draws = draws == NULL ? NULL : draws + first,
		};
		epoch_record_encode(record, t, &tile);
	}
}

enum err_code message_summarise(const struct evaluation *evaluation, struct track_summary **ret_summaries,
				struct err *err)
{
	AUTO(mem_freep) struct track_summary *summaries = NULL;
	const struct dataset *dataset = evaluation->dataset;
	const struct dynamics *dynamics = evaluation->dynamics;

	if (mem_new(&summaries, dataset->instances, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < dataset->instances; i++)
		summaries[i] = (struct track_summary){
			.class_name = dataset->class_names[dataset->y[i]],
			.predicted = dataset->class_names[(size_t)evaluation->predicted[i]],
			.instance_id = dataset->instance_id[i],
			.is_test = evaluation->split->is_test[i] != 0,
			.p_true_mean = dynamics->mean[i],
			.p_true_sd = dynamics_p_true_sd(dynamics, i),
			.correctness = dynamics->correct[i] / (double)dynamics->epochs,
			.forgetting_events = (int64_t)dynamics->forgotten[i],
			.difficulty = evaluation->difficulty->value[i],
			.weight = evaluation->weight[i],
		};
	*ret_summaries = take_ptr(&summaries);
	return ERR_OK;
}
