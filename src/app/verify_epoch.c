/* The numbers of one epoch. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "app/verify_run.h"
#include "base/mem.h"
#include "rebalance/regression.h"

#define DENORMAL 1e-37 /* float32 numbers below are rounded more */

static bool differs(double recorded, double expected, double bound)
{
	if (isnan(recorded) || isnan(expected))
		return isnan(recorded) != isnan(expected);
	return recorded != expected && !(fabs(recorded - expected) <= fmax(bound, DENORMAL));
}

static void say(const struct verify_place *place, const char *column, double recorded, double expected)
{
	const struct verify_run *run = place->run;
	char line[200], of[60] = "";

	if (place->what != NULL)
		(void)snprintf(of, sizeof of, "%s %lld: ", place->what, place->id);
	(void)snprintf(line, sizeof line, "epoch %zu: %s%s: recorded %.9g, recomputed %.9g", run->record->epoch, of,
		       column, recorded, expected);
	run->findings->say(run->findings->context, run->run_id, line);
}

void verify_compare(const struct verify_place *place, const char *column, double recorded, double expected,
		    double bound)
{
	place->run->findings->values++;
	if (differs(recorded, expected, bound))
		say(place, column, recorded, expected);
}

static const void *series_of(const struct epoch_record *record, size_t t, enum series series)
{
	const unsigned char *bytes = epoch_record_block(record, t);

	for (enum series s = 0; s < series; s++)
		bytes += epoch_record_series_bytes(record, t, s);
	return bytes;
}

double verify_number(const struct epoch_record *record, size_t t, enum series series, size_t i)
{
	float value;

	memcpy(&value, (const unsigned char *)series_of(record, t, series) + i * sizeof value, sizeof value);
	return (double)value;
}

static unsigned predicted_of(const struct epoch_record *record, size_t t, size_t i)
{
	uint16_t value;

	memcpy(&value, (const unsigned char *)series_of(record, t, SERIES_PREDICTED) + i * sizeof value, sizeof value);
	return value;
}

double verify_recorded_weight(const struct verify_run *run, size_t i)
{
	return verify_number(run->record, i / TILE_INSTANCES, SERIES_WEIGHT, i % TILE_INSTANCES);
}

struct verify_place verify_place_of(const struct verify_run *run, size_t i)
{
	return (struct verify_place){ run, "instance", run->dataset.instance_id[i] };
}

/* run->p and log_p <- the recorded probabilities of tile t, as far as they can be what probabilities are; in the
 * padding all alike. */
static void take_probabilities(struct verify_run *run, size_t t)
{
	size_t m = epoch_record_block_length(run->record, t), k = run->row.classes;

	for (size_t c = 0; c < k; c++)
		for (size_t i = 0; i < TILE_INSTANCES; i++) {
			double value = i < m ? verify_number(run->record, t, SERIES_P, c * m + i) : 1.0 / (double)k;
			value = value < 0 ? 0 : value > 1 ? 1 : value;
			run->p[c * TILE_INSTANCES + i] = value;
			run->log_p[c * TILE_INSTANCES + i] = log(value);
		}
}

/* Probabilities that cannot be, and a predicted class that is not the likeliest. Sets what is read out. */
static void read_out(struct verify_run *run, size_t t, size_t i)
{
	struct predictions *predictions = run->predictions;
	size_t at = t * TILE_INSTANCES + i, k = run->row.classes, m = epoch_record_block_length(run->record, t);
	const double *p = run->p + i;
	struct verify_place place = verify_place_of(run, at);
	unsigned predicted = predicted_of(run->record, t, i);
	double sum = 0, highest = 0, other = 0;

	for (size_t c = 0; c < k; c++) {
		double value = p[c * TILE_INSTANCES];
		verify_compare(&place, "p", verify_number(run->record, t, SERIES_P, c * m + i), value, 0);
		highest = value > highest ? value : highest;
		sum += value;
	}
	/* Imported ones need not. */
	if (run->row.has_model && !isnan(sum))
		verify_compare(&place, "sum of p", sum, 1, (double)k * VERIFY_FLOAT32);
	if (predicted >= k) {
		verify_compare(&place, "predicted", predicted, (double)k - 1, 0);
		predicted = 0;
	}
	if (!isnan(sum))
		verify_compare(&place, "p of the predicted class", p[predicted * TILE_INSTANCES], highest, 0);
	predictions->predicted[at] = predicted;
	predictions->confidence[at] = p[predicted * TILE_INSTANCES];
	predictions->p_true[at] = p[run->dataset.y[at] * TILE_INSTANCES];
	predictions->log_p_true[at] = log(predictions->p_true[at]);
	for (size_t c = 0; c < k; c++)
		if (c != run->dataset.y[at] && !(p[c * TILE_INSTANCES] <= other))
			other = p[c * TILE_INSTANCES];
	predictions->margin[at] = predictions->log_p_true[at] - log(other);
}

