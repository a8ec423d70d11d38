/* track: runs of older versions, which say of their process its number alone. */
#include <criterion/criterion.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "unit/database.h"
#include "unit/scratch.h"
#include "unit/tracked.h"

TestSuite(track_old, .init = scratch_enter, .fini = scratch_leave);

static struct db *other;

static bool give_up(void *context, double waited)
{
	(void)context;
	(void)waited;
	return false;
}

/* In place of the C library's: another program writes just when it is looked who lives. */
int kill(pid_t pid, int signal_number)
{
	struct err ignored;

	if (other != NULL)
		(void)!db_exec(other, "INSERT INTO experiment (name, source) VALUES ('x', '')", &ignored);
	return (int)syscall(SYS_kill, pid, signal_number);
}

/* Of another host nothing is known. */
Test(track_old, a_writer_comes_between)
{
	const struct db_wait wait = { NULL, give_up };
	struct track *track = tracked_open();

	for (int i = 0; i < 2; i++)
		(void)tracked_run(track, "key");
	tracked_close(track);
	other = database_open(TRACKED_FILE, DB_WRITE);
	database_exec(other, "PRAGMA journal_mode = WAL");
	/* Above what numbers there are (proc(5), pid_max). */
	database_exec(other, "UPDATE run SET writer_id = NULL, pid = 4194305");
	database_exec(other, "UPDATE run SET host = (SELECT host FROM writer) || iif(run_id = 2, 'x', '')");
	db_set_wait(other, &wait);
	tracked_close(tracked_open());
	cr_expect_eq(database_query_int(other, "SELECT sum(run_id) FROM run WHERE status = 'interrupted'"), 1);
	db_free(other);
}
