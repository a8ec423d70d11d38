/* Time. */
#ifndef HARDROW_BASE_CLOCK_H
#define HARDROW_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Seconds since an arbitrary start, never going back. */
double clock_seconds(void);

/* Milliseconds since 1970-01-01 UTC. */
int64_t clock_utc_ms(void);

/* "8 s", "2 min 05 s", "1 h 30 min". */
void clock_write_duration(double seconds, char *ret_text, size_t size);

#endif
