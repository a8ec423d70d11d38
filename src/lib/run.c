/* A run from its beginning to its end, and what its instances weigh. */
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "lib/lib.h"
#include "rebalance/method.h"

static enum err_code copy_text(const char *text, const char *instead, char **ret_copy, struct err *err)
{
	return mem_copy_text(text != NULL ? text : instead, ret_copy, err);
}

void lib_free_run(struct hardrow_run *run)
{
	if (run == NULL)
		return;
	lib_drop_matrices(run);
	weighting_free(run->weighting);
	logged_free(run->logged);
	sampler_work_done(&run->work);
	free(run->model);
	free(run->method);
	free(run->argv);
	free(run->draws);
	free(run);
}

void lib_free_runp(struct hardrow_run **run)
{
	lib_free_run(*run);
}

static enum err_code create_numbers(struct hardrow_run *run, const hardrow_run_options *options,
				    const struct sampler *sampler, const struct difficulty_settings *difficulty,
				    struct err *err)
{
	const struct instances *instances = &run->dataset->instances;
	const struct weighting_settings settings = {
		.sampler = sampler,
		.sampler_parameters = sampler->defaults,
		.epochs = options->epochs,
	};

	run->seed = options->seed;
	if (logged_create(instances, difficulty, options->el2n_epoch, &run->logged, err) != ERR_OK)
		return err->code;
	return weighting_create(run->logged->predictions, &settings, &run->weighting, err);
}

static enum err_code begin_recording(struct hardrow_run *run, const hardrow_run_options *options, const char *settings,
				     struct err *err)
{
	const struct hardrow_dataset *dataset = run->dataset;
	const struct instances *instances = &dataset->instances;
	const struct recording_shape shape = { .instances = instances->count,
					       .classes = instances->target == NULL ? instances->classes : 0 };
	const struct track_run row = {
		.dataset_id = dataset->dataset_id,
		.split_id = dataset->split_id,
		.model = run->model,
		.method = run->method,
		.settings = settings,
		.seed = options->seed,
		.environment = &run->environment,
	};
	struct hardrow_tracker *tracker = run->tracker;

	(void)pthread_mutex_lock(&tracker->lock);
	if (recorder_begin(tracker->recorder, &row, &shape, run, &run->recording, err) == ERR_OK) {
		run->next = tracker->runs;
		tracker->runs = run;
	}
	(void)pthread_mutex_unlock(&tracker->lock);
	return err->code;
}

static enum err_code begin(struct hardrow_tracker *tracker, const struct hardrow_dataset *dataset,
			   const hardrow_run_options *given, struct hardrow_run **ret_run, struct err *err)
{
	AUTO(lib_free_runp) struct hardrow_run *run = NULL;
	struct text settings AUTO(text_done) = { 0 };
	hardrow_run_options options = { 0 };
	struct difficulty_settings difficulty;
	const struct sampler *sampler = NULL;

	if (lib_check_process(tracker->pid, err) != ERR_OK ||
	    lib_take_options(given, &options, sizeof options, "hardrow_run_options", err) != ERR_OK)
		return err->code;
	if (dataset->tracker != tracker)
		return err_set(err, ERR_INPUT, "the data set was put into another file");
	options.el2n_epoch = options.el2n_epoch != 0 ? options.el2n_epoch : 3;
	if (options.epochs > LIB_MOST_EPOCHS || options.el2n_epoch > LIB_MOST_EPOCHS)
		return err_set(err, ERR_INPUT, "epochs, el2n_epoch: at most %d", LIB_MOST_EPOCHS);
	if (recorder_check(tracker->recorder, err) != ERR_OK || lib_check_dataset(dataset, err) != ERR_OK ||
	    lib_find_sampler(&options, dataset->target != NULL, &sampler, err) != ERR_OK ||
	    lib_read_difficulty(&options, &difficulty, err) != ERR_OK || mem_new(&run, 1, err) != ERR_OK)
		return err->code;
	run->pid = tracker->pid;
	run->tracker = tracker;
	run->dataset = dataset;
	run->begun_at = clock_seconds();
	if (copy_text(options.model, "unknown", &run->model, err) != ERR_OK ||
	    copy_text(options.method, options.sampler != NULL ? method_name_of_sampler(sampler) : "logged",
		      &run->method, err) != ERR_OK ||
	    copy_text(options.argv, "[]", &run->argv, err) != ERR_OK ||
	    create_numbers(run, &options, sampler, &difficulty, err) != ERR_OK ||
	    lib_write_settings(tracker, &options, sampler, &difficulty, &settings, err) != ERR_OK)
		return err->code;
	run->environment = tracker->environment;
	run->environment.argv = run->argv;
	if (begin_recording(run, &options, settings.data, err) != ERR_OK)
		return err->code;
	*ret_run = take_ptr(&run);
	return ERR_OK;
}

