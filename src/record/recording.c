/* A run under way, on the side of the one who makes it. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "record/recorder_state.h"
#include "track/track_state.h"

void message_free(struct message *message)
{
	epoch_record_free(message->record);
	text_done(&message->state);
	free(message->settings);
	free(message->key);
	free(message->chosen);
	free(message);
}

static void message_freep(struct message **message)
{
	if (*message != NULL)
		message_free(*message);
}

static enum err_code create_message(enum message_kind kind, struct recording *recording, struct message **ret_message,
				    struct err *err)
{
	if (mem_new(ret_message, 1, err) != ERR_OK)
		return err->code;
	(*ret_message)->kind = kind;
	(*ret_message)->recording = recording;
	return ERR_OK;
}

static void post(struct recording *recording, struct message *message)
{
	(void)pthread_mutex_lock(&recording->recorder->lock);
	recorder_post(recording->recorder, message);
	(void)pthread_mutex_unlock(&recording->recorder->lock);
}

static enum err_code copy_text(const char *text, char **ret_text, struct err *err)
{
	return text == NULL ? ERR_OK : mem_copy_text(text, ret_text, err);
}

static enum err_code create_recording(struct recorder *recorder, void *tag, struct recording **ret_recording,
				      struct err *err)
{
	if (mem_new(ret_recording, 1, err) != ERR_OK)
		return err->code;
	(*ret_recording)->recorder = recorder;
	(*ret_recording)->tag = tag;
	(void)pthread_cond_init(&(*ret_recording)->came_home, NULL);
	return ERR_OK;
}

static void recording_freep(struct recording **recording)
{
	if (*recording != NULL)
		recording_free(*recording);
}

enum err_code recorder_begin(struct recorder *recorder, const struct track_run *run,
			     const struct recording_shape *shape, void *tag, struct recording **ret_recording,
			     struct err *err)
{
	AUTO(recording_freep) struct recording *recording = NULL;
	AUTO(message_freep) struct message *begin = NULL;

	if (create_recording(recorder, tag, &recording, err) != ERR_OK ||
	    create_message(MESSAGE_BEGIN, recording, &begin, err) != ERR_OK ||
	    copy_text(run->settings, &begin->settings, err) != ERR_OK ||
	    copy_text(run->key, &begin->key, err) != ERR_OK || copy_text(run->chosen, &begin->chosen, err) != ERR_OK)
		return err->code;
	if (recorder->watch.begins != NULL)
		recorder->watch.begins();
	recording->run = *run;
	recording->shape = *shape;
	recording->ended.run_id = run->resume.run_id;
	(void)pthread_mutex_lock(&recorder->lock);
	recorder->running++;
	recorder_post(recorder, take_ptr(&begin));
	(void)pthread_mutex_unlock(&recorder->lock);
	*ret_recording = take_ptr(&recording);
	return ERR_OK;
}

enum err_code recorder_refuse(struct recorder *recorder, int64_t run_id, void *tag, const struct err *reason,
			      struct err *err)
{
	AUTO(recording_freep) struct recording *recording = NULL;

	if (create_recording(recorder, tag, &recording, err) != ERR_OK)
		return err->code;
	recording->ended = (struct recorder_ended){ .tag = tag, .run_id = run_id, .status = TRACK_FAILED };
	text_copy_fitting(recording->ended.reason, sizeof recording->ended.reason, reason->message);
	(void)pthread_mutex_lock(&recorder->lock);
	recorder_add_ended(recorder, take_ptr(&recording));
	(void)pthread_mutex_unlock(&recorder->lock);
	return ERR_OK;
}

/* All that were made, also one that a caller could not fill and never put. */
static void free_records(struct recording *recording)
{
	while (recording->made != NULL) {
		struct message *message = recording->made;
		recording->made = message->made;
		message_free(message);
	}
	recording->home = NULL;
}

void recording_free(struct recording *recording)
{
	free_records(recording);
	(void)pthread_cond_destroy(&recording->came_home);
	if (recording->end.end.kept != NULL)
		recording->end.end.let_go(recording->end.end.kept);
	free(recording);
}

