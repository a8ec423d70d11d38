#include "app/verify.h"

#include <inttypes.h>
#include <stdio.h>

#include "app/verify_run.h"
#include "base/mem.h"

/* Lines that are said of one run, or of the file. */
#define MOST_LINES 20

struct verify {
	const struct verify_request *request;
	struct verify_result result;
	int64_t run_id; /* whom the last lines were about; 0: the file */
	uint64_t lines; /* about it so far */
};

static void say_line(const struct verify *verify, const char *line)
{
	char whole[500];

	if (verify->run_id == 0)
		(void)snprintf(whole, sizeof whole, "file: %s", line);
	else
		(void)snprintf(whole, sizeof whole, "run %lld: %s", (long long)verify->run_id, line);
	verify->request->say(verify->request->context, whole);
}

/* From here on it is about that run. */
static void turn_to(struct verify *verify, int64_t run_id)
{
	char line[60];

	if (verify->lines > MOST_LINES) {
		(void)snprintf(line, sizeof line, "and %" PRIu64 " more", verify->lines - MOST_LINES);
		say_line(verify, line);
	}
	verify->run_id = run_id;
	verify->lines = 0;
}

static void take_finding(void *context, int64_t run_id, const char *finding)
{
	struct verify *verify = context;

	if (run_id != verify->run_id)
		turn_to(verify, run_id);
	verify->result.findings++;
	if (++verify->lines <= MOST_LINES)
		say_line(verify, finding);
}

/* What cannot be read is a finding, but for an interrupt. */
static enum err_code note_failure(struct verify *verify, int64_t run_id, enum err_code code, const struct err *err)
{
	if (code != ERR_OK && code != ERR_INTERRUPTED)
		take_finding(verify, run_id, err->message);
	return code == ERR_INTERRUPTED ? code : ERR_OK;
}

static enum err_code check_wanted(struct track *track, const struct verify_request *request, const int64_t *runs,
				  size_t count, struct err *err)
{
	for (size_t i = 0; i < request->count; i++) {
		size_t at = 0;
		while (at < count && runs[at] != request->runs[i])
			at++;
		if (at == count)
			return err_set(err, ERR_INPUT, "there is no run %lld; 'hardrow runs%s' lists them",
				       (long long)request->runs[i], db_option(track_db(track)));
	}
	return ERR_OK;
}

static bool is_wanted(const struct verify_request *request, int64_t run_id)
{
	for (size_t i = 0; i < request->count; i++)
		if (request->runs[i] == run_id)
			return true;
	return request->count == 0;
}

enum err_code verify_file(struct track *track, const struct verify_request *request, struct verify_result *ret_result,
			  struct err *err)
{
	struct verify verify = { .request = request };
	struct track_findings findings = { .context = &verify, .say = take_finding };
	AUTO(mem_freep) int64_t *runs = NULL;
	size_t count = 0;

	if (note_failure(&verify, 0, track_verify_file(track, &findings, err), err) != ERR_OK ||
	    note_failure(&verify, 0, track_list_runs(track, &runs, &count, err), err) != ERR_OK ||
	    (verify.result.findings == 0 && check_wanted(track, request, runs, count, err) != ERR_OK))
		return err->code;
	for (size_t i = 0; i < count; i++) {
		if (!is_wanted(request, runs[i]))
			continue;
		if (request->stop != NULL && atomic_load(request->stop))
			return err_set(err, ERR_INTERRUPTED, "interrupted");
		enum err_code code = verify_run(track, runs[i], request, &findings, &verify.result, err);
		if (note_failure(&verify, runs[i], code, err) != ERR_OK ||
		    (code == ERR_OK && request->environment != NULL &&
		     verify_retrain(track, runs[i], request, &findings, &verify.result, err) != ERR_OK))
			return err->code;
		verify.result.runs++;
	}
	turn_to(&verify, 0);
	verify.result.values += findings.values;
	verify.result.unchecked += findings.unchecked;
	verify.result.has_other_views = findings.has_other_views;
	*ret_result = verify.result;
	return ERR_OK;
}
