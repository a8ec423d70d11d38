/* What an interrupted run needs to go on. */
#include <string.h>

#include "base/checksum.h"
#include "base/clock.h"
#include "base/mem.h"
#include "track/statements.h"
#include "track/track_state.h"

/* SQLite's limit on one blob is far above it, and the checksum of a part is soon computed. */
#define PART_BYTES (size_t)(64 * 1024 * 1024)

enum err_code track_drop_state(struct track *track, int64_t run_id, struct err *err)
{
	struct db_stmt *stmt = NULL;

	if (track_statement(track, TRACK_DROP_STATE, "DELETE FROM state WHERE run_id = :run_id", &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	return db_run(stmt, err);
}

enum err_code track_put_state(struct track *track, int64_t run_id, size_t epoch, const void *bytes, size_t length,
			      struct err *err)
{
	const unsigned char *at = bytes;
	struct db_stmt *stmt = NULL;

	if (track_begin(track, err) != ERR_OK || track_drop_state(track, run_id, err) != ERR_OK ||
	    track_statement(track, TRACK_PUT_STATE,
			    "INSERT INTO state (run_id, part, epoch, saved_at_ms, value, checksum)"
			    " VALUES (:run_id, :part, :epoch, :saved_at_ms, :value, :checksum)",
			    &stmt, err) != ERR_OK)
		return err->code;
	for (int64_t part = 0; length > 0; part++) {
		size_t count = length < PART_BYTES ? length : PART_BYTES;
		db_bind_int(stmt, ":run_id", run_id);
		db_bind_int(stmt, ":part", part);
		db_bind_int(stmt, ":epoch", (int64_t)epoch);
		db_bind_int(stmt, ":saved_at_ms", clock_utc_ms());
		db_bind_blob(stmt, ":value", at, count);
		db_bind_int(stmt, ":checksum", (int64_t)checksum_of(at, count));
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
		at += count;
		length -= count;
	}
	return ERR_OK;
}

enum err_code track_read_state(struct track *track, int64_t run_id, struct text *ret_bytes, size_t *ret_epoch,
			       struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	size_t epoch = 0;
	bool more = false;

	if (db_prepare(track->db, "SELECT epoch, value, checksum FROM state WHERE run_id = :run_id ORDER BY part",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	for (;;) {
		size_t length = 0;
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			break;
		const void *bytes = db_column_blob(stmt, 1, &length);
		if ((int64_t)checksum_of(bytes, length) != db_column_int(stmt, 2))
			return err_set(err, ERR_SYSTEM, "%s: damaged: the state of run %lld has another checksum",
				       db_path(track->db), (long long)run_id);
		if (text_append_bytes(ret_bytes, bytes, length, err) != ERR_OK)
			return err->code;
		epoch = (size_t)db_column_int(stmt, 0);
	}
	*ret_epoch = epoch;
	return ERR_OK;
}
