#include "base/life.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Up to the first line end; "" if there is no such file. */
static void read_line(const char *path, char *line, size_t size)
{
	FILE *file = fopen(path, "re");

	line[0] = '\0';
	if (file == NULL)
		return;
	if (fgets(line, (int)size, file) == NULL)
		line[0] = '\0';
	(void)fclose(file);
	line[strcspn(line, "\n")] = '\0';
}

#define LIVES_NO_MORE (-1)

/* Field 22 of /proc/PID/stat; 0: it cannot be read. The second field may hold anything, but ends with the last ')'. */
static int64_t read_start(int64_t pid)
{
	char path[64];
	char line[1024];

	(void)snprintf(path, sizeof path, "/proc/%lld/stat", (long long)pid);
	read_line(path, line, sizeof line);
	char *at = strrchr(line, ')');
	if (at == NULL)
		return 0;
	/* A process that ended and is not waited for yet. */
	if (at[1] == ' ' && (at[2] == 'Z' || at[2] == 'X'))
		return LIVES_NO_MORE;
	for (int field = 2; at != NULL && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at == NULL ? 0 : strtoll(at, NULL, 10);
}

void life_identify(struct process_identity *ret_identity)
{
	struct process_identity identity = { .pid = getpid() };
	struct stat status;

	(void)gethostname(identity.host, sizeof identity.host - 1);
	read_line("/proc/sys/kernel/random/boot_id", identity.boot_id, sizeof identity.boot_id);
	if (stat("/proc/self/ns/pid", &status) == 0)
		identity.pid_namespace = (int64_t)status.st_ino;
	identity.started = read_start(identity.pid);
	*ret_identity = identity;
}

enum life life_of(const struct process_identity *other, const struct process_identity *self)
{
	if (strcmp(other->host, self->host) != 0 || strcmp(other->boot_id, self->boot_id) != 0 ||
	    other->pid_namespace != self->pid_namespace || self->boot_id[0] == '\0' || self->pid_namespace == 0)
		return LIFE_UNKNOWN;
	int64_t started = read_start(other->pid);
	if (started != 0)
		return started == other->started ? LIFE_ALIVE : LIFE_DEAD;
	/* No such process, or one of somebody else that /proc hides, or no more files can be opened. */
	bool is_number = other->pid > 0 && other->pid <= INT_MAX;
	return is_number && (kill((pid_t)other->pid, 0) == 0 || errno != ESRCH) ? LIFE_UNKNOWN : LIFE_DEAD;
}
