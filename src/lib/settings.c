/* What a caller says of a run, and what goes into the file of it. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "lib/lib.h"

/* What a sampler here can go by is predictions and classes. */
static bool makes_rows(const struct sampler *sampler)
{
	return sampler->mixes || sampler->is_bilateral;
}

static bool goes_by_classes(const struct sampler *sampler)
{
	return sampler->uses_p_true || sampler->needs_classes;
}

static enum err_code refuse_sampler(const char *name, bool is_regression, struct err *err)
{
	struct text names AUTO(text_done) = { 0 };
	const struct sampler *sampler = NULL;

	for (size_t i = 0; (sampler = sampler_at(i)) != NULL; i++)
		if (!makes_rows(sampler) && !(is_regression && goes_by_classes(sampler)) &&
		    text_append(&names, err, "%s%s", names.length == 0 ? "" : ", ", sampler->name) != ERR_OK)
			return err->code;
	return err_set(err, ERR_INPUT, "sampler: there is no '%.60s', only %s", name, names.data);
}

enum err_code lib_find_sampler(const hardrow_run_options *options, bool is_regression,
			       const struct sampler **ret_sampler, struct err *err)
{
	const char *wanted = options->sampler != NULL ? options->sampler : sampler_multinomial.name;
	const struct sampler *sampler = NULL;

	for (size_t i = 0; (sampler = sampler_at(i)) != NULL; i++)
		if (strcmp(sampler->name, wanted) == 0)
			break;
	if (sampler == NULL)
		return refuse_sampler(wanted, is_regression, err);
	if (makes_rows(sampler))
		return err_set(err, ERR_INPUT,
			       "sampler: '%s' makes rows of its own, which only hardrow's trainer can take", wanted);
	if (is_regression && goes_by_classes(sampler))
		return err_set(err, ERR_INPUT, "sampler: '%s' goes by classes, which a regression has none of", wanted);
	if (sampler->uses_epochs && options->epochs == 0)
		return err_set(err, ERR_INPUT, "epochs: sampler '%s' has to know how many there will be", wanted);
	*ret_sampler = sampler;
	return ERR_OK;
}

struct named_settings {
	const char *argv;  /* or NULL */
	const char *given; /* or NULL */
	const char *own;   /* JSON object */
	struct text *merged;
};