/* How far du and dl of an instance may be from those of the probabilities before they were rounded: each p is off by
 * half a unit in the last place, in the difference and in the ratio. Before the past becomes the present. */
static double rounding_of(const struct verify_run *run, size_t t, size_t i)
{
	const struct difficulty *difficulty = run->predictions->difficulty;
	const double *p = run->p + i;
	const double *past = predictions_p(run->predictions, t) + i;
	double floor = difficulty->settings.floor, error = 0;

	for (size_t c = 0; c < run->row.classes; c++) {
		double now = fmax(p[c * TILE_INSTANCES], floor), before = fmax(past[c * TILE_INSTANCES], floor);
		double ratio = fabs(log(now / before));
		error += VERIFY_FLOAT32 * ((now + before) * (ratio + VERIFY_FLOAT32) + fabs(now - before));
	}
	return error;
}

void verify_difficulty(struct verify_run *run, size_t t, size_t i)
{
	const struct difficulty *difficulty = run->predictions->difficulty;
	size_t at = t * TILE_INSTANCES + i;
	struct verify_place place = verify_place_of(run, at);
	double du = difficulty->du[at], dl = difficulty->dl[at], value = difficulty->value[at];
	bool is_sum = difficulty->settings.kind == DIFFICULTY_CUMULATIVE;
	double error = is_sum ? run->sum_error[at] : run->step_error[at];
	double learned = difficulty->settings.prior + (is_sum ? difficulty->sum_dl[at] : dl);

	verify_compare(&place, "du", verify_number(run->record, t, SERIES_DU, i), du,
		       run->step_error[at] + VERIFY_FLOAT32 * du);
	verify_compare(&place, "dl", verify_number(run->record, t, SERIES_DL, i), dl,
		       run->step_error[at] + VERIFY_FLOAT32 * dl);
	verify_compare(&place, "difficulty", verify_number(run->record, t, SERIES_DIFFICULTY, i), value,
		       (1 + value) * error / fmax(learned - error, DENORMAL) + VERIFY_FLOAT32 * value);
}

static bool has_prediction(const struct verify_run *run, size_t t, size_t i)
{
	if (run->row.is_regression)
		return !isnan(verify_number(run->record, t, SERIES_RESIDUAL, i));
	return predicted_of(run->record, t, i) != SERIES_UNKNOWN;
}

/* Of a run that another program logged an epoch may lack some. */
static void see(struct verify_run *run)
{
	const struct verify_place place = { .run = run };
	size_t n = run->row.instances;

	for (size_t at = 0; at < n; at++)
		run->seen->is_seen[at] =
		    run->row.has_model || has_prediction(run, at / TILE_INSTANCES, at % TILE_INSTANCES);
	seen_count(run->seen, &run->predictions->instances);
	run->predictions->seen = run->seen->count < n ? run->seen : NULL;
	if (!run->row.has_model)
		verify_compare(&place, "seen", (double)run->record->seen, (double)run->seen->count, 0);
}

void verify_unseen(struct verify_run *run, size_t t, size_t i)
{
	static const enum series unknown[] = { SERIES_DU, SERIES_DL };
	size_t m = epoch_record_block_length(run->record, t);
	struct verify_place place = verify_place_of(run, t * TILE_INSTANCES + i);

	for (size_t c = 0; c < run->record->classes; c++)
		verify_compare(&place, "p", verify_number(run->record, t, SERIES_P, c * m + i), NAN, 0);
	for (size_t s = 0; s < ARRAY_LENGTH(unknown); s++)
		verify_compare(&place, series_specs[unknown[s]].column, verify_number(run->record, t, unknown[s], i),
			       NAN, 0);
}

