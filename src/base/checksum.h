/* Checksums that find flipped bits: XXH3 of 64 bits (Collet, https://xxhash.com), at the speed of memory. Not against
 * people. */
#ifndef HARDROW_BASE_CHECKSUM_H
#define HARDROW_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

uint64_t checksum_of(const void *bytes, size_t length);

/* Of texts and numbers one after the other, as a chain: start with 0, hand in the last value with the next bytes. */
uint64_t checksum_chain(uint64_t chain, const void *bytes, size_t length);

#endif