int hardrow_begin(hardrow_tracker *tracker, const hardrow_dataset *dataset, const hardrow_run_options *options,
		  hardrow_run **ret_run, hardrow_error *error)
{
	struct err err = { .code = ERR_OK };

	err.code = begin(tracker, dataset, options, ret_run, &err);
	return lib_fail(&err, error);
}

const double *hardrow_weights(const hardrow_run *run)
{
	return run->weighting->weight;
}

const double *hardrow_difficulty(const hardrow_run *run)
{
	return run->logged->predictions->difficulty->value;
}

size_t hardrow_most_draws(const hardrow_run *run)
{
	const struct instances *instances = &run->dataset->instances;

	return sampler_most_draws(run->weighting->settings.sampler, &run->weighting->settings.sampler_parameters,
				  instances->train.class_count, instances->classes);
}

static enum err_code draw(struct hardrow_run *run, uint32_t *ret_positions, size_t room, size_t *ret_count,
			  struct err *err)
{
	const struct weighting *weighting = run->weighting;

	if (lib_check_process(run->pid, err) != ERR_OK)
		return err->code;
	if (room < hardrow_most_draws(run))
		return err_set(err, ERR_INPUT, "room: %zu; there may be %zu draws", room, hardrow_most_draws(run));
	/* Who never draws has no memory for it. */
	if (run->work.scratch == NULL &&
	    sampler_work_init(&run->work, &run->dataset->instances, run->seed, err) != ERR_OK)
		return err->code;
	*ret_count = weighting->settings.sampler->fill(&weighting->sampling, &run->work, ret_positions);
	return ERR_OK;
}

int hardrow_draw(hardrow_run *run, uint32_t *ret_positions, size_t room, size_t *ret_count, hardrow_error *error)
{
	struct err err = { .code = ERR_OK };

	err.code = draw(run, ret_positions, room, ret_count, &err);
	return lib_fail(&err, error);
}

void lib_end_run(struct hardrow_run *run, struct recording_end *end)
{
	struct hardrow_tracker *tracker = run->tracker;
	const struct epoch_summary summary = {
		.names = { run->dataset->class_names, run->dataset->instance_id },
		.predictions = run->logged->predictions,
		.weighting = run->weighting,
		.part = run->dataset->is_test,
	};
	struct recorder_ended ended;
	struct hardrow_run **place = &tracker->runs;

	recording_drain(run->recording);
	run->record = NULL;
	logged_finish(run->logged);
	end->summaries = run->epochs > 0 ? epoch_summaries(&summary) : (struct track_summaries){ 0 };
	recording_end(run->recording, end);
	recorder_flush(tracker->recorder);
	/* Another one may have ended before. */
	while (!run->has_ended && recorder_take_ended(tracker->recorder, INFINITY, &ended)) {
		struct hardrow_run *other = ended.tag;
		other->ended = ended;
		other->has_ended = true;
	}
	while (*place != run)
		place = &(*place)->next;
	*place = run->next;
	run->recording = NULL;
	run->tracker = NULL;
}

static enum err_code finish(struct hardrow_run *run, int status, const char *reason, struct err *err)
{
	static const enum track_status statuses[] = { TRACK_DONE, TRACK_DIVERGED, TRACK_FAILED, TRACK_INTERRUPTED };
	struct hardrow_tracker *tracker = run->tracker;
	struct recording_end end = { 0 };

	if (status < 0 || (size_t)status >= ARRAY_LENGTH(statuses))
		(void)err_set(err, ERR_INPUT, "status: %d; it is of enum hardrow_status; the run has failed", status);
	if (tracker == NULL)
		return err->code != ERR_OK ? err->code
					   : err_set(err, ERR_INPUT, "the run is over: its file was closed");
	end.status = err->code != ERR_OK ? TRACK_FAILED : statuses[status];
	text_copy_fitting(end.reason, sizeof end.reason, reason != NULL ? reason : "");
	(void)pthread_mutex_lock(&tracker->lock);
	lib_end_run(run, &end);
	(void)pthread_mutex_unlock(&tracker->lock);
	if (err->code == ERR_OK && recorder_check(tracker->recorder, err) == ERR_OK && run->ended.status != end.status)
		(void)err_set(err, ERR_INPUT, "%s", run->ended.reason);
	return err->code;
}

int hardrow_finish(hardrow_run *run, int status, const char *reason, int64_t *ret_run_id, hardrow_error *error)
{
	struct err err = { .code = ERR_OK };

	if (run == NULL || run->pid != getpid())
		return lib_fail(&err, error);
	(void)!finish(run, status, reason, &err);
	if (ret_run_id != NULL && run->ended.run_id != 0)
		*ret_run_id = run->ended.run_id;
	lib_free_run(run);
	return lib_fail(&err, error);
}
