/* An open file, and what all calls need. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "lib/lib.h"

const char *hardrow_version(void)
{
	return HARDROW_VERSION;
}

const char *hardrow_sqlite(void)
{
	return db_source();
}

int lib_fail(const struct err *err, hardrow_error *error)
{
	int code = err->code == ERR_OK	      ? HARDROW_OK
		   : err->code == ERR_FOREIGN ? HARDROW_FOREIGN
		   : err->code == ERR_SYSTEM  ? HARDROW_SYSTEM
					      : HARDROW_INPUT;

	if (error != NULL) {
		error->code = code;
		text_copy_fitting(error->message, sizeof error->message, code == HARDROW_OK ? "" : err->message);
	}
	return code;
}

enum err_code lib_check_process(pid_t pid, struct err *err)
{
	return pid == getpid() ? ERR_OK
			       : err_set(err, ERR_INPUT,
					 "this was opened by process %ld; a forked child has to open a file itself, "
					 "one that was not open before",
					 (long)pid);
}

enum err_code lib_take_options(const void *options, void *ret_options, size_t size, const char *name, struct err *err)
{
	const unsigned char *bytes = options;
	size_t given = 0;

	if (options == NULL)
		return ERR_OK;
	memcpy(&given, options, sizeof given);
	if (given < sizeof given)
		return err_set(err, ERR_INPUT, "%s: size is %zu; set it to sizeof of the struct", name, given);
	for (size_t i = size; i < given; i++)
		if (bytes[i] != 0)
			return err_set(err, ERR_INPUT, "%s: has fields that this version of libhardrow does not know",
				       name);
	memcpy(ret_options, options, given < size ? given : size);
	return ERR_OK;
}

locale_t lib_speak_c(void)
{
	return uselocale(newlocale(LC_ALL_MASK, "C", (locale_t)0));
}

void lib_speak_again(locale_t *host)
{
	locale_t own = uselocale(*host);

	if (own != *host)
		freelocale(own);
}

static void notice(void *context, const char *line)
{
	const struct hardrow_tracker *tracker = context;

	if (tracker->options.notice != NULL)
		tracker->options.notice(tracker->options.context, line);
}

static void free_tracker(struct hardrow_tracker *tracker)
{
	(void)pthread_mutex_destroy(&tracker->lock);
	free(tracker);
}

static enum err_code open_tracker(const char *path, const hardrow_tracker_options *options,
				  struct hardrow_tracker **ret_tracker, struct err *err)
{
	AUTO(mem_freep) struct hardrow_tracker *tracker = NULL;

	if (path == NULL || path[0] == '\0')
		return err_set(err, ERR_INPUT, "path: there is none");
	if (mem_new(&tracker, 1, err) != ERR_OK || lib_take_options(options, &tracker->options, sizeof tracker->options,
								    "hardrow_tracker_options", err) != ERR_OK)
		return err->code;
	const struct recorder_watch watch = { .context = tracker, .notice = notice };
	tracker->pid = getpid();
	(void)gethostname(tracker->host, sizeof tracker->host - 1);
	tracker->environment = (struct track_environment){
		.version = HARDROW_VERSION,
		.blas = "none",
		.compiler = COMPILER,
		.host = tracker->host,
		.argv = "[]",
		.pid = tracker->pid,
	};
	if (recorder_open(path, false, &watch, &tracker->recorder, err) != ERR_OK)
		return err->code;
	recorder_set_apart(tracker->recorder);
	(void)pthread_mutex_init(&tracker->lock, NULL);
	*ret_tracker = take_ptr(&tracker);
	return ERR_OK;
}

int hardrow_open(const char *path, const hardrow_tracker_options *options, hardrow_tracker **ret_tracker,
		 hardrow_error *error)
{
	struct err err = { .code = ERR_OK };
	/* An older file is upgraded, which reads numbers out of JSON. */
	AUTO(lib_speak_again) locale_t host = lib_speak_c();

	err.code = open_tracker(path, options, ret_tracker, &err);
	return lib_fail(&err, error);
}

static enum err_code do_nothing(struct track *track, void *context, struct err *err)
{
	(void)track;
	(void)context;
	(void)err;
	return ERR_OK;
}

int hardrow_sync(hardrow_tracker *tracker, hardrow_error *error)
{
	struct err err = { .code = ERR_OK };

	if (lib_check_process(tracker->pid, &err) == ERR_OK) {
		(void)pthread_mutex_lock(&tracker->lock);
		err.code = recorder_call(tracker->recorder, RECORDER_WRITES, do_nothing, NULL, &err);
		(void)pthread_mutex_unlock(&tracker->lock);
	}
	return lib_fail(&err, error);
}

int hardrow_close(hardrow_tracker *tracker, hardrow_error *error)
{
	struct err err = { .code = ERR_OK };
	struct recording_end end = { .status = TRACK_INTERRUPTED, .reason = "its file was closed" };

	if (tracker == NULL || lib_check_process(tracker->pid, &err) != ERR_OK)
		return lib_fail(&(struct err){ .code = ERR_OK }, error);
	(void)pthread_mutex_lock(&tracker->lock);
	while (tracker->runs != NULL)
		lib_end_run(tracker->runs, &end);
	(void)pthread_mutex_unlock(&tracker->lock);
	err.code = recorder_close(tracker->recorder, &err);
	free_tracker(tracker);
	return lib_fail(&err, error);
}
