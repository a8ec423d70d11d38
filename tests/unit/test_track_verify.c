/* track: rows that are not as they were written. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "track/track_influence.h"
#include "track/track_verify.h"
#include "unit/database.h"
#include "unit/scratch.h"
#include "unit/tracked.h"

TestSuite(track_verify, .init = scratch_enter, .fini = scratch_leave);

/* A run that trains, with two epochs, one of them materialized, with influences, and a claim. */
static void make_file(void)
{
	static const uint32_t ids[] = { 3, 4 };
	static const double values[] = { 0.5, -0.5 };
	struct track *track = tracked_open();
	struct track_run claimed = tracked_plan(track, "claimed");
	struct track_influence influence = { .epoch = 1, .instance_id = 2, .count = 2, .ids = ids, .values = values };
	enum track_claim claim = TRACK_IS_DONE;
	int64_t resume_id = 0;
	struct err err = { 0 };

	influence.run_id = tracked_run(track, "key");
	tracked_epoch(track, influence.run_id, 1, NULL);
	tracked_commit(track);
	cr_assert_eq(track_materialize(track, influence.run_id, &err), ERR_OK, "%s", err.message);
	tracked_epoch(track, influence.run_id, 2, NULL);
	cr_assert_eq(track_put_influence(track, &influence, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(track_put_loss_changes(track, &influence, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(track_claim_run(track, &claimed, &claim, &resume_id, &err), ERR_OK, "%s", err.message);
	tracked_commit(track);
	tracked_close(track);
}

/* For struct track_findings: keeps the lines. */
static void keep_finding(void *context, int64_t run_id, const char *finding)
{
	struct text *lines = context;
	struct err err;

	cr_assert_eq(text_append(lines, &err, "%lld: %s\n", (long long)run_id, finding), ERR_OK);
}

Test(track_verify, changed_rows_are_found)
{
	static const struct {
		const char *change, *words;
	} cases[] = {
		{ "SELECT 1", NULL },
		{ "UPDATE influence SET inner_product = 0.25 WHERE training_instance_id = 3",
		  "1: influence of epoch 1: checksum" },
		{ "UPDATE loss_change SET predicted = 0.25 WHERE instance_id = 4",
		  "1: loss_change of epoch 1: checksum" },
		{ "UPDATE claim SET run_key = 'claimee'", "0: claim on a run of experiment 1: checksum" },
		{ "UPDATE run SET seed = seed + 1", "0: run 1: checksum" },
		{ "UPDATE dynamics_rows SET du = 7 WHERE instance_id = 9", "1: dynamics_rows: 1 rows" },
		{ "DELETE FROM dynamics_rows WHERE instance_id = 9", "1: epoch 1: dynamics_rows has 129 of 130" },
		{ "DROP INDEX run_by_key", "0: index run_by_key is not as" },
		{ "DROP VIEW epochs", "other views" },
		{ "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, 'product', 'produce')"
		  " WHERE name = 'influences'",
		  "other views" },
	};

	make_file();
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text lines AUTO(text_done) = { 0 };
		struct track_findings findings = { .context = &lines, .say = keep_finding };
		AUTO(track_freep) struct track *track = NULL;
		struct err err = { 0 };
		cr_assert_eq(system("cp " TRACKED_FILE " c.db"), 0);
		struct db *db = database_open("c.db", DB_WRITE);
		database_exec(db, cases[i].change);
		db_free(db);
		cr_assert_eq(track_open_existing("c.db", NULL, &track, &err), ERR_OK, "%s", err.message);
		cr_assert_eq(track_verify_file(track, &findings, &err), ERR_OK, "%s", err.message);
		cr_assert_eq(track_verify_run(track, 1, &findings, &err), ERR_OK, "%s", err.message);
		if (findings.has_other_views && lines.length == 0)
			cr_assert_eq(text_append(&lines, &err, "other views"), ERR_OK);
		if (cases[i].words == NULL)
			cr_expect_eq(lines.length, 0, "%s", lines.data);
		else
			cr_expect(lines.length > 0 && strstr(lines.data, cases[i].words) != NULL, "%s: %s",
				  cases[i].change, lines.data);
		cr_expect_eq(findings.unchecked, 0);
	}
}
