#include "app/export.h"

#include <string.h>

#include "app/export_run.h"
#include "base/mem.h"
#include "base/option.h"
#include "out/out.h"

/* Instances and epochs are tables in any format. */
static const struct {
	const char *name;
	enum err_code (*rows)(struct export_run *run, struct err *err);
	enum err_code (*arrays)(struct export_run *run, struct err *err);
	bool needs_blocks;
} subjects[] = {
	{ "all", NULL, NULL, false },
	{ "dynamics", export_dynamics_rows, export_dynamics_arrays, true },
	{ "predictions", export_prediction_rows, export_prediction_array, true },
	{ "instances", export_instances, export_instances, false },
	{ "epochs", export_epochs, export_epochs, false },
	{ "weights", export_weight_rows, export_weight_arrays, false },
};

/* tables: the format of `out` for rows. */
static const struct {
	const char *name, *tables;
	bool is_arrays;
} formats[] = {
	{ "csv", "csv", false },
	{ "jsonl", "jsonl", false },
	{ "npy", "csv", true },
};

const char *export_what_name(size_t i)
{
	return i < ARRAY_LENGTH(subjects) ? subjects[i].name : NULL;
}

const char *export_format_name(size_t i)
{
	return i < ARRAY_LENGTH(formats) ? formats[i].name : NULL;
}

/* Its files are complete before the next is begun. */
static enum err_code export_subject(struct export_run *run, enum err_code (*write)(struct export_run *, struct err *),
				    struct err *err)
{
	return export_files_close(run->files, write(run, err), err);
}

static enum err_code export_run(struct track *track, int64_t run_id, const struct export_request *request,
				struct export_files *files, struct err *err)
{
	struct export_run run AUTO(export_run_done) = {
		.track = track,
		.request = request,
		.files = files,
		.out_format = (size_t)option_index(formats[request->format].tables, out_format_name),
	};
	bool is_arrays = formats[request->format].is_arrays;

	if (export_run_read(&run, run_id, err) != ERR_OK)
		return err->code;
	if (subjects[request->what].needs_blocks && run.epoch_count == 0)
		return err_set(err, ERR_INPUT, "run %lld: the instances of its epochs are not recorded",
			       (long long)run_id);
	for (size_t i = 1; i < ARRAY_LENGTH(subjects); i++)
		if ((request->what == 0 || (size_t)request->what == i) &&
		    export_subject(&run, is_arrays ? subjects[i].arrays : subjects[i].rows, err) != ERR_OK)
			return err->code;
	return is_arrays ? export_subject(&run, export_axes, err) : ERR_OK;
}

enum err_code export_runs(struct track *track, const int64_t *runs, size_t count, const struct export_request *request,
			  size_t *ret_files, struct err *err)
{
	struct export_files files AUTO(export_files_done) = { 0 };

	if (export_files_begin(&files, request->folder, request->force, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count; i++)
		if (export_run(track, runs[i], request, &files, err) != ERR_OK)
			return err->code;
	if (export_files_commit(&files, err) != ERR_OK)
		return err->code;
	*ret_files = files.count;
	return ERR_OK;
}
