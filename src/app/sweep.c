#include "app/sweep.h"

#include <stdlib.h>
#include <string.h>

#include "app/plan.h"
#include "app/shard.h"
#include "app/sweep_settings.h"
#include "base/mem.h"
#include "data/relabel.h"

/* A split of the plan less a meta set. */
struct meta_split {
	const struct split *of;
	size_t per_class;
	struct split *split;
};

/* The plan and what it points to. */
struct plan {
	const struct sweep *sweep;
	const struct runner_watch *watch;
	struct sweep_pair *pairs; /* (models, methods) */
	struct catalogue *catalogue;
	struct dataset **datasets; /* (data sets), NULL: not on this machine */
	struct dataset **derived;  /* (data sets, splits) what an imbalance makes of them, else NULL */
	struct split **splits;	   /* (data sets, splits) */
	struct meta_split *meta_splits;
	size_t meta_count, meta_capacity;
	struct planned_run *runs;
	size_t run_count, run_capacity;
	size_t already_done;
};

static void plan_done(struct plan *plan)
{
	for (size_t i = 0; plan->datasets != NULL && i < plan->sweep->datasets.count; i++)
		dataset_free(plan->datasets[i]);
	for (size_t i = 0; plan->derived != NULL && i < plan->sweep->datasets.count * sweep_split_count(plan->sweep);
	     i++)
		dataset_free(plan->derived[i]);
	for (size_t i = 0; plan->splits != NULL && i < plan->sweep->datasets.count * sweep_split_count(plan->sweep);
	     i++)
		split_free(plan->splits[i]);
	for (size_t i = 0; i < plan->meta_count; i++)
		split_free(plan->meta_splits[i].split);
	sweep_free_pairs(plan->sweep, plan->pairs);
	free(plan->datasets);
	free(plan->derived);
	free(plan->splits);
	free(plan->meta_splits);
	free(plan->runs);
	catalogue_free(plan->catalogue);
}

static enum err_code open_datasets(struct plan *plan, const struct data_path *path, const struct runner_watch *watch,
				   struct err *err)
{
	const struct data_settings *settings = &plan->sweep->settings.data;
	size_t found = 0;

	for (size_t i = 0; i < plan->sweep->datasets.count; i++) {
		enum err_code code =
		    plan_open(plan->catalogue, path, plan->sweep->datasets.at[i], settings, &plan->datasets[i], err);
		if (code != ERR_OK && code != ERR_MISSING)
			return err_prefix(err, "sweep %s", plan->sweep->name);
		if (code == ERR_MISSING && plan->sweep->shards > 0)
			return err_prefix(err, "a shard needs all data sets of the sweep");
		if (code == ERR_MISSING && watch->notice != NULL)
			watch->notice(watch->context, err->message);
		if (code == ERR_OK)
			plan_tell_notes(plan->datasets[i], watch);
		found += code == ERR_OK;
	}
	return found > 0 ? ERR_OK : err_set(err, ERR_MISSING, "none of the sweep's data sets is on this machine");
}

/* Reports tell data sets by their names, and what is one data set must not count as two. */
static enum err_code check_pair(const struct dataset *one, const struct dataset *other, struct err *err)
{
	if (strcmp(one->name, other->name) == 0)
		return err_set(err, ERR_INPUT, "%s and %s: two data sets called '%s' in one sweep", one->path,
			       other->path, other->name);
	if (strcmp(one->sha256, other->sha256) == 0 && strcmp(one->label, other->label) == 0)
		return err_set(err, ERR_INPUT, "%s and %s: the same data under two names; name one of them", one->path,
			       other->path);
	return ERR_OK;
}

static enum err_code check_names(const struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->sweep->datasets.count; i++)
		for (size_t j = 0; j < i && plan->datasets[i] != NULL; j++)
			if (plan->datasets[j] != NULL &&
			    check_pair(plan->datasets[j], plan->datasets[i], err) != ERR_OK)
				return err->code;
	return ERR_OK;
}

