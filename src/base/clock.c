#include "base/clock.h"

#include <stdio.h>
#include <time.h>

double clock_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

int64_t clock_utc_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void clock_write_duration(double seconds, char *ret_text, size_t size)
{
	long whole = (long)(seconds + 0.5);

	if (whole >= 3600)
		(void)snprintf(ret_text, size, "%ld h %02ld min", whole / 3600, whole % 3600 / 60);
	else if (whole >= 60)
		(void)snprintf(ret_text, size, "%ld min %02ld s", whole / 60, whole % 60);
	else
		(void)snprintf(ret_text, size, "%ld s", whole);
}