static enum err_code check_object(struct track *track, const char *given, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool found = false;

	if (db_prepare(track_db(track),
		       "SELECT 1 WHERE json_valid(:given)"
		       " AND substr(ltrim(:given, char(9, 10, 13, 32)), 1, 1) = '{'",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":given", given);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	return found ? ERR_OK : err_set(err, ERR_INPUT, "settings: '%.60s' is not a JSON object", given);
}

static enum err_code check_argv(struct track *track, const char *argv, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool found = false;

	if (db_prepare(track_db(track),
		       "SELECT 1 WHERE :argv IS NULL OR json_valid(:argv)"
		       " AND substr(ltrim(:argv, char(9, 10, 13, 32)), 1, 1) = '['"
		       " AND NOT EXISTS (SELECT 1 FROM json_each(:argv) WHERE type <> 'text')",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":argv", argv);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	return found ? ERR_OK : err_set(err, ERR_INPUT, "argv: '%.60s' is not a JSON array of texts", argv);
}

static enum err_code check_keys(struct track *track, const struct named_settings *settings, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const char *key = NULL, *fault = NULL;
	bool found = false;

	if (db_prepare(track_db(track),
		       "SELECT key, fault FROM (SELECT key, CASE"
		       " WHEN key = '' OR key GLOB '*[^a-z0-9_]*' THEN 'has other characters than a-z, 0-9 and _'"
		       " WHEN type IN ('object', 'array', 'null') OR type = 'real' AND abs(atom) = 9e999"
		       " THEN 'is no number, text or boolean'"
		       " WHEN key = 'model' OR key IN (SELECT own.key FROM json_each(:own) AS own)"
		       " THEN 'is the name of an option of the run'"
		       " WHEN count(*) OVER (PARTITION BY key) > 1 THEN 'is there twice' END AS fault"
		       " FROM json_each(:given)) WHERE fault IS NOT NULL",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":given", settings->given);
	db_bind_text(stmt, ":own", settings->own);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	if (!found)
		return ERR_OK;
	if (db_read_text(stmt, 0, &key, err) != ERR_OK || db_read_text(stmt, 1, &fault, err) != ERR_OK)
		return err->code;
	return err_set(err, ERR_INPUT, "settings: '%.60s' %s", key, fault);
}

/* In the recorder's thread: JSON is SQLite's. Keys and types are looked at before anything is searched for. */
static enum err_code merge_settings(struct track *track, void *context, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const struct named_settings *settings = context;
	const char *merged = NULL;
	bool found = false;

	if (check_argv(track, settings->argv, err) != ERR_OK)
		return err->code;
	if (settings->given == NULL)
		return text_append_bytes(settings->merged, settings->own, strlen(settings->own), err);
	if (check_object(track, settings->given, err) != ERR_OK || check_keys(track, settings, err) != ERR_OK ||
	    db_prepare(track_db(track), "SELECT json_patch(:own, :given)", &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":given", settings->given);
	db_bind_text(stmt, ":own", settings->own);
	if (db_step(stmt, &found, err) != ERR_OK || db_read_text(stmt, 0, &merged, err) != ERR_OK)
		return err->code;
	return text_append_bytes(settings->merged, merged, strlen(merged), err);
}

/* What the numbers of the run go by, behind it what the caller says. */
enum err_code lib_write_settings(struct hardrow_tracker *tracker, const hardrow_run_options *options,
				 const struct sampler *sampler, const struct difficulty_settings *difficulty,
				 struct text *ret_settings, struct err *err)
{
	struct text own AUTO(text_done) = { 0 };

	if (text_append(&own, err, "{\"logged_by\":\"libhardrow\",\"sampler\":") != ERR_OK ||
	    text_append_json(&own, sampler->name, err) != ERR_OK ||
	    text_append(&own, err, ",\"difficulty\":\"%s\",\"prior\":",
			difficulty_kind_name((size_t)difficulty->kind)) != ERR_OK ||
	    text_append_number(&own, difficulty->prior, err) != ERR_OK ||
	    text_append(&own, err, ",\"floor\":") != ERR_OK ||
	    text_append_number(&own, difficulty->floor, err) != ERR_OK ||
	    text_append(&own, err, ",\"el2n_epoch\":%zu,\"planned_epochs\":%zu}", options->el2n_epoch,
			options->epochs) != ERR_OK)
		return err->code;
	struct named_settings settings = { options->argv, options->settings, own.data, ret_settings };
	(void)pthread_mutex_lock(&tracker->lock);
	enum err_code code = recorder_call(tracker->recorder, RECORDER_READS, merge_settings, &settings, err);
	(void)pthread_mutex_unlock(&tracker->lock);
	return code;
}

enum err_code lib_read_difficulty(const hardrow_run_options *options, struct difficulty_settings *ret_difficulty,
				  struct err *err)
{
	struct difficulty_settings difficulty = {
		.prior = options->prior != 0 ? options->prior : 1,
		.floor = options->floor != 0 ? options->floor : 1e-12,
		.kind = options->per_epoch != 0 ? DIFFICULTY_PER_EPOCH : DIFFICULTY_CUMULATIVE,
	};

	if (!(difficulty.prior >= DIFFICULTY_LEAST_PRIOR) || isinf(difficulty.prior))
		return err_set(err, ERR_INPUT, "prior: %g; it is at least %g", difficulty.prior,
			       DIFFICULTY_LEAST_PRIOR);
	if (!(difficulty.floor >= DIFFICULTY_LEAST_FLOOR && difficulty.floor <= 0.1))
		return err_set(err, ERR_INPUT, "floor: %g; it is from %g to 0.1", difficulty.floor,
			       DIFFICULTY_LEAST_FLOOR);
	*ret_difficulty = difficulty;
	return ERR_OK;
}