static enum err_code make_splits(struct plan *plan, struct err *err)
{
	for (size_t i = 0; i < plan->sweep->datasets.count; i++)
		for (size_t s = 0; s < sweep_split_count(plan->sweep) && plan->datasets[i] != NULL; s++) {
			struct data_settings settings = sweep_data_settings(plan->sweep, s);
			size_t at = i * sweep_split_count(plan->sweep) + s;
			if (plan_split(plan->datasets[i], &settings, false, &plan->derived[at], &plan->splits[at],
				       err) != ERR_OK)
				return err_prefix(err, "%s", plan->sweep->datasets.at[i]);
		}
	return ERR_OK;
}

/* The data set that split s of data set i is of, NULL if it is not here. */
static const struct dataset *subject(const struct plan *plan, size_t i, size_t s)
{
	const struct dataset *derived = plan->derived[i * sweep_split_count(plan->sweep) + s];

	return derived != NULL ? derived : plan->datasets[i];
}

/* The figures, their data sets called as in the database (`names`, one for each of the sweep). */
static enum err_code name_figures(const struct sweep *sweep, const char *const *names,
				  struct track_published **ret_published, struct err *err)
{
	AUTO(mem_freep) struct track_published *published = NULL;

	if (mem_new(&published, sweep->published_count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < sweep->published_count; i++) {
		published[i] = sweep->published[i];
		for (size_t d = 0; d < sweep->datasets.count; d++)
			if (strcmp(sweep->published[i].dataset, sweep->datasets.at[d]) == 0)
				published[i].dataset = names[d];
	}
	*ret_published = take_ptr(&published);
	return ERR_OK;
}

static enum err_code put_experiment(struct track *track, const struct plan *plan, int64_t *ret_id, struct err *err)
{
	const struct sweep *sweep = plan->sweep;
	AUTO(mem_freep) struct track_published *published = NULL;
	AUTO(mem_freep) const char **titles = NULL;
	AUTO(mem_freep) const char **names = NULL;

	if (mem_new(&titles, sweep->datasets.count, err) != ERR_OK ||
	    mem_new(&names, sweep->datasets.count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < sweep->datasets.count; i++) {
		const struct catalogue_entry *entry = catalogue_find(plan->catalogue, sweep->datasets.at[i]);
		names[i] = plan->datasets[i] != NULL ? subject(plan, i, 0)->name : sweep->datasets.at[i];
		titles[i] = entry != NULL ? entry->title : names[i];
	}
	if (name_figures(sweep, names, &published, err) != ERR_OK)
		return err->code;
	struct track_experiment experiment = {
		.name = sweep->name,
		.source = sweep->source,
		.dataset_count = sweep->datasets.count,
		.method_count = sweep->methods.count,
		.published_count = sweep->published_count,
		.datasets = names,
		.titles = titles,
		.methods = sweep->methods.at,
		.published = published,
	};
	return track_put_experiment(track, &experiment, ret_id, err);
}

static enum err_code key_old_runs(struct track *track, const struct planned_run *run, struct err *err)
{
	struct text settings AUTO(text_done) = { 0 };

	if (recipe_append_json(&run->recipe, &settings, err) != ERR_OK)
		return err->code;
	const struct track_run track_run = plan_track_run(run, settings.data);
	return track_key_old_runs(track, &track_run, err);
}

static enum err_code is_done(struct track *track, const struct planned_run *run, bool *ret_done, struct err *err)
{
	const struct track_run track_run = plan_track_run(run, NULL);

	return track_has_run(track, &track_run, ret_done, err);
}

/* The recording rule of a split that is not recorded in full; NULL, the default, stays. */
static const char *at_most_last(const char *record)
{
	return record == NULL || strcmp(record, "none") == 0 ? record : "last";
}

/* The split for a method that goes by a meta set; all of a plan with the same one share it. */
static enum err_code take_meta(struct plan *plan, const struct recipe *recipe, struct recipe_subject *subject,
			       struct err *err)
{
	struct meta_split made = { .of = subject->split, .per_class = recipe->loss_parameters.meta_per_class };

