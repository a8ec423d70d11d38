/* The thread that writes: it alone touches the connection once it runs. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "record/recorder_state.h"

/* ERR_INPUT, and nothing is written: it cannot go on, see track_start_run(). */
static enum err_code begin_run(struct recorder *recorder, struct recording *recording, const struct message *message,
			       struct err *err)
{
	recording->run.settings = message->settings;
	recording->run.key = message->key;
	recording->run.chosen = message->chosen;
	enum err_code code = track_start_run(recorder->track, &recording->run, &recording->ended.run_id, err);
	recording->run.settings = recording->run.key = recording->run.chosen = NULL;
	return code;
}

static enum err_code end_run(struct recorder *recorder, const struct recording *recording, struct err *err)
{
	const struct recording_end *end = &recording->end.end;
	int64_t run_id = recording->ended.run_id;

	if (end->summaries.count > 0 && track_put_summaries(recorder->track, run_id, &end->summaries, err) != ERR_OK)
		return err->code;
	return track_finish_run(recorder->track, run_id, end->status, end->reason[0] == '\0' ? NULL : end->reason,
				end->keeps_state, err);
}

/* What follows on its beginning. */
static enum err_code write_message(struct recorder *recorder, const struct recording *recording,
				   const struct message *message, struct err *err)
{
	struct track *track = recorder->track;
	int64_t run_id = recording->ended.run_id;

	switch (message->kind) {
	case MESSAGE_SETTLE:
		return track_settle_run(track, run_id, message->settings, message->key, message->chosen, err);
	case MESSAGE_EPOCH:
		return track_put_epoch(track, run_id, message->record, err);
	case MESSAGE_STATE:
		return message->state.length == 0 ? ERR_OK
						  : track_put_state(track, run_id, message->epoch, message->state.data,
								    message->state.length, err);
	case MESSAGE_END:
		return end_run(recorder, recording, err);
	case MESSAGE_BEGIN:
	case MESSAGE_CALL:
		break;
	}
	return ERR_OK;
}

/* Nothing more of it is written, and who makes it is told at the next epoch. */
static void refuse(struct recorder *recorder, struct recording *recording, const struct err *err)
{
	(void)pthread_mutex_lock(&recorder->lock);
	recording->refusal = *err;
	(void)pthread_cond_signal(&recording->came_home);
	(void)pthread_mutex_unlock(&recorder->lock);
}

/* What the file does not take of one run concerns no other: that run has failed. */
static enum err_code write_apart(struct recorder *recorder, struct recording *recording, const struct message *message,
				 struct err *err)
{
	struct track *track = recorder->track;

	if (track_mark(track, err) != ERR_OK)
		return err->code;
	if (write_message(recorder, recording, message, err) == ERR_OK)
		return track_keep(track, err);
	if (err->code != ERR_INPUT)
		return err->code;
	const struct err reason = *err;
	if (track_take_back(track, err) != ERR_OK ||
	    track_finish_run(track, recording->ended.run_id, TRACK_FAILED, reason.message, false, err) != ERR_OK)
		return err->code;
	refuse(recorder, recording, &reason);
	return ERR_OK;
}

/* Writes what is news of a recording. That its run is another's now concerns no other run. */
static enum err_code write_news(struct recorder *recorder, struct message *message, struct err *err)
{
	struct recording *recording = message->recording;
	bool begins = message->kind == MESSAGE_BEGIN;

	if (recording->refusal.code != ERR_OK)
		return ERR_OK;
	enum err_code code = begins ? begin_run(recorder, recording, message, err)
				    : track_check_mine(recorder->track, recording->ended.run_id, err);
	if (code == ERR_INPUT)
		refuse(recorder, recording, err);
	if (code != ERR_OK)
		return code == ERR_INPUT ? ERR_OK : code;
	if (begins)
		return ERR_OK;
	return recorder->sets_apart ? write_apart(recorder, recording, message, err)
				    : write_message(recorder, recording, message, err);
}

/* The lock is held: what is written goes back to whom it came from. An end waits for the commit. */
static void send_home(struct recorder *recorder, struct message *message)
{
	struct recording *recording = message->recording;

	if (message->kind == MESSAGE_EPOCH) {
		recorder->waiting_bytes -= message->bytes;
		message->next = recording->home;
		recording->home = message;
		recording->waiting--;
		(void)pthread_cond_signal(&recording->came_home);
	} else if (message->kind != MESSAGE_CALL && message->kind != MESSAGE_END) {
		message_free(message);
	}
}

/* The lock is held. */
static struct message *take_first(struct recorder *recorder)
{
	struct message *message = recorder->first;

	if (message == NULL)
		return NULL;
	recorder->first = message->next;
	if (message->kind == MESSAGE_STATE && message == message->recording->next_state) {
		message->recording->next_state = message->recording->last_state;
		message->recording->last_state = NULL;
	}
	return message;
}

static void fail(struct recorder *recorder, const struct err *err)
{
	track_rollback(recorder->track);
	if (!atomic_load(&recorder->has_failed))
		recorder->failure = *err;
	atomic_store(&recorder->has_failed, true);
}

static enum err_code commit(struct recorder *recorder, struct err *err)
{
	bool is_open = db_in_transaction(track_db(recorder->track));
	double now = clock_seconds();