/* Whether one more record may be made; the lock is held. One is enough where it is large: it is written while the next
 * epoch is trained. */
static bool has_room(const struct recording *recording)
{
	const struct recorder *recorder = recording->recorder;
	size_t least = recording->last_bytes > recorder->budget ? 1 : 2;

	return recording->record_count < least || (recorder->record_bytes + recording->last_bytes <= recorder->budget &&
						   recorder->kept_bytes <= BUDGET_KEPT);
}

static enum err_code create_record(struct recording *recording, struct epoch_record **ret_record, struct err *err)
{
	AUTO(message_freep) struct message *message = NULL;
	const struct recording_shape *shape = &recording->shape;

	if (create_message(MESSAGE_EPOCH, recording, &message, err) != ERR_OK ||
	    epoch_record_create(shape->instances, shape->classes, shape->matrices, shape->values, &message->record,
				err) != ERR_OK)
		return err->code;
	message->record->owner = message;
	message->made = recording->made;
	recording->made = message;
	*ret_record = take_ptr(&message)->record;
	return ERR_OK;
}

enum err_code recording_next(struct recording *recording, struct epoch_record **ret_record, struct err *err)
{
	struct recorder *recorder = recording->recorder;

	(void)pthread_mutex_lock(&recorder->lock);
	while (recording->refusal.code == ERR_OK && recording->home == NULL && !has_room(recording)) {
		recorder->is_hasty = true;
		(void)pthread_cond_signal(&recorder->has_news);
		recorder_await(recorder, &recording->came_home, 1.0);
	}
	bool is_refused = recording->refusal.code != ERR_OK;
	struct message *message = recording->home;
	if (is_refused)
		*err = recording->refusal;
	else if (message != NULL)
		recording->home = message->next;
	else
		recording->record_count++;
	(void)pthread_mutex_unlock(&recorder->lock);
	if (is_refused)
		return err->code;
	if (message == NULL && create_record(recording, ret_record, err) != ERR_OK) {
		(void)pthread_mutex_lock(&recorder->lock);
		recording->record_count--;
		(void)pthread_mutex_unlock(&recorder->lock);
		return err->code;
	}
	if (message == NULL)
		return ERR_OK;
	*ret_record = message->record;
	return ERR_OK;
}

enum err_code recording_check(const struct recording *recording, struct err *err)
{
	struct recorder *recorder = recording->recorder;

	(void)pthread_mutex_lock(&recorder->lock);
	bool is_refused = recording->refusal.code != ERR_OK;
	if (is_refused)
		*err = recording->refusal;
	(void)pthread_mutex_unlock(&recorder->lock);
	return is_refused ? err->code : ERR_OK;
}

void recording_put(struct recording *recording, struct epoch_record *record)
{
	struct recorder *recorder = recording->recorder;
	struct message *message = record->owner;
	size_t bytes = epoch_record_bytes(record);

	(void)pthread_mutex_lock(&recorder->lock);
	recorder->record_bytes += bytes - message->bytes;
	recording->record_bytes += bytes - message->bytes;
	message->bytes = recording->last_bytes = bytes;
	recorder->waiting_bytes += bytes;
	recording->waiting++;
	if (recorder->waiting_bytes > recorder->budget / 2)
		recorder->is_hasty = true;
	recorder_post(recorder, message);
	(void)pthread_mutex_unlock(&recorder->lock);
}

void recording_drain(struct recording *recording)
{
	struct recorder *recorder = recording->recorder;

	(void)pthread_mutex_lock(&recorder->lock);
	while (recording->waiting > 0) {
		recorder->is_hasty = true;
		(void)pthread_cond_signal(&recorder->has_news);
		recorder_await(recorder, &recording->came_home, 1.0);
	}
	free_records(recording);
	recorder->record_bytes -= recording->record_bytes;
	recording->record_bytes = recording->record_count = 0;
	(void)pthread_mutex_unlock(&recorder->lock);
}

