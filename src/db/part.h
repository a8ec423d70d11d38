/* The parts of a split, as the bytes of its mask have them and as text. */
#ifndef HARDROW_DB_PART_H
#define HARDROW_DB_PART_H

#include <stdint.h>
#include <string.h>

/* A byte that hardrow never writes is of the training part. */
static inline const char *part_name(uint8_t part)
{
	return part == 1 ? "test" : part == 2 ? "meta" : "train";
}

static inline uint8_t part_of_name(const char *name)
{
	return strcmp(name, "test") == 0 ? 1 : strcmp(name, "meta") == 0 ? 2 : 0;
}

#endif