	if (track_commit(recorder->track, err) != ERR_OK)
		return err->code;
	atomic_store(&recorder->locked_since, 0);
	if (!is_open)
		return ERR_OK;
	recorder->committed_at = now;
	if (now - recorder->begun_at >= WAL_SECONDS && track_use_wal(recorder->track, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

/* The lock is held: their ends are in the file, or will never be. */
static void announce(struct recorder *recorder, struct message *ends)
{
	while (ends != NULL) {
		struct recording *recording = ends->recording;
		ends = ends->next;
		if (recording->refusal.code != ERR_OK)
			recording_end_failed(&recording->end.end, &recording->refusal);
		recording->ended.tag = recording->tag;
		recording->ended.status = recording->end.end.status;
		memcpy(recording->ended.reason, recording->end.end.reason, sizeof recording->ended.reason);
		recorder->record_bytes -= recording->record_bytes;
		recorder->kept_bytes -= recording->end.end.kept_bytes;
		recorder->running--;
		recorder_add_ended(recorder, recording);
	}
}

/* Who has the lock waits for nobody, however long the work is. */
static enum err_code begin(struct recorder *recorder, struct err *err)
{
	if (track_begin(recorder->track, err) != ERR_OK)
		return err->code;
	atomic_store(&recorder->locked_since, 0);
	return ERR_OK;
}

/* Does a call in a transaction of its own, if any: what it cannot do is its caller's business alone. */
static void answer(struct recorder *recorder, struct message *call)
{
	struct err err;

	if (commit(recorder, &err) != ERR_OK)
		fail(recorder, &err);
	else if ((call->access != RECORDER_READS && begin(recorder, call->err) != ERR_OK) ||
		 call->work(recorder->track, call->context, call->err) != ERR_OK)
		track_rollback(recorder->track);
	else
		call->err->code = ERR_OK; /* work may have met an error that is none to it */
}

/* Writes what waits, for WRITE_SECONDS at most, in one transaction. The lock is not held while rows are written. A call
 * ends the transaction: who called reads what is committed. */
static void write_some(struct recorder *recorder)
{
	struct message *ends = NULL, **last_end = &ends, *call = NULL;
	double start = clock_seconds();
	struct err err;

	while (call == NULL && clock_seconds() - start < WRITE_SECONDS) {
		struct message *message = take_first(recorder);
		if (message == NULL)
			break;
		(void)pthread_mutex_unlock(&recorder->lock);
		if (!atomic_load(&recorder->has_failed)) {
			if (message->kind == MESSAGE_CALL)
				answer(recorder, message);
			else if (write_news(recorder, message, &err) != ERR_OK)
				fail(recorder, &err);
		}
		(void)pthread_mutex_lock(&recorder->lock);
		if (message->kind == MESSAGE_CALL) {
			call = message;
		} else if (message->kind == MESSAGE_END) {
			message->next = NULL;
			*last_end = message;
			last_end = &message->next;
		}
		send_home(recorder, message);
	}
	(void)pthread_mutex_unlock(&recorder->lock);
	if (!atomic_load(&recorder->has_failed) && commit(recorder, &err) != ERR_OK)
		fail(recorder, &err);
	(void)pthread_mutex_lock(&recorder->lock);
	announce(recorder, ends);
	if (call != NULL) {
		if (atomic_load(&recorder->has_failed))
			*call->err = recorder->failure;
		call->is_answered = true;
		(void)pthread_cond_broadcast(&recorder->has_answer);
	}
}

/* Seconds until there is something to do; 0: now. The lock is held. */
static double idle_seconds(const struct recorder *recorder)
{
	double now = clock_seconds();

	if (recorder->first != NULL)
		return recorder->is_hasty || recorder->is_closing || message_is_urgent(recorder->first)
			   ? 0
			   : recorder->oldest + COMMIT_SECONDS - now;
	return recorder->running > 0 ? recorder->committed_at + HEARTBEAT_SECONDS - now : HEARTBEAT_SECONDS;
}

static void show_life(struct recorder *recorder)
{
	struct err err;

	(void)pthread_mutex_unlock(&recorder->lock);
	if (!atomic_load(&recorder->has_failed) &&
	    (begin(recorder, &err) != ERR_OK || commit(recorder, &err) != ERR_OK))
		fail(recorder, &err);
	(void)pthread_mutex_lock(&recorder->lock);
	recorder->committed_at = clock_seconds();
}

void *recorder_write(void *argument)
{
	struct recorder *recorder = argument;

	(void)pthread_mutex_lock(&recorder->lock);
	while (!recorder->is_closing || recorder->first != NULL) {
		double seconds = idle_seconds(recorder);
		if (seconds > 0) {
			struct timespec deadline = recorder_deadline(seconds);
			(void)pthread_cond_clockwait(&recorder->has_news, &recorder->lock, CLOCK_MONOTONIC, &deadline);
			continue;
		}
		if (recorder->first == NULL) {
			show_life(recorder);
			continue;
		}
		if (message_is_urgent(recorder->first)) {
			write_some(recorder);
			continue;
		}
		while (recorder->first != NULL)
			write_some(recorder);
		recorder->is_hasty = false;
	}
	recorder->is_closing = false;
	(void)pthread_cond_broadcast(&recorder->has_answer);
	(void)pthread_mutex_unlock(&recorder->lock);
	return NULL;
}
