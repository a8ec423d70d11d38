/* Time. */
#ifndef HARDROW_BASE_CLOCK_H
#define HARDROW_BASE_CLOCK_H

#include <stdint.h>

/* Seconds since an arbitrary start, never going back. */
double clock_seconds(void);

/* Milliseconds since 1970-01-01 UTC. */
int64_t clock_utc_ms(void);

#endif