enum err_code recording_settle(struct recording *recording, const char *settings, const char *key, const char *chosen,
			       struct err *err)
{
	AUTO(message_freep) struct message *message = NULL;

	if (create_message(MESSAGE_SETTLE, recording, &message, err) != ERR_OK ||
	    copy_text(settings, &message->settings, err) != ERR_OK || copy_text(key, &message->key, err) != ERR_OK ||
	    copy_text(chosen, &message->chosen, err) != ERR_OK)
		return err->code;
	post(recording, take_ptr(&message));
	return ERR_OK;
}

enum err_code recording_save_state(struct recording *recording, struct text *bytes, size_t epoch, struct err *err)
{
	struct recorder *recorder = recording->recorder;
	struct message *message = NULL;

	if (create_message(MESSAGE_STATE, recording, &message, err) != ERR_OK)
		return err->code;
	message->state = *bytes;
	message->epoch = epoch;
	*bytes = (struct text){ 0 };
	(void)pthread_mutex_lock(&recorder->lock);
	/* While the file is locked by others they would pile up. The next one to be written stays: if every new one
	 * took the place of the one before, none might ever be written. */
	if (recording->next_state == NULL) {
		recording->next_state = message;
	} else {
		if (recording->last_state != NULL)
			text_done(&recording->last_state->state);
		recording->last_state = message;
	}
	recorder_post(recorder, message);
	(void)pthread_mutex_unlock(&recorder->lock);
	return ERR_OK;
}

/* For recorder_call(). */
struct state_call {
	struct recording *recording;
	size_t epoch;
	state_list *list;
	void *object;
};

/* A run that was refused before is told so at the next epoch. */
static enum err_code write_state(struct track *track, void *context, struct err *err)
{
	const struct state_call *call = context;
	int64_t run_id = call->recording->ended.run_id;

	if (call->recording->refusal.code != ERR_OK)
		return ERR_OK;
	return track_check_mine(track, run_id, err) != ERR_OK
		   ? err->code
		   : track_write_state(track, run_id, call->epoch, call->list, call->object, err);
}

enum err_code recording_write_state(struct recording *recording, size_t epoch, state_list *list, void *object,
				    struct err *err)
{
	struct state_call call = { recording, epoch, list, object };

	if (state_bytes(list, object) > BUDGET)
		return recorder_call(recording->recorder, RECORDER_WRITES, write_state, &call, err);
	struct text bytes AUTO(text_done) = { 0 };
	return state_save(list, object, &bytes, err) != ERR_OK ? err->code
							       : recording_save_state(recording, &bytes, epoch, err);
}

void recording_end(struct recording *recording, const struct recording_end *end)
{
	recording->end.end = *end;
	recording->end.kind = MESSAGE_END;
	recording->end.recording = recording;
	(void)pthread_mutex_lock(&recording->recorder->lock);
	recording->recorder->kept_bytes += end->kept_bytes;
	recorder_post(recording->recorder, &recording->end);
	(void)pthread_mutex_unlock(&recording->recorder->lock);
}

void recording_end_failed(struct recording_end *end, const struct err *err)
{
	end->status = err->code == ERR_INTERRUPTED ? TRACK_INTERRUPTED : TRACK_FAILED;
	text_copy_fitting(end->reason, sizeof end->reason, err->message);
}

enum err_code recording_finish(struct recording *recording, struct recording_end *end, enum err_code code,
			       int64_t *ret_run_id, struct err *err)
{
	struct recorder *recorder = recording->recorder;
	struct recorder_ended ended = { 0 };

	if (code != ERR_OK)
		recording_end_failed(end, err);
	recording_end(recording, end);
	recorder_flush(recorder);
	(void)recorder_take_ended(recorder, INFINITY, &ended);
	if (code == ERR_OK && ended.status == TRACK_FAILED)
		return err_set(err, ERR_INPUT, "%s", ended.reason);
	*ret_run_id = ended.run_id;
	return code;
}
