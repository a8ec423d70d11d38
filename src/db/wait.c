/* Waiting while another program keeps the file locked, and who that is. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "db/connection.h"

#define POLL_MS 20

/* SQLite's busy handler: `count` calls came before for this lock. */
static int on_busy(void *context, int count)
{
	const struct timespec pause = { .tv_nsec = POLL_MS * 1000000L };
	struct db *db = context;
	double now = clock_seconds();

	if (count == 0)
		db->locked_since = now;
	if ((db->patient_until != 0 && now >= db->patient_until) ||
	    (db->wait.goes_on != NULL && !db->wait.goes_on(db->wait.context, now - db->locked_since)))
		return 0;
	(void)nanosleep(&pause, NULL);
	return 1;
}

void db_be_patient(struct db *db, int timeout_ms)
{
	if (db->wait.goes_on != NULL)
		(void)sqlite3_busy_handler(db->handle, on_busy, db);
	else
		(void)sqlite3_busy_timeout(db->handle, timeout_ms);
}

void db_be_patient_until(struct db *db, double time)
{
	db->patient_until = time;
	(void)sqlite3_busy_handler(db->handle, on_busy, db);
}

void db_set_wait(struct db *db, const struct db_wait *wait)
{
	db->wait = *wait;
	db_be_patient(db, DB_PATIENCE_MS);
}

/* The process that holds a lock on the file, 0: none but this one. From /proc/locks: to ask for the lock would mean to
 * open the file, and closing it again would take SQLite's own locks away. */
static long find_holder(const char *path)
{
	struct stat status;
	char line[256];
	long holder = 0;

	if (stat(path, &status) != 0)
		return 0;
	FILE *locks = fopen("/proc/locks", "re");
	if (locks == NULL)
		return 0;
	while (holder == 0 && fgets(line, sizeof line, locks) != NULL) {
		unsigned major_number, minor_number;
		unsigned long inode;
		long pid;
		if (sscanf(line, "%*s %*s %*s %*s %ld %x:%x:%lu", &pid, &major_number, &minor_number, &inode) == 4 &&
		    inode == status.st_ino && major_number == major(status.st_dev) &&
		    minor_number == minor(status.st_dev) && pid > 0 && pid != getpid())
			holder = pid;
	}
	(void)fclose(locks);
	return holder;
}

/* A name that a terminal can show. */
static void read_name(long pid, char *name, size_t size)
{
	char path[64];
	char *at = name;

	name[0] = '\0';
	(void)snprintf(path, sizeof path, "/proc/%ld/comm", pid);
	FILE *file = fopen(path, "re");
	if (file == NULL)
		return;
	if (fgets(name, (int)size, file) == NULL)
		name[0] = '\0';
	(void)fclose(file);
	for (; *at != '\0' && *at != '\n'; at++)
		if (!isprint((unsigned char)*at))
			*at = '?';
	*at = '\0';
}

void db_lock_holder(const char *path, char *ret_words, size_t size)
{
	struct text shared AUTO(text_done) = { 0 };
	struct err ignored;
	char name[64];
	long pid = 0;

	/* In WAL mode the lock on writing is one on the index of the WAL. */
	if (text_append(&shared, &ignored, "%s-shm", path) == ERR_OK)
		pid = find_holder(shared.data);
	if (pid == 0)
		pid = find_holder(path);
	if (pid != 0)
		read_name(pid, name, sizeof name);
	if (pid != 0 && name[0] != '\0')
		(void)snprintf(ret_words, size, "%s (process %ld)", name, pid);
	else
		(void)snprintf(ret_words, size, "another program");
}
