#include "record/recorder.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "record/recorder_state.h"

struct timespec recorder_deadline(double seconds)
{
	struct timespec deadline;

	(void)clock_gettime(CLOCK_MONOTONIC, &deadline);
	double nanoseconds = (double)deadline.tv_nsec + seconds * 1e9;
	deadline.tv_sec += (time_t)(nanoseconds / 1e9);
	deadline.tv_nsec = (long)(nanoseconds - 1e9 * (double)(time_t)(nanoseconds / 1e9));
	return deadline;
}

/* One line when a lock is waited for for long. */
static void tell(struct recorder *recorder)
{
	double since = atomic_load(&recorder->locked_since);
	char holder[128];
	char line[512];

	if (since == 0)
		recorder->has_told = false;
	if (since == 0 || recorder->has_told || recorder->watch.notice == NULL ||
	    clock_seconds() - since < TELL_SECONDS)
		return;
	recorder->has_told = true;
	db_lock_holder(recorder->path, holder, sizeof holder);
	(void)snprintf(line, sizeof line, "%s: waiting for %s, which keeps it locked", recorder->path, holder);
	recorder->watch.notice(recorder->watch.context, line);
}

void recorder_await(struct recorder *recorder, pthread_cond_t *condition, double seconds)
{
	struct timespec deadline = recorder_deadline(seconds);

	(void)pthread_cond_clockwait(condition, &recorder->lock, CLOCK_MONOTONIC, &deadline);
	if (pthread_equal(pthread_self(), recorder->owner) == 0)
		return;
	/* Whoever is told may be slow to read. */
	(void)pthread_mutex_unlock(&recorder->lock);
	tell(recorder);
	(void)pthread_mutex_lock(&recorder->lock);
}

/* Asked again and again while the file is locked. */
static bool goes_on_waiting(void *context, double waited)
{
	struct recorder *recorder = context;
	const atomic_bool *stop = recorder->watch.stop;
	double now = clock_seconds();

	atomic_store(&recorder->locked_since, now - waited);
	if (stop == NULL || !atomic_load(stop))
		return true;
	if (recorder->stop_seen_at == 0)
		recorder->stop_seen_at = now;
	return !recorder->is_finishing && now - recorder->stop_seen_at < GIVE_UP_SECONDS;
}

/* Before there is a thread, the same one waits and tells. */
static bool waits_and_tells(void *context, double waited)
{
	bool goes_on = goes_on_waiting(context, waited);

	tell(context);
	return goes_on;
}

/* What a person who reads the file meanwhile ought to know. */
static void tell_warning(const struct recorder *recorder)
{
	const char *warning = db_warning(track_db(recorder->track));
	char line[512];

	if (recorder->watch.notice == NULL || warning == NULL)
		return;
	(void)snprintf(line, sizeof line, "%s: %s", recorder->path, warning);
	recorder->watch.notice(recorder->watch.context, line);
}

enum err_code recorder_open(const char *path, bool must_exist, const struct recorder_watch *watch,
			    struct recorder **ret_recorder, struct err *err)
{
	AUTO(mem_freep) struct recorder *recorder = NULL;
	AUTO(mem_freep) char *path_copy = NULL;

	if (must_exist && !file_exists(path))
		return err_set(err, ERR_INPUT, "%s: there is no such file", path);
	if (mem_new(&recorder, 1, err) != ERR_OK || mem_copy_text(path != NULL ? path : "", &path_copy, err) != ERR_OK)
		return err->code;
	recorder->watch = *watch;
	recorder->path = path_copy;
	recorder->owner = pthread_self();
	recorder->budget = BUDGET;
	const struct db_wait opening = { recorder, waits_and_tells };
	if (track_open(path, &opening, &recorder->track, err) != ERR_OK)
		return err->code;
	track_set_wait(recorder->track, &(struct db_wait){ recorder, goes_on_waiting });
	atomic_store(&recorder->locked_since, 0);
	recorder->begun_at = recorder->committed_at = clock_seconds();
	(void)pthread_mutex_init(&recorder->lock, NULL);
	(void)pthread_cond_init(&recorder->has_news, NULL);
	(void)pthread_cond_init(&recorder->has_answer, NULL);
	(void)pthread_cond_init(&recorder->has_ended, NULL);
	/* Signals are for the threads of the program. */
	sigset_t all, before;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	int status = pthread_create(&recorder->thread, NULL, recorder_write, recorder);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (status != 0) {
		track_free(recorder->track);
		return err_set(err, ERR_SYSTEM, "cannot start a thread: %s", strerror(status));
	}
	tell_warning(recorder);
	take_ptr(&path_copy);
	*ret_recorder = take_ptr(&recorder);
	return ERR_OK;
}

void recorder_set_apart(struct recorder *recorder)
{
	(void)pthread_mutex_lock(&recorder->lock);
	recorder->sets_apart = true;
	recorder->budget = BUDGET_APART;
	(void)pthread_mutex_unlock(&recorder->lock);
}