	for (size_t i = 0; i < plan->meta_count; i++)
		if (plan->meta_splits[i].of == made.of && plan->meta_splits[i].per_class == made.per_class) {
			subject->split = plan->meta_splits[i].split;
			return ERR_OK;
		}
	if (mem_more(&plan->meta_splits, plan->meta_count, &plan->meta_capacity, err) != ERR_OK ||
	    split_take_meta(made.of, subject->dataset, made.per_class, recipe->data.split_seed, &made.split, err) !=
		ERR_OK)
		return err->code;
	plan->meta_splits[plan->meta_count++] = made;
	subject->split = made.split;
	return ERR_OK;
}

static enum err_code plan_run(struct plan *plan, const struct recipe_subject *subject, struct run_settings *options,
			      const char *method, size_t s, struct err *err)
{
	struct planned_run run = { .method = method };

	options->data = sweep_data_settings(plan->sweep, s);
	options->training.seed += s;
	if (s >= plan->sweep->record_splits) {
		options->record = at_most_last(options->record);
		options->record_weights = at_most_last(options->record_weights);
	}
	struct recipe_subject of = *subject;
	bool takes_meta = false;
	if (recipe_resolve_parts(options, &run.recipe, err) != ERR_OK ||
	    plan_takes_meta(options, &run.recipe, of.split, &takes_meta, err) != ERR_OK ||
	    (takes_meta && take_meta(plan, &run.recipe, &of, err) != ERR_OK) ||
	    recipe_resolve(options, &of, &run.recipe, err) != ERR_OK || plan_key(&run, err) != ERR_OK)
		return err_prefix(err, "%s, method %s", subject->dataset->name, method);
	if (mem_more(&plan->runs, plan->run_count, &plan->run_capacity, err) != ERR_OK)
		return err->code;
	plan->runs[plan->run_count++] = run;
	return ERR_OK;
}

/* Whether the method of a pair is for such data; *err is why it is not. */
static bool suits_data(const struct sweep_pair *pair, const struct dataset *dataset, struct err *err)
{
	struct recipe recipe;

	return recipe_resolve_parts(&pair->settings, &recipe, err) == ERR_OK &&
	       recipe_check_data(&recipe, dataset, err) == ERR_OK;
}

/* Each method with each model; those that do not go together, or with the data, are left out. */
static enum err_code plan_pairs(struct plan *plan, const struct recipe_subject *subject, size_t s, struct err *err)
{
	size_t methods = plan->sweep->methods.count;