static void take_tile(struct verify_run *run, size_t t)
{
	struct predictions *predictions = run->predictions;
	size_t first = t * TILE_INSTANCES, m = epoch_record_block_length(run->record, t);

	take_probabilities(run, t);
	for (size_t i = 0; i < m; i++) {
		run->step_error[first + i] = 0;
		if (!predictions_sees(predictions, first + i)) {
			verify_unseen(run, t, i);
			continue;
		}
		read_out(run, t, i);
		run->step_error[first + i] = rounding_of(run, t, i);
		run->sum_error[first + i] += run->step_error[first + i];
		double fall = predictions->dynamics->last_p_true[first + i] - predictions->p_true[first + i];
		run->doubtful_falls[first + i] += fabs(fall - DYNAMICS_FALL) <= VERIFY_FLOAT32;
		run->has_lost[first + i] |= !(predictions->p_true[first + i] >= DENORMAL) ||
					    !(fabs(predictions->margin[first + i]) <= -log(DENORMAL));
	}
	struct tile_past past = difficulty_past(predictions->difficulty, t);
	predictions_update_difficulty(predictions, t, run->log_p, run->p, &past);
	predictions_update_dynamics(predictions, t, run->p);
	for (size_t i = 0; i < m; i++) {
		if (run->is_complete && predictions_sees(predictions, first + i) &&
		    !isnan(predictions->p_true[first + i]))
			verify_difficulty(run, t, i);
		/* The weights follow from the difficulty as it was before it was rounded, or nearly. */
		predictions->difficulty->value[first + i] = verify_number(run->record, t, SERIES_DIFFICULTY, i);
	}
}

/* Weights and draws of the instances. */
static void compare_weights(struct verify_run *run)
{
	double drawn = 0;
	size_t n = run->row.instances;

	for (size_t at = 0; at < n; at++) {
		size_t t = at / TILE_INSTANCES, i = at % TILE_INSTANCES;
		struct verify_place place = verify_place_of(run, at);
		uint32_t draws = series_read_tally(series_of(run->record, t, SERIES_DRAWS), run->record->tally, i);
		double expected = run->split->is_test[at] ? NAN : run->weighting->weight[at];
		double weight = verify_number(run->record, t, SERIES_WEIGHT, i);
		if (run->has_weighting || isnan(expected))
			verify_compare(&place, "weight", weight, expected, 4 * VERIFY_FLOAT32 * expected);
		if (draws == SERIES_NO_TALLY)
			continue;
		if (run->split->is_test[at])
			verify_compare(&place, "draws", draws, 0, 0);
		drawn += draws;
	}
	if (run->stored == NULL)
		return;
	double most = (double)recipe_count_draws(&run->stored->recipe, run->split);
	if (drawn > most)
		verify_compare(&(const struct verify_place){ .run = run }, "sum of draws", drawn, most, 0);
}

/* Rounding may have moved an instance to another bin of the calibration error, or its loss to infinity. */
struct doubts {
	bool loss, bins;
};

static struct doubts doubts_of(const struct verify_run *run, const struct part *part)
{
	struct doubts doubts = { false, false };

	for (size_t i = 0; i < part->count && !run->row.is_regression; i++) {
		double confidence = run->predictions->confidence[part->index[i]];
		double place = confidence * CALIBRATION_BINS;
		doubts.loss |= !(run->predictions->p_true[part->index[i]] > DENORMAL);
		doubts.bins |= !(fabs(place - round(place)) > 1e-5 || confidence == 1);
	}
	return doubts;
}