static void end_thread(struct recorder *recorder)
{
	(void)pthread_mutex_lock(&recorder->lock);
	recorder->is_closing = true;
	(void)pthread_cond_signal(&recorder->has_news);
	/* The thread says at its end that it has an answer. */
	while (recorder->is_closing)
		recorder_await(recorder, &recorder->has_answer, 1.0);
	(void)pthread_mutex_unlock(&recorder->lock);
	(void)pthread_join(recorder->thread, NULL);
}

static void free_rest(struct recorder *recorder)
{
	struct recorder_ended ended;

	while (recorder_take_ended(recorder, 0, &ended))
		continue;
	track_free(recorder->track);
	(void)pthread_mutex_destroy(&recorder->lock);
	(void)pthread_cond_destroy(&recorder->has_news);
	(void)pthread_cond_destroy(&recorder->has_answer);
	(void)pthread_cond_destroy(&recorder->has_ended);
	free(recorder->path);
	free(recorder);
}

/* All is written: who wants to stop need not wait for a plain file. */
static enum err_code finish(struct recorder *recorder, struct err *err)
{
	recorder->is_finishing = true;
	return track_close(recorder->track, err);
}

enum err_code recorder_close(struct recorder *recorder, struct err *err)
{
	enum err_code code = ERR_OK;

	end_thread(recorder);
	if (recorder_check(recorder, err) != ERR_OK)
		code = err->code;
	else
		code = finish(recorder, err);
	free_rest(recorder);
	return code;
}

void recorder_free(struct recorder *recorder)
{
	if (recorder == NULL)
		return;
	end_thread(recorder);
	free_rest(recorder);
}

void recorder_freep(struct recorder **recorder)
{
	recorder_free(*recorder);
}

bool message_is_urgent(const struct message *message)
{
	return message->kind == MESSAGE_CALL && message->access != RECORDER_WRITES;
}

void recorder_post(struct recorder *recorder, struct message *message)
{
	bool is_alone = recorder->first == NULL;

	if (is_alone)
		recorder->oldest = clock_seconds();
	message->next = message_is_urgent(message) ? recorder->first : NULL;
	if (is_alone || message_is_urgent(message))
		recorder->first = message;
	else
		recorder->last->next = message;
	if (message->next == NULL)
		recorder->last = message;
	/* Else the thread has its time to begin already, and would be woken for every epoch. */
	if (is_alone || recorder->is_hasty || message_is_urgent(message))
		(void)pthread_cond_signal(&recorder->has_news);
}

enum err_code recorder_call(struct recorder *recorder, enum recorder_access access,
			    enum err_code (*work)(struct track *track, void *context, struct err *err), void *context,
			    struct err *err)
{
	struct err answer = { .code = ERR_OK };
	struct message message = {
		.kind = MESSAGE_CALL, .access = access, .work = work, .context = context, .err = &answer
	};

	(void)pthread_mutex_lock(&recorder->lock);
	recorder->is_hasty = recorder->is_hasty || access == RECORDER_WRITES;
	recorder_post(recorder, &message);
	while (!message.is_answered)
		recorder_await(recorder, &recorder->has_answer, 1.0);
	(void)pthread_mutex_unlock(&recorder->lock);
	return answer.code == ERR_OK ? ERR_OK : err_set(err, answer.code, "%s", answer.message);
}

void recorder_add_ended(struct recorder *recorder, struct recording *recording)
{
	recording->next = NULL;
	if (recorder->first_ended == NULL)
		recorder->first_ended = recording;
	else
		recorder->last_ended->next = recording;
	recorder->last_ended = recording;
	(void)pthread_cond_signal(&recorder->has_ended);
}

bool recorder_take_ended(struct recorder *recorder, double seconds, struct recorder_ended *ret_ended)
{
	double until = clock_seconds() + seconds;

	(void)pthread_mutex_lock(&recorder->lock);
	while (recorder->first_ended == NULL && clock_seconds() < until)
		recorder_await(recorder, &recorder->has_ended, fmin(until - clock_seconds(), 1.0));
	struct recording *recording = recorder->first_ended;
	if (recording != NULL)
		recorder->first_ended = recording->next;
	(void)pthread_mutex_unlock(&recorder->lock);
	if (recording == NULL)
		return false;
	*ret_ended = recording->ended;
	recording_free(recording);
	return true;
}

void recorder_flush(struct recorder *recorder)
{
	(void)pthread_mutex_lock(&recorder->lock);
	recorder->is_hasty = true;
	(void)pthread_cond_signal(&recorder->has_news);
	(void)pthread_mutex_unlock(&recorder->lock);
}

bool recorder_failed(const struct recorder *recorder)
{
	return atomic_load(&recorder->has_failed);
}

enum err_code recorder_check(const struct recorder *recorder, struct err *err)
{
	return recorder_failed(recorder) ? err_set(err, recorder->failure.code, "%s", recorder->failure.message)
					 : ERR_OK;
}
