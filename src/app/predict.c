#include "app/predict.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/tile.h"
#include "rebalance/regression.h"

/* *values (count) <- room for `more` behind them, all 0. */
static enum err_code lengthen(void **values, size_t count, size_t more, size_t size, struct err *err)
{
	void *longer = NULL;

	if (*values == NULL)
		return ERR_OK;
	if (mem_alloc(count + more, size, &longer, err) != ERR_OK)
		return err->code;
	memcpy(longer, *values, count * size);
	free(*values);
	*values = longer;
	return ERR_OK;
}

/* The new rows come behind the run's own. Whatever their label would be counts for nothing. */
static enum err_code append_rows(struct stored_run *run, const struct new_rows *rows, struct err *err)
{
	struct dataset *dataset = run->dataset;
	size_t n = dataset->instances, d = dataset->features, more = rows->count;

	if (lengthen((void **)&dataset->x, n * d, more * d, sizeof *dataset->x, err) != ERR_OK ||
	    lengthen((void **)&dataset->y, n, more, sizeof *dataset->y, err) != ERR_OK ||
	    lengthen((void **)&dataset->target, n, more, sizeof *dataset->target, err) != ERR_OK ||
	    lengthen((void **)&run->ordering_loss, n, more, sizeof *run->ordering_loss, err) != ERR_OK ||
	    lengthen((void **)&run->row.is_test, n, more, sizeof *run->row.is_test, err) != ERR_OK)
		return err->code;
	memcpy(dataset->x + n * d, rows->x, more * d * sizeof *dataset->x);
	memset(run->row.is_test + n, SPLIT_TEST, more);
	dataset->instances = n + more;
	return ERR_OK;
}

/* By those of the last epoch that are recorded, of an adjusted run in the one that it was made of. */
static enum err_code predict_by_weights(struct track *track, struct predicted *predicted, struct err *err)
{
	struct stored_run owner = *predicted->run;
	AUTO(mem_freep) size_t *epochs = NULL;
	size_t count = 0;

	if (owner.row.source_run_id != 0)
		owner.run_id = owner.row.source_run_id;
	owner.row.source_run_id = 0;
	if (stored_run_list_epochs(track, &owner, 1, &epochs, &count, err) != ERR_OK)
		return err->code;
	if (stored_run_load_trainer(track, &owner, epochs[count - 1], predicted->trainer, err) != ERR_OK)
		return err->code;
	trainer_evaluate(predicted->trainer, epochs[count - 1]);
	return ERR_OK;
}

enum err_code predict_rows(struct track *track, int64_t run_id, const char *file,
			   const struct stored_run_source *source, struct predicted *predicted, struct err *err)
{
	if (stored_run_read(track, run_id, source, &predicted->run, err) != ERR_OK)
		return err->code;
	struct stored_run *run = predicted->run;
	struct reading reading = run->options.data.reading;
	reading.label = run->row.label;
	if (run->dataset->has_images)
		return err_set(err, ERR_INPUT, "run %lld was trained on images: predict takes rows of a table",
			       (long long)run_id);
	predicted->first = run->dataset->instances;
	if (new_rows_read(file, &reading, run->dataset->feature_names, run->dataset->features, &predicted->rows, err) !=
		ERR_OK ||
	    append_rows(run, &predicted->rows, err) != ERR_OK ||
	    split_restore(run->dataset, run->row.is_test, run->row.given, &predicted->split, err) != ERR_OK)
		return err->code;
	const struct recipe_subject subject = { .dataset = run->dataset,
						.split = predicted->split,
						.ordering_loss = run->ordering_loss };
	if (recipe_restore(&run->options, &subject, &predicted->recipe, err) != ERR_OK ||
	    trainer_create(run->dataset, predicted->split, &predicted->recipe, &predicted->trainer, err) != ERR_OK)
		return err->code;
	return predict_by_weights(track, predicted, err);
}

void predicted_done(struct predicted *predicted)
{
	trainer_free(predicted->trainer);
	split_free(predicted->split);
	new_rows_done(&predicted->rows);
	stored_run_free(predicted->run);
}

size_t predicted_class(const struct predicted *predicted, size_t i)
{
	return (size_t)trainer_predictions(predicted->trainer)->predicted[predicted->first + i];
}

double predicted_probability(const struct predicted *predicted, size_t i, size_t c)
{
	size_t at = predicted->first + i;

	return predictions_p(trainer_predictions(predicted->trainer),
			     at / TILE_INSTANCES)[c * TILE_INSTANCES + at % TILE_INSTANCES];
}

double predicted_number(const struct predicted *predicted, size_t i)
{
	const struct regression *regression = trainer_predictions(predicted->trainer)->regression;

	return regression->shift + regression->factor * regression->output[predicted->first + i];
}
