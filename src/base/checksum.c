#include "base/checksum.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t checksum_of(const void *bytes, size_t length)
{
	return XXH3_64bits(bytes, length);
}

uint64_t checksum_chain(uint64_t chain, const void *bytes, size_t length)
{
	return XXH3_64bits_withSeed(bytes, length, chain);
}
