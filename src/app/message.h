/* Private to app: what a training thread tells the writing one, and how an evaluated epoch becomes a record. */
#ifndef HARDROW_APP_MESSAGE_H
#define HARDROW_APP_MESSAGE_H

#include "app/queue.h"
#include "data/split.h"
#include "rebalance/weighting.h"
#include "track/track.h"

enum message_kind { MESSAGE_START, MESSAGE_EPOCH, MESSAGE_END, MESSAGE_LEAVE };

/* One piece of news. Each training thread owns a few and gets them back through `home` once they are read. */
struct message {
	enum message_kind kind;
	size_t run; /* index into the plan */
	struct queue *home;
	struct epoch_record *record;	 /* MESSAGE_EPOCH; owned by the thread, made anew for each run */
	enum track_status status;	 /* MESSAGE_END */
	char reason[256];		 /* MESSAGE_END: why it is not done, or what was chosen in it; may be empty */
	struct track_summary *summaries; /* MESSAGE_END: (n), or NULL; freed by the reader */
};

/* Fills `record`, but for its number and seconds, from an epoch's predictions and the weights of the next; with
 * `blocks` the instances too. draws NULL: unknown. */
void message_record_epoch(const struct predictions *predictions, const struct weighting *weighting,
			  const uint32_t *draws, bool blocks, struct epoch_record *record);

/* The summary rows of all instances, (n), freed with free(). Class names are borrowed from the data set. */
MUST_CHECK enum err_code message_summarise(const struct dataset *dataset, const struct split *split,
					   const struct predictions *predictions, const struct weighting *weighting,
					   struct track_summary **ret_summaries, struct err *err);

#endif