static void compare_numbers(struct verify_run *run, bool weighs)
{
	const struct epoch_record *record = run->record, *expected = run->expected;
	const struct doubts train = doubts_of(run, &run->predictions->instances.train);
	const struct doubts test = doubts_of(run, &run->predictions->instances.test);
	const struct verify_place place = { .run = run };
#define NUMBER(name, field) { #name, record->field, expected->field },
	const struct {
		const char *name;
		double recorded, expected;
	} numbers[] = { EPOCH_NUMBERS(NUMBER) };
#undef NUMBER

	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++) {
		const char *name = numbers[i].name;
		const struct doubts *doubts = strncmp(name, "train", 5) == 0 ? &train : &test;
		double bound = VERIFY_EXACT;
		if (strstr(name, "loss") != NULL || strstr(name, "calibration") != NULL)
			bound = run->row.is_regression ? 4 * VERIFY_FLOAT32 * numbers[i].expected : VERIFY_FLOAT32;
		if ((strstr(name, "loss") != NULL && doubts->loss) ||
		    (strstr(name, "calibration") != NULL && doubts->bins) || strcmp(name, "seconds") == 0 ||
		    (run->is_old && isnan(numbers[i].recorded)))
			continue;
		if (strcmp(name, "effective_sample_size") == 0) {
			if (!weighs)
				continue;
			bound = 1e-5 * numbers[i].expected;
		}
		verify_compare(&place, name, numbers[i].recorded, numbers[i].expected, bound);
	}
	for (size_t c = 0; c < record->classes; c++) {
		const struct verify_place class = { run, "class", (long long)c };
		const struct record_class *left = &record->by_class[c], *right = &expected->by_class[c];
		verify_compare(&class, "train_correct", left->train_correct, right->train_correct, 0);
		verify_compare(&class, "test_correct", left->test_correct, right->test_correct, 0);
		if (weighs)
			verify_compare(&class, "sampling_share", left->sampling_share, right->sampling_share, 1e-5);
	}
}

/* Whether the run's weighting goes by what is recorded, in this epoch. */
static bool weighs(const struct verify_run *run)
{
	if (!run->has_weighting || run->stored == NULL)
		return run->has_weighting;
	const struct recipe *recipe = &run->stored->recipe;
	return recipe->second_stage_epochs == 0 ||
	       run->record->epoch < recipe->training.epochs - recipe->second_stage_epochs;
}

void verify_epoch(struct verify_run *run)
{
	/* Imported and adjusted epochs follow each other whatever their numbers are. */
	bool is_counted = !run->row.has_model || run->row.source_run_id != 0;

	run->is_complete =
	    run->is_complete && (is_counted || run->record->epoch == run->count + 1) && run->record->has_blocks;
	struct err ignored;
	run->count++;
	if (!run->record->has_blocks)
		return;
	see(run);
	predictions_begin_epoch(run->predictions, run->record->epoch);
	for (size_t t = 0; t < run->predictions->tiles; t++)
		if (run->row.is_regression)
			verify_regression_tile(run, t);
		else
			take_tile(run, t);
	predictions_measure(run->predictions);
	weighting_update(run->weighting, (run->row.has_model ? run->record->epoch : run->count) + 1);
	run->has_weighting = weighs(run);
	compare_weights(run);
	/* Without instances it needs no memory. */
	(void)!epoch_fill_record(run->predictions, run->weighting, NULL, false, run->expected, &ignored);
	compare_numbers(run, run->has_weighting);
}

void verify_weights(struct verify_run *run)
{
	const struct predictions *own = trainer_predictions(run->trainer);

	if (run->row.is_regression) {
		verify_regression_weights(run);
		return;
	}
	for (size_t c = 0; c < run->row.classes; c++) {
		const struct verify_place class = { run, "class", (long long)c };
		double norm = network_class_norm(trainer_network(run->trainer), c);
		if (!isnan(run->record->by_class[c].weight_norm))
			verify_compare(&class, "weight_norm", run->record->by_class[c].weight_norm, norm,
				       VERIFY_NETWORK * norm);
	}
	for (size_t at = 0; run->record->has_blocks && at < run->row.instances; at++) {
		size_t t = at / TILE_INSTANCES, i = at % TILE_INSTANCES;
		size_t m = epoch_record_block_length(run->record, t);
		struct verify_place place = verify_place_of(run, at);
		for (size_t c = 0; c < run->row.classes; c++)
			verify_compare(&place, "p, from the weights",
				       verify_number(run->record, t, SERIES_P, c * m + i),
				       predictions_p(own, t)[c * TILE_INSTANCES + i], VERIFY_NETWORK);
	}
}

