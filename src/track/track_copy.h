/* Private to track: rows of one file into another, streamed, with other ids and checksums made anew. */
#ifndef HARDROW_TRACK_TRACK_COPY_H
#define HARDROW_TRACK_TRACK_COPY_H

#include "track/statements.h"
#include "track/track_checksum.h"

/* Whose ids are others in the other file; by the names of columns. */
enum copy_id { COPY_RUN, COPY_SOURCE_RUN, COPY_DATASET, COPY_SPLIT, COPY_EXPERIMENT, COPY_WRITER, COPY_ID_COUNT };

struct copy;

/* Between two files of the newest version; both are borrowed. In a transaction of `into`. */
MUST_CHECK enum err_code copy_create(struct track *from, struct track *into, struct copy **ret_copy, struct err *err);
void copy_free(struct copy *copy);
void copy_freep(struct copy **copy);

/* What such columns become; 0: NULL. */
void copy_set(struct copy *copy, enum copy_id which, int64_t id);

/* The row `from_id` of the table of `which` (dataset, split, experiment or run) as the id that was set, and all rows
 * that belong to it, of a run its blocks too; then their checksums, where the other file has some. A split's data set
 * must be there first: its parts are made from the instances. */
MUST_CHECK enum err_code copy_subject(struct copy *copy, enum copy_id which, int64_t from_id, struct err *err);

#endif
