/* Which process this is, and whether another one is alive. A number alone does not tell: numbers are used again, and a
 * container has numbers of its own. */
#ifndef HARDROW_BASE_LIFE_H
#define HARDROW_BASE_LIFE_H

#include <stdint.h>

struct process_identity {
	char host[256];
	char boot_id[40];      /* of the kernel; "": not known */
	int64_t pid_namespace; /* 0: not known */
	int64_t pid;
	int64_t started; /* clock ticks from boot to its start */
};

/* This process. */
void life_identify(struct process_identity *ret_identity);

/* LIFE_UNKNOWN: of another host, boot or namespace of processes than `self`, or /proc does not show it to us. */
enum life { LIFE_ALIVE, LIFE_DEAD, LIFE_UNKNOWN };
enum life life_of(const struct process_identity *other, const struct process_identity *self);

#endif