	for (size_t i = 0; i < sweep_model_count(plan->sweep) * methods; i++) {
		struct run_settings options = plan->pairs[i].settings;
		const char *method = plan->sweep->methods.at[i % methods];
		if (plan->pairs[i].mismatch != NULL)
			continue;
		if (!suits_data(&plan->pairs[i], subject->dataset, err)) {
			if (err_prefix(err, "method %s", method) != ERR_OK && s == 0 && i < methods &&
			    plan->watch->notice != NULL)
				plan->watch->notice(plan->watch->context, err->message);
			continue;
		}
		if (plan_run(plan, subject, &options, method, s, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* Split by split, so that an interrupted sweep has complete tables of fewer splits. */
static enum err_code plan_runs(struct plan *plan, struct err *err)
{
	const struct sweep *sweep = plan->sweep;

	for (size_t s = 0; s < sweep_split_count(sweep); s++)
		for (size_t i = 0; i < sweep->datasets.count; i++) {
			if (plan->datasets[i] == NULL)
				continue;
			const struct recipe_subject of = {
				.dataset = subject(plan, i, s),
				.split = plan->splits[i * sweep_split_count(sweep) + s],
			};
			if (plan_pairs(plan, &of, s, err) != ERR_OK)
				return err->code;
		}
	return ERR_OK;
}

/* Gives the runs their keys, and leaves out those that the file has. */
static enum err_code register_runs(struct plan *plan, struct track *track, int64_t experiment_id, struct err *err)
{
	struct planned_run last = { 0 };
	size_t count = plan->run_count;
	bool has_keyless = false;

	if (track_has_keyless_runs(track, experiment_id, &has_keyless, err) != ERR_OK)
		return err->code;
	plan->run_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct planned_run run = plan->runs[i];
		bool done = false;
		run.experiment_id = experiment_id;
		run.dataset_id = last.dataset_id;
		run.split_id = last.split_id;
		if ((run.recipe.subject.split != last.recipe.subject.split &&
		     plan_register(track, &run, err) != ERR_OK) ||
		    (has_keyless && key_old_runs(track, &run, err) != ERR_OK) ||
		    is_done(track, &run, &done, err) != ERR_OK)
			return err->code;
		last = run;
		if (done)
			plan->already_done++;
		else
			plan->runs[plan->run_count++] = run;
	}
	return ERR_OK;
}

static enum err_code register_plan(struct track *track, void *context, struct err *err)
{
	struct plan *plan = context;
	int64_t experiment_id = 0;

	if (put_experiment(track, plan, &experiment_id, err) != ERR_OK)
		return err->code;
	return register_runs(plan, track, experiment_id, err);
}

static void tell_mismatches(const struct plan *plan, const struct runner_watch *watch)
{
	for (size_t i = 0; i < sweep_model_count(plan->sweep) * plan->sweep->methods.count; i++)
		if (plan->pairs[i].mismatch != NULL && watch->notice != NULL)
			watch->notice(watch->context, plan->pairs[i].mismatch);
}

enum err_code sweep_run(const struct sweep *sweep, const char *database, const struct data_path *path, size_t jobs,
			const struct track_environment *environment, const struct runner_watch *watch,
			struct sweep_result *ret_result, struct err *err)
{
	AUTO(recorder_freep) struct recorder *recorder = NULL;
	AUTO(plan_done) struct plan plan = { .sweep = sweep, .watch = watch };
	const struct recorder_watch recorder_watch = { watch->context, watch->notice, watch->stop, watch->begins };

	if (sweep_compose(sweep, &plan.pairs, err) != ERR_OK ||
	    mem_new(&plan.datasets, sweep->datasets.count, err) != ERR_OK ||
	    mem_new(&plan.derived, sweep->datasets.count * sweep_split_count(sweep), err) != ERR_OK ||
	    mem_new(&plan.splits, sweep->datasets.count * sweep_split_count(sweep), err) != ERR_OK ||
	    catalogue_create(&plan.catalogue, err) != ERR_OK || open_datasets(&plan, path, watch, err) != ERR_OK ||
	    check_names(&plan, err) != ERR_OK || make_splits(&plan, err) != ERR_OK || plan_runs(&plan, err) != ERR_OK ||
	    (sweep->shards > 0 && shard_keep(plan.runs, &plan.run_count, sweep->shard, sweep->shards, err) != ERR_OK) ||
	    recorder_open(database, false, &recorder_watch, &recorder, err) != ERR_OK ||
	    recorder_call(recorder, RECORDER_WRITES, register_plan, &plan, err) != ERR_OK)
		return err->code;
	ret_result->planned = plan.run_count + plan.already_done;
	ret_result->already_done = plan.already_done;
	tell_mismatches(&plan, watch);
	plan_warn(plan.runs, plan.run_count, watch);
	enum err_code code = ERR_OK;
	if (plan.run_count > 0)
		code = runner_execute(recorder, plan.runs, plan.run_count, jobs, environment, watch,
				      &ret_result->progress, err);
	if (code == ERR_INTERRUPTED)
		(void)err_set(err, code, "interrupted; what was done is in the file, and the same command goes on");
	else if (code != ERR_OK)
		return code;
	return runner_close(take_ptr(&recorder), code, err);
}
