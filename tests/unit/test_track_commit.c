#include <criterion/criterion.h>

#include "track/track_state.h"
#include "unit/database.h"
#include "unit/scratch.h"
#include "unit/tracked.h"

TestSuite(track_commit, .init = scratch_enter, .fini = scratch_leave);

/* Whatever comes first after a commit begins a transaction: nothing is ever committed row by row. */
Test(track_commit, what_is_not_committed_is_not_there)
{
	const struct track_summary summary = { .class_name = "a", .predicted = "b" };
	const struct track_summaries summaries = tracked_summary(&summary);
	struct track *track = tracked_open();
	int64_t run_id = tracked_run(track, "key");
	struct err err;

	tracked_commit(track);
	cr_assert_eq(track_put_summaries(track, run_id, &summaries, &err), ERR_OK, "%s", err.message);
	track_rollback(track);
	cr_assert_eq(track_finish_run(track, run_id, TRACK_DONE, NULL, false, &err), ERR_OK, "%s", err.message);
	track_rollback(track);
	tracked_epoch(track, run_id, 1, NULL);
	track_rollback(track);
	cr_assert_eq(track_put_state(track, run_id, 1, "state", 5, &err), ERR_OK, "%s", err.message);
	track_rollback(track);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM instance_summary"), 0);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM run WHERE status = 'running'"), 1);
	cr_expect_eq(tracked_seen("SELECT (SELECT count(*) FROM block) + (SELECT count(*) FROM epoch) +"
				  " (SELECT count(*) FROM weight)"),
		     0);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM state"), 0);
	tracked_close(track);
}

/* Work that is dropped takes the process's own row with it only if that was new. */
Test(track_commit, a_rollback_forgets_what_it_takes_away)
{
	for (int i = 0; i < 3; i++) {
		bool is_kept = i == 0, by_itself = i == 1;
		struct track *track = tracked_open();
		(void)tracked_run(track, "key");
		if (is_kept)
			tracked_commit(track);
		int64_t dropped = tracked_run(track, "key"), writers = tracked_seen("SELECT count(*) FROM writer");
		if (by_itself) /* as SQLite does when the disk is full */
			database_exec(track_db(track), "ROLLBACK");
		track_rollback(track);
		cr_expect_eq(tracked_run(track, "key"), is_kept ? dropped : dropped - 1);
		tracked_commit(track);
		cr_expect_eq(tracked_seen("SELECT count(*) FROM writer"), writers + !is_kept);
		tracked_close(track);
	}
}