/* What the rounding of the probabilities may make of a measure of instance i. */
static double bound_of(const struct verify_run *run, size_t i, enum measure measure, double expected)
{
	switch (measure) {
	case MEASURE_P_TRUE_MEAN:
	case MEASURE_P_TRUE_SD:
	case MEASURE_EL2N:
		return VERIFY_FLOAT32;
	case MEASURE_DIFFICULTY:
	case MEASURE_WEIGHT:
		return VERIFY_FLOAT32 * expected;
	case MEASURE_MEAN_LOSS:
	case MEASURE_LAST_LOSS:
	case MEASURE_AUM:
		return 2 * VERIFY_FLOAT32;
	case MEASURE_GRAND:
		return VERIFY_NETWORK * (1 + expected);
	case MEASURE_CORRECTNESS:
		return VERIFY_EXACT;
	case MEASURE_UNLEARNED_EPOCHS:
		return run->doubtful_falls[i];
	default:
		return 0;
	}
}

/* -ln of a probability that was rounded to 0 or nearly is lost. GraNd is there if the version knew it, and here if the
 * weights are recorded. */
static bool is_lost(const struct verify_run *run, size_t i, enum measure measure, double recorded, double expected)
{
	if (measure == MEASURE_GRAND)
		return isnan(recorded) || isnan(expected);
	bool is_log = measure == MEASURE_MEAN_LOSS || measure == MEASURE_LAST_LOSS || measure == MEASURE_AUM;

	return is_log && (!isfinite(expected) || run->has_lost[i]);
}

/* Whether that is the class predicted last; NULL: it never was. */
static bool is_predicted(const struct verify_run *run, size_t i, const char *name)
{
	const struct predictions *predictions = run->predictions;

	if (name == NULL || predictions->dynamics->epochs[i] == 0)
		return name == NULL && predictions->dynamics->epochs[i] == 0;
	return strcmp(name, run->dataset.class_names[(size_t)predictions->predicted[i]]) == 0;
}

void verify_summary(struct verify_run *run, size_t i, const struct track_summary *summary)
{
	const struct predictions *predictions = run->predictions;
	struct verify_place place = { run, "summary of instance", run->dataset.instance_id[i] };
	double expected[MEASURE_COUNT];
#define NAME(id, column, type) #column,
	static const char *const names[] = { MEASURES(NAME) };
#undef NAME

	verify_compare(&place, "part", summary->part, run->split->is_test[i], 0);
	verify_compare(&place, "class is right",
		       strcmp(summary->class_name, run->dataset.class_names[run->dataset.y[i]]) == 0, 1, 0);
	if (!run->row.is_regression)
		verify_compare(&place, "predicted is right", is_predicted(run, i, summary->predicted), 1, 0);
	epoch_measure(predictions, run->weighting, i, expected);
	expected[MEASURE_WEIGHT] = verify_recorded_weight(run, i);
	/* Of who was never predicted, nothing is known in any version. */
	bool has_later = summary->has_later || (!run->row.is_regression && predictions->dynamics->epochs[i] == 0);
	if (!has_later && !run->row.is_regression)
		expected[MEASURE_FORGETTING_EVENTS] = predictions->dynamics->forgotten[i];
	run->trusts_grand |= isnan(expected[MEASURE_GRAND]) && !isnan(summary->measure[MEASURE_GRAND]);
	enum measure last = !has_later		     ? MEASURE_FIRST_COUNT
			    : run->row.is_regression ? MEASURE_COUNT
						     : MEASURE_MEAN_ABS_RESIDUAL;
	for (enum measure m = 0; m < last; m++)
		if (run->row.is_regression && !(fabs(summary->measure[m]) > REGRESSION_LARGEST))
			verify_compare(&place, names[m], summary->measure[m], expected[m],
				       8 * VERIFY_FLOAT32 * fabs(expected[m]));
		else if (!run->row.is_regression && !is_lost(run, i, m, summary->measure[m], expected[m]))
			verify_compare(&place, names[m], summary->measure[m], expected[m],
				       bound_of(run, i, m, expected[m]));
}
